// SPDX-License-Identifier: GPL-2.0
/* Quoted packets, and ICMP errors through core/quote.c. */
#include <linux/slab.h>

#include "message.h"

/**
 * quote_new() - set up messages of one direction
 * @test:	its test_ctx has the configuration
 * @to6:	from ICMPv4 to ICMPv6
 *
 * Return: owned by @test.
 */
struct quote *quote_new(struct kunit *test, bool to6)
{
	struct quote *q = kunit_kzalloc(test, sizeof(*q), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, q);
	test_set_plat(test, "64:ff9b::", 96);
	q->ctx = test->priv;
	q->mtus.v4 = 1480;
	q->mtus.v6 = 1500;
	q->to6 = to6;
	/* The one that answers is at the end that the packet was sent to. */
	q->router = ref_v6(to6 ? "2001:db8:1:2::c1a7" :
				 "64:ff9b::198.51.100.9");
	q->host = ref_v6(to6 ? "64:ff9b::203.0.113.33" :
			       "2001:db8:1:2::c1a7");
	return q;
}

/**
 * quote_ref() - describe a packet that an error quotes
 * @ref:	filled in
 * @to6:	the error goes from ICMPv4 to ICMPv6: the packet came from afar
 * @proto:	IPv4 protocol number
 * @payload:	its payload
 * @payload_len: octets of it
 */
void quote_ref(struct ref_packet *ref, bool to6, u8 proto, const u8 *payload,
	       unsigned int payload_len)
{
	*ref = (struct ref_packet) {
		.saddr4 = ref_v4("192.0.0.1"),
		.saddr6 = ref_v6("2001:db8:1:2::c1a7"),
		.daddr4 = ref_v4("203.0.113.33"),
		.daddr6 = ref_v6("64:ff9b::203.0.113.33"),
		.proto = proto,
		.tos = 0x2e,
		.ttl = 1,
		.payload = payload,
		.payload_len = payload_len,
	};
	if (to6) {
		swap(ref->saddr4, ref->daddr4);
		swap(ref->saddr6, ref->daddr6);
	}
}

/**
 * quote_build() - write the quoted packet in both families
 * @q:		filled in
 * @ref:	the packet
 */
void quote_build(struct quote *q, const struct ref_packet *ref)
{
	q->v4_len = ref_build4(q->v4, ref);
	q->v6_len = ref_build6(q->v6, ref);
}

/**
 * quote_hlen() - octets before the transport header
 * @q:		has the packet
 * @ref:	it
 * @v6:		of which family
 */
unsigned int quote_hlen(const struct quote *q, const struct ref_packet *ref,
			bool v6)
{
	return (v6 ? q->v6_len : q->v4_len) - ref_l4_len(ref) -
	       ref->payload_len;
}

/**
 * quote_in() - write the message that comes in
 * @q:		filled in
 * @ref:	the message
 */
void quote_in(struct quote *q, const struct ref_icmp *ref)
{
	q->in_len = q->to6 ? ref_icmp_build4(q->in, ref) :
			     ref_icmp_build6(q->in, ref, &q->router, &q->host);
}

/**
 * quote_want() - write the message that must come out
 * @q:		filled in
 * @ref:	the message
 */
void quote_want(struct quote *q, const struct ref_icmp *ref)
{
	q->want_len = q->to6 ?
		      ref_icmp_build6(q->want, ref, &q->router, &q->host) :
		      ref_icmp_build4(q->want, ref);
}

/**
 * quote_run() - translate the message
 * @test:	fails if there is no memory, or if too much is written
 * @q:		the message
 * @out:	QUOTE_MAX octets, where the new one is copied
 *
 * Both buffers have exactly the size they are said to have: under KASAN one
 * octet more is a report.
 *
 * Return: as clat_error46() and clat_error64().
 */
int quote_run(struct kunit *test, struct quote *q, u8 *out)
{
	const struct clat_xlat *xlat = &q->ctx->cfg->xlat;
	unsigned int max = q->to6 ? QUOTE_OUT6 : QUOTE_OUT4;
	u8 *from = kmemdup(q->in, q->in_len, GFP_KERNEL);
	u8 *to = kmalloc(max, GFP_KERNEL);
	int ret = -ENOMEM;

	if (from && to) {
		memset(to, 0xa5, max);
		ret = q->to6 ?
		      clat_error46(xlat, &q->mtus, from, q->in_len, &q->router,
				   &q->host, to, max) :
		      clat_error64(xlat, &q->mtus, from, q->in_len, &q->router,
				   &q->host, to, max);
		if (ret > 0 && ret <= max)
			memcpy(out, to, ret);
		if (memcmp(from, q->in, q->in_len))
			KUNIT_FAIL(test, "the message was written");
	}
	kfree(from);
	kfree(to);
	KUNIT_ASSERT_TRUE_MSG(test, ret <= (int)max && ret && ret != -ENOMEM,
			      "%d octets", ret);
	return ret;
}

/**
 * quote_expect() - expect the message that q->want has
 * @test:	fails if another comes out
 * @q:		the messages
 * @what:	the case
 */
void quote_expect(struct kunit *test, struct quote *q, const char *what)
{
	u8 *out = q->ctx->got;
	int ret = quote_run(test, q, out);

	KUNIT_EXPECT_GT_MSG(test, ret, 0, "%s", what);
	if (ret > 0)
		ref_expect_bytes(test, what, out, ret, q->want, q->want_len);
}

/**
 * quote_expect_drop() - expect that the message is refused
 * @test:	fails if it isn't, or for another reason
 * @q:		the message
 * @want46:	reason if it goes to ICMPv6
 * @want64:	reason if it goes to ICMPv4
 * @what:	the case
 */
void quote_expect_drop(struct kunit *test, struct quote *q, int want46,
		       int want64, const char *what)
{
	int ret = quote_run(test, q, q->ctx->got);

	KUNIT_EXPECT_EQ_MSG(test, ret, q->to6 ? -want46 : -want64, "%s", what);
}

/**
 * quote_unreach() - describe a host unreachable, no route in ICMPv6
 * @v6:		family of the message
 * @quote:	the quoted packet
 * @len:	octets of it
 */
struct ref_icmp quote_unreach(bool v6, const u8 *quote, unsigned int len)
{
	return (struct ref_icmp) {
		.type = v6 ? 1 : 3, .code = v6 ? 0 : 1,
		.quote = quote, .quote_len = len,
	};
}

/**
 * quote_in_unreach() - write such a message that comes in
 * @q:		filled in
 * @len:	octets of the packet that it quotes
 */
void quote_in_unreach(struct quote *q, unsigned int len)
{
	struct ref_icmp ref = quote_unreach(!q->to6, q->to6 ? q->v4 : q->v6,
					    len);

	quote_in(q, &ref);
}

/**
 * quote_want_unreach() - write such a message that must come out
 * @q:		filled in
 * @len:	octets of the packet that it quotes
 */
void quote_want_unreach(struct quote *q, unsigned int len)
{
	struct ref_icmp ref = quote_unreach(q->to6, q->to6 ? q->v6 : q->v4,
					    len);

	quote_want(q, &ref);
}
