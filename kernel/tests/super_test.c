// SPDX-License-Identifier: GPL-2.0
/*
 * Superframes cross in one piece, and the stack then makes of them the packets
 * that it would have made of native ones.
 */
#include <linux/netdevice.h>

#include "skb.h"

#define SUPER_ID	0xfffc	/* next identification: it wraps soon */

struct super_case {
	const char *name;
	bool to6;
	u8 proto;
	enum test_shape shape;
	unsigned int size, segs;	/* of segments, the last is shorter */
	unsigned int type, want_type;
	bool df;			/* 6 to 4: expected */
	bool no_segs;			/* gso_segs is 0 */
};

static const struct super_case super_cases[] = {
	{ "TCP, 44 segments", true, IPPROTO_TCP, TEST_PAYLOAD, 1388, 44,
	  SKB_GSO_TCPV4, SKB_GSO_TCPV6 },
	{ "TCP, read by somebody else too", true, IPPROTO_TCP,
	  TEST_SPLIT_CLONED, 1388, 44, SKB_GSO_TCPV4, SKB_GSO_TCPV6 },
	{ "TCP, ECN, untrusted", true, IPPROTO_TCP, TEST_PAYLOAD, 1000, 5,
	  SKB_GSO_TCPV4 | SKB_GSO_TCP_ECN | SKB_GSO_DODGY,
	  SKB_GSO_TCPV6 | SKB_GSO_TCP_ECN | SKB_GSO_DODGY },
	{ "TCP, fixed identification", true, IPPROTO_TCP, TEST_PAYLOAD, 1000,
	  5, SKB_GSO_TCPV4 | SKB_GSO_TCP_FIXEDID, SKB_GSO_TCPV6 },
	{ "TCP, linear", true, IPPROTO_TCP, TEST_LINEAR, 536, 3,
	  SKB_GSO_TCPV4, SKB_GSO_TCPV6 },
	{ "TCP, no headroom", true, IPPROTO_TCP, TEST_TIGHT, 536, 3,
	  SKB_GSO_TCPV4, SKB_GSO_TCPV6 },
	{ "UDP, 10 segments", true, IPPROTO_UDP, TEST_PAYLOAD, 1200, 10,
	  SKB_GSO_UDP_L4, SKB_GSO_UDP_L4 },
	{ "UDP, read by somebody else too", true, IPPROTO_UDP,
	  TEST_SPLIT_CLONED, 1200, 10, SKB_GSO_UDP_L4, SKB_GSO_UDP_L4 },

	{ "TCP, 44 segments, to IPv4", false, IPPROTO_TCP, TEST_PAYLOAD, 1388,
	  44, SKB_GSO_TCPV6, SKB_GSO_TCPV4, .df = true },
	{ "TCP, read by somebody else too, to IPv4", false, IPPROTO_TCP,
	  TEST_SPLIT_CLONED, 1388, 44, SKB_GSO_TCPV6, SKB_GSO_TCPV4,
	  .df = true },
	{ "TCP, ECN, untrusted, to IPv4", false, IPPROTO_TCP, TEST_PAYLOAD,
	  1300, 5, SKB_GSO_TCPV6 | SKB_GSO_TCP_ECN | SKB_GSO_DODGY,
	  SKB_GSO_TCPV4 | SKB_GSO_TCP_ECN | SKB_GSO_DODGY, .df = true },
	{ "TCP, segments of 1260 octets", false, IPPROTO_TCP, TEST_PAYLOAD,
	  1220, 7, SKB_GSO_TCPV6, SKB_GSO_TCPV4 },
	{ "TCP, segments of 1261 octets", false, IPPROTO_TCP, TEST_PAYLOAD,
	  1221, 7, SKB_GSO_TCPV6, SKB_GSO_TCPV4, .df = true },
	{ "UDP, segments of 1260 octets", false, IPPROTO_UDP, TEST_PAYLOAD,
	  1232, 10, SKB_GSO_UDP_L4, SKB_GSO_UDP_L4 },
	{ "UDP, segments of 1261 octets", false, IPPROTO_UDP, TEST_PAYLOAD,
	  1233, 10, SKB_GSO_UDP_L4, SKB_GSO_UDP_L4, .df = true },
	{ "UDP, read by somebody else too, to IPv4", false, IPPROTO_UDP,
	  TEST_SPLIT_CLONED, 1200, 10, SKB_GSO_UDP_L4, SKB_GSO_UDP_L4 },
	/* A virtual machine's host doesn't say how many there are. */
	{ "TCP, number of segments not known", false, IPPROTO_TCP,
	  TEST_PAYLOAD, 1200, 6, SKB_GSO_TCPV6 | SKB_GSO_DODGY,
	  SKB_GSO_TCPV4 | SKB_GSO_DODGY, .no_segs = true },
	{ "UDP, number of segments not known", false, IPPROTO_UDP,
	  TEST_PAYLOAD, 1000, 6, SKB_GSO_UDP_L4 | SKB_GSO_DODGY,
	  SKB_GSO_UDP_L4 | SKB_GSO_DODGY, .no_segs = true },
};

