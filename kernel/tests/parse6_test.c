// SPDX-License-Identifier: GPL-2.0
/* core/parse6.c: what is accepted, and each thing that is refused, by reason. */
#include "parse.h"

#define PARSE6_MAX	128
#define PARSE6_ROUNDS	20000

static const u8 parse6_payload[] = "0123456789abcdef";

static unsigned int parse6_packet(u8 *buf, u8 proto)
{
	struct ref_packet ref = {
		.saddr6 = ref_v6("64:ff9b::203.0.113.33"),
		.daddr6 = ref_v6("2001:db8:1:2::c1a7"),
		.proto = proto,
		.tos = 0xb9,
		.ttl = 63,
		.payload = parse6_payload,
		.payload_len = sizeof(parse6_payload),
	};

	return ref_build6(buf, &ref);
}

struct parse6_case {
	const char *name;
	u8 proto;
	struct parse_patch patch[PARSE_PATCHES];
	unsigned int padding;
	int want;
};

/* A packet of 40 + 8 + 17 octets, or 40 + 20 + 17; patches by offset. */
static const struct parse6_case parse6_cases[] = {
	{ "TCP", 6 },
	{ "UDP", 17 },
	{ "ICMPv6 echo request", 1 },
	{ "ICMPv6 echo reply", 1, { { 40, 1, { 129 } } } },
	{ "flow label", 17, { { 1, 3, { 0x9f, 0xff, 0xff } } } },
	{ "hop limit 0 is not the parser's business", 17, { { 7, 1, { 0 } } } },
	{ "UDP checksum 0", 17, { { 46, 2, { 0, 0 } } } },
	{ "link padding", 17, .padding = 19 },
	{ "length ends with the UDP header", 17, { { 4, 2, { 0, 8 } } } },
	{ "length ends with the TCP header", 6, { { 4, 2, { 0, 20 } } } },
	{ "length ends with the ICMPv6 header", 1, { { 4, 2, { 0, 8 } } } },

	{ "version 0", 17, { { 0, 1, { 0x0b } } },
	  .want = -CLAT_DROP_HEADER64 },
	{ "version 4", 17, { { 0, 1, { 0x4b } } },
	  .want = -CLAT_DROP_HEADER64 },
	{ "version 7", 17, { { 0, 1, { 0x7b } } },
	  .want = -CLAT_DROP_HEADER64 },
	{ "version 14", 17, { { 0, 1, { 0xeb } } },
	  .want = -CLAT_DROP_HEADER64 },
	{ "length one more than the packet", 17, { { 4, 2, { 0, 26 } } },
	  .want = -CLAT_DROP_HEADER64 },
	{ "length 65535", 17, { { 4, 2, { 0xff, 0xff } } },
	  .want = -CLAT_DROP_HEADER64 },

	/* The transport header is taken for the extension header. */
	{ "Fragment header past the packet", 17, { { 4, 3, { 0, 0, 44 } } },
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "hop-by-hop options past the packet", 17, { { 6, 1, { 0 } } },
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "destination options past the packet", 17, { { 6, 1, { 60 } } },
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "routing header with segments left", 17, { { 6, 1, { 43 } } },
	  .want = -CLAT_DROP_ROUTING64 },

	{ "no transport header at all", 17, { { 4, 2, { 0, 0 } } },
	  .want = -CLAT_DROP_TRANSPORT64 },
	{ "UDP header one octet short", 17, { { 4, 2, { 0, 7 } } },
	  .want = -CLAT_DROP_TRANSPORT64 },
	{ "TCP header one octet short", 6, { { 4, 2, { 0, 19 } } },
	  .want = -CLAT_DROP_TRANSPORT64 },
	{ "ICMPv6 header one octet short", 1, { { 4, 2, { 0, 7 } } },
	  .want = -CLAT_DROP_TRANSPORT64 },
	{ "UDP header in the padding", 17, { { 4, 2, { 0, 7 } } },
	  .padding = 60, .want = -CLAT_DROP_TRANSPORT64 },
	/* A Fragment header of offset 0 with more to come, and 7 octets */
	{ "first fragment with less than a UDP header", 17,
	  { { 4, 3, { 0, 15, 44 } }, { 40, 4, { 17, 0, 0, 1 } } },
	  .want = -CLAT_DROP_TRANSPORT64 },
	{ "first fragment with less than a TCP header", 6,
	  { { 4, 3, { 0, 27, 44 } }, { 40, 4, { 6, 0, 0, 1 } } },
	  .want = -CLAT_DROP_TRANSPORT64 },
};

