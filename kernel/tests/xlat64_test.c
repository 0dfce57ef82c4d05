// SPDX-License-Identifier: GPL-2.0
/* xlat64.c over real skbs: every shape and checksum state, what is refused. */
#include "golden.h"
#include "parse.h"
#include "skb.h"

#define XLAT64_PAYLOAD	131	/* odd: the last octet is half a word */
#define XLAT64_ID	0x4000	/* next identification */

static void xlat64_turn(struct ref_packet *ref)
{
	swap(ref->saddr4, ref->daddr4);
	swap(ref->saddr6, ref->daddr6);
}

/* The packet before, from the same description as the one expected. */
static void xlat64_packets(struct test_ctx *ctx, struct ref_packet ref,
			   const struct test_mix *mix)
{
	if (mix->udp_zero)
		ref.check = REF_CHECK_ZERO;
	ctx->want_len = ref_build4(ctx->want, &ref);
	if (mix->csum == TEST_PARTIAL)
		ref.check = REF_CHECK_SEED;
	ctx->in_len = ref_build6(ctx->in, &ref);
}

static u8 xlat64_summed(const struct test_mix *mix)
{
	switch (mix->csum) {
	case TEST_PARTIAL:
	case TEST_INNER_PARTIAL:
		return CHECKSUM_PARTIAL;
	case TEST_UNNECESSARY:
		return CHECKSUM_UNNECESSARY;
	case TEST_COMPLETE:
		return CHECKSUM_COMPLETE;
	default:
		return CHECKSUM_NONE;
	}
}

static void xlat64_one(struct kunit *test, const struct ref_packet *ref,
		       const struct test_mix *mix, const char *what)
{
	struct test_ctx *ctx = test->priv;

	xlat64_packets(ctx, *ref, mix);
	test_skb_make(test, mix, 40, true);
	test_set_ip_id(ctx, XLAT64_ID);
	KUNIT_ASSERT_EQ_MSG(test, test_run64(ctx), 0, "%s", what);
	test_skb_expect(test, what, false, mix->proto == IPPROTO_UDP);
	KUNIT_EXPECT_EQ_MSG(test, (u8)ctx->skb->ip_summed, xlat64_summed(mix),
			    "%s: ip_summed", what);
	test_skb_drop(ctx);
}

static void xlat64_ref(struct ref_packet *ref, const struct test_mix *mix,
		       const struct test_prefix *prefix, u8 *payload,
		       unsigned int payload_len)
{
	test_mix_ref(ref, mix, prefix, payload, payload_len);
	xlat64_turn(ref);
	ref->id = XLAT64_ID;
}

static void xlat64_mix(struct kunit *test)
{
	struct test_mix mix = test_mix(test->param_value);
	u8 payload[XLAT64_PAYLOAD];
	struct ref_packet ref;
	unsigned int i;

	for (i = 0; i < TEST_PREFIXES; i++) {
		const struct test_prefix *prefix = &test_prefixes[i];

		xlat64_ref(&ref, &mix, prefix, payload, sizeof(payload));
		test_set_plat(test, prefix->prefix, prefix->len);
		xlat64_one(test, &ref, &mix, prefix->addr);
	}
}

/* What lies in the suffix is ignored, but summed up in the checksum. */
static void xlat64_suffix(struct kunit *test)
{
	struct test_mix mix = test_mix(test->param_value);
	u8 payload[XLAT64_PAYLOAD];
	struct ref_packet ref;
	unsigned int i;

	for (i = 0; i < TEST_PREFIXES; i++) {
		const struct test_prefix *prefix = &test_prefixes[i];

		if (prefix->len == 96)
			continue;	/* has no suffix */
		xlat64_ref(&ref, &mix, prefix, payload, sizeof(payload));
		ref.saddr6.s6_addr[13] = 0x5a;
		ref.saddr6.s6_addr[15] = 0xc3;
		test_set_plat(test, prefix->prefix, prefix->len);
		xlat64_one(test, &ref, &mix, prefix->addr);
	}
}

/* A word of the payload makes the new checksum zero. */
static void xlat64_zero(struct kunit *test)
{
	struct test_mix mix = test_mix(test->param_value);
	struct test_ctx *ctx = test->priv;
	u8 payload[XLAT64_PAYLOAD];
	struct ref_packet ref;
	unsigned int i;

	for (i = 0; i < TEST_PREFIXES; i++) {
		const struct test_prefix *prefix = &test_prefixes[i];
		u8 *check = ctx->want + 20;

		xlat64_ref(&ref, &mix, prefix, payload, sizeof(payload));
		check += ref_check_off(&ref);
		ref_put16(payload, 0);
		ref_build4(ctx->want, &ref);
		ref_put16(payload, ref_get16(check));
		ref_build4(ctx->want, &ref);
		KUNIT_ASSERT_EQ(test, ref_get16(check),
				mix.proto == IPPROTO_UDP ? 0xffff : 0);

		test_set_plat(test, prefix->prefix, prefix->len);
		xlat64_one(test, &ref, &mix, prefix->addr);
	}
}