static void super_desc(const struct super_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(super, super_cases, super_desc);

static unsigned int super_build(u8 *buf, const struct ref_packet *ref, bool v6)
{
	return v6 ? ref_build6(buf, ref) : ref_build4(buf, ref);
}

/* What is the same for all packets of a case */
static void super_ref(struct kunit *test, struct ref_packet *ref,
		      struct test_mix *mix)
{
	const struct test_prefix *prefix = &test_prefixes[TEST_PREFIXES - 1];
	const struct super_case *c = test->param_value;
	unsigned int len = c->size * c->segs - c->size / 3;
	u8 *payload = kunit_kmalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, payload);
	*mix = (struct test_mix) {
		.proto = c->proto, .shape = c->shape, .csum = TEST_PARTIAL,
	};
	test_mix_ref(ref, mix, prefix, payload, len);
	test_set_plat(test, prefix->prefix, prefix->len);
	if (c->to6)
		return;

	swap(ref->saddr4, ref->daddr4);
	swap(ref->saddr6, ref->daddr6);
	ref->id = c->df ? 0 : SUPER_ID;
	ref->frag_off = c->df ? 0x4000 : 0;
}

static void super_make(struct kunit *test, struct ref_packet ref,
		       const struct test_mix *mix)
{
	const struct super_case *c = test->param_value;
	struct test_ctx *ctx = test->priv;

	ctx->want_len = super_build(ctx->want, &ref, c->to6);
	ref.check = REF_CHECK_SEED;
	ctx->in_len = super_build(ctx->in, &ref, !c->to6);
	test_skb_make(test, mix, c->to6 ? 20 : 40, !c->to6);
	skb_shinfo(ctx->skb)->gso_size = c->size;
	skb_shinfo(ctx->skb)->gso_segs = c->no_segs ? 0 : c->segs;
	skb_shinfo(ctx->skb)->gso_type = c->type;
	test_set_ip_id(ctx, SUPER_ID);
}

static int super_run(struct kunit *test)
{
	const struct super_case *c = test->param_value;

	return c->to6 ? test_run46(test->priv) : test_run64(test->priv);
}

