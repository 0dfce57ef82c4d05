// SPDX-License-Identifier: GPL-2.0
/*
 * TCP superframes of more than 64 KiB from IPv6 (BIG TCP), with and without the
 * jumbo header that some kernels put in front of them: segmented, and
 * each segment translated.
 */
#include <linux/if_ether.h>
#include <linux/mm.h>

#include "skb.h"

#define BIG_SIZE	1400
#define BIG_SEGS	94
#define BIG_LEN		(BIG_SIZE * BIG_SEGS - 300)
#define BIG_JUMBO	8
#define BIG_CHUNK	32768
#define BIG_ID		0x5150	/* next identification */

static void big_ref(struct kunit *test, struct ref_packet *ref)
{
	const struct test_prefix *prefix = &test_prefixes[TEST_PREFIXES - 1];
	const struct test_mix mix = { .proto = IPPROTO_TCP };
	u8 *payload = kunit_kmalloc(test, BIG_LEN, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, payload);
	test_mix_ref(ref, &mix, prefix, payload, BIG_LEN);
	test_set_plat(test, prefix->prefix, prefix->len);
	swap(ref->saddr4, ref->daddr4);
	swap(ref->saddr6, ref->daddr6);
}

/* IPv6 and TCP header with a payload length of 0, as GRO leaves them */
static unsigned int big_headers(u8 *buf, struct ref_packet ref, bool jumbo)
{
	const unsigned int l4 = jumbo ? 40 + BIG_JUMBO : 40;
	const u32 len = 20 + BIG_LEN;
	u8 plain[60];

	ref.payload_len = 0;
	ref.check = REF_CHECK_SEED;
	ref_build6(plain, &ref);
	memcpy(buf, plain, 40);
	memcpy(buf + l4, plain + 40, 20);
	ref_put16(buf + 4, 0);
	/* The sum of the pseudo header has the length of all segments. */
	ref_put16(buf + l4 + 16,
		  ref_sum(&ref.saddr6, 16,
			  ref_sum(&ref.daddr6, 16, IPPROTO_TCP + (len >> 16) +
						   (len & 0xffff))));
	if (jumbo) {
		const u8 option[4] = { IPPROTO_TCP, 0, 194, 4 };

		buf[6] = 0;
		memcpy(buf + 40, option, 4);
		ref_put16(buf + 44, (BIG_JUMBO + len) >> 16);
		ref_put16(buf + 46, (BIG_JUMBO + len) & 0xffff);
	}
	return l4 + 20;
}

/* All of the payload in pages of its own, which the skb takes */
static void big_pages(struct kunit *test, struct sk_buff *skb,
		      const u8 *payload)
{
	struct page *pages = alloc_pages(GFP_KERNEL | __GFP_COMP,
					 get_order(BIG_LEN));
	unsigned int off = 0, i = 0;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	memcpy(page_address(pages), payload, BIG_LEN);
	while (off < BIG_LEN) {
		unsigned int size = min_t(unsigned int, BIG_LEN - off,
					  BIG_CHUNK);

		get_page(pages);
		skb_fill_page_desc(skb, i++, pages, off, size);
		off += size;
	}
	put_page(pages);
	skb->len += BIG_LEN;
	skb->data_len += BIG_LEN;
	skb->truesize += BIG_LEN;
}

/* As the ingress hook sees it: the Ethernet header lies before the data. */
static void big_make(struct kunit *test, const struct ref_packet *ref,
		     bool jumbo)
{
	struct test_ctx *ctx = test->priv;
	struct sk_buff *skb;
	unsigned int len;
	u8 headers[80];

	len = big_headers(headers, *ref, jumbo);
	skb = alloc_skb(160 + len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	ctx->skb = skb;
	skb_reserve(skb, 160 - ETH_HLEN);
	memset(skb_put(skb, ETH_HLEN), 0x5a, ETH_HLEN);
	skb_reset_mac_header(skb);
	__skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	skb_reset_mac_len(skb);
	skb_put_data(skb, headers, len);
	skb_set_transport_header(skb, len - 20);
	big_pages(test, skb, ref->payload);

	skb->protocol = htons(ETH_P_IPV6);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = ref_check_off(ref);
	skb_shinfo(skb)->gso_size = BIG_SIZE;
	skb_shinfo(skb)->gso_segs = BIG_SEGS;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
}

static void big_segment(struct kunit *test, struct ref_packet ref,
			unsigned int i)
{
	struct test_ctx *ctx = test->priv;
	char what[20];

	snprintf(what, sizeof(what), "segment %u", i);
	ref.more = i + 1 < BIG_SEGS;
	ref.payload += i * BIG_SIZE;
	ref.payload_len = min_t(unsigned int, ref.payload_len - i * BIG_SIZE,
				BIG_SIZE);
	ref.seq += i * BIG_SIZE;
	/* The last one is small, and alone needs an identification. */
	ref.id = ref.more ? 0 : BIG_ID;
	ref.frag_off = ref.more ? 0x4000 : 0;
	ctx->want_len = ref_build4(ctx->want, &ref);
	KUNIT_EXPECT_EQ_MSG(test, test_run64(ctx), 0, "%s", what);
	test_skb_expect(test, what, false, false);
	test_skb_drop(ctx);
}

static void big_run(struct kunit *test, bool jumbo)
{
	struct test_ctx *ctx = test->priv;
	struct sk_buff *seg, *next;
	struct ref_packet ref;
	unsigned int n = 0;

	big_ref(test, &ref);
	big_make(test, &ref, jumbo);
	test_set_ip_id(ctx, BIG_ID);
	KUNIT_ASSERT_FALSE(test, clat_gso_known(ctx->skb));
	seg = clat_gso_split(ctx->skb);
	KUNIT_ASSERT_NOT_NULL(test, seg);
	for (; seg; seg = next, n++) {
		next = seg->next;
		skb_mark_not_on_list(seg);
		skb_reset_network_header(seg);
		ctx->skb = seg;
		big_segment(test, ref, n);
	}
	KUNIT_EXPECT_EQ(test, n, BIG_SEGS);
}

static void big_plain(struct kunit *test)
{
	big_run(test, false);
}

static void big_jumbo(struct kunit *test)
{
	big_run(test, true);
}

static struct kunit_case big_cases[] = {
	KUNIT_CASE(big_plain),
	KUNIT_CASE(big_jumbo),
	{}
};

static struct kunit_suite big_suite = {
	.name = "clat-big",
	.init = test_ctx_init,
	.exit = test_ctx_exit,
	.test_cases = big_cases,
};

kunit_test_suite(big_suite);
