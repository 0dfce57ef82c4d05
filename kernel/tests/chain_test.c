// SPDX-License-Identifier: GPL-2.0
/*
 * core/parse6.c: chains of extension headers and Fragment headers, of every
 * order and length, whole and cut at every octet.
 */
#include "parse.h"

#define CHAIN_MAX	2600

struct chain_header {
	u8 nexthdr;	/* number of this header */
	u8 words;	/* of 8 octets behind the first 8 */
	u8 segments_left;
	u16 frag;	/* Fragment header: offset and flag */
};

struct chain {
	const char *name;
	unsigned int n;
	struct chain_header headers[10];
	u8 last;	/* next header of the last one; UDP if 0 */
	int want;
	unsigned int pointer;	/* of -CLAT_DROP_ROUTING64 */
};

#define HOP(words)	{ 0, words }
#define ROUTE(words, left) { 43, words, left }
#define FRAG(off)	{ 44, 0, 0, off }
#define DEST(words)	{ 60, words }

static const struct chain chains[] = {
	{ "none", 0 },
	{ "hop-by-hop options", 1, { HOP(0) } },
	{ "long hop-by-hop options", 1, { HOP(3) } },
	{ "the longest hop-by-hop options", 1, { HOP(255) } },
	{ "destination options", 1, { DEST(1) } },
	{ "routing header", 1, { ROUTE(2, 0) } },
	{ "all of them", 3, { HOP(1), ROUTE(2, 0), DEST(0) } },
	{ "all of them, and an atomic fragment", 4,
	  { HOP(1), DEST(0), ROUTE(2, 0), FRAG(0) } },
	{ "destination options twice", 2, { DEST(0), DEST(0) } },
	{ "eight headers", 8,
	  { HOP(0), DEST(0), DEST(0), DEST(0), DEST(0), DEST(0), DEST(0),
	    DEST(0) } },
	{ "eight headers and a Fragment header", 9,
	  { HOP(0), DEST(0), DEST(0), DEST(0), DEST(0), DEST(0), DEST(0),
	    DEST(0), FRAG(1) } },
	{ "nine headers", 9,
	  { HOP(0), DEST(0), DEST(0), DEST(0), DEST(0), DEST(0), DEST(0),
	    DEST(0), DEST(0) }, .want = -CLAT_DROP_EXTENSION64 },
	{ "hop-by-hop options, not the first", 2, { DEST(0), HOP(0) },
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "hop-by-hop options twice", 2, { HOP(0), HOP(0) },
	  .want = -CLAT_DROP_EXTENSION64 },

	/* RFC 7915, section 5.1: the pointer is to segments left. */
	{ "segments left", 1, { ROUTE(2, 1) },
	  .want = -CLAT_DROP_ROUTING64, .pointer = 43 },
	{ "255 segments left", 1, { ROUTE(0, 255) },
	  .want = -CLAT_DROP_ROUTING64, .pointer = 43 },
	{ "segments left behind options", 3,
	  { HOP(1), DEST(2), ROUTE(0, 2) },
	  .want = -CLAT_DROP_ROUTING64, .pointer = 40 + 16 + 24 + 3 },
	{ "segments left in the second routing header", 2,
	  { ROUTE(0, 0), ROUTE(0, 2) },
	  .want = -CLAT_DROP_ROUTING64, .pointer = 40 + 8 + 3 },
	{ "segments left in a fragment", 2, { ROUTE(0, 2), FRAG(1) },
	  .want = -CLAT_DROP_ROUTING64, .pointer = 43 },

	{ "first fragment", 1, { FRAG(1) } },
	{ "fragment in the middle", 1, { FRAG(1288 | 1) } },
	{ "last fragment", 1, { FRAG(1288) } },
	{ "last fragment, up to 65512", 1, { FRAG(65496) } },
	{ "last fragment, up to 65528", 1, { FRAG(65512) },
	  .want = -CLAT_DROP_TOO_BIG64 },
	{ "last fragment, up to 65536", 1, { FRAG(65520) },
	  .want = -CLAT_DROP_TOO_BIG64 },
	{ "options and a fragment up to 65544", 2, { DEST(2), FRAG(65529) },
	  .want = -CLAT_DROP_TOO_BIG64 },
	{ "reserved bits of the offset", 1, { FRAG(6) } },
	{ "options and the first fragment", 2, { HOP(2), FRAG(1) } },
	{ "options and the last fragment", 2, { DEST(2), FRAG(8) } },

	/* RFC 7915, section 5.1.1: nothing but ESP behind it */
	{ "atomic fragment, hop-by-hop options", 1, { FRAG(0) }, 0xff,
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "fragment, routing header", 2, { FRAG(1), ROUTE(0, 0) },
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "fragment, destination options", 2, { FRAG(1), DEST(0) },
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "last fragment, destination options", 1, { FRAG(8) }, 60,
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "two Fragment headers", 2, { FRAG(0), FRAG(0) },
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "fragment, AH", 1, { FRAG(1) }, 51,
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "atomic fragment, AH", 1, { FRAG(0) }, 51,
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "fragment, mobility header", 1, { FRAG(1) }, 135,
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "fragment, HIP", 1, { FRAG(1) }, 139,
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "fragment, shim6", 1, { FRAG(8) }, 140,
	  .want = -CLAT_DROP_EXTENSION64 },
	{ "fragment, ESP", 1, { FRAG(1) }, 50 },
	{ "last fragment, ESP", 1, { FRAG(8) }, 50 },
	{ "options, AH", 1, { DEST(0) }, 51 },
	{ "options, ESP", 1, { DEST(0) }, 50 },
	{ "options, no next header", 1, { DEST(0) }, 59 },

	{ "options, ICMPv4", 1, { DEST(0) }, 1,
	  .want = -CLAT_DROP_PROTOCOL64 },
	{ "fragment, ICMPv4", 1, { FRAG(1) }, 1,
	  .want = -CLAT_DROP_PROTOCOL64 },
	{ "options, ICMPv6", 1, { DEST(0) }, 58 },
	{ "atomic fragment, ICMPv6", 1, { FRAG(0) }, 58 },
	{ "first fragment, ICMPv6", 1, { FRAG(1) }, 58,
	  .want = -CLAT_DROP_ICMP_FRAGMENT64 },
	{ "fragment in the middle, ICMPv6", 1, { FRAG(9) }, 58,
	  .want = -CLAT_DROP_ICMP_FRAGMENT64 },
	{ "last fragment, ICMPv6", 1, { FRAG(8) }, 58,
	  .want = -CLAT_DROP_ICMP_FRAGMENT64 },
};

