// SPDX-License-Identifier: GPL-2.0
/* core/parse4.c: what is accepted, and each thing that is refused, by reason. */
#include "parse.h"

#define PARSE4_MAX	128
#define PARSE4_ROUNDS	20000

static const u8 parse4_payload[] = "0123456789abcdef";

static unsigned int parse4_packet(u8 *buf, u8 proto, const u8 *options,
				  unsigned int options_len)
{
	struct ref_packet ref = {
		.saddr4 = ref_v4("192.0.0.1"),
		.daddr4 = ref_v4("203.0.113.33"),
		.proto = proto,
		.tos = 0xb9,
		.ttl = 63,
		.id = 0x1234,
		.options = options,
		.options_len = options_len,
		.payload = parse4_payload,
		.payload_len = sizeof(parse4_payload),
	};

	return ref_build4(buf, &ref);
}

static void parse4_fix_check(u8 *buf)
{
	unsigned int hlen = (buf[0] & 15) * 4;

	if (hlen >= 20)
		ref_put16(buf + 10, ref_ip_check(buf, hlen));
}

struct parse4_case {
	const char *name;
	u8 proto;
	struct parse_patch patch[PARSE_PATCHES];
	bool keep_check;	/* of the header, as it was before the patch */
	unsigned int padding;
	int want;
};