/* Where both addresses have the same sum, checksums don't change. */
static void xlat64_neutral(struct kunit *test)
{
	struct test_mix mix = test_mix(test->param_value);
	const struct test_prefix *prefix = &test_prefixes[TEST_PREFIXES - 1];
	struct test_ctx *ctx = test->priv;
	u8 payload[XLAT64_PAYLOAD];
	struct clat_pair pair;
	struct ref_packet ref;
	char text[40];
	u16 sum4, sum6;

	xlat64_ref(&ref, &mix, prefix, payload, sizeof(payload));
	ref.daddr4 = ref_v4("192.0.0.1");
	ref.daddr6 = ref_v6("2001:db8:1:2::");
	sum4 = ref_sum(&ref.saddr4, 4, ref_sum(&ref.daddr4, 4, 0));
	sum6 = ref_sum(&ref.saddr6, 16, ref_sum(&ref.daddr6, 16, 0));
	ref_put16(ref.daddr6.s6_addr + 14, ref_sum(NULL, 0, sum4 + (u16)~sum6));
	sum6 = ref_sum(&ref.saddr6, 16, ref_sum(&ref.daddr6, 16, 0));
	KUNIT_ASSERT_EQ(test, sum4, sum6);

	snprintf(text, sizeof(text), "%pI6c", &ref.daddr6);
	pair = test_pair("192.0.0.1", 32, text);
	ctx->cfg->xlat.map.n = 0;
	KUNIT_ASSERT_EQ(test, clat_map_add(&ctx->cfg->xlat.map, &pair), 0);
	test_set_plat(test, prefix->prefix, prefix->len);
	xlat64_one(test, &ref, &mix, "neutral");
}

static void xlat64_base(struct kunit *test, struct ref_packet *ref,
			struct test_mix *mix, u8 proto, u8 *payload,
			unsigned int len)
{
	const struct test_prefix *prefix = &test_prefixes[TEST_PREFIXES - 1];

	*mix = (struct test_mix) { .proto = proto };
	xlat64_ref(ref, mix, prefix, payload, len);
	test_set_plat(test, prefix->prefix, prefix->len);
}

/* The answers to these packets: the same with the ends exchanged. */
static void xlat64_golden(struct kunit *test)
{
	const struct golden *golden = test->param_value;
	struct test_ctx *ctx = test->priv;
	struct test_mix mix = {};
	u8 end[16];

	test_set_plat(test, "64:ff9b::", 96);
	memcpy(ctx->in, golden->v6, golden->v6_len);
	memcpy(end, ctx->in + 8, 16);
	memcpy(ctx->in + 8, ctx->in + 24, 16);
	memcpy(ctx->in + 24, end, 16);
	memcpy(ctx->want, golden->v4, golden->v4_len);
	memcpy(end, ctx->want + 12, 4);
	memcpy(ctx->want + 12, ctx->want + 16, 4);
	memcpy(ctx->want + 16, end, 4);
	ctx->in_len = golden->v6_len;
	ctx->want_len = golden->v4_len;

	test_set_ip_id(ctx, ref_get16(golden->v4 + 4));
	test_skb_make(test, &mix, 0, true);
	KUNIT_ASSERT_EQ(test, test_run64(ctx), 0);
	test_skb_expect(test, golden->name, false, golden->v6[6] == 17);
}

static void xlat64_lengths(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	struct ref_packet ref;
	struct test_mix mix;
	unsigned int i, len;
	u8 payload[20];

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		for (len = 0; len <= sizeof(payload); len++) {
			xlat64_base(test, &ref, &mix, protos[i], payload, len);
			mix.csum = len % 2 ? TEST_COMPLETE : TEST_NONE;
			xlat64_one(test, &ref, &mix, "length");
		}
}

/*
 * A UDP packet may be shorter than the IP packet that carries it: what is
 * behind it is no part of its checksum.
 */
static void xlat64_udp_short(struct kunit *test)
{
	u8 payload[XLAT64_PAYLOAD];
	struct ref_packet ref;
	struct test_mix mix;

	xlat64_base(test, &ref, &mix, IPPROTO_UDP, payload, sizeof(payload));
	ref.udp_short = 30;
	xlat64_one(test, &ref, &mix, "with checksum");
	mix.udp_zero = true;
	xlat64_one(test, &ref, &mix, "without checksum");
}

