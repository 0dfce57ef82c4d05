// SPDX-License-Identifier: GPL-2.0
/*
 * error.c over real skbs: ICMP errors in every shape and checksum state, the
 * whole packet octet by octet, and its bounds.
 */
#include "message.h"

#define ERROR_ID	0x7ffe	/* next identification */

/* The IP header about a message, as IPv4 */
static unsigned int error_wrap4(u8 *buf, const struct ref_packet *ref,
				const u8 *message, unsigned int len)
{
	struct ref_packet outer = *ref;

	/* Not ref->proto: the message has its header itself. */
	outer.proto = 0;
	outer.payload = message;
	outer.payload_len = len;
	ref_build4(buf, &outer);
	buf[9] = 1;
	ref_put16(buf + 10, ref_ip_check(buf, 20));
	return 20 + len;
}

static unsigned int error_wrap6(u8 *buf, const struct ref_packet *ref,
				const u8 *message, unsigned int len)
{
	struct ref_packet outer = *ref;

	outer.proto = 58;
	outer.payload = message;
	outer.payload_len = len;
	return ref_build6(buf, &outer);
}

/* Both packets about a time exceeded that quotes len octets of payload */
static void error_make(struct kunit *test, struct quote *q, unsigned int len)
{
	struct test_ctx *ctx = test->priv;
	static u8 payload[1400];
	unsigned int max = q->to6 ? 1280 - 48 : 576 - 28;
	struct ref_icmp in = { .type = q->to6 ? 11 : 3 };
	struct ref_icmp want = { .type = q->to6 ? 3 : 11 };
	struct ref_packet quoted, outer = {
		.saddr4 = ref_v4(q->to6 ? "192.0.0.1" : "198.51.100.9"),
		.daddr4 = ref_v4(q->to6 ? "203.0.113.33" : "192.0.0.1"),
		.saddr6 = q->router,
		.daddr6 = q->host,
		.tos = 0xc0,
		.ttl = 55,
		.id = ERROR_ID,
	};
	unsigned int i;

	for (i = 0; i < len; i++)
		payload[i] = i * 11;
	quote_ref(&quoted, q->to6, IPPROTO_UDP, payload, len);
	quote_build(q, &quoted);
	if (!q->to6 && q->v4_len > 1260) {
		quoted.frag_off = 0x4000;
		ref_build4(q->v4, &quoted);
	}
	in.quote = q->to6 ? q->v4 : q->v6;
	in.quote_len = q->to6 ? q->v4_len : q->v6_len;
	want.quote = q->to6 ? q->v6 : q->v4;
	want.quote_len = min(q->to6 ? q->v6_len : q->v4_len, max);
	quote_in(q, &in);
	quote_want(q, &want);
	ctx->in_len = q->to6 ?
		      error_wrap4(ctx->in, &outer, q->in, q->in_len) :
		      error_wrap6(ctx->in, &outer, q->in, q->in_len);
	ctx->want_len = q->to6 ?
			error_wrap6(ctx->want, &outer, q->want, q->want_len) :
			error_wrap4(ctx->want, &outer, q->want, q->want_len);
}

/* What the device is left to sum up begins with the pseudo header of ICMPv6. */
static void error_seed(struct quote *q)
{
	u8 *field = q->ctx->in + (q->to6 ? 20 : 40) + 2;

	ref_put16(field, q->to6 ? 0 : ref_sum(&q->router, 16,
					      ref_sum(&q->host, 16,
						      58 + q->in_len)));
}

