// SPDX-License-Identifier: GPL-2.0
/* Packets in skbs of every shape, and what must hold after a translation. */
#include <linux/etherdevice.h>
#include <linux/highmem.h>
#include <linux/percpu.h>
#include <net/checksum.h>

#include "skb.h"

#define TEST_ROOM	160	/* ordinary headroom */
#define TEST_HEAD	27	/* octets in the head of a split IPv4 packet */

const struct test_prefix test_prefixes[TEST_PREFIXES] = {
	{ "2001:db8::", 32, "2001:db8:cb00:7121::" },
	{ "2001:db8:100::", 40, "2001:db8:1cb:71:21::" },
	{ "2001:db8:122::", 48, "2001:db8:122:cb00:71:2100::" },
	{ "2001:db8:122:300::", 56, "2001:db8:122:3cb:0:7121::" },
	{ "2001:db8:122:344::", 64, "2001:db8:122:344:cb:71:2100::" },
	{ "2001:db8:122:344::", 96, "2001:db8:122:344::cb00:7121" },
	{ "64:ff9b::", 96, "64:ff9b::203.0.113.33" },
};

static const char * const test_shape_names[TEST_SHAPES] = {
	"linear", "tight", "payload in pages", "split", "paged", "list", "cloned", "split cloned",
	"padded", "split padded", "cloned padded",
};

static const char * const test_csum_names[TEST_CSUMS] = {
	"none", "unnecessary", "complete", "partial", "inner partial",
};

static const struct {
	const char *name;
	u8 proto;
	bool udp_zero;
} test_protos[] = {
	{ "TCP", IPPROTO_TCP },
	{ "UDP", IPPROTO_UDP },
	{ "UDP without checksum", IPPROTO_UDP, true },
	{ "ICMP", IPPROTO_ICMP },
};

/**
 * test_pair() - make a local pair as it is in a configuration
 * @v4:		IPv4 prefix
 * @len:	its length; that of the IPv6 prefix is 96 more
 * @v6:		IPv6 prefix
 */
struct clat_pair test_pair(const char *v4, unsigned int len, const char *v6)
{
	struct clat_pair pair = {
		.v4 = ref_v4(v4),
		.v6 = ref_v6(v6),
		.mask = htonl((u32)(~0ULL << (32 - len))),
	};
	u16 sum4 = ref_sum(&pair.v4, sizeof(pair.v4), 0);
	u16 sum = ref_sum(&pair.v6, sizeof(pair.v6), (u16)~sum4);

	pair.delta46 = csum_unfold((__force __sum16)htons(sum));
	return pair;
}

/**
 * test_set_plat() - give the configuration another PLAT prefix
 * @test:	its test_ctx has the configuration
 * @prefix:	the prefix
 * @len:	its length
 */
void test_set_plat(struct kunit *test, const char *prefix, unsigned int len)
{
	struct test_ctx *ctx = test->priv;
	struct in6_addr addr = ref_v6(prefix);

	KUNIT_ASSERT_TRUE(test,
			  clat_plat_init(&ctx->cfg->xlat.plat[0], &addr,
					 len));
	ctx->cfg->xlat.n_plat = 1;
}

/**
 * test_set_ip_id() - set the generator of identifications, on every CPU
 * @ctx:	the context
 * @id:		the next identification
 */
void test_set_ip_id(struct test_ctx *ctx, u16 id)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		u16 *next = per_cpu_ptr(ctx->clat->ip_id, cpu);

		*next = id;
	}
}

/**
 * test_ctx_init() - init function of a suite: set test->priv up
 * @test:	the test
 *
 * Return: 0 or an error.
 */
int test_ctx_init(struct kunit *test)
{
	const struct clat_pair host = test_pair("192.0.0.1", 32,
						"2001:db8:1:2::c1a7");
	const struct clat_pair lan = test_pair("192.168.43.0", 24,
					       "2001:db8:1:2::c1a7:0");
	struct test_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	if (!ctx)
		return -ENOMEM;
	test->priv = ctx;
	/* More than a packet: what came out may be too long. */
	ctx->in = kunit_kzalloc(test, TEST_MAX + 256, GFP_KERNEL);
	ctx->want = kunit_kzalloc(test, TEST_MAX + 256, GFP_KERNEL);
	ctx->got = kunit_kzalloc(test, TEST_MAX + 256, GFP_KERNEL);
	ctx->cfg = kunit_kzalloc(test, sizeof(*ctx->cfg), GFP_KERNEL);
	ctx->clat = kunit_kzalloc(test, sizeof(*ctx->clat), GFP_KERNEL);
	if (!ctx->in || !ctx->want || !ctx->got || !ctx->cfg || !ctx->clat)
		return -ENOMEM;

	ctx->clat->ip_id = alloc_percpu(u16);
	ctx->cfg->uplink = alloc_etherdev(0);
	ctx->pages = alloc_pages(GFP_KERNEL | __GFP_COMP, get_order(TEST_MAX));
	if (!ctx->clat->ip_id || !ctx->cfg->uplink || !ctx->pages ||
	    clat_map_add(&ctx->cfg->xlat.map, &host) ||
	    clat_map_add(&ctx->cfg->xlat.map, &lan)) {
		test_ctx_exit(test);
		return -ENOMEM;
	}
	ctx->cfg->uplink->needed_headroom = TEST_UPLINK_ROOM;
	ctx->cfg->tos = CLAT_TOS_INHERIT;
	ctx->cfg->lowest_ipv6_mtu = 1280;
	return 0;
}

