// SPDX-License-Identifier: GPL-2.0
/*
 * Spoiled packets in skbs of any shape: what is refused is refused by a reason,
 * what is translated is a sound packet of its new family, and what somebody
 * else reads too is left alone.
 */
#include "parse.h"
#include "skb.h"

#define GARBAGE_ROUNDS	3000
#define GARBAGE_PAYLOAD	90

static const u8 garbage_protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };

/* Any that the stack can produce for a packet of this family and protocol */
static unsigned int garbage_gso(u32 r, u8 proto, bool ipv6)
{
	static const unsigned int flags[] = {
		0, SKB_GSO_DODGY, SKB_GSO_TCP_ECN, SKB_GSO_FRAGLIST,
		SKB_GSO_UDP_TUNNEL, SKB_GSO_PARTIAL, SKB_GSO_ESP, SKB_GSO_GRE,
	};
	unsigned int flag = flags[r % ARRAY_SIZE(flags)];

	if (proto == IPPROTO_TCP)
		return flag | (ipv6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4);
	if (proto == IPPROTO_UDP)
		return flag | SKB_GSO_UDP_L4;
	return 0;
}

static void garbage_make(struct kunit *test, struct rnd_state *rnd, bool ipv6)
{
	const struct test_prefix *prefix = &test_prefixes[TEST_PREFIXES - 1];
	unsigned int header = ipv6 ? 40 : 20, type;
	struct test_ctx *ctx = test->priv;
	u32 r = prandom_u32_state(rnd);
	u8 payload[GARBAGE_PAYLOAD];
	struct ref_packet ref;
	struct test_mix mix = {
		.proto = garbage_protos[r % 3],
		.shape = (r >> 4) % TEST_SHAPES,
		.csum = (r >> 8) % TEST_CSUMS,
	};

	test_mix_ref(&ref, &mix, prefix, payload, sizeof(payload));
	if (ipv6) {
		swap(ref.saddr6, ref.daddr6);
		ctx->in_len = ref_build6(ctx->in, &ref);
	} else {
		ctx->in_len = ref_build4(ctx->in, &ref);
	}
	parse_random(rnd, ctx->in, ctx->in_len, header + ref_l4_len(&ref));
	if (!ipv6 && r & 0x30000)
		ref_put16(ctx->in + 10, ref_ip_check(ctx->in, 20));

	test_skb_make(test, &mix, header, ipv6);
	type = garbage_gso(r >> 24, mix.proto, ipv6);
	if (type && r & 0xc0000)
		return;
	skb_shinfo(ctx->skb)->gso_type = type;
	skb_shinfo(ctx->skb)->gso_size = type ? 1 + (r >> 20) % 60 : 0;
}

/* The header says how long the packet is, and the IPv4 header is sound. */
static void garbage_expect_sound(struct kunit *test, unsigned int round,
				 bool ipv6)
{
	struct test_ctx *ctx = test->priv;
	struct sk_buff *skb = ctx->skb;
	unsigned int len;
	u8 head[40];

	KUNIT_ASSERT_GE(test, skb->len, ipv6 ? 48 : 28);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, 0, head, ipv6 ? 40 : 20), 0);
	len = ipv6 ? 40 + ref_get16(head + 4) : ref_get16(head + 2);
	KUNIT_EXPECT_EQ_MSG(test, len, skb->len, "round %u", round);
	KUNIT_EXPECT_EQ_MSG(test, head[0] >> 4, ipv6 ? 6 : 4, "round %u",
			    round);
	if (!ipv6)
		KUNIT_EXPECT_EQ_MSG(test, ref_get16(head + 10),
				    ref_ip_check(head, 20), "round %u", round);
}

/* Returns whether the packet was translated. */
static bool garbage_round(struct kunit *test, struct rnd_state *rnd,
			  unsigned int round, bool to6)
{
	struct test_ctx *ctx = test->priv;
	int ret;

	garbage_make(test, rnd, !to6);
	ret = to6 ? test_run46(ctx) : test_run64(ctx);
	if (ret)
		KUNIT_EXPECT_TRUE_MSG(test,
				      ret < 0 && ret >= -CLAT_DROP_MAX,
				      "round %u: %d", round, ret);
	else
		garbage_expect_sound(test, round, to6);
	test_skb_expect_unwritten(test, "garbage", !to6);
	test_skb_drop(ctx);
	return !ret;
}

static void garbage_rounds(struct kunit *test, u64 seed, bool to6)
{
	const struct test_prefix *prefix = &test_prefixes[TEST_PREFIXES - 1];
	unsigned int i, translated = 0;
	struct rnd_state rnd;

	test_set_plat(test, prefix->prefix, prefix->len);
	prandom_seed_state(&rnd, seed);
	for (i = 0; i < GARBAGE_ROUNDS; i++)
		translated += garbage_round(test, &rnd, i, to6);
	/* Both ends were seen often, or the garbage is none. */
	KUNIT_EXPECT_GT(test, translated, GARBAGE_ROUNDS / 20);
	KUNIT_EXPECT_LT(test, translated, GARBAGE_ROUNDS * 19 / 20);
}

static void garbage46(struct kunit *test)
{
	garbage_rounds(test, 46, true);
}

static void garbage64(struct kunit *test)
{
	garbage_rounds(test, 64, false);
}

static struct kunit_case garbage_cases[] = {
	KUNIT_CASE(garbage46),
	KUNIT_CASE(garbage64),
	{}
};

static struct kunit_suite garbage_suite = {
	.name = "clat-garbage",
	.init = test_ctx_init,
	.exit = test_ctx_exit,
	.test_cases = garbage_cases,
};

kunit_test_suite(garbage_suite);
