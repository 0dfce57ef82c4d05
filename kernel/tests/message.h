/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites over ICMP errors share: a quoted packet in both families and
 * the error around it, through core/quote.c in buffers of exactly their size.
 */
#ifndef _CLAT_TEST_MESSAGE_H
#define _CLAT_TEST_MESSAGE_H

#include "ref_icmp.h"
#include "skb.h"

#define QUOTE_MAX	4096	/* octets of a message */
#define QUOTE_OUT6	1240	/* octets an ICMPv6 error may have: 1280 - 40 */
#define QUOTE_OUT4	556	/* octets an ICMPv4 error may have: 576 - 20 */

/**
 * struct quote - a quoted packet and the messages around it; test->priv
 * @ctx:	configuration; skbs aren't used
 * @mtus:	of the next hops
 * @router:	source of the error; the map has its other end
 * @host:	destination of the error
 * @v4:		the quoted packet as IPv4, @v4_len octets
 * @v6:		the quoted packet as IPv6, @v6_len octets
 * @in:		the message before, @in_len octets
 * @want:	the message expected, @want_len octets
 * @to6:	from ICMPv4 to ICMPv6
 */
struct quote {
	struct test_ctx *ctx;
	struct clat_mtus mtus;
	struct in6_addr router, host;
	u8 v4[QUOTE_MAX], v6[QUOTE_MAX];
	unsigned int v4_len, v6_len;
	u8 in[QUOTE_MAX], want[QUOTE_MAX];
	unsigned int in_len, want_len;
	bool to6;
};

struct quote *quote_new(struct kunit *test, bool to6);
void quote_ref(struct ref_packet *ref, bool to6, u8 proto, const u8 *payload,
	       unsigned int payload_len);
void quote_build(struct quote *q, const struct ref_packet *ref);
unsigned int quote_hlen(const struct quote *q, const struct ref_packet *ref,
			bool v6);
void quote_in(struct quote *q, const struct ref_icmp *ref);
void quote_want(struct quote *q, const struct ref_icmp *ref);
struct ref_icmp quote_unreach(bool v6, const u8 *quote, unsigned int len);
void quote_in_unreach(struct quote *q, unsigned int len);
void quote_want_unreach(struct quote *q, unsigned int len);
int quote_run(struct kunit *test, struct quote *q, u8 *out);
void quote_expect(struct kunit *test, struct quote *q, const char *what);
void quote_expect_drop(struct kunit *test, struct quote *q, int want46,
		       int want64, const char *what);

#endif /* _CLAT_TEST_MESSAGE_H */