static void chain_desc(const struct chain *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(chain, chains, chain_desc);

/* An echo request would do for a UDP header, or for what ESP begins with. */
static const u8 chain_l4[] = {
	0x80, 0x00, 0x30, 0x39, 0x00, 0x10, 0x12, 0x34,
	'0', '1', '2', '3', '4', '5', '6', '7',
};

static u8 chain_last(const struct chain *c)
{
	if (c->last == 0xff)
		return 0;	/* hop-by-hop options */
	return c->last ? c->last : IPPROTO_UDP;
}

/* Returns the octets of the packet. */
static unsigned int chain_build(u8 *buf, const struct chain *c)
{
	unsigned int i, off = 40;

	memset(buf, 0, CHAIN_MAX);
	buf[0] = 0x60;
	buf[6] = c->n ? c->headers[0].nexthdr : chain_last(c);
	buf[7] = 64;
	for (i = 0; i < c->n; i++) {
		const struct chain_header *h = &c->headers[i];

		buf[off] = i + 1 < c->n ? h[1].nexthdr : chain_last(c);
		if (h->nexthdr == 44) {
			ref_put16(buf + off + 2, h->frag);
			ref_put16(buf + off + 4, 0xc0ff);
			ref_put16(buf + off + 6, 0xee01);
			off += 8;
			continue;
		}
		buf[off + 1] = h->words;
		buf[off + 3] = h->segments_left;
		off += 8 + h->words * 8;
	}
	memcpy(buf + off, chain_l4, sizeof(chain_l4));
	ref_put16(buf + 4, off + sizeof(chain_l4) - 40);
	return off + sizeof(chain_l4);
}

static const struct chain_header *chain_frag(const struct chain *c)
{
	unsigned int i;

	for (i = 0; i < c->n; i++)
		if (c->headers[i].nexthdr == 44)
			return &c->headers[i];
	return NULL;
}

static void chain_verdict(struct kunit *test)
{
	const struct chain *c = test->param_value;
	const struct chain_header *frag = chain_frag(c);
	u8 *buf = kunit_kmalloc(test, CHAIN_MAX, GFP_KERNEL);
	struct clat_packet pkt;
	unsigned int len, off;
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	len = chain_build(buf, c);
	off = len - sizeof(chain_l4);
	/* It asks for more once or twice a header. */
	ret = parse_part(test, clat_parse6, buf, len, len, &pkt);
	KUNIT_EXPECT_EQ(test, ret, c->want);
	if (c->want == -CLAT_DROP_ROUTING64)
		KUNIT_EXPECT_EQ(test, pkt.l4_off, c->pointer);
	if (ret || c->want)
		return;
	KUNIT_EXPECT_EQ(test, pkt.len, len);
	KUNIT_EXPECT_EQ(test, pkt.l4_off, off);
	KUNIT_EXPECT_EQ(test, pkt.proto, chain_last(c));
	KUNIT_EXPECT_EQ(test, pkt.frag, (bool)frag);
	KUNIT_EXPECT_EQ(test, pkt.more, frag && frag->frag & 1);
	KUNIT_EXPECT_EQ(test, pkt.frag_off, frag ? frag->frag & 0xfff8 : 0);
	if (frag)
		KUNIT_EXPECT_EQ(test, pkt.id, 0xc0ffee01);
	parse_expect_l4(test, &pkt, chain_last(c), chain_last(c) == 58,
			frag && frag->frag & 0xfff8);
}

/* Octet by octet: what can be read, and then what there is at all. */
static void chain_parts(struct kunit *test)
{
	const struct chain *c = test->param_value;
	u8 *buf = kunit_kmalloc(test, CHAIN_MAX, GFP_KERNEL);
	unsigned int len, off, n, linear, rounds;
	struct clat_packet pkt;
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	len = chain_build(buf, c);
	off = len - sizeof(chain_l4);

	for (linear = 0, rounds = 0; linear <= len; rounds++) {
		ret = parse_part(test, clat_parse6, buf, linear, len, &pkt);
		if (ret <= 0)
			break;
		linear = ret;
	}
	KUNIT_EXPECT_EQ(test, ret, c->want);
	KUNIT_EXPECT_LE(test, rounds, c->n + 2);

	for (n = 40; n < off; n++) {
		ref_put16(buf + 4, n - 40);
		ret = parse_part(test, clat_parse6, buf, n, n, &pkt);
		KUNIT_EXPECT_TRUE_MSG(test,
				      ret == -CLAT_DROP_EXTENSION64 ||
				      (ret && ret == c->want),
				      "%u octets: %d", n, ret);
	}
}

/* Chains at random: it comes to an end, within the packet. */
static void chain_garbage(struct kunit *test)
{
	static const u8 numbers[] = { 0, 43, 44, 60, 6, 17, 58, 50, 51, 1 };
	u8 *buf = kunit_kmalloc(test, CHAIN_MAX, GFP_KERNEL);
	unsigned int i, j, accepted = 0;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	prandom_seed_state(&rnd, 1883);
	for (i = 0; i < 20000; i++) {
		unsigned int len = 40 + prandom_u32_state(&rnd) % 100;
		struct clat_packet pkt;

		prandom_bytes_state(&rnd, buf, len);
		buf[0] = 0x60;
		buf[6] = numbers[prandom_u32_state(&rnd) % 10];
		ref_put16(buf + 4, len - 40);
		for (j = 40; j + 4 <= len; j += 8) {
			buf[j] = numbers[prandom_u32_state(&rnd) % 10];
			buf[j + 1] &= 1;
			buf[j + 3] &= 0x80;
		}
		if (!parse_part(test, clat_parse6, buf, len, len, &pkt))
			accepted++;
	}
	KUNIT_EXPECT_GT(test, accepted, 1000);
	KUNIT_EXPECT_LT(test, accepted, 19000);
}

static struct kunit_case chain_cases[] = {
	KUNIT_CASE_PARAM(chain_verdict, chain_gen_params),
	KUNIT_CASE_PARAM(chain_parts, chain_gen_params),
	KUNIT_CASE(chain_garbage),
	{}
};

static struct kunit_suite chain_suite = {
	.name = "clat-chain",
	.test_cases = chain_cases,
};

kunit_test_suite(chain_suite);