/* A packet of 20 + 8 + 17 octets, or 20 + 20 + 17; patches by offset. */
static const struct parse4_case parse4_cases[] = {
	{ "TCP", 6 },
	{ "UDP", 17 },
	{ "ICMP echo request", 1 },
	{ "ICMP echo reply", 1, { { 20, 1, { 0 } } } },
	{ "DF", 17, { { 6, 2, { 0x40, 0x00 } } } },
	{ "reserved flag", 17, { { 6, 2, { 0x80, 0x00 } } } },
	{ "TTL 0 is not the parser's business", 17, { { 8, 1, { 0 } } } },
	{ "UDP checksum 0", 17, { { 26, 2, { 0, 0 } } } },
	{ "UDP shorter than its packet", 17, { { 24, 2, { 0, 8 } } } },
	{ "UDP longer than its packet", 17, { { 24, 2, { 0, 26 } } } },
	{ "link padding", 17, .padding = 19 },
	{ "UDP checksum 0, link padding", 17, { { 26, 2, { 0, 0 } } },
	  .padding = 1 },
	{ "length ends with the UDP header", 17, { { 2, 2, { 0, 28 } } } },
	{ "length ends with the TCP header", 6, { { 2, 2, { 0, 40 } } } },
	{ "length ends with the ICMP header", 1, { { 2, 2, { 0, 28 } } } },

	{ "version 0", 17, { { 0, 1, { 0x05 } } },
	  .want = -CLAT_DROP_HEADER46 },
	{ "version 5", 17, { { 0, 1, { 0x55 } } },
	  .want = -CLAT_DROP_HEADER46 },
	{ "version 6", 17, { { 0, 1, { 0x65 } } },
	  .want = -CLAT_DROP_HEADER46 },
	{ "version 12", 17, { { 0, 1, { 0xc5 } } },
	  .want = -CLAT_DROP_HEADER46 },
	{ "IHL 0", 17, { { 0, 1, { 0x40 } } }, .want = -CLAT_DROP_HEADER46 },
	{ "IHL 1", 17, { { 0, 1, { 0x41 } } }, .want = -CLAT_DROP_HEADER46 },
	{ "IHL 4", 17, { { 0, 1, { 0x44 } } }, .want = -CLAT_DROP_HEADER46 },
	{ "IHL past the packet", 17, { { 0, 1, { 0x4f } } },
	  .want = -CLAT_DROP_HEADER46 },
	{ "IHL past the length, not past the padding", 17,
	  { { 0, 1, { 0x4f } } }, .padding = 40, .want = -CLAT_DROP_HEADER46 },
	{ "length 0", 17, { { 2, 2, { 0, 0 } } }, .want = -CLAT_DROP_HEADER46 },
	{ "length 19", 17, { { 2, 2, { 0, 19 } } },
	  .want = -CLAT_DROP_HEADER46 },
	{ "length less than IHL", 17,
	  { { 0, 1, { 0x46 } }, { 2, 2, { 0, 23 } } },
	  .want = -CLAT_DROP_HEADER46 },
	{ "length one more than the packet", 17, { { 2, 2, { 0, 46 } } },
	  .want = -CLAT_DROP_HEADER46 },
	{ "length 65535", 17, { { 2, 2, { 0xff, 0xff } } },
	  .want = -CLAT_DROP_HEADER46 },

	{ "header checksum off by one", 17, { { 11, 1, { 0x55 } } }, true,
	  .want = -CLAT_DROP_CHECKSUM46 },
	{ "header checksum 0", 17, { { 10, 2, { 0, 0 } } }, true,
	  .want = -CLAT_DROP_CHECKSUM46 },
	{ "TTL changed, checksum not", 17, { { 8, 1, { 62 } } }, true,
	  .want = -CLAT_DROP_CHECKSUM46 },
	{ "last octet of the address changed", 17, { { 19, 1, { 34 } } }, true,
	  .want = -CLAT_DROP_CHECKSUM46 },

	{ "first fragment", 17, { { 6, 2, { 0x20, 0x00 } } } },
	{ "fragment in the middle", 17, { { 6, 2, { 0x20, 0x01 } } } },
	{ "last fragment, offset 8", 17, { { 6, 2, { 0x00, 0x01 } } } },
	{ "last fragment, offset 32768", 17, { { 6, 2, { 0x10, 0x00 } } } },
	{ "last fragment, up to 65535", 6,
	  { { 2, 2, { 0, 27 } }, { 6, 2, { 0x1f, 0xff } } } },
	{ "last fragment with DF", 17, { { 6, 2, { 0x40, 0xb9 } } } },
	{ "fragment with all flags", 6, { { 6, 2, { 0xe0, 0x02 } } } },
	{ "UDP without checksum, not the first fragment", 17,
	  { { 6, 2, { 0x00, 0x02 } }, { 26, 2, { 0, 0 } } } },
	{ "last fragment of one octet", 17,
	  { { 2, 2, { 0, 21 } }, { 6, 2, { 0x00, 0x02 } } } },
	{ "last fragment without data", 17,
	  { { 2, 2, { 0, 20 } }, { 6, 2, { 0x00, 0x02 } } } },

	{ "last fragment, up to 65536", 6,
	  { { 2, 2, { 0, 28 } }, { 6, 2, { 0x1f, 0xff } } },
	  .want = -CLAT_DROP_HEADER46 },
	{ "fragment with more to come, up to 65536", 6,
	  { { 2, 2, { 0, 28 } }, { 6, 2, { 0x3f, 0xff } } },
	  .want = -CLAT_DROP_HEADER46 },
	{ "UDP without checksum, first fragment", 17,
	  { { 6, 2, { 0x20, 0x00 } }, { 26, 2, { 0, 0 } } },
	  .want = -CLAT_DROP_UDP46 },
	{ "first fragment with less than a UDP header", 17,
	  { { 2, 2, { 0, 27 } }, { 6, 2, { 0x20, 0x00 } } },
	  .want = -CLAT_DROP_TRANSPORT46 },
	{ "first fragment with less than a TCP header", 6,
	  { { 2, 2, { 0, 36 } }, { 6, 2, { 0x20, 0x00 } } },
	  .want = -CLAT_DROP_TRANSPORT46 },
	{ "fragmented ICMP, the first", 1, { { 6, 2, { 0x20, 0x00 } } },
	  .want = -CLAT_DROP_ICMP_FRAGMENT46 },
	{ "fragmented ICMP, in the middle", 1, { { 6, 2, { 0x20, 0xb9 } } },
	  .want = -CLAT_DROP_ICMP_FRAGMENT46 },
	{ "fragmented ICMP, the last", 1, { { 6, 2, { 0x00, 0xb9 } } },
	  .want = -CLAT_DROP_ICMP_FRAGMENT46 },
	{ "fragmented ICMP error", 1,
	  { { 6, 2, { 0x20, 0x00 } }, { 20, 1, { 3 } } },
	  .want = -CLAT_DROP_ICMP_FRAGMENT46 },
	{ "fragmented ICMP, bad header checksum", 1,
	  { { 6, 2, { 0x20, 0x00 } }, { 10, 2, { 1, 2 } } }, true,
	  .want = -CLAT_DROP_CHECKSUM46 },
	{ "ICMPv6, bad header checksum", 1,
	  { { 9, 1, { 58 } }, { 10, 2, { 1, 2 } } }, true,
	  .want = -CLAT_DROP_CHECKSUM46 },
	{ "fragment of ICMPv6", 1,
	  { { 6, 2, { 0x20, 0x00 } }, { 9, 1, { 58 } } },
	  .want = -CLAT_DROP_PROTOCOL46 },

	{ "no transport header at all", 17, { { 2, 2, { 0, 20 } } },
	  .want = -CLAT_DROP_TRANSPORT46 },
	{ "UDP header one octet short", 17, { { 2, 2, { 0, 27 } } },
	  .want = -CLAT_DROP_TRANSPORT46 },
	{ "TCP header one octet short", 6, { { 2, 2, { 0, 39 } } },
	  .want = -CLAT_DROP_TRANSPORT46 },
	{ "ICMP header one octet short", 1, { { 2, 2, { 0, 27 } } },
	  .want = -CLAT_DROP_TRANSPORT46 },
	/* It gets a checksum, over what its length says: that must be all. */
	{ "UDP without checksum, shorter than its packet", 17,
	  { { 24, 2, { 0, 24 } }, { 26, 2, { 0, 0 } } },
	  .want = -CLAT_DROP_TRANSPORT46 },
	{ "UDP without checksum, longer than its packet", 17,
	  { { 24, 2, { 0, 26 } }, { 26, 2, { 0, 0 } } }, .padding = 8,
	  .want = -CLAT_DROP_TRANSPORT46 },
	{ "UDP header in the padding", 17, { { 2, 2, { 0, 27 } } },
	  .padding = 64, .want = -CLAT_DROP_TRANSPORT46 },
};