/**
 * test_ctx_exit() - exit function of a suite: release what the test has
 * @test:	the test
 */
void test_ctx_exit(struct kunit *test)
{
	struct test_ctx *ctx = test->priv;

	if (!ctx || !ctx->cfg || !ctx->clat)
		return;
	test_skb_drop(ctx);
	if (ctx->pages)
		put_page(ctx->pages);
	if (ctx->cfg->uplink)
		free_netdev(ctx->cfg->uplink);
	free_percpu(ctx->clat->ip_id);
	test->priv = NULL;
}

/**
 * test_mix() - decode a parameter of test_mix_gen_params()
 * @param:	the parameter, counted from 1
 */
struct test_mix test_mix(const void *param)
{
	unsigned int i = (uintptr_t)param - 1;
	struct test_mix mix;

	mix.csum = i % TEST_CSUMS;
	i /= TEST_CSUMS;
	mix.shape = i % TEST_SHAPES;
	i /= TEST_SHAPES;
	mix.proto = test_protos[i].proto;
	mix.udp_zero = test_protos[i].udp_zero;
	return mix;
}

/**
 * test_mix_gen_params() - all combinations, as parameters of a KUnit case
 * @prev:	the parameter before, or %NULL
 * @desc:	filled in
 *
 * A UDP packet that has no checksum leaves none to the device either.
 */
const void *test_mix_gen_params(const void *prev, char *desc)
{
	uintptr_t i = (uintptr_t)prev;

	for (; i < ARRAY_SIZE(test_protos) * TEST_SHAPES * TEST_CSUMS; i++) {
		const void *param = (const void *)(i + 1);
		struct test_mix mix = test_mix(param);

		if (mix.udp_zero && mix.csum == TEST_PARTIAL)
			continue;
		snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %s, checksum %s",
			 test_protos[i / (TEST_SHAPES * TEST_CSUMS)].name,
			 test_shape_names[mix.shape],
			 test_csum_names[mix.csum]);
		return param;
	}
	return NULL;
}

static u8 test_pattern(unsigned int i)
{
	return i * 7 + (i >> 8) + 1;
}

/**
 * test_mix_ref() - describe the packet of a combination
 * @ref:	filled in; the local side as IPv4 source and IPv6 source
 * @mix:	the combination
 * @prefix:	where the far end is
 * @payload:	filled in
 * @payload_len: its octets
 */
void test_mix_ref(struct ref_packet *ref, const struct test_mix *mix,
		  const struct test_prefix *prefix, u8 *payload,
		  unsigned int payload_len)
{
	/* Both pairs take their turns. */
	bool lan = prefix->len % 16;
	unsigned int i;

	for (i = 0; i < payload_len; i++)
		payload[i] = test_pattern(i);
	*ref = (struct ref_packet) {
		.saddr4 = ref_v4(lan ? "192.168.43.77" : "192.0.0.1"),
		.saddr6 = ref_v6(lan ? "2001:db8:1:2::c1a7:4d" :
				       "2001:db8:1:2::c1a7"),
		.daddr4 = ref_v4("203.0.113.33"),
		.daddr6 = ref_v6(prefix->addr),
		.proto = mix->proto,
		.tos = 0xb9,
		.ttl = 61,
		.id = 0x4321,
		.seq = TEST_SEQ,
		.payload = payload,
		.payload_len = payload_len,
	};
	if (mix->csum == TEST_INNER_PARTIAL)
		ref_finish(payload, payload_len, TEST_INNER, TEST_INNER_CHECK,
			   false);
}