static void super_crosses(struct kunit *test)
{
	const struct super_case *c = test->param_value;
	struct test_ctx *ctx = test->priv;
	struct skb_shared_info *shinfo;
	unsigned int paged;
	struct ref_packet ref;
	struct test_mix mix;

	super_ref(test, &ref, &mix);
	super_make(test, ref, &mix);
	paged = ctx->skb->data_len;
	KUNIT_ASSERT_EQ(test, super_run(test), 0);

	test_skb_expect(test, "superframe", c->to6, c->proto == IPPROTO_UDP);
	shinfo = skb_shinfo(ctx->skb);
	KUNIT_EXPECT_EQ(test, (u8)ctx->skb->ip_summed, CHECKSUM_PARTIAL);
	KUNIT_EXPECT_EQ(test, skb_checksum_start_offset(ctx->skb),
			c->to6 ? 40 : 20);
	KUNIT_EXPECT_EQ(test, shinfo->gso_type, c->want_type);
	KUNIT_EXPECT_EQ(test, shinfo->gso_size, c->size);
	KUNIT_EXPECT_EQ(test, shinfo->gso_segs, c->no_segs ? 0 : c->segs);
	if (ctx->clone) {
		KUNIT_EXPECT_EQ(test, skb_shinfo(ctx->clone)->gso_type,
				c->type);
		return;
	}
	/* No octet of the payload was copied. */
	KUNIT_EXPECT_EQ(test, ctx->skb->data_len, paged);
	if (paged)
		KUNIT_EXPECT_PTR_EQ(test, skb_frag_page(&shinfo->frags[0]),
				    ctx->pages);
}

static void super_expect_segment(struct kunit *test, struct sk_buff *seg,
				 struct ref_packet ref, unsigned int i)
{
	const struct super_case *c = test->param_value;
	struct test_ctx *ctx = test->priv;
	char what[20];

	snprintf(what, sizeof(what), "segment %u", i);
	ref.payload += i * c->size;
	ref.payload_len = min(ref.payload_len - i * c->size, c->size);
	ref.seq += i * c->size;
	ref.id += i;
	ref.more = i + 1 < c->segs;
	ctx->want_len = super_build(ctx->want, &ref, c->to6);
	KUNIT_ASSERT_LE(test, seg->len, TEST_MAX);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(seg, 0, ctx->got, seg->len), 0);
	ref_expect_bytes(test, what, ctx->got, seg->len, ctx->want,
			 ctx->want_len);
}

/* A device that can do nothing sees the packets that it would have seen. */
static void super_segments(struct kunit *test)
{
	const struct super_case *c = test->param_value;
	struct test_ctx *ctx = test->priv;
	struct sk_buff *segs, *seg, *next;
	struct ref_packet ref;
	struct test_mix mix;
	unsigned int n = 0;

	super_ref(test, &ref, &mix);
	super_make(test, ref, &mix);
	KUNIT_ASSERT_EQ(test, super_run(test), 0);

	segs = skb_gso_segment(ctx->skb, 0);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR_OR_NULL(segs), "not segmented: %ld",
			       PTR_ERR_OR_ZERO(segs));
	skb_list_walk_safe(segs, seg, next) {
		super_expect_segment(test, seg, ref, n++);
		skb_mark_not_on_list(seg);
		kfree_skb(seg);
	}
	KUNIT_EXPECT_EQ(test, n, c->segs);
}

/* The next packet's identification is none of the segments' before it. */
static void super_ids(struct kunit *test)
{
	const struct super_case *c = test->param_value;
	struct test_ctx *ctx = test->priv;
	u16 used = c->to6 || c->df ? 0 : c->segs;
	struct ref_packet ref;
	struct test_mix mix;

	super_ref(test, &ref, &mix);
	super_make(test, ref, &mix);
	KUNIT_ASSERT_EQ(test, super_run(test), 0);
	/* UML has one CPU; a test that moved to another has failed before. */
	KUNIT_EXPECT_EQ(test, (u16)(*raw_cpu_ptr(ctx->clat->ip_id) - SUPER_ID),
			used);
}

static struct kunit_case super_test_cases[] = {
	KUNIT_CASE_PARAM(super_crosses, super_gen_params),
	KUNIT_CASE_PARAM(super_segments, super_gen_params),
	KUNIT_CASE_PARAM(super_ids, super_gen_params),
	{}
};

static struct kunit_suite super_suite = {
	.name = "clat-super",
	.init = test_ctx_init,
	.exit = test_ctx_exit,
	.test_cases = super_test_cases,
};

kunit_test_suite(super_suite);