/* The IPv4 header fits where the IPv6 header was: nothing is copied. */
static void xlat64_in_place(struct kunit *test)
{
	static const enum test_shape shapes[] = { TEST_TIGHT, TEST_PAYLOAD };
	struct test_ctx *ctx = test->priv;
	u8 payload[XLAT64_PAYLOAD];
	struct ref_packet ref;
	struct test_mix mix;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		const unsigned char *head;
		unsigned int paged;

		xlat64_base(test, &ref, &mix, IPPROTO_TCP, payload,
			    sizeof(payload));
		mix.shape = shapes[i];
		xlat64_packets(ctx, ref, &mix);
		test_skb_make(test, &mix, 40, true);
		test_set_ip_id(ctx, XLAT64_ID);
		head = ctx->skb->head;
		paged = ctx->skb->data_len;
		KUNIT_EXPECT_EQ(test, test_run64(ctx), 0);
		test_skb_expect(test, "in place", false, false);
		KUNIT_EXPECT_PTR_EQ(test, (const unsigned char *)ctx->skb->head,
				    head);
		KUNIT_EXPECT_EQ(test, ctx->skb->data_len, paged);
		test_skb_drop(ctx);
	}
}

/* RFC 7915, section 5.1: DF is clear up to 1260 octets, with an id then. */
static void xlat64_df(struct kunit *test)
{
	u8 *payload = kunit_kzalloc(test, 1600, GFP_KERNEL);
	struct ref_packet ref;
	struct test_mix mix;
	unsigned int len;

	KUNIT_ASSERT_NOT_NULL(test, payload);
	for (len = 1200; len <= 1300; len++) {
		xlat64_base(test, &ref, &mix, IPPROTO_UDP, payload, len);
		if (20 + 8 + len > 1260) {
			ref.id = 0;
			ref.frag_off = 0x4000;
		}
		xlat64_one(test, &ref, &mix, "DF");
	}
}

/* Every packet has an identification of its own, and they wrap. */
static void xlat64_ids(struct kunit *test)
{
	struct test_ctx *ctx = test->priv;
	struct ref_packet ref;
	struct test_mix mix;
	u8 payload[8];
	unsigned int i;

	xlat64_base(test, &ref, &mix, IPPROTO_UDP, payload, sizeof(payload));
	test_set_ip_id(ctx, 0xfffd);
	for (i = 0; i < 6; i++) {
		ref.id = 0xfffd + i;
		xlat64_packets(ctx, ref, &mix);
		test_skb_make(test, &mix, 40, true);
		KUNIT_ASSERT_EQ(test, test_run64(ctx), 0);
		test_skb_expect(test, "identification", false, true);
		test_skb_drop(ctx);
	}
}

struct xlat64_refusal {
	const char *name;
	const char *far;	/* IPv4 address of the source */
	bool wkp_strict;
	unsigned int gso_type;
	struct parse_patch patch, patch2;
	int want;
};

static const struct xlat64_refusal xlat64_refusals[] = {
	{ "nothing", "203.0.113.33" },
	{ "source 0.0.0.0", "0.0.0.0", .want = -CLAT_DROP_SOURCE64 },
	{ "source 127.0.0.1", "127.0.0.1", .want = -CLAT_DROP_SOURCE64 },
	{ "source 169.254.1.1", "169.254.1.1", .want = -CLAT_DROP_SOURCE64 },
	{ "source 224.0.0.1", "224.0.0.1", .want = -CLAT_DROP_SOURCE64 },
	{ "source 240.0.0.1", "240.0.0.1", .want = -CLAT_DROP_SOURCE64 },
	{ "source 255.255.255.255", "255.255.255.255",
	  .want = -CLAT_DROP_SOURCE64 },
	{ "source 192.0.0.2", "192.0.0.2", .want = -CLAT_DROP_SOURCE64 },
	{ "source 192.0.0.8", "192.0.0.8", .want = -CLAT_DROP_SOURCE64 },
	{ "source is the destination", "192.0.0.1",
	  .want = -CLAT_DROP_SOURCE64 },
	{ "source in the map", "192.168.43.5", .want = -CLAT_DROP_SOURCE64 },
	{ "source beside the map", "192.168.44.5" },
	{ "private source", "10.1.2.3" },
	{ "private source, wkp-strict", "10.1.2.3", true,
	  .want = -CLAT_DROP_SOURCE64 },
	{ "global source, wkp-strict", "8.8.8.8", true },
	{ "superframe in a list", "203.0.113.33",
	  .gso_type = SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST,
	  .want = -CLAT_DROP_GSO64 },
	{ "superframe in UDP", "203.0.113.33",
	  .gso_type = SKB_GSO_TCPV4 | SKB_GSO_UDP_TUNNEL,
	  .want = -CLAT_DROP_GSO64 },
	{ "version", "203.0.113.33", .patch = { 0, 1, { 0x50 } },
	  .want = -CLAT_DROP_HEADER64 },
	{ "payload length", "203.0.113.33", .patch = { 4, 1, { 0x7f } },
	  .want = -CLAT_DROP_HEADER64 },
	/* next header 58, fragment offset 8 */
	{ "fragment of ICMP", "203.0.113.33",
	  .patch = { 6, 1, { 44 } }, .patch2 = { 40, 4, { 58, 0, 0, 8 } },
	  .want = -CLAT_DROP_ICMP_FRAGMENT64 },
	{ "extension headers past the packet", "203.0.113.33",
	  .patch = { 6, 1, { 60 } }, .patch2 = { 40, 2, { 6, 255 } },
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "routing header with segments left", "203.0.113.33",
	  .patch = { 6, 1, { 43 } }, .patch2 = { 40, 4, { 6, 0, 0, 1 } },
	  .want = -CLAT_DROP_ROUTING64 },
	{ "ICMPv4", "203.0.113.33", .patch = { 6, 1, { 1 } },
	  .want = -CLAT_DROP_PROTOCOL64 },
	{ "neighbour solicitation", "203.0.113.33",
	  .patch = { 40, 1, { 135 } }, .want = -CLAT_DROP_ICMP64 },
};

