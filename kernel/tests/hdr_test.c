// SPDX-License-Identifier: GPL-2.0
/* core/hdr.c: new headers, octet by octet. */
#include <kunit/test.h>

#include "core/core.h"
#include "ref.h"

struct hdr_case {
	const char *name;
	struct clat_packet pkt;
	u16 id;
	bool df;
	u8 want[20];	/* IPv6: without the addresses */
	u8 frag[8];	/* IPv6: Fragment header */
};

/* 2001:db8:1:2::c1a7 and 64:ff9b::203.0.113.33, as all cases have them */
static const u8 hdr_addrs6[32] = {
	0x20, 0x01, 0x0d, 0xb8, 0x00, 0x01, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc1, 0xa7,
	0x00, 0x64, 0xff, 0x9b, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0xcb, 0x00, 0x71, 0x21,
};

static const struct hdr_case hdr46_cases[] = {
	{
		.name = "TCP, 60 octets",
		.pkt = { .len = 60, .l4_off = 20, .proto = 6, .ttl = 64 },
		.want = { 0x60, 0x00, 0x00, 0x00, 0x00, 0x28, 0x06, 0x40 },
	}, {
		.name = "UDP, all bits of TOS set, TTL 255",
		.pkt = { .len = 28, .l4_off = 20, .proto = 17, .tos = 0xff,
			 .ttl = 255 },
		.want = { 0x6f, 0xf0, 0x00, 0x00, 0x00, 0x08, 0x11, 0xff },
	}, {
		.name = "ICMP becomes ICMPv6, TTL 0 stays",
		.pkt = { .len = 84, .l4_off = 20, .proto = 1, .tos = 0x10 },
		.want = { 0x61, 0x00, 0x00, 0x00, 0x00, 0x40, 0x3a, 0x00 },
	}, {
		.name = "40 octets of options are no payload",
		.pkt = { .len = 100, .l4_off = 60, .proto = 17, .tos = 0x01,
			 .ttl = 1, .df = true },
		.want = { 0x60, 0x10, 0x00, 0x00, 0x00, 0x28, 0x11, 0x01 },
	}, {
		.name = "the longest packet",
		.pkt = { .len = 65535, .l4_off = 20, .proto = 6, .tos = 0xb8,
			 .ttl = 63 },
		.want = { 0x6b, 0x80, 0x00, 0x00, 0xff, 0xeb, 0x06, 0x3f },
	}, {
		.name = "first fragment",
		.pkt = { .len = 1500, .l4_off = 20, .proto = 17, .ttl = 64,
			 .id = 0xbeef, .frag = true, .more = true },
		.want = { 0x60, 0x00, 0x00, 0x00, 0x05, 0xd0, 0x2c, 0x40 },
		.frag = { 0x11, 0x00, 0x00, 0x01, 0x00, 0x00, 0xbe, 0xef },
	}, {
		.name = "fragment in the middle, options",
		.pkt = { .len = 60, .l4_off = 28, .proto = 6, .ttl = 2,
			 .frag_off = 1480, .frag = true, .more = true },
		.want = { 0x60, 0x00, 0x00, 0x00, 0x00, 0x28, 0x2c, 0x02 },
		.frag = { 0x06, 0x00, 0x05, 0xc9, 0x00, 0x00, 0x00, 0x00 },
	}, {
		.name = "last fragment at the last offset, DF",
		.pkt = { .len = 21, .l4_off = 20, .proto = 50, .ttl = 64,
			 .id = 0xffff, .frag_off = 65528, .frag = true,
			 .df = true },
		.want = { 0x60, 0x00, 0x00, 0x00, 0x00, 0x09, 0x2c, 0x40 },
		.frag = { 0x32, 0x00, 0xff, 0xf8, 0x00, 0x00, 0xff, 0xff },
	}, {
		.name = "the longest fragment",
		.pkt = { .len = 65535, .l4_off = 20, .proto = 17, .ttl = 64,
			 .id = 1, .frag = true, .more = true },
		.want = { 0x60, 0x00, 0x00, 0x00, 0xff, 0xf3, 0x2c, 0x40 },
		.frag = { 0x11, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01 },
	},
};

