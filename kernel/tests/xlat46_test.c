// SPDX-License-Identifier: GPL-2.0
/* xlat46.c over real skbs: every shape and checksum state, superframes. */
#include "golden.h"
#include "skb.h"

#define XLAT46_PAYLOAD	131	/* odd: the last octet is half a word */

/* The packet before, from the same description as the one expected. */
static void xlat46_packets(struct test_ctx *ctx, struct ref_packet ref,
			   const struct test_mix *mix)
{
	ctx->want_len = ref_build6(ctx->want, &ref);
	if (mix->csum == TEST_PARTIAL)
		ref.check = REF_CHECK_SEED;
	if (mix->udp_zero)
		ref.check = REF_CHECK_ZERO;
	ctx->in_len = ref_build4(ctx->in, &ref);
}

static u8 xlat46_summed(const struct test_mix *mix)
{
	switch (mix->csum) {
	case TEST_PARTIAL:
	case TEST_INNER_PARTIAL:
		return CHECKSUM_PARTIAL;
	case TEST_UNNECESSARY:
		return CHECKSUM_UNNECESSARY;
	default:
		return CHECKSUM_NONE;
	}
}

static void xlat46_one(struct kunit *test, const struct ref_packet *ref,
		       const struct test_mix *mix, const char *what)
{
	struct test_ctx *ctx = test->priv;

	xlat46_packets(ctx, *ref, mix);
	test_skb_make(test, mix, 20 + ref->options_len, false);
	KUNIT_ASSERT_EQ_MSG(test, test_run46(ctx), 0, "%s", what);
	test_skb_expect(test, what, true, mix->proto == IPPROTO_UDP);
	if (!mix->udp_zero)
		KUNIT_EXPECT_EQ_MSG(test, (u8)ctx->skb->ip_summed,
				    xlat46_summed(mix), "%s: ip_summed", what);
	KUNIT_EXPECT_GE_MSG(test, skb_headroom(ctx->skb),
			    LL_RESERVED_SPACE(ctx->cfg->uplink),
			    "%s: headroom", what);
	test_skb_drop(ctx);
}

static void xlat46_mix(struct kunit *test)
{
	struct test_mix mix = test_mix(test->param_value);
	u8 payload[XLAT46_PAYLOAD];
	struct ref_packet ref;
	unsigned int i;

	for (i = 0; i < TEST_PREFIXES; i++) {
		const struct test_prefix *prefix = &test_prefixes[i];

		test_mix_ref(&ref, &mix, prefix, payload, sizeof(payload));
		test_set_plat(test, prefix->prefix, prefix->len);
		xlat46_one(test, &ref, &mix, prefix->addr);
	}
}

/* All transport protocols in the plain state, under 64:ff9b::/96. */
static void xlat46_base(struct kunit *test, struct ref_packet *ref,
			struct test_mix *mix, u8 proto, u8 *payload,
			unsigned int len)
{
	const struct test_prefix *prefix = &test_prefixes[TEST_PREFIXES - 1];

	*mix = (struct test_mix) { .proto = proto };
	test_mix_ref(ref, mix, prefix, payload, len);
	test_set_plat(test, prefix->prefix, prefix->len);
}

static void xlat46_golden(struct kunit *test)
{
	const struct golden *golden = test->param_value;
	struct test_ctx *ctx = test->priv;
	struct test_mix mix = {};

	test_set_plat(test, "64:ff9b::", 96);
	memcpy(ctx->in, golden->v4, golden->v4_len);
	memcpy(ctx->want, golden->v6, golden->v6_len);
	ctx->in_len = golden->v4_len;
	ctx->want_len = golden->v6_len;
	test_skb_make(test, &mix, 0, false);
	KUNIT_ASSERT_EQ(test, test_run46(ctx), 0);
	test_skb_expect(test, golden->name, true, golden->v4[9] == 17);
}

static void xlat46_options(struct kunit *test)
{
	static const u8 options[40] = { 7, 39, 4 };
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	u8 payload[XLAT46_PAYLOAD];
	struct ref_packet ref;
	struct test_mix mix;
	unsigned int i, len;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		for (len = 4; len <= sizeof(options); len += 4) {
			xlat46_base(test, &ref, &mix, protos[i], payload,
				    sizeof(payload));
			ref.options = options;
			ref.options_len = len;
			/* Record route ends where the header ends. */
			if (len < 40)
				ref.options = options + 3;
			mix.shape = len % 8 ? TEST_TIGHT : TEST_SPLIT;
			xlat46_one(test, &ref, &mix, "options");
		}
}

/* Payloads of all lengths there are below a few words, DF either way */
static void xlat46_lengths(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	struct ref_packet ref;
	struct test_mix mix;
	unsigned int i, len;
	u8 payload[20];

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		for (len = 0; len <= sizeof(payload); len++) {
			xlat46_base(test, &ref, &mix, protos[i], payload, len);
			ref.frag_off = len % 2 ? 0x4000 : 0;
			xlat46_one(test, &ref, &mix, "length");
		}
}

/*
 * A word of the payload makes the new checksum zero: all ones in UDP (RFC 768),
 * zero elsewhere.
 */