static void parse4_desc(const struct parse4_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(parse4, parse4_cases, parse4_desc);

static void parse4_verdict(struct kunit *test)
{
	const struct parse4_case *c = test->param_value;
	u8 buf[PARSE4_MAX] = {};
	struct clat_packet pkt;
	unsigned int len;
	u16 frag;
	int ret;

	len = parse4_packet(buf, c->proto, NULL, 0);
	parse_patch(buf, c->patch, PARSE_PATCHES);
	if (!c->keep_check && (buf[0] & 15) * 4 <= sizeof(buf))
		parse4_fix_check(buf);
	len += c->padding;

	ret = parse_by_need(test, clat_parse4, buf, len, len, &pkt);
	KUNIT_EXPECT_EQ(test, ret, c->want);
	if (ret || c->want)
		return;
	KUNIT_EXPECT_EQ(test, pkt.len, (unsigned int)ref_get16(buf + 2));
	KUNIT_EXPECT_EQ(test, pkt.l4_off, 20);
	frag = ref_get16(buf + 6);
	parse_expect_l4(test, &pkt, c->proto, c->proto == 1, frag & 0x1fff);
	KUNIT_EXPECT_EQ(test, pkt.frag, (frag & 0x3fff) != 0);
	KUNIT_EXPECT_EQ(test, pkt.more, (bool)(frag & 0x2000));
	KUNIT_EXPECT_EQ(test, pkt.frag_off, (frag & 0x1fff) * 8);
	KUNIT_EXPECT_EQ(test, pkt.id, 0x1234);
	KUNIT_EXPECT_EQ(test, pkt.proto, buf[9]);
	KUNIT_EXPECT_EQ(test, pkt.tos, 0xb9);
	KUNIT_EXPECT_EQ(test, pkt.ttl, buf[8]);
	KUNIT_EXPECT_EQ(test, pkt.df, (bool)(buf[6] & 0x40));
}

/* The octets behind the header would do for any of them. */
static void parse4_protocols(struct kunit *test)
{
	u8 buf[PARSE4_MAX];
	unsigned int proto, len;
	struct clat_packet pkt;

	len = parse4_packet(buf, IPPROTO_ICMP, NULL, 0);
	for (proto = 0; proto < 256; proto++) {
		/* Extension headers of IPv6, ICMPv6, and IGMP */
		bool refused = proto == 0 || proto == 43 || proto == 44 ||
			       proto == 58 || proto == 60 || proto == 2;
		int ret;

		buf[9] = proto;
		parse4_fix_check(buf);
		ret = parse_by_need(test, clat_parse4, buf, len, len, &pkt);
		KUNIT_EXPECT_EQ_MSG(test, ret,
				    refused ? -CLAT_DROP_PROTOCOL46 : 0,
				    "protocol %u", proto);
		if (!ret)
			parse_expect_l4(test, &pkt, proto, proto == 1, 0);
	}
}

static void parse4_icmp_types(struct kunit *test)
{
	u8 buf[PARSE4_MAX];
	unsigned int type, len;
	struct clat_packet pkt;

	len = parse4_packet(buf, IPPROTO_ICMP, NULL, 0);
	for (type = 0; type < 256; type++) {
		bool error = type == 3 || type == 11 || type == 12;
		bool ok = type == 0 || type == 8 || error;
		int ret;

		buf[20] = type;
		ret = parse_by_need(test, clat_parse4, buf, len, len, &pkt);
		KUNIT_EXPECT_EQ_MSG(test, ret, ok ? 0 : -CLAT_DROP_ICMP46,
				    "type %u", type);
		if (!ret)
			KUNIT_EXPECT_EQ_MSG(test, pkt.l4,
					    error ? CLAT_L4_ERROR :
					    CLAT_L4_ECHO, "type %u", type);
	}
}

struct parse4_options {
	const char *name;
	u8 len;
	u8 options[40];
	int want;
};

/* RFC 791, section 3.1; RFC 7915, section 4.1 */
static const struct parse4_options parse4_options_cases[] = {
	{ "no-operations", 4, { 1, 1, 1, 1 } },
	{ "end of list", 4, { 0, 0, 0, 0 } },
	{ "garbage behind the end of list", 8,
	  { 1, 0, 131, 7, 4, 255, 0, 1 } },
	{ "router alert", 4, { 148, 4, 0, 0 } },
	{ "record route", 8, { 7, 7, 4, 0, 0, 0, 0, 0 } },
	{ "timestamp of 40 octets", 40, { 68, 40, 5, 0 } },
	{ "unknown option", 4, { 0x9e, 4, 0xff, 0xff } },
	{ "option ends with the header", 8, { 1, 1, 1, 1, 1, 1, 200, 2 } },

	{ "LSRR, expired", 8, { 131, 7, 8, 203, 0, 113, 1, 0 } },
	{ "SSRR, expired", 8, { 137, 7, 8, 203, 0, 113, 1, 0 } },
	{ "LSRR, pointer far behind", 8, { 131, 7, 255, 203, 0, 113, 1, 0 } },
	{ "LSRR without room", 4, { 131, 3, 4, 0 } },
	{ "LSRR, unexpired", 8, { 131, 7, 4, 203, 0, 113, 1, 0 },
	  -CLAT_DROP_SOURCE_ROUTE46 },
	{ "SSRR, unexpired", 8, { 137, 7, 4, 203, 0, 113, 1, 0 },
	  -CLAT_DROP_SOURCE_ROUTE46 },
	{ "SSRR, second of two to go", 12,
	  { 137, 11, 8, 203, 0, 113, 1, 203, 0, 113, 2, 0 },
	  -CLAT_DROP_SOURCE_ROUTE46 },
	{ "LSRR, pointer equals length", 8, { 131, 7, 7, 203, 0, 113, 1, 0 },
	  -CLAT_DROP_SOURCE_ROUTE46 },
	{ "LSRR, pointer 0", 8, { 131, 7, 0, 203, 0, 113, 1, 0 },
	  -CLAT_DROP_SOURCE_ROUTE46 },
	{ "unexpired LSRR behind other options", 16,
	  { 1, 148, 4, 0, 0, 1, 131, 7, 4, 203, 0, 113, 1, 0, 0, 0 },
	  -CLAT_DROP_SOURCE_ROUTE46 },
	{ "unexpired SSRR behind an expired LSRR", 16,
	  { 131, 7, 8, 203, 0, 113, 1, 1, 137, 7, 4, 203, 0, 113, 2, 0 },
	  -CLAT_DROP_SOURCE_ROUTE46 },
	{ "unexpired LSRR of 39 octets", 40, { 131, 39, 4 },
	  -CLAT_DROP_SOURCE_ROUTE46 },

	{ "length 0", 4, { 148, 0, 0, 0 }, -CLAT_DROP_HEADER46 },
	{ "length 1", 4, { 148, 1, 0, 0 }, -CLAT_DROP_HEADER46 },
	{ "LSRR of length 0", 4, { 131, 0, 4, 0 }, -CLAT_DROP_HEADER46 },
	{ "LSRR of length 2", 4, { 131, 2, 0, 0 }, -CLAT_DROP_HEADER46 },
	{ "past the header by one", 4, { 148, 5, 0, 0 },
	  -CLAT_DROP_HEADER46 },
	{ "past the header by far", 4, { 148, 255, 0, 0 },
	  -CLAT_DROP_HEADER46 },
	{ "last one past the header", 8, { 1, 1, 1, 1, 1, 148, 4, 0 },
	  -CLAT_DROP_HEADER46 },
	{ "expired LSRR past the header", 4, { 131, 7, 8, 0 },
	  -CLAT_DROP_HEADER46 },
	{ "type without a length", 4, { 1, 1, 1, 148 }, -CLAT_DROP_HEADER46 },
	{ "LSRR without a length", 4, { 1, 1, 1, 131 }, -CLAT_DROP_HEADER46 },
	{ "LSRR without a pointer", 4, { 1, 1, 131, 3 },
	  -CLAT_DROP_HEADER46 },
};

static void parse4_options_desc(const struct parse4_options *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(parse4_options, parse4_options_cases, parse4_options_desc);

static void parse4_options_verdict(struct kunit *test)
{
	const struct parse4_options *c = test->param_value;
	u8 buf[PARSE4_MAX];
	struct clat_packet pkt;
	unsigned int len;
	int ret;

	len = parse4_packet(buf, IPPROTO_UDP, c->options, c->len);
	ret = parse_by_need(test, clat_parse4, buf, len, len, &pkt);
	KUNIT_EXPECT_EQ(test, ret, c->want);
	if (ret || c->want)
		return;
	KUNIT_EXPECT_EQ(test, pkt.len, len);
	KUNIT_EXPECT_EQ(test, pkt.l4_off, 20 + c->len);
}

/* The header checksum covers the options. */
static void parse4_options_check(struct kunit *test)
{
	static const u8 options[8] = { 1, 1, 1, 1, 1, 1, 1, 0 };
	u8 buf[PARSE4_MAX];
	struct clat_packet pkt;
	unsigned int len;

	len = parse4_packet(buf, IPPROTO_UDP, options, sizeof(options));
	KUNIT_EXPECT_EQ(test,
			parse_by_need(test, clat_parse4, buf, len, len, &pkt),
			0);
	buf[27] = 1;
	KUNIT_EXPECT_EQ(test,
			parse_by_need(test, clat_parse4, buf, len, len, &pkt),
			-CLAT_DROP_CHECKSUM46);
}

static void parse4_parts(struct kunit *test)
{
	static const u8 options[40] = { 7, 39, 4 };
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	u8 buf[PARSE4_MAX];
	unsigned int i, opt, len;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		for (opt = 0; opt <= 40; opt += 40) {
			unsigned int l4 = protos[i] == IPPROTO_TCP ? 20 : 8;

			len = parse4_packet(buf, protos[i], options, opt);
			parse_every_part(test, clat_parse4, buf, len,
					 20 + opt + l4, -CLAT_DROP_HEADER46);
		}
}

/* The packet itself ends early, and says so. */
static void parse4_short_packets(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	u8 buf[PARSE4_MAX];
	struct clat_packet pkt;
	unsigned int i, n, len;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		unsigned int l4 = protos[i] == IPPROTO_TCP ? 20 : 8;

		len = parse4_packet(buf, protos[i], NULL, 0);
		for (n = 0; n <= len; n++) {
			int want = n < 20 ? -CLAT_DROP_HEADER46 :
				   n < 20 + l4 ? -CLAT_DROP_TRANSPORT46 : 0;

			ref_put16(buf + 2, n);
			parse4_fix_check(buf);
			KUNIT_EXPECT_EQ_MSG(test,
					    parse_by_need(test, clat_parse4,
							  buf, n, n, &pkt),
					    want, "protocol %u, %u octets",
					    protos[i], n);
		}
	}
}

/* Whatever comes: parse_part() judges what is said, KASAN what is read. */
static void parse4_garbage(struct kunit *test)
{
	static const u8 options[12] = { 131, 7, 8, 1, 2, 3, 4, 148, 4, 0, 0 };
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	unsigned int i, accepted = 0, refused = 0;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 791);
	for (i = 0; i < PARSE4_ROUNDS; i++) {
		u32 r = prandom_u32_state(&rnd);
		u8 buf[PARSE4_MAX] = {};
		struct clat_packet pkt;
		unsigned int len;

		len = parse4_packet(buf, protos[r % 3], options,
				    r & 0x100 ? sizeof(options) : 0);
		parse_random(&rnd, buf, len, len - sizeof(parse4_payload));
		if (r & 0x200)
			len = (r >> 16) % (len + 1);
		if (r & 0xc00)
			parse4_fix_check(buf);
		if (parse_by_need(test, clat_parse4, buf, len, len, &pkt))
			refused++;
		else
			accepted++;
	}
	/* Both branches were seen often, or the garbage is none. */
	KUNIT_EXPECT_GT(test, accepted, PARSE4_ROUNDS / 20);
	KUNIT_EXPECT_GT(test, refused, PARSE4_ROUNDS / 20);
}

static struct kunit_case parse4_test_cases[] = {
	KUNIT_CASE_PARAM(parse4_verdict, parse4_gen_params),
	KUNIT_CASE(parse4_protocols),
	KUNIT_CASE(parse4_icmp_types),
	KUNIT_CASE_PARAM(parse4_options_verdict, parse4_options_gen_params),
	KUNIT_CASE(parse4_options_check),
	KUNIT_CASE(parse4_parts),
	KUNIT_CASE(parse4_short_packets),
	KUNIT_CASE(parse4_garbage),
	{}
};

static struct kunit_suite parse4_suite = {
	.name = "clat-parse4",
	.test_cases = parse4_test_cases,
};

kunit_test_suite(parse4_suite);
