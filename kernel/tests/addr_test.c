// SPDX-License-Identifier: GPL-2.0
/* core/addr.c: addresses under PLAT prefixes, and those never translated. */
#include <kunit/test.h>

#include "core/core.h"
#include "ref.h"

struct addr_example {
	const char *name;
	const char *prefix;
	unsigned int len;
	u8 embedded[16];
};

/* RFC 6052, section 2.4: 192.0.2.33 under each prefix; one more of its own. */
static const struct addr_example addr_examples[] = {
	{ "2001:db8::/32", "2001:db8::", 32,
	  { 0x20, 0x01, 0x0d, 0xb8, 0xc0, 0x00, 0x02, 0x21 } },
	{ "2001:db8:100::/40", "2001:db8:100::", 40,
	  { 0x20, 0x01, 0x0d, 0xb8, 0x01, 0xc0, 0x00, 0x02, 0x00, 0x21 } },
	{ "2001:db8:122::/48", "2001:db8:122::", 48,
	  { 0x20, 0x01, 0x0d, 0xb8, 0x01, 0x22, 0xc0, 0x00,
	    0x00, 0x02, 0x21 } },
	{ "2001:db8:122:300::/56", "2001:db8:122:300::", 56,
	  { 0x20, 0x01, 0x0d, 0xb8, 0x01, 0x22, 0x03, 0xc0,
	    0x00, 0x00, 0x02, 0x21 } },
	{ "2001:db8:122:344::/64", "2001:db8:122:344::", 64,
	  { 0x20, 0x01, 0x0d, 0xb8, 0x01, 0x22, 0x03, 0x44,
	    0x00, 0xc0, 0x00, 0x02, 0x21 } },
	{ "2001:db8:122:344::/96", "2001:db8:122:344::", 96,
	  { 0x20, 0x01, 0x0d, 0xb8, 0x01, 0x22, 0x03, 0x44,
	    0x00, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x02, 0x21 } },
	{ "64:ff9b::/96", "64:ff9b::", 96,
	  { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x00, 0x00, 0x00,
	    0x00, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x02, 0x21 } },
};