static void parse6_desc(const struct parse6_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(parse6, parse6_cases, parse6_desc);

static void parse6_verdict(struct kunit *test)
{
	const struct parse6_case *c = test->param_value;
	u8 buf[PARSE6_MAX] = {};
	struct clat_packet pkt;
	unsigned int len;
	int ret;

	len = parse6_packet(buf, c->proto);
	parse_patch(buf, c->patch, PARSE_PATCHES);
	len += c->padding;

	ret = parse_by_need(test, clat_parse6, buf, len, len, &pkt);
	KUNIT_EXPECT_EQ(test, ret, c->want);
	if (ret || c->want)
		return;
	KUNIT_EXPECT_EQ(test, pkt.len, 40u + ref_get16(buf + 4));
	KUNIT_EXPECT_EQ(test, pkt.l4_off, 40);
	parse_expect_l4(test, &pkt, c->proto, c->proto == 1, false);
	KUNIT_EXPECT_FALSE(test, pkt.frag);
	KUNIT_EXPECT_FALSE(test, pkt.more);
	KUNIT_EXPECT_EQ(test, pkt.frag_off, 0);
	KUNIT_EXPECT_EQ(test, pkt.proto, buf[6]);
	KUNIT_EXPECT_EQ(test, pkt.tos, 0xb9);
	KUNIT_EXPECT_EQ(test, pkt.ttl, buf[7]);
	KUNIT_EXPECT_FALSE(test, pkt.df);
}

/*
 * The echo request behind the header is taken for what the number says. An
 * extension header of it has 8 octets, and 128 follows.
 */
static int parse6_next_header(unsigned int nexthdr)
{
	switch (nexthdr) {
	case 1:
		return -CLAT_DROP_PROTOCOL64;
	case 43:
		return -CLAT_DROP_ROUTING64;
	default:
		return 0;
	}
}

static void parse6_protocols(struct kunit *test)
{
	u8 buf[PARSE6_MAX];
	unsigned int nexthdr, len;
	struct clat_packet pkt;

	len = parse6_packet(buf, IPPROTO_ICMP);
	for (nexthdr = 0; nexthdr < 256; nexthdr++) {
		bool ext = nexthdr == 0 || nexthdr == 44 || nexthdr == 60;
		int ret;

		buf[6] = nexthdr;
		ret = parse_by_need(test, clat_parse6, buf, len, len, &pkt);
		KUNIT_EXPECT_EQ_MSG(test, ret, parse6_next_header(nexthdr),
				    "next header %u", nexthdr);
		if (ret)
			continue;
		parse_expect_l4(test, &pkt, ext ? 128 : nexthdr,
				nexthdr == 58, false);
		KUNIT_EXPECT_EQ_MSG(test, pkt.l4_off, ext ? 48 : 40,
				    "next header %u", nexthdr);
		KUNIT_EXPECT_EQ_MSG(test, pkt.proto, ext ? 128 : nexthdr,
				    "next header %u", nexthdr);
	}
}

static void parse6_icmp_types(struct kunit *test)
{
	u8 buf[PARSE6_MAX];
	unsigned int type, len;
	struct clat_packet pkt;

	len = parse6_packet(buf, IPPROTO_ICMP);
	for (type = 0; type < 256; type++) {
		bool error = type >= 1 && type <= 4;
		bool ok = type == 128 || type == 129 || error;
		int ret;

		buf[40] = type;
		ret = parse_by_need(test, clat_parse6, buf, len, len, &pkt);
		KUNIT_EXPECT_EQ_MSG(test, ret, ok ? 0 : -CLAT_DROP_ICMP64,
				    "type %u", type);
		if (!ret)
			KUNIT_EXPECT_EQ_MSG(test, pkt.l4,
					    error ? CLAT_L4_ERROR :
					    CLAT_L4_ECHO, "type %u", type);
	}
}

/* The IPv4 packet has 20 octets less, and must not have more than 65535. */
static void parse6_longest(struct kunit *test)
{
	u8 buf[PARSE6_MAX];
	struct clat_packet pkt;
	unsigned int len, payload;

	len = parse6_packet(buf, IPPROTO_UDP);
	for (payload = 65500; payload <= 65535; payload++) {
		unsigned int total = 40 + payload;

		ref_put16(buf + 4, payload);
		KUNIT_EXPECT_EQ_MSG(test,
				    parse_by_need(test, clat_parse6, buf, len,
						  total, &pkt),
				    payload + 20 <= 65535 ? 0 :
				    -CLAT_DROP_TOO_BIG64,
				    "payload length %u", payload);
	}
}

static void parse6_parts(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	u8 buf[PARSE6_MAX];
	unsigned int i, len;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		unsigned int l4 = protos[i] == IPPROTO_TCP ? 20 : 8;

		len = parse6_packet(buf, protos[i]);
		parse_every_part(test, clat_parse6, buf, len, 40 + l4,
				 -CLAT_DROP_HEADER64);
	}
}