static void error_shapes(struct kunit *test, bool to6)
{
	static const unsigned int lens[] = { 0, 40, 400, 600, 1300 };
	struct quote *q = quote_new(test, to6);
	struct test_ctx *ctx = test->priv;
	struct test_mix mix = { .proto = IPPROTO_ICMP };
	unsigned int i;
	char what[64];

	for (mix.shape = 0; mix.shape < TEST_SHAPES; mix.shape++)
		for (mix.csum = 0; mix.csum <= TEST_PARTIAL; mix.csum++)
			for (i = 0; i < ARRAY_SIZE(lens); i++) {
				error_make(test, q, lens[i]);
				if (mix.csum == TEST_PARTIAL)
					error_seed(q);
				test_skb_make(test, &mix, to6 ? 20 : 40, !to6);
				test_set_ip_id(ctx, ERROR_ID);
				snprintf(what, sizeof(what),
					 "%u octets, shape %u, checksum %u",
					 lens[i], mix.shape, mix.csum);
				KUNIT_EXPECT_EQ_MSG(test,
						    to6 ? test_run46(ctx) :
							  test_run64(ctx), 0,
						    "%s", what);
				test_skb_expect(test, what, to6, false);
				test_skb_drop(ctx);
			}
}

static void error_shapes46(struct kunit *test)
{
	error_shapes(test, true);
}

static void error_shapes64(struct kunit *test)
{
	error_shapes(test, false);
}

/* Each error has an identification of its own. */
static void error_ids(struct kunit *test)
{
	struct quote *q = quote_new(test, false);
	struct test_mix mix = { .proto = IPPROTO_ICMP };
	struct test_ctx *ctx = test->priv;
	unsigned int i;

	test_set_ip_id(ctx, ERROR_ID);
	for (i = 0; i < 4; i++) {
		error_make(test, q, 40);
		ref_put16(ctx->want + 4, ERROR_ID + i);
		ref_put16(ctx->want + 10, ref_ip_check(ctx->want, 20));
		test_skb_make(test, &mix, 40, true);
		KUNIT_ASSERT_EQ(test, test_run64(ctx), 0);
		test_skb_expect(test, "identification", false, false);
		test_skb_drop(ctx);
	}
}

/* Room for the uplink's header, and what the packet had besides its octets */
static void error_kept(struct kunit *test)
{
	struct quote *q = quote_new(test, true);
	struct test_mix mix = { .proto = IPPROTO_ICMP };
	struct test_ctx *ctx = test->priv;

	error_make(test, q, 40);
	test_skb_make(test, &mix, 20, false);
	ctx->skb->mark = 0x1234;
	ctx->skb->priority = 6;
	ctx->skb->dev = ctx->cfg->uplink;
	KUNIT_ASSERT_EQ(test, test_run46(ctx), 0);
	KUNIT_EXPECT_EQ(test, ctx->skb->mark, 0x1234);
	KUNIT_EXPECT_EQ(test, ctx->skb->priority, 6);
	KUNIT_EXPECT_PTR_EQ(test, ctx->skb->dev, ctx->cfg->uplink);
	KUNIT_EXPECT_GE(test, skb_headroom(ctx->skb),
			LL_RESERVED_SPACE(ctx->cfg->uplink));
}

/* A refused error is left as it was, and is the caller's. */
static void error_refused(struct kunit *test)
{
	struct test_mix mix = { .proto = IPPROTO_ICMP, .shape = TEST_CLONED };
	struct test_ctx *ctx = test->priv;
	unsigned int way;

	for (way = 0; way < 2; way++) {
		struct quote *q = quote_new(test, way);
		unsigned int l4 = way ? 20 : 40;

		error_make(test, q, 40);
		ctx->in[l4 + 3] ^= 1;
		test_skb_make(test, &mix, l4, !way);
		KUNIT_EXPECT_EQ(test, way ? test_run46(ctx) : test_run64(ctx),
				way ? -CLAT_DROP_ICMP_CHECKSUM46 :
				      -CLAT_DROP_ICMP_CHECKSUM64);
		test_skb_expect_unwritten(test, "checksum", !way);
		test_skb_drop(ctx);
	}
}

static struct kunit_case error_cases[] = {
	KUNIT_CASE(error_shapes46),
	KUNIT_CASE(error_shapes64),
	KUNIT_CASE(error_ids),
	KUNIT_CASE(error_kept),
	KUNIT_CASE(error_refused),
	{}
};

static struct kunit_suite error_suite = {
	.name = "clat-error",
	.init = test_ctx_init,
	.exit = test_ctx_exit,
	.test_cases = error_cases,
};

kunit_test_suite(error_suite);
