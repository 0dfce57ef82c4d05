/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites over skbs share: a configuration, packets in every shape and
 * checksum state that the stack hands out, and what must hold afterwards.
 */
#ifndef _CLAT_TEST_SKB_H
#define _CLAT_TEST_SKB_H

#include <kunit/test.h>
#include <linux/skbuff.h>

#include "clat.h"
#include "ref.h"

#define TEST_MAX	(64 * 1024)	/* octets of a packet and of its pages */
#define TEST_UPLINK_ROOM 70		/* needed_headroom of the uplink */
#define TEST_PADDING	9		/* octets of link padding */
#define TEST_SEQ	0x0102fff0	/* first octet of TCP packets */
#define TEST_INNER	12		/* of the payload: what is left to sum */
#define TEST_INNER_CHECK 4		/* offset of that checksum from there */

/**
 * enum test_shape - how a packet lies in its skb
 * @TEST_LINEAR:	in one piece
 * @TEST_TIGHT:		in one piece, without any headroom
 * @TEST_PAYLOAD:	headers in the head, payload in pages
 * @TEST_SPLIT:		the transport header begins in the head, ends in a page
 * @TEST_PAGED:		all in pages
 * @TEST_LIST:		most of it in a list of skbs
 * @TEST_CLONED:	in one piece that somebody else reads too
 * @TEST_SPLIT_CLONED:	as TEST_SPLIT, and somebody else reads it too
 * @TEST_PADDED:	in one piece, link padding behind it
 * @TEST_SPLIT_PADDED:	as TEST_SPLIT, link padding behind it
 * @TEST_CLONED_PADDED:	as TEST_CLONED, link padding behind it
 */
enum test_shape {
	TEST_LINEAR,
	TEST_TIGHT,
	TEST_PAYLOAD,
	TEST_SPLIT,
	TEST_PAGED,
	TEST_LIST,
	TEST_CLONED,
	TEST_SPLIT_CLONED,
	TEST_PADDED,
	TEST_SPLIT_PADDED,
	TEST_CLONED_PADDED,
	TEST_SHAPES,
};

/**
 * enum test_csum - what is known of the transport checksum
 * @TEST_NONE:		nothing
 * @TEST_UNNECESSARY:	it was verified
 * @TEST_COMPLETE:	the sum of all octets is in skb->csum
 * @TEST_PARTIAL:	it is left to the device
 * @TEST_INNER_PARTIAL:	it is there, that of a packet inside is left to do
 */
enum test_csum {
	TEST_NONE,
	TEST_UNNECESSARY,
	TEST_COMPLETE,
	TEST_PARTIAL,
	TEST_INNER_PARTIAL,
	TEST_CSUMS,
};

/**
 * struct test_mix - one of all combinations
 * @proto:	TCP, UDP, UDP without a checksum, ICMP
 * @shape:	of the skb
 * @csum:	checksum state
 */
struct test_mix {
	u8 proto;
	bool udp_zero;
	enum test_shape shape;
	enum test_csum csum;
};

/**
 * struct test_prefix - a PLAT prefix with 203.0.113.33 under it
 * @prefix:	the prefix
 * @len:	its length
 * @addr:	the address, written down here and not computed
 */
struct test_prefix {
	const char *prefix;
	unsigned int len;
	const char *addr;
};

#define TEST_PREFIXES	7
extern const struct test_prefix test_prefixes[TEST_PREFIXES];

/**
 * struct test_ctx - of a test over skbs; test->priv
 * @cfg:	two local pairs, one PLAT prefix, an uplink
 * @clat:	only what clat_xlat64() reads
 * @skb:	the packet under translation
 * @clone:	somebody else's view of it, or %NULL
 * @pages:	where its non-linear part lies, @paged octets from @linear on
 * @in:		the packet as it was, @in_len octets, padding included
 * @want:	the packet expected, @want_len octets
 * @got:	room for the packet that came out
 */
struct test_ctx {
	struct clat_config *cfg;
	struct clat_dev *clat;
	struct sk_buff *skb, *clone;
	struct page *pages;
	unsigned int linear, paged;
	u8 *in, *want, *got;
	unsigned int in_len, want_len;
};

int test_ctx_init(struct kunit *test);
void test_ctx_exit(struct kunit *test);

struct clat_pair test_pair(const char *v4, unsigned int len, const char *v6);
void test_set_plat(struct kunit *test, const char *prefix, unsigned int len);
void test_set_ip_id(struct test_ctx *ctx, u16 id);
int test_run46(struct test_ctx *ctx);
int test_run64(struct test_ctx *ctx);

const void *test_mix_gen_params(const void *prev, char *desc);
struct test_mix test_mix(const void *param);
void test_mix_ref(struct ref_packet *ref, const struct test_mix *mix,
		  const struct test_prefix *prefix, u8 *payload,
		  unsigned int payload_len);

void test_skb_make(struct kunit *test, const struct test_mix *mix,
		   unsigned int l4_off, bool ipv6);
void test_skb_drop(struct test_ctx *ctx);
void test_skb_expect_unwritten(struct kunit *test, const char *what,
			       bool was_ipv6);
void test_skb_expect_at(struct kunit *test, const char *what, bool ipv6,
			int l4_off, bool udp);
void test_skb_expect(struct kunit *test, const char *what, bool ipv6,
		     bool udp);

#endif /* _CLAT_TEST_SKB_H */