/* The packet itself ends early, and says so. */
static void parse6_short_packets(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	u8 buf[PARSE6_MAX];
	struct clat_packet pkt;
	unsigned int i, n, len;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		unsigned int l4 = protos[i] == IPPROTO_TCP ? 20 : 8;

		len = parse6_packet(buf, protos[i]);
		for (n = 0; n <= len; n++) {
			int want = n < 40 ? -CLAT_DROP_HEADER64 :
				   n < 40 + l4 ? -CLAT_DROP_TRANSPORT64 : 0;

			ref_put16(buf + 4, n < 40 ? 0 : n - 40);
			KUNIT_EXPECT_EQ_MSG(test,
					    parse_by_need(test, clat_parse6,
							  buf, n, n, &pkt),
					    want, "protocol %u, %u octets",
					    protos[i], n);
		}
	}
}

/* Whatever comes: parse_part() judges what is said, KASAN what is read. */
static void parse6_garbage(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	unsigned int i, accepted = 0, refused = 0;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 8200);
	for (i = 0; i < PARSE6_ROUNDS; i++) {
		u32 r = prandom_u32_state(&rnd);
		u8 buf[PARSE6_MAX] = {};
		struct clat_packet pkt;
		unsigned int len;

		len = parse6_packet(buf, protos[r % 3]);
		parse_random(&rnd, buf, len, len - sizeof(parse6_payload));
		if (r & 0x100)
			len = (r >> 16) % (len + 1);
		if (parse_by_need(test, clat_parse6, buf, len, len, &pkt))
			refused++;
		else
			accepted++;
	}
	/* Both branches were seen often, or the garbage is none. */
	KUNIT_EXPECT_GT(test, accepted, PARSE6_ROUNDS / 20);
	KUNIT_EXPECT_GT(test, refused, PARSE6_ROUNDS / 20);
}

static struct kunit_case parse6_test_cases[] = {
	KUNIT_CASE_PARAM(parse6_verdict, parse6_gen_params),
	KUNIT_CASE(parse6_protocols),
	KUNIT_CASE(parse6_icmp_types),
	KUNIT_CASE(parse6_longest),
	KUNIT_CASE(parse6_parts),
	KUNIT_CASE(parse6_short_packets),
	KUNIT_CASE(parse6_garbage),
	{}
};

static struct kunit_suite parse6_suite = {
	.name = "clat-parse6",
	.test_cases = parse6_test_cases,
};

kunit_test_suite(parse6_suite);