/* The part of the packet behind linear octets goes into pages. */
static void test_skb_pages(struct test_ctx *ctx)
{
	unsigned int off = 0, i = 0;

	/* The first piece is short: headers end in the second one. */
	unsigned int size = min(ctx->paged, 5U);

	memcpy(page_address(ctx->pages), ctx->in + ctx->linear, ctx->paged);
	while (off < ctx->paged) {
		get_page(ctx->pages);
		skb_fill_page_desc(ctx->skb, i++, ctx->pages, off, size);
		off += size;
		size = min_t(unsigned int, ctx->paged - off, 4096);
	}
	ctx->skb->len += ctx->paged;
	ctx->skb->data_len += ctx->paged;
	ctx->skb->truesize += ctx->paged;
}

static void test_skb_list(struct kunit *test, struct test_ctx *ctx)
{
	unsigned int rest = ctx->in_len - ctx->linear;
	struct sk_buff **next = &skb_shinfo(ctx->skb)->frag_list;
	unsigned int done = 0, size = 7;

	while (done < rest) {
		struct sk_buff *part = alloc_skb(size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, part);
		skb_put_data(part, ctx->in + ctx->linear + done, size);
		*next = part;
		next = &part->next;
		ctx->skb->len += size;
		ctx->skb->data_len += size;
		ctx->skb->truesize += part->truesize;
		done += size;
		size = rest - done;
	}
}

static bool test_shape_padded(enum test_shape shape)
{
	return shape == TEST_PADDED || shape == TEST_SPLIT_PADDED ||
	       shape == TEST_CLONED_PADDED;
}

static bool test_shape_cloned(enum test_shape shape)
{
	return shape == TEST_CLONED || shape == TEST_SPLIT_CLONED ||
	       shape == TEST_CLONED_PADDED;
}

static unsigned int test_shape_linear(const struct test_ctx *ctx,
				      enum test_shape shape,
				      unsigned int headers, bool ipv6)
{
	switch (shape) {
	case TEST_PAYLOAD:
		return headers;
	case TEST_SPLIT:
	case TEST_SPLIT_CLONED:
	case TEST_SPLIT_PADDED:
	case TEST_LIST:
		return TEST_HEAD + (ipv6 ? 20 : 0);
	case TEST_PAGED:
		return 0;
	default:
		return ctx->in_len;
	}
}

/* Context: the packet in ctx->in is as ref_build4() or ref_build6() made it. */
static void test_skb_csum(struct test_ctx *ctx, const struct test_mix *mix,
			  unsigned int l4_off)
{
	const struct ref_packet ref = { .proto = mix->proto };
	struct sk_buff *skb = ctx->skb;
	u16 sum;

	switch (mix->csum) {
	case TEST_UNNECESSARY:
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		break;
	case TEST_COMPLETE:
		sum = ref_sum(ctx->in, ctx->in_len, 0);
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum = csum_unfold((__force __sum16)htons(sum));
		break;
	case TEST_PARTIAL:
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_headroom(skb) + l4_off;
		skb->csum_offset = ref_check_off(&ref);
		break;
	case TEST_INNER_PARTIAL:
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_headroom(skb) + l4_off +
				  ref_l4_len(&ref) + TEST_INNER;
		skb->csum_offset = TEST_INNER_CHECK;
		break;
	default:
		skb->ip_summed = CHECKSUM_NONE;
	}
}

/**
 * test_skb_make() - make ctx->skb of ctx->in, and somebody else's clone
 * @test:	its test_ctx has the packet; padding is added to it
 * @mix:	shape and checksum state
 * @l4_off:	where its transport header is
 * @ipv6:	it is an IPv6 packet
 */