static void addr_example_desc(const struct addr_example *ex, char *desc)
{
	strscpy(desc, ex->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(addr_example, addr_examples, addr_example_desc);

static struct clat_plat addr_plat(struct kunit *test, const char *prefix,
				  unsigned int len)
{
	struct in6_addr addr = ref_v6(prefix);
	struct clat_plat plat;

	/* What it fills in must not be there by chance. */
	memset(&plat, 0xa5, sizeof(plat));
	KUNIT_ASSERT_TRUE_MSG(test, clat_plat_init(&plat, &addr, len),
			      "%s/%u refused", prefix, len);
	return plat;
}

static void addr_embed(struct kunit *test)
{
	const struct addr_example *ex = test->param_value;
	struct clat_plat plat = addr_plat(test, ex->prefix, ex->len);
	struct in6_addr v6;

	memset(&v6, 0xa5, sizeof(v6));
	clat_plat_embed(&plat, ref_v4("192.0.2.33"), &v6);
	ref_expect_bytes(test, "address", v6.s6_addr, 16, ex->embedded, 16);
}

static void addr_extract(struct kunit *test)
{
	const struct addr_example *ex = test->param_value;
	struct clat_plat plat = addr_plat(test, ex->prefix, ex->len);
	struct in6_addr v6;

	memcpy(&v6, ex->embedded, sizeof(v6));
	KUNIT_EXPECT_TRUE(test, clat_plat_match(&plat, &v6));
	KUNIT_EXPECT_EQ(test, ntohl(clat_plat_extract(&plat, &v6)), 0xc0000221);

	/* The suffix is ignored (RFC 6052, section 2.3): octets that neither
	 * the example nor the prefix, octet 8 or the address has set.
	 */
	if (ex->len < 96) {
		v6.s6_addr[15] = 0xff;
		v6.s6_addr[13] = 0x5a;
		KUNIT_EXPECT_TRUE(test, clat_plat_match(&plat, &v6));
		KUNIT_EXPECT_EQ(test, ntohl(clat_plat_extract(&plat, &v6)),
				0xc0000221);
	}
}

/* Every octet of the address and of the prefix is in its place. */
static void addr_round_trip(struct kunit *test)
{
	const struct addr_example *ex = test->param_value;
	struct clat_plat plat = addr_plat(test, ex->prefix, ex->len);
	unsigned int bit;

	for (bit = 0; bit < 32; bit++) {
		__be32 v4 = htonl(1U << bit);
		struct in6_addr v6;

		clat_plat_embed(&plat, v4, &v6);
		KUNIT_EXPECT_EQ_MSG(test, v6.s6_addr[8], 0, "bit %u", bit);
		KUNIT_EXPECT_TRUE(test, clat_plat_match(&plat, &v6));
		KUNIT_EXPECT_EQ(test, ntohl(clat_plat_extract(&plat, &v6)),
				1U << bit);
	}
}

static void addr_match_prefix(struct kunit *test)
{
	const struct addr_example *ex = test->param_value;
	struct clat_plat plat = addr_plat(test, ex->prefix, ex->len);
	struct in6_addr v6;
	unsigned int bit;

	/* Another prefix: each of its bits counts. */
	for (bit = 0; bit < ex->len; bit++) {
		memcpy(&v6, ex->embedded, sizeof(v6));
		v6.s6_addr[bit / 8] ^= 0x80 >> bit % 8;
		KUNIT_EXPECT_FALSE_MSG(test, clat_plat_match(&plat, &v6),
				       "bit %u of the prefix differs", bit);
	}
	/* Octet 8 is zero in every address. */
	for (bit = 64; bit < 72; bit++) {
		memcpy(&v6, ex->embedded, sizeof(v6));
		v6.s6_addr[bit / 8] ^= 0x80 >> bit % 8;
		KUNIT_EXPECT_FALSE_MSG(test, clat_plat_match(&plat, &v6),
				       "bit %u is set", bit);
	}
	/* All behind both is the address or the suffix. */
	for (bit = max(ex->len, 72U); bit < 128; bit++) {
		memcpy(&v6, ex->embedded, sizeof(v6));
		v6.s6_addr[bit / 8] ^= 0x80 >> bit % 8;
		KUNIT_EXPECT_TRUE_MSG(test, clat_plat_match(&plat, &v6),
				      "bit %u must not count", bit);
	}
}

static void addr_plat_fields(struct kunit *test)
{
	const struct addr_example *ex = test->param_value;
	struct clat_plat plat = addr_plat(test, ex->prefix, ex->len);
	struct in6_addr prefix = ref_v6(ex->prefix);
	u16 sum = ref_sum(&prefix, sizeof(prefix), 0);

	ref_expect_bytes(test, "prefix", plat.addr.s6_addr, 16,
			 prefix.s6_addr, 16);
	KUNIT_EXPECT_EQ(test, plat.len, (u8)ex->len);
	KUNIT_EXPECT_EQ(test, plat.wkp, !strcmp(ex->name, "64:ff9b::/96"));
	KUNIT_EXPECT_EQ(test, (u16)~ntohs((__force __be16)csum_fold(plat.sum)),
			sum);
}

static void addr_plat_lengths(struct kunit *test)
{
	struct in6_addr addr = ref_v6("2001:db8::");
	struct clat_plat plat;
	unsigned int len;

	for (len = 0; len <= 256; len++) {
		bool ok = len == 32 || len == 40 || len == 48 || len == 56 ||
			  len == 64 || len == 96;

		KUNIT_EXPECT_EQ_MSG(test, clat_plat_init(&plat, &addr, len),
				    ok, "length %u", len);
	}
}

static void addr_plat_host_bits(struct kunit *test)
{
	static const unsigned int lens[] = { 32, 40, 48, 56, 64, 96 };
	struct clat_plat plat;
	unsigned int i, bit;

	for (i = 0; i < ARRAY_SIZE(lens); i++)
		for (bit = 32; bit < 128; bit++) {
			struct in6_addr addr = ref_v6("2001:db8::");
			/* Bits 64 to 71 are octet 8. */
			bool ok = bit < lens[i] && bit / 8 != 8;

			addr.s6_addr[bit / 8] |= 0x80 >> bit % 8;
			KUNIT_EXPECT_EQ_MSG(test,
					    clat_plat_init(&plat, &addr,
							   lens[i]),
					    ok, "/%u with bit %u", lens[i],
					    bit);
		}
}

static void addr_plat_wkp(struct kunit *test)
{
	static const char * const others[] = {
		"64:ff9b:1::", "64:ff9b:0:1::", "64:ff9b::1:0:0:0", "64:ff9a::",
		"64:ff9b:8000::", "65:ff9b::",
	};
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, addr_plat(test, "64:ff9b::", 96).wkp);
	KUNIT_EXPECT_FALSE(test, addr_plat(test, "64:ff9b::", 32).wkp);
	KUNIT_EXPECT_FALSE(test, addr_plat(test, "64:ff9b::", 64).wkp);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		/* Octet 8 zero: the fifth word is below 0x100. */
		KUNIT_EXPECT_FALSE_MSG(test,
				       addr_plat(test, others[i], 96).wkp,
				       "%s", others[i]);
	}
}

