// SPDX-License-Identifier: GPL-2.0
/*
 * frag.c over real skbs: fragments octet by octet, of every size, of packets in
 * every shape, of fragments that are split again, and of superframes.
 */
#include <linux/if_ether.h>

#include "skb.h"

#define FRAG_ID		0x9abc

/* What was sent, in order. Suites run one after the other. */
static struct sk_buff_head frag_sent;
static const struct net_device *frag_indev;
static const struct dst_entry *frag_dst;

/* Takes the place of the one in route.c, which would need a route. */
void clat_route_output(struct net *net, const struct clat_config *cfg,
		       struct sk_buff *skb, struct net_device *indev,
		       struct dst_entry *dst)
{
	frag_indev = indev;
	frag_dst = dst;
	__skb_queue_tail(&frag_sent, skb);
}

static int frag_init(struct kunit *test)
{
	__skb_queue_head_init(&frag_sent);
	return test_ctx_init(test);
}

static void frag_exit(struct kunit *test)
{
	__skb_queue_purge(&frag_sent);
	test_ctx_exit(test);
}

static void frag_ref(struct kunit *test, struct ref_packet *ref,
		     const struct test_mix *mix, unsigned int len)
{
	const struct test_prefix *prefix = &test_prefixes[TEST_PREFIXES - 1];
	u8 *payload = kunit_kmalloc(test, len + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, payload);
	test_mix_ref(ref, mix, prefix, payload, len);
	ref->id = FRAG_ID;
}

/*
 * The fragment with the data from off on, n octets of it, made of the whole
 * packet in ctx->want, whose data begins at start.
 */
static unsigned int frag_want(struct test_ctx *ctx, u8 *buf, unsigned int start,
			      unsigned int off, unsigned int n)
{
	bool was = start == 48;
	u16 base = was ? ref_get16(ctx->want + 42) : 0;
	bool last = start + off + n == ctx->want_len;

	memcpy(buf, ctx->want, 40);
	buf[6] = 44;
	ref_put16(buf + 4, 8 + n);
	buf[40] = was ? ctx->want[40] : ctx->want[6];
	buf[41] = 0;
	ref_put16(buf + 42, ((base & 0xfff8) + off) |
			    (last ? base & 1 : 1));
	ref_put16(buf + 44, 0);
	ref_put16(buf + 46, FRAG_ID);
	memcpy(buf + 48, ctx->want + start + off, n);
	return 48 + n;
}

static void frag_expect(struct kunit *test, unsigned int start,
			unsigned int mtu, const char *what)
{
	struct test_ctx *ctx = test->priv;
	unsigned int off = 0, n, len, max = (mtu - 48) / 8 * 8;
	u8 *want = kunit_kmalloc(test, mtu, GFP_KERNEL);
	struct sk_buff *skb;

	KUNIT_ASSERT_NOT_NULL(test, want);
	while ((skb = __skb_dequeue(&frag_sent))) {
		KUNIT_ASSERT_LT_MSG(test, start + off, ctx->want_len,
				    "%s: one too many", what);
		n = min(max, ctx->want_len - start - off);
		len = frag_want(ctx, want, start, off, n);
		KUNIT_EXPECT_LE(test, skb->len, mtu);
		KUNIT_ASSERT_FALSE(test, skb_is_nonlinear(skb));
		ref_expect_bytes(test, what, skb->data, skb->len, want, len);
		KUNIT_EXPECT_EQ(test, ntohs(skb->protocol), ETH_P_IPV6);
		KUNIT_EXPECT_EQ(test, skb_network_offset(skb), 0);
		KUNIT_EXPECT_EQ(test, skb_transport_offset(skb), 48);
		KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, CHECKSUM_NONE);
		KUNIT_EXPECT_EQ(test, skb->mark, 0x77);
		KUNIT_EXPECT_EQ(test, skb->priority, 5);
		KUNIT_EXPECT_GE(test, skb_headroom(skb),
				LL_RESERVED_SPACE(ctx->cfg->uplink));
		kfree_skb(skb);
		off += n;
	}
	KUNIT_EXPECT_EQ_MSG(test, start + off, ctx->want_len, "%s", what);
	kunit_kfree(test, want);
}

