// SPDX-License-Identifier: GPL-2.0
/* gso.c: which superframes cross in one piece, and which not at all. */
#include <kunit/test.h>

#include "clat.h"

struct gso_case {
	const char *name;
	unsigned int type;
	bool known;
};

static const struct gso_case gso_cases[] = {
	{ "TCPv4", SKB_GSO_TCPV4, true },
	{ "TCPv4, ECN", SKB_GSO_TCPV4 | SKB_GSO_TCP_ECN, true },
	{ "TCPv4, fixed identification", SKB_GSO_TCPV4 | SKB_GSO_TCP_FIXEDID,
	  true },
	{ "TCPv4, untrusted", SKB_GSO_TCPV4 | SKB_GSO_DODGY, true },
	{ "TCPv6", SKB_GSO_TCPV6, true },
	{ "TCPv6, ECN, untrusted",
	  SKB_GSO_TCPV6 | SKB_GSO_TCP_ECN | SKB_GSO_DODGY, true },
	{ "UDP segmentation", SKB_GSO_UDP_L4, true },
	{ "UDP segmentation, untrusted", SKB_GSO_UDP_L4 | SKB_GSO_DODGY,
	  true },

	{ "TCPv4 as a list", SKB_GSO_TCPV4 | SKB_GSO_FRAGLIST, false },
	{ "UDP as a list", SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST, false },
	{ "UDP fragmentation", SKB_GSO_UDP, false },
	{ "SCTP", SKB_GSO_SCTP, false },
	{ "ESP", SKB_GSO_TCPV6 | SKB_GSO_ESP, false },
	{ "GRE", SKB_GSO_TCPV4 | SKB_GSO_GRE, false },
	{ "GRE with checksum", SKB_GSO_TCPV4 | SKB_GSO_GRE_CSUM, false },
	{ "in IPv4", SKB_GSO_TCPV4 | SKB_GSO_IPXIP4, false },
	{ "in IPv6", SKB_GSO_TCPV4 | SKB_GSO_IPXIP6, false },
	{ "in UDP", SKB_GSO_TCPV4 | SKB_GSO_UDP_TUNNEL, false },
	{ "in UDP with checksum", SKB_GSO_TCPV4 | SKB_GSO_UDP_TUNNEL_CSUM,
	  false },
	{ "remote checksum offload",
	  SKB_GSO_TCPV4 | SKB_GSO_TUNNEL_REMCSUM, false },
	{ "partly segmented", SKB_GSO_TCPV4 | SKB_GSO_PARTIAL, false },
};

static void gso_desc(const struct gso_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(gso, gso_cases, gso_desc);

static void gso_known(struct kunit *test)
{
	const struct gso_case *c = test->param_value;
	struct sk_buff *skb = alloc_skb(100, GFP_KERNEL);
	bool plain, encapsulated;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_shinfo(skb)->gso_size = 1200;
	skb_shinfo(skb)->gso_type = c->type;
	plain = clat_gso_known(skb);
	skb->encapsulation = 1;
	encapsulated = clat_gso_known(skb);
	kfree_skb(skb);

	KUNIT_EXPECT_EQ(test, plain, c->known);
	KUNIT_EXPECT_FALSE(test, encapsulated);
}

/* An IP header can say no more than 65535. */
static void gso_longest(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(100, GFP_KERNEL);
	bool longest, longer;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_shinfo(skb)->gso_size = 1200;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
	skb->len = 65535;
	longest = clat_gso_known(skb);
	skb->len = 65536;
	longer = clat_gso_known(skb);
	skb->len = 0;
	kfree_skb(skb);
	KUNIT_EXPECT_TRUE(test, longest);
	KUNIT_EXPECT_FALSE(test, longer);
}

static void gso_fits(struct kunit *test)
{
	static const struct {
		unsigned int type;
		u8 proto;
	} kinds[] = {
		{ SKB_GSO_TCPV4, 6 }, { SKB_GSO_TCPV6, 6 },
		{ SKB_GSO_TCPV4 | SKB_GSO_DODGY, 6 },
		{ SKB_GSO_TCPV6 | SKB_GSO_TCP_ECN, 6 },
		{ SKB_GSO_UDP_L4, 17 }, { SKB_GSO_UDP_L4 | SKB_GSO_DODGY, 17 },
	};
	struct sk_buff *skb = alloc_skb(100, GFP_KERNEL);
	unsigned int i, proto;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_shinfo(skb)->gso_size = 1200;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		for (proto = 0; proto < 256; proto++) {
			skb_shinfo(skb)->gso_type = kinds[i].type;
			KUNIT_EXPECT_EQ_MSG(test, clat_gso_fits(skb, proto),
					    proto == kinds[i].proto,
					    "0x%x, protocol %u",
					    kinds[i].type, proto);
		}
	kfree_skb(skb);
}

static struct kunit_case gso_test_cases[] = {
	KUNIT_CASE_PARAM(gso_known, gso_gen_params),
	KUNIT_CASE(gso_longest),
	KUNIT_CASE(gso_fits),
	{}
};

static struct kunit_suite gso_suite = {
	.name = "clat-gso",
	.test_cases = gso_test_cases,
};

kunit_test_suite(gso_suite);