struct addr_verdict {
	const char *addr;
	bool never;	/* as either end */
	bool far_never;	/* as the far end */
	bool global;
};

/* Each range by its borders. */
static const struct addr_verdict addr_verdicts[] = {
	{ "0.0.0.0",		true,  true,  false },
	{ "0.255.255.255",	true,  true,  false },
	{ "1.0.0.0",		false, false, true },
	{ "8.8.8.8",		false, false, true },
	{ "9.255.255.255",	false, false, true },
	{ "10.0.0.0",		false, false, false },
	{ "10.255.255.255",	false, false, false },
	{ "11.0.0.0",		false, false, true },
	{ "100.63.255.255",	false, false, true },
	{ "100.64.0.0",		false, false, false },
	{ "100.127.255.255",	false, false, false },
	{ "100.128.0.0",	false, false, true },
	{ "126.255.255.255",	false, false, true },
	{ "127.0.0.0",		true,  true,  false },
	{ "127.0.0.1",		true,  true,  false },
	{ "127.255.255.255",	true,  true,  false },
	{ "128.0.0.0",		false, false, true },
	{ "169.253.255.255",	false, false, true },
	{ "169.254.0.0",	true,  true,  false },
	{ "169.254.255.255",	true,  true,  false },
	{ "169.255.0.0",	false, false, true },
	{ "172.15.255.255",	false, false, true },
	{ "172.16.0.0",		false, false, false },
	{ "172.31.255.255",	false, false, false },
	{ "172.32.0.0",		false, false, true },
	{ "191.255.255.255",	false, false, true },
	{ "192.0.0.0",		false, true,  false },
	{ "192.0.0.1",		false, true,  false },
	{ "192.0.0.7",		false, true,  false },
	{ "192.0.0.8",		false, true,  false },
	{ "192.0.0.9",		false, false, false },
	{ "192.0.0.255",	false, false, false },
	{ "192.0.1.0",		false, false, true },
	{ "192.0.1.255",	false, false, true },
	{ "192.0.2.0",		false, false, false },
	{ "192.0.2.255",	false, false, false },
	{ "192.0.3.0",		false, false, true },
	{ "192.167.255.255",	false, false, true },
	{ "192.168.0.0",	false, false, false },
	{ "192.168.255.255",	false, false, false },
	{ "192.169.0.0",	false, false, true },
	{ "198.17.255.255",	false, false, true },
	{ "198.18.0.0",		false, false, false },
	{ "198.19.255.255",	false, false, false },
	{ "198.20.0.0",		false, false, true },
	{ "198.51.99.255",	false, false, true },
	{ "198.51.100.0",	false, false, false },
	{ "198.51.100.255",	false, false, false },
	{ "198.51.101.0",	false, false, true },
	{ "203.0.112.255",	false, false, true },
	{ "203.0.113.0",	false, false, false },
	{ "203.0.113.255",	false, false, false },
	{ "203.0.114.0",	false, false, true },
	{ "223.255.255.255",	false, false, true },
	{ "224.0.0.0",		true,  true,  false },
	{ "239.255.255.255",	true,  true,  false },
	{ "240.0.0.0",		true,  true,  false },
	{ "255.255.255.254",	true,  true,  false },
	{ "255.255.255.255",	true,  true,  false },
};