/* The packet is translated first, as it is in ndo_start_xmit. */
static void frag_one(struct kunit *test, struct ref_packet ref,
		     const struct test_mix *mix, unsigned int mtu,
		     const char *what)
{
	struct test_ctx *ctx = test->priv;
	struct dst_entry *dst = (struct dst_entry *)test;
	struct sk_buff *skb;
	unsigned int start = ref.frag_off & 0x3fff ? 48 : 40;

	ctx->want_len = ref_build6(ctx->want, &ref);
	if (mix->csum == TEST_PARTIAL)
		ref.check = REF_CHECK_SEED;
	if (mix->udp_zero)
		ref.check = REF_CHECK_ZERO;
	ctx->in_len = ref_build4(ctx->in, &ref);
	test_skb_make(test, mix, 20, false);
	ctx->skb->mark = 0x77;
	ctx->skb->priority = 5;
	KUNIT_ASSERT_EQ_MSG(test, test_run46(ctx), 0, "%s", what);
	skb = ctx->skb;
	ctx->skb = NULL;
	KUNIT_ASSERT_EQ_MSG(test,
			    clat_frag_output(&init_net, ctx->cfg, skb, FRAG_ID,
					     ctx->cfg->uplink, dst, mtu), 0,
			    "%s", what);
	KUNIT_EXPECT_PTR_EQ(test, frag_dst, (const struct dst_entry *)dst);
	KUNIT_EXPECT_PTR_EQ(test, frag_indev,
			    (const struct net_device *)ctx->cfg->uplink);
	frag_expect(test, start, mtu, what);
	test_skb_expect_unwritten(test, what, false);
	test_skb_drop(ctx);
}

static void frag_shapes(struct kunit *test)
{
	struct test_mix mix = test_mix(test->param_value);
	struct ref_packet ref;

	test_set_plat(test, "64:ff9b::", 96);
	frag_ref(test, &ref, &mix, 3000);
	frag_one(test, ref, &mix, 1280, "shape");
}

/* Sizes about those of one, two and three fragments */
static void frag_sizes(struct kunit *test)
{
	static const unsigned int mtus[] = {
		1280, 1281, 1287, 1288, 1400, 1492, 1500, 9000,
	};
	struct test_mix mix = { .proto = IPPROTO_UDP };
	unsigned int i, n, len;
	struct ref_packet ref;
	char what[40];

	test_set_plat(test, "64:ff9b::", 96);
	for (i = 0; i < ARRAY_SIZE(mtus); i++)
		for (n = 1; n <= 3; n++)
			for (len = 0; len < 20; len++) {
				unsigned int size = n * ((mtus[i] - 48) & ~7);

				frag_ref(test, &ref, &mix, size - 18 + len);
				snprintf(what, sizeof(what), "%u, MTU %u",
					 size - 18 + len, mtus[i]);
				frag_one(test, ref, &mix, mtus[i], what);
				kunit_kfree(test, ref.payload);
			}
}

/* A fragment that has grown past the MTU is split again. */
static void frag_again(struct kunit *test)
{
	static const u16 offs[] = { 0x2000, 0x20b9, 0x00b9, 0x1e00 };
	static const u8 protos[] = { 6, 17, 136, 33, 50, 132 };
	unsigned int i, j, len;
	struct ref_packet ref;
	char what[40];

	test_set_plat(test, "64:ff9b::", 96);
	for (i = 0; i < ARRAY_SIZE(protos); i++)
		for (j = 0; j < ARRAY_SIZE(offs); j++)
			for (len = 1200; len < 2800; len += 56) {
				struct test_mix mix = {
					.proto = protos[i],
					.shape = len / 56 % TEST_SHAPES,
				};

				frag_ref(test, &ref, &mix, len);
				ref.frag_off = offs[j];
				snprintf(what, sizeof(what),
					 "protocol %u, 0x%04x, %u octets",
					 protos[i], offs[j], len);
				frag_one(test, ref, &mix, 1280, what);
				kunit_kfree(test, ref.payload);
			}
}