void test_skb_make(struct kunit *test, const struct test_mix *mix,
		   unsigned int l4_off, bool ipv6)
{
	unsigned int room = mix->shape == TEST_TIGHT ? 0 : TEST_ROOM;
	const struct ref_packet ref = { .proto = mix->proto };
	struct test_ctx *ctx = test->priv;

	KUNIT_ASSERT_LE(test, ctx->in_len, TEST_MAX);
	if (test_shape_padded(mix->shape)) {
		memset(ctx->in + ctx->in_len, 0xe7, TEST_PADDING);
		ctx->in_len += TEST_PADDING;
	}
	ctx->linear = test_shape_linear(ctx, mix->shape,
					l4_off + ref_l4_len(&ref), ipv6);
	if (mix->csum == TEST_INNER_PARTIAL) {
		u8 *inner = ctx->in + l4_off + ref_l4_len(&ref) + TEST_INNER +
			    TEST_INNER_CHECK;
		unsigned int i = TEST_INNER + TEST_INNER_CHECK;

		/* What ref_finish() has finished in the expected packet */
		inner[0] = test_pattern(i);
		inner[1] = test_pattern(i + 1);
		/* The stack has this field in the head always. */
		ctx->linear = max_t(unsigned int, ctx->linear,
				    inner + 2 - ctx->in);
	}
	ctx->paged = mix->shape == TEST_LIST ? 0 : ctx->in_len - ctx->linear;

	ctx->skb = alloc_skb(room + ctx->linear, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ctx->skb);
	skb_reserve(ctx->skb, room);
	skb_put_data(ctx->skb, ctx->in, ctx->linear);
	if (mix->shape == TEST_LIST)
		test_skb_list(test, ctx);
	else
		test_skb_pages(ctx);

	ctx->skb->protocol = htons(ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	skb_reset_mac_header(ctx->skb);
	skb_reset_network_header(ctx->skb);
	test_skb_csum(ctx, mix, l4_off);
	if (test_shape_cloned(mix->shape)) {
		ctx->clone = skb_clone(ctx->skb, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, ctx->clone);
	}
}

/**
 * test_skb_drop() - free ctx->skb and its clone
 * @ctx:	the context
 */
void test_skb_drop(struct test_ctx *ctx)
{
	kfree_skb(ctx->skb);
	kfree_skb(ctx->clone);
	ctx->skb = NULL;
	ctx->clone = NULL;
}

/**
 * test_skb_expect_unwritten() - expect that others read what they did before
 * @test:	its test_ctx has the pages and the clone
 * @what:	the case
 * @was_ipv6:	it was an IPv6 packet
 */
void test_skb_expect_unwritten(struct kunit *test, const char *what,
			       bool was_ipv6)
{
	struct test_ctx *ctx = test->priv;
	struct sk_buff *clone = ctx->clone;

	KUNIT_EXPECT_EQ_MSG(test,
			    memcmp(page_address(ctx->pages),
				   ctx->in + ctx->linear, ctx->paged), 0,
			    "%s: pages were written", what);
	if (!clone)
		return;
	KUNIT_ASSERT_EQ_MSG(test, clone->len, ctx->in_len, "%s: clone", what);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(clone, 0, ctx->got, clone->len), 0);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(ctx->got, ctx->in, ctx->in_len), 0,
			    "%s: the clone was written", what);
	KUNIT_EXPECT_EQ(test, ntohs(clone->protocol),
			was_ipv6 ? ETH_P_IPV6 : ETH_P_IP);
}

/**
 * test_skb_expect_at() - expect ctx->want in ctx->skb, and nothing else written
 * @test:	its test_ctx has both
 * @what:	the case
 * @ipv6:	the packet is expected to be an IPv6 packet
 * @l4_off:	where its transport header is expected
 * @udp:	a checksum of zero is sent as all ones
 *
 * A checksum that is left to the device is done first, apart from the skb.
 */
void test_skb_expect_at(struct kunit *test, const char *what, bool ipv6,
			int l4_off, bool udp)
{
	struct test_ctx *ctx = test->priv;
	struct sk_buff *skb = ctx->skb;
	u16 sum;

	test_skb_expect_unwritten(test, what, !ipv6);

	KUNIT_ASSERT_LE_MSG(test, skb->len, TEST_MAX + 256, "%s", what);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, 0, ctx->got, skb->len), 0);
	sum = ref_sum(ctx->got, skb->len, 0);
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		int start = skb_checksum_start_offset(skb);

		KUNIT_ASSERT_GE_MSG(test, start, 0, "%s", what);
		KUNIT_ASSERT_LE_MSG(test, start + skb->csum_offset + 2,
				    (int)skb_headlen(skb), "%s", what);
		ref_finish(ctx->got, skb->len, start, skb->csum_offset, udp);
	}
	ref_expect_bytes(test, what, ctx->got, skb->len, ctx->want,
			 ctx->want_len);

	if (skb->ip_summed == CHECKSUM_COMPLETE)
		KUNIT_EXPECT_EQ_MSG(test,
				    (u16)~ntohs((__force __be16)
						csum_fold(skb->csum)),
				    sum, "%s: sum of all octets", what);
	KUNIT_EXPECT_EQ_MSG(test, ntohs(skb->protocol),
			    ipv6 ? ETH_P_IPV6 : ETH_P_IP, "%s", what);
	KUNIT_EXPECT_EQ_MSG(test, skb_network_offset(skb), 0, "%s", what);
	KUNIT_EXPECT_EQ_MSG(test, skb_transport_offset(skb), l4_off, "%s",
			    what);
}

/**
 * test_skb_expect() - the same for a packet without more than an IP header
 * @test:	its test_ctx has both
 * @what:	the case
 * @ipv6:	the packet is expected to be an IPv6 packet
 * @udp:	a checksum of zero is sent as all ones
 */
void test_skb_expect(struct kunit *test, const char *what, bool ipv6, bool udp)
{
	test_skb_expect_at(test, what, ipv6, ipv6 ? 40 : 20, udp);
}