static void addr_verdict_desc(const struct addr_verdict *verdict, char *desc)
{
	strscpy(desc, verdict->addr, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(addr_verdict, addr_verdicts, addr_verdict_desc);

static void addr_v4_verdict(struct kunit *test)
{
	const struct addr_verdict *verdict = test->param_value;
	__be32 addr = ref_v4(verdict->addr);

	KUNIT_EXPECT_EQ(test, clat_v4_never(addr), verdict->never);
	KUNIT_EXPECT_EQ(test, clat_v4_far_never(addr), verdict->far_never);
	KUNIT_EXPECT_EQ(test, clat_v4_global(addr), verdict->global);
	/* A prefix of one address overlaps if that address is in. */
	KUNIT_EXPECT_EQ(test,
			clat_v4_never_overlap(addr, htonl(0xffffffff)),
			verdict->never);
}

static void addr_v4_overlap(struct kunit *test)
{
	static const struct {
		const char *addr;
		unsigned int len;
		bool overlap;
	} cases[] = {
		{ "0.0.0.0", 0, true },		{ "0.0.0.0", 1, true },
		{ "0.0.0.0", 7, true },		{ "1.0.0.0", 8, false },
		{ "0.0.0.1", 32, true },	{ "0.255.255.255", 32, true },
		{ "127.255.255.254", 31, true }, { "239.0.0.0", 8, true },
		{ "2.0.0.0", 7, false },	{ "4.0.0.0", 6, false },
		{ "64.0.0.0", 2, true },	{ "124.0.0.0", 6, true },
		{ "126.0.0.0", 7, true },	{ "126.0.0.0", 8, false },
		{ "127.0.0.0", 8, true },	{ "127.1.2.0", 24, true },
		{ "128.0.0.0", 1, true },	{ "128.0.0.0", 3, false },
		{ "160.0.0.0", 4, true },	{ "169.0.0.0", 8, true },
		{ "169.252.0.0", 15, false },	{ "169.254.0.0", 15, true },
		{ "169.254.7.0", 24, true },	{ "169.255.0.0", 16, false },
		{ "192.0.0.0", 2, true },	{ "192.0.0.0", 3, false },
		{ "192.168.43.0", 24, false },	{ "10.0.0.0", 8, false },
		{ "224.0.0.0", 4, true },	{ "232.1.0.0", 16, true },
		{ "240.0.0.0", 4, true },	{ "255.255.255.254", 31, true },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 mask = ~0ULL << (32 - cases[i].len);

		KUNIT_EXPECT_EQ_MSG(test,
				    clat_v4_never_overlap(ref_v4(cases[i].addr),
							  htonl(mask)),
				    cases[i].overlap, "%s/%u", cases[i].addr,
				    cases[i].len);
	}
}

static void addr_v6_never(struct kunit *test)
{
	static const struct {
		const char *addr;
		bool never;
	} cases[] = {
		{ "::", true },			{ "::1", true },
		{ "::192.0.2.1", true },	{ "::ffff:ffff", true },
		{ "::1:0:0", false },		{ "64:ff9b::1", false },
		{ "2001:db8::c1a7", false },	{ "fc00::1", false },
		{ "fe7f:ffff::1", false },	{ "fe80::", true },
		{ "fe80::1", true },		{ "febf:ffff::1", true },
		{ "fec0::1", false },		{ "feff:ffff::1", false },
		{ "ff00::", true },		{ "ff02::1", true },
		{ "ffff::1", true },		{ "0:0:0:1::", false },
		{ "0:1::", false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct in6_addr addr = ref_v6(cases[i].addr);

		KUNIT_EXPECT_EQ_MSG(test, clat_v6_never(&addr),
				    cases[i].never, "%s", cases[i].addr);
	}
}

static struct kunit_case addr_cases[] = {
	KUNIT_CASE_PARAM(addr_embed, addr_example_gen_params),
	KUNIT_CASE_PARAM(addr_extract, addr_example_gen_params),
	KUNIT_CASE_PARAM(addr_round_trip, addr_example_gen_params),
	KUNIT_CASE_PARAM(addr_match_prefix, addr_example_gen_params),
	KUNIT_CASE_PARAM(addr_plat_fields, addr_example_gen_params),
	KUNIT_CASE(addr_plat_lengths),
	KUNIT_CASE(addr_plat_host_bits),
	KUNIT_CASE(addr_plat_wkp),
	KUNIT_CASE_PARAM(addr_v4_verdict, addr_verdict_gen_params),
	KUNIT_CASE(addr_v4_overlap),
	KUNIT_CASE(addr_v6_never),
	{}
};

static struct kunit_suite addr_suite = {
	.name = "clat-addr",
	.test_cases = addr_cases,
};

kunit_test_suite(addr_suite);