/* The checksum, octets 10 and 11, is filled in by the test. */
static const struct hdr_case hdr64_cases[] = {
	{
		.name = "TCP, DF",
		.pkt = { .len = 1500, .l4_off = 40, .proto = 6, .ttl = 57 },
		.df = true,
		.want = { 0x45, 0x00, 0x05, 0xc8, 0x00, 0x00, 0x40, 0x00,
			  0x39, 0x06, 0x00, 0x00, 0xcb, 0x00, 0x71, 0x21,
			  0xc0, 0x00, 0x00, 0x01 },
	}, {
		.name = "UDP, no DF, identification, TOS",
		.pkt = { .len = 48, .l4_off = 40, .proto = 17, .tos = 0xb8,
			 .ttl = 255 },
		.id = 0xfffe,
		.want = { 0x45, 0xb8, 0x00, 0x1c, 0xff, 0xfe, 0x00, 0x00,
			  0xff, 0x11, 0x00, 0x00, 0xcb, 0x00, 0x71, 0x21,
			  0xc0, 0x00, 0x00, 0x01 },
	}, {
		.name = "ICMPv6 becomes ICMP, hop limit 0 stays",
		.pkt = { .len = 104, .l4_off = 40, .proto = 58, .tos = 0xff },
		.id = 1,
		.want = { 0x45, 0xff, 0x00, 0x54, 0x00, 0x01, 0x00, 0x00,
			  0x00, 0x01, 0x00, 0x00, 0xcb, 0x00, 0x71, 0x21,
			  0xc0, 0x00, 0x00, 0x01 },
	}, {
		.name = "the longest packet",
		.pkt = { .len = 65555, .l4_off = 40, .proto = 6, .ttl = 1 },
		.df = true,
		.want = { 0x45, 0x00, 0xff, 0xff, 0x00, 0x00, 0x40, 0x00,
			  0x01, 0x06, 0x00, 0x00, 0xcb, 0x00, 0x71, 0x21,
			  0xc0, 0x00, 0x00, 0x01 },
	}, {
		.name = "extension headers are no payload",
		.pkt = { .len = 88, .l4_off = 80, .proto = 17, .ttl = 64 },
		.id = 0x1234,
		.want = { 0x45, 0x00, 0x00, 0x1c, 0x12, 0x34, 0x00, 0x00,
			  0x40, 0x11, 0x00, 0x00, 0xcb, 0x00, 0x71, 0x21,
			  0xc0, 0x00, 0x00, 0x01 },
	}, {
		/* RFC 7915, section 5.1.1: low half of the identification */
		.name = "first fragment",
		.pkt = { .len = 1280, .l4_off = 48, .proto = 17, .ttl = 64,
			 .id = 0xdeadbeef, .frag = true, .more = true },
		.id = 0x1234,
		.df = true,
		.want = { 0x45, 0x00, 0x04, 0xe4, 0xbe, 0xef, 0x20, 0x00,
			  0x40, 0x11, 0x00, 0x00, 0xcb, 0x00, 0x71, 0x21,
			  0xc0, 0x00, 0x00, 0x01 },
	}, {
		.name = "fragment in the middle",
		.pkt = { .len = 88, .l4_off = 48, .proto = 6, .ttl = 64,
			 .id = 0x00010000, .frag_off = 1232, .frag = true,
			 .more = true },
		.id = 0x1234,
		.want = { 0x45, 0x00, 0x00, 0x3c, 0x00, 0x00, 0x20, 0x9a,
			  0x40, 0x06, 0x00, 0x00, 0xcb, 0x00, 0x71, 0x21,
			  0xc0, 0x00, 0x00, 0x01 },
	}, {
		.name = "last fragment at the last offset, above 1260 octets",
		.pkt = { .len = 1348, .l4_off = 48, .proto = 50, .ttl = 64,
			 .id = 0xffff, .frag_off = 65528, .frag = true },
		.id = 0x1234,
		.df = true,
		.want = { 0x45, 0x00, 0x05, 0x28, 0xff, 0xff, 0x1f, 0xff,
			  0x40, 0x32, 0x00, 0x00, 0xcb, 0x00, 0x71, 0x21,
			  0xc0, 0x00, 0x00, 0x01 },
	}, {
		.name = "atomic fragment, ICMPv6",
		.pkt = { .len = 56, .l4_off = 48, .proto = 58, .ttl = 64,
			 .id = 0x87654321, .frag = true },
		.id = 0x1234,
		.df = true,
		.want = { 0x45, 0x00, 0x00, 0x1c, 0x43, 0x21, 0x00, 0x00,
			  0x40, 0x01, 0x00, 0x00, 0xcb, 0x00, 0x71, 0x21,
			  0xc0, 0x00, 0x00, 0x01 },
	},
};

static void hdr_desc(const struct hdr_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(hdr46, hdr46_cases, hdr_desc);
KUNIT_ARRAY_PARAM(hdr64, hdr64_cases, hdr_desc);

/* The header is written over whatever was there, and nothing behind it. */
static void hdr_write46(struct kunit *test)
{
	const struct hdr_case *c = test->param_value;
	struct in6_addr saddr = ref_v6("2001:db8:1:2::c1a7");
	struct in6_addr daddr = ref_v6("64:ff9b::203.0.113.33");
	unsigned int len = c->pkt.frag ? 48 : 40;
	u8 *buf = kunit_kmalloc(test, len, GFP_KERNEL);
	u8 want[48], fill;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	memcpy(want, c->want, 8);
	memcpy(want + 8, hdr_addrs6, sizeof(hdr_addrs6));
	memcpy(want + 40, c->frag, 8);
	KUNIT_EXPECT_EQ(test, clat_hdr46_len(&c->pkt), len);
	for (fill = 0; ; fill = 0xff) {
		memset(buf, fill, len);
		clat_hdr46(buf, &c->pkt, &saddr, &daddr);
		ref_expect_bytes(test, "header", buf, len, want, len);
		if (fill)
			return;
	}
}

static void hdr_write64(struct kunit *test)
{
	const struct hdr_case *c = test->param_value;
	u8 *buf = kunit_kmalloc(test, 20, GFP_KERNEL);
	u8 want[20], fill;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	memcpy(want, c->want, 20);
	ref_put16(want + 10, ref_ip_check(want, 20));
	for (fill = 0; ; fill = 0xff) {
		memset(buf, fill, 20);
		clat_hdr64((struct iphdr *)buf, &c->pkt, ref_v4("203.0.113.33"),
			   ref_v4("192.0.0.1"), htons(c->id), c->df);
		ref_expect_bytes(test, "header", buf, 20, want, 20);
		if (fill)
			return;
	}
}

static struct kunit_case hdr_cases[] = {
	KUNIT_CASE_PARAM(hdr_write46, hdr46_gen_params),
	KUNIT_CASE_PARAM(hdr_write64, hdr64_gen_params),
	{}
};

static struct kunit_suite hdr_suite = {
	.name = "clat-hdr",
	.test_cases = hdr_cases,
};

kunit_test_suite(hdr_suite);