static void xlat64_refusal_desc(const struct xlat64_refusal *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(xlat64_refusal, xlat64_refusals, xlat64_refusal_desc);

static void xlat64_refused(struct kunit *test)
{
	const struct xlat64_refusal *c = test->param_value;
	struct test_ctx *ctx = test->priv;
	u8 payload[XLAT64_PAYLOAD];
	struct ref_packet ref;
	struct test_mix mix;
	int ret;

	xlat64_base(test, &ref, &mix, IPPROTO_ICMP, payload, sizeof(payload));
	ref.saddr4 = ref_v4(c->far);
	memcpy(&ref.saddr6.s6_addr32[3], &ref.saddr4, 4);
	ctx->cfg->xlat.wkp_strict = c->wkp_strict;
	mix.shape = TEST_SPLIT_CLONED;

	xlat64_packets(ctx, ref, &mix);
	parse_patch(ctx->in, &c->patch, 1);
	parse_patch(ctx->in, &c->patch2, 1);
	test_skb_make(test, &mix, 40, true);
	skb_shinfo(ctx->skb)->gso_type = c->gso_type;
	skb_shinfo(ctx->skb)->gso_size = c->gso_type ? 50 : 0;
	test_set_ip_id(ctx, XLAT64_ID);

	ret = test_run64(ctx);
	KUNIT_EXPECT_EQ(test, ret, c->want);
	if (!ret && !c->want)
		test_skb_expect(test, c->name, false, false);
}

/* What is refused under the Well-Known Prefix is not under another one. */
static void xlat64_strict_elsewhere(struct kunit *test)
{
	const struct test_prefix *prefix = &test_prefixes[TEST_PREFIXES - 2];
	struct test_mix mix = { .proto = IPPROTO_UDP };
	struct test_ctx *ctx = test->priv;
	u8 payload[XLAT64_PAYLOAD];
	struct ref_packet ref;

	ctx->cfg->xlat.wkp_strict = true;
	xlat64_ref(&ref, &mix, prefix, payload, sizeof(payload));
	test_set_plat(test, prefix->prefix, prefix->len);
	xlat64_one(test, &ref, &mix, prefix->addr);
}

static struct kunit_case xlat64_cases[] = {
	KUNIT_CASE_PARAM(xlat64_mix, test_mix_gen_params),
	KUNIT_CASE_PARAM(xlat64_suffix, test_mix_gen_params),
	KUNIT_CASE_PARAM(xlat64_zero, test_mix_gen_params),
	KUNIT_CASE_PARAM(xlat64_neutral, test_mix_gen_params),
	KUNIT_CASE_PARAM(xlat64_golden, golden_gen_params),
	KUNIT_CASE(xlat64_lengths),
	KUNIT_CASE(xlat64_udp_short),
	KUNIT_CASE(xlat64_in_place),
	KUNIT_CASE(xlat64_df),
	KUNIT_CASE(xlat64_ids),
	KUNIT_CASE_PARAM(xlat64_refused, xlat64_refusal_gen_params),
	KUNIT_CASE(xlat64_strict_elsewhere),
	{}
};

static struct kunit_suite xlat64_suite = {
	.name = "clat-xlat64",
	.init = test_ctx_init,
	.exit = test_ctx_exit,
	.test_cases = xlat64_cases,
};

kunit_test_suite(xlat64_suite);