static void xlat46_zero(struct kunit *test)
{
	struct test_mix mix = test_mix(test->param_value);
	struct test_ctx *ctx = test->priv;
	u8 payload[XLAT46_PAYLOAD];
	struct ref_packet ref;
	unsigned int i;

	for (i = 0; i < TEST_PREFIXES; i++) {
		const struct test_prefix *prefix = &test_prefixes[i];
		u8 *check = ctx->want + 40;

		test_mix_ref(&ref, &mix, prefix, payload, sizeof(payload));
		check += ref_check_off(&ref);
		ref_put16(payload, 0);
		ref_build6(ctx->want, &ref);
		ref_put16(payload, ref_get16(check));
		ref_build6(ctx->want, &ref);
		KUNIT_ASSERT_EQ(test, ref_get16(check),
				mix.proto == IPPROTO_UDP ? 0xffff : 0);

		test_set_plat(test, prefix->prefix, prefix->len);
		xlat46_one(test, &ref, &mix, prefix->addr);
	}
}

/* Where both addresses have the same sum, checksums don't change. */
static void xlat46_neutral(struct kunit *test)
{
	struct test_mix mix = test_mix(test->param_value);
	const struct test_prefix *prefix = &test_prefixes[TEST_PREFIXES - 1];
	struct test_ctx *ctx = test->priv;
	u8 payload[XLAT46_PAYLOAD];
	struct clat_pair pair;
	struct ref_packet ref;
	char text[40];
	u16 sum4, sum6;

	test_mix_ref(&ref, &mix, prefix, payload, sizeof(payload));
	ref.saddr4 = ref_v4("192.0.0.1");
	ref.saddr6 = ref_v6("2001:db8:1:2::");
	sum4 = ref_sum(&ref.saddr4, 4, ref_sum(&ref.daddr4, 4, 0));
	sum6 = ref_sum(&ref.saddr6, 16, ref_sum(&ref.daddr6, 16, 0));
	ref_put16(ref.saddr6.s6_addr + 14, ref_sum(NULL, 0, sum4 + (u16)~sum6));
	sum6 = ref_sum(&ref.saddr6, 16, ref_sum(&ref.daddr6, 16, 0));
	KUNIT_ASSERT_EQ(test, sum4, sum6);

	snprintf(text, sizeof(text), "%pI6c", &ref.saddr6);
	pair = test_pair("192.0.0.1", 32, text);
	ctx->cfg->xlat.map.n = 0;
	KUNIT_ASSERT_EQ(test, clat_map_add(&ctx->cfg->xlat.map, &pair), 0);
	test_set_plat(test, prefix->prefix, prefix->len);
	xlat46_one(test, &ref, &mix, "neutral");
}

/*
 * A UDP packet may be shorter than the IP packet that carries it: what is
 * behind it is no part of its checksum.
 */
static void xlat46_udp_short(struct kunit *test)
{
	u8 payload[XLAT46_PAYLOAD];
	struct ref_packet ref;
	struct test_mix mix;

	xlat46_base(test, &ref, &mix, IPPROTO_UDP, payload, sizeof(payload));
	ref.udp_short = 30;
	xlat46_one(test, &ref, &mix, "shorter by 30");
}

/*
 * With room before it a packet is not copied: neither if it is nobody else's,
 * nor if TCP keeps the payload, and only that, to send it again.
 */
static void xlat46_in_place(struct kunit *test)
{
	struct test_ctx *ctx = test->priv;
	u8 payload[XLAT46_PAYLOAD];
	struct sk_buff *kept;
	struct ref_packet ref;
	struct test_mix mix;
	int tcp;

	for (tcp = 0; tcp < 2; tcp++) {
		const unsigned char *head;

		xlat46_base(test, &ref, &mix, IPPROTO_TCP, payload,
			    sizeof(payload));
		mix.csum = TEST_PARTIAL;
		xlat46_packets(ctx, ref, &mix);
		test_skb_make(test, &mix, 20, false);
		head = ctx->skb->head;
		kept = NULL;
		if (tcp) {
			kept = ctx->skb;
			__skb_header_release(kept);
			ctx->skb = skb_clone(kept, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, ctx->skb);
			__skb_pull(kept, 40);
		}
		KUNIT_EXPECT_EQ(test, test_run46(ctx), 0);
		test_skb_expect(test, "in place", true, false);
		KUNIT_EXPECT_PTR_EQ(test, (const unsigned char *)ctx->skb->head,
				    head);
		if (kept)
			ref_expect_bytes(test, "kept payload", kept->data,
					 kept->len, payload, sizeof(payload));
		kfree_skb(kept);
		test_skb_drop(ctx);
	}
}

static struct kunit_case xlat46_cases[] = {
	KUNIT_CASE_PARAM(xlat46_mix, test_mix_gen_params),
	KUNIT_CASE_PARAM(xlat46_zero, test_mix_gen_params),
	KUNIT_CASE_PARAM(xlat46_neutral, test_mix_gen_params),
	KUNIT_CASE_PARAM(xlat46_golden, golden_gen_params),
	KUNIT_CASE(xlat46_options),
	KUNIT_CASE(xlat46_lengths),
	KUNIT_CASE(xlat46_udp_short),
	KUNIT_CASE(xlat46_in_place),
	{}
};

static struct kunit_suite xlat46_suite = {
	.name = "clat-xlat46",
	.init = test_ctx_init,
	.exit = test_ctx_exit,
	.test_cases = xlat46_cases,
};

kunit_test_suite(xlat46_suite);