/* The largest IPv4 packet there is */
static void frag_largest(struct kunit *test)
{
	struct test_mix mix = { .proto = IPPROTO_UDP, .shape = TEST_PAYLOAD };
	struct ref_packet ref;

	test_set_plat(test, "64:ff9b::", 96);
	frag_ref(test, &ref, &mix, 65535 - 28);
	frag_one(test, ref, &mix, 1280, "65535 octets");
}

/* A segment of a superframe: translated, and then fragmented. */
static void frag_segment(struct kunit *test, struct ref_packet ref,
			 unsigned int i, unsigned int size, unsigned int mtu)
{
	struct test_ctx *ctx = test->priv;
	struct sk_buff *skb = ctx->skb;
	char what[24];

	snprintf(what, sizeof(what), "segment %u", i);
	ref.more = (i + 1) * size < ref.payload_len;
	ref.payload += i * size;
	ref.payload_len = min(ref.payload_len - i * size, size);
	ref.seq += i * size;
	ctx->want_len = ref_build6(ctx->want, &ref);
	KUNIT_ASSERT_EQ_MSG(test, test_run46(ctx), 0, "%s", what);
	ctx->skb = NULL;
	KUNIT_ASSERT_EQ(test,
			clat_frag_output(&init_net, ctx->cfg, skb, FRAG_ID,
					 ctx->cfg->uplink, NULL, mtu), 0);
	frag_expect(test, 40, mtu, what);
}

/* Segments too large for their way, without DF: segmented, then fragmented */
static void frag_superframe(struct kunit *test)
{
	const unsigned int size = 1400, len = 10 * size - 300;
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP };
	struct test_ctx *ctx = test->priv;
	unsigned int i, n;

	test_set_plat(test, "64:ff9b::", 96);
	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		struct test_mix mix = {
			.proto = protos[i], .shape = TEST_PAYLOAD,
			.csum = TEST_PARTIAL,
		};
		struct sk_buff *seg, *next;
		struct ref_packet ref;

		frag_ref(test, &ref, &mix, len);
		ref.check = REF_CHECK_SEED;
		ctx->in_len = ref_build4(ctx->in, &ref);
		test_skb_make(test, &mix, 20, false);
		ctx->skb->mark = 0x77;
		ctx->skb->priority = 5;
		skb_set_transport_header(ctx->skb, 20);
		skb_shinfo(ctx->skb)->gso_size = size;
		skb_shinfo(ctx->skb)->gso_segs = 10;
		skb_shinfo(ctx->skb)->gso_type =
			i ? SKB_GSO_UDP_L4 : SKB_GSO_TCPV4;
		ref.check = REF_CHECK_FULL;

		seg = clat_gso_split(ctx->skb);
		KUNIT_ASSERT_NOT_NULL(test, seg);
		for (n = 0; seg; seg = next, n++) {
			next = seg->next;
			skb_mark_not_on_list(seg);
			/* RFC 6864: each has its own, counted on. */
			KUNIT_EXPECT_EQ(test, (u16)ntohs(ip_hdr(seg)->id),
					(u16)(FRAG_ID + n));
			ctx->skb = seg;
			frag_segment(test, ref, n, size, 1280);
		}
		KUNIT_EXPECT_EQ(test, n, 10);
	}
}

static struct kunit_case frag_cases[] = {
	KUNIT_CASE_PARAM(frag_shapes, test_mix_gen_params),
	KUNIT_CASE(frag_sizes),
	KUNIT_CASE(frag_again),
	KUNIT_CASE(frag_largest),
	KUNIT_CASE(frag_superframe),
	{}
};

static struct kunit_suite frag_suite = {
	.name = "clat-frag",
	.init = frag_init,
	.exit = frag_exit,
	.test_cases = frag_cases,
};

kunit_test_suite(frag_suite);
