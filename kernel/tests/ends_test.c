// SPDX-License-Identifier: GPL-2.0
/*
 * core/ends.c: which addresses are translated and to what, and by how much
 * checksums change.
 */
#include "skb.h"

/* Two pairs and all prefixes, the first of them to be written. */
static struct clat_xlat *ends_xlat(struct kunit *test, unsigned int first)
{
	struct test_ctx *ctx = test->priv;
	struct clat_xlat *xlat = &ctx->cfg->xlat;
	unsigned int i;

	for (i = 0; i < TEST_PREFIXES; i++) {
		const struct test_prefix *p =
			&test_prefixes[(first + i) % TEST_PREFIXES];
		struct in6_addr addr = ref_v6(p->prefix);

		KUNIT_ASSERT_TRUE(test, clat_plat_init(&xlat->plat[i], &addr,
						       p->len));
	}
	xlat->n_plat = TEST_PREFIXES;
	return xlat;
}

static void ends_expect(struct kunit *test, const char *what,
			const struct clat_ends *ends, const char *local4,
			const char *local6, const char *far4, const char *far6)
{
	struct in6_addr local = ref_v6(local6), far = ref_v6(far6);
	__be32 v4 = ref_v4(local4);

	ref_expect_bytes(test, what, (const u8 *)&ends->local4, 4,
			 (const u8 *)&v4, 4);
	v4 = ref_v4(far4);
	ref_expect_bytes(test, what, (const u8 *)&ends->far4, 4,
			 (const u8 *)&v4, 4);
	ref_expect_bytes(test, what, ends->local6.s6_addr, 16, local.s6_addr,
			 16);
	ref_expect_bytes(test, what, ends->far6.s6_addr, 16, far.s6_addr, 16);
}

/* The sum of the IPv6 addresses less that of the IPv4 ones, folded */
static void ends_expect_delta(struct kunit *test, const char *what,
			      const struct clat_ends *ends)
{
	__wsum delta = ends->delta46;
	u16 got = ~ntohs((__force __be16)csum_fold(delta));
	u16 sum4 = ref_sum(&ends->local4, 4, ref_sum(&ends->far4, 4, 0));
	u16 want = ref_sum(&ends->local6, 16,
			   ref_sum(&ends->far6, 16, (u16)~sum4));

	/* Zero has two faces. */
	KUNIT_EXPECT_EQ_MSG(test, got % 0xffff, want % 0xffff, "%s", what);
}

static void ends_both_ways(struct kunit *test)
{
	static const struct {
		const char *v4, *v6;
	} locals[] = {
		{ "192.0.0.1", "2001:db8:1:2::c1a7" },
		{ "192.168.43.0", "2001:db8:1:2::c1a7:0" },
		{ "192.168.43.77", "2001:db8:1:2::c1a7:4d" },
		{ "192.168.43.255", "2001:db8:1:2::c1a7:ff" },
	};
	unsigned int i, j;

	for (i = 0; i < TEST_PREFIXES; i++)
		for (j = 0; j < ARRAY_SIZE(locals); j++) {
			struct clat_xlat *xlat = ends_xlat(test, i);
			struct in6_addr local6 = ref_v6(locals[j].v6), far6;
			const char *far = test_prefixes[i].addr;
			struct clat_ends ends;

			KUNIT_ASSERT_EQ_MSG(test,
					    clat_ends46(xlat,
							ref_v4(locals[j].v4),
							ref_v4("203.0.113.33"),
							&ends), 0, "%s", far);
			ends_expect(test, far, &ends, locals[j].v4,
				    locals[j].v6, "203.0.113.33", far);
			ends_expect_delta(test, far, &ends);

			memset(&ends, 0, sizeof(ends));
			far6 = ref_v6(far);
			KUNIT_ASSERT_EQ_MSG(test,
					    clat_ends64(xlat, &local6, &far6,
							&ends), 0, "%s", far);
			ends_expect(test, far, &ends, locals[j].v4,
				    locals[j].v6, "203.0.113.33", far);
			ends_expect_delta(test, far, &ends);
		}
}

/* A suffix is ignored, but summed up. */
static void ends_suffix(struct kunit *test)
{
	struct in6_addr local6 = ref_v6("2001:db8:1:2::c1a7");
	unsigned int i, octet;

	for (i = 0; i < TEST_PREFIXES; i++)
		for (octet = 13; octet < 16; octet++) {
			/* The first one, as the shorter hold the longer. */
			struct clat_xlat *xlat = ends_xlat(test, i);
			const struct test_prefix *p = &test_prefixes[i];
			struct in6_addr far6 = ref_v6(p->addr);
			struct clat_ends ends;

			if (p->len == 96)
				continue;	/* has no suffix */
			far6.s6_addr[octet] = 0xc3;
			KUNIT_ASSERT_EQ_MSG(test,
					    clat_ends64(xlat, &local6, &far6,
							&ends), 0, "%s",
					    p->addr);
			KUNIT_EXPECT_EQ(test, (u32)ntohl(ends.far4),
					0xcb007121);
			KUNIT_EXPECT_EQ(test, ends.plat->len, (u8)p->len);
			ref_expect_bytes(test, p->addr, ends.far6.s6_addr, 16,
					 far6.s6_addr, 16);
			ends_expect_delta(test, p->addr, &ends);
		}
}

struct ends_refusal {
	const char *local, *far;
	bool wkp_strict;
	int want46;
	bool refused64;
};

static const struct ends_refusal ends_refusals[] = {
	{ "192.0.0.1", "203.0.113.33" },
	{ "192.0.0.1", "192.0.0.9" },
	{ "192.0.0.1", "10.1.2.3" },
	{ "192.0.0.1", "192.168.42.255" },
	{ "192.0.0.1", "192.168.44.0" },
	{ "192.0.0.1", "8.8.8.8", true },
	{ "192.0.0.1", "10.1.2.3", true, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "100.64.0.1", true, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "192.168.43.0", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "192.168.43.255", false, -CLAT_DROP_DEST46, true },
	{ "192.168.43.5", "192.0.0.1", false, -CLAT_DROP_DEST46, true },
	{ "192.168.43.5", "192.168.43.5", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "0.0.0.0", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "0.255.255.255", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "127.0.0.1", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "169.254.1.1", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "192.0.0.0", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "192.0.0.7", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "192.0.0.8", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "224.0.0.1", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "239.255.255.255", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "240.0.0.1", false, -CLAT_DROP_DEST46, true },
	{ "192.0.0.1", "255.255.255.255", false, -CLAT_DROP_DEST46, true },
	/* Not in the map, whatever the other end is */
	{ "192.0.0.2", "203.0.113.33", false, -CLAT_DROP_SOURCE46, true },
	{ "192.168.42.255", "203.0.113.33", false, -CLAT_DROP_SOURCE46, true },
	{ "192.168.44.0", "127.0.0.1", false, -CLAT_DROP_SOURCE46, true },
	{ "0.0.0.0", "203.0.113.33", false, -CLAT_DROP_SOURCE46, true },
};

static void ends_refusal_desc(const struct ends_refusal *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %s%s", c->local, c->far,
		 c->wkp_strict ? ", wkp-strict" : "");
}

KUNIT_ARRAY_PARAM(ends_refusal, ends_refusals, ends_refusal_desc);

/* Under 64:ff9b::/96; the local end in IPv6 is written down by its suffix. */
static void ends_refused(struct kunit *test)
{
	const struct ends_refusal *c = test->param_value;
	struct clat_xlat *xlat = ends_xlat(test, TEST_PREFIXES - 1);
	__be32 local = ref_v4(c->local), far = ref_v4(c->far);
	struct in6_addr far6 = ref_v6("64:ff9b::");
	struct in6_addr local6 = ref_v6("2001:db8:1:2::");
	struct clat_ends ends;

	xlat->wkp_strict = c->wkp_strict;
	KUNIT_EXPECT_EQ(test, clat_ends46(xlat, local, far, &ends), c->want46);

	memcpy(&far6.s6_addr[12], &far, 4);
	switch (ntohl(local)) {
	case 0xc0000001:
		local6.s6_addr32[3] = htonl(0xc1a7);
		break;
	case 0xc0a82b05:
		local6.s6_addr32[3] = htonl(0xc1a70005);
		break;
	}
	KUNIT_EXPECT_EQ(test, clat_ends64(xlat, &local6, &far6, &ends),
			c->refused64 ? -CLAT_DROP_SOURCE64 : 0);
}

/* What is refused under the Well-Known Prefix is not under another one. */
static void ends_strict_elsewhere(struct kunit *test)
{
	struct clat_xlat *xlat = ends_xlat(test, TEST_PREFIXES - 2);
	struct in6_addr local6 = ref_v6("2001:db8:1:2::c1a7");
	struct in6_addr far6 = ref_v6("2001:db8:122:344::10.1.2.3");
	struct clat_ends ends;

	xlat->wkp_strict = true;
	KUNIT_EXPECT_EQ(test, clat_ends46(xlat, ref_v4("192.0.0.1"),
					  ref_v4("10.1.2.3"), &ends), 0);
	KUNIT_EXPECT_EQ(test, clat_ends64(xlat, &local6, &far6, &ends), 0);
}

static void ends_no_prefix(struct kunit *test)
{
	struct clat_xlat *xlat = ends_xlat(test, 0);
	struct in6_addr local6 = ref_v6("2001:db8:1:2::c1a7");
	static const char * const others[] = {
		"2001:db9::", "64:ff9b:0:0:0:1:cb00:7121",
		"2001:db8:122:300:100::", "2001:db8:1:2::c1a7", "::1",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		struct in6_addr far6 = ref_v6(others[i]);
		struct clat_ends ends;

		/* 2001:db8::/32 would hold some of them. */
		xlat->plat[0] = xlat->plat[TEST_PREFIXES - 1];
		KUNIT_EXPECT_NULL_MSG(test, clat_plat_find(xlat, &far6), "%s",
				      others[i]);
		KUNIT_EXPECT_EQ_MSG(test,
				    clat_ends64(xlat, &local6, &far6, &ends),
				    -CLAT_DROP_SOURCE64, "%s", others[i]);
	}
}

static struct kunit_case ends_cases[] = {
	KUNIT_CASE(ends_both_ways),
	KUNIT_CASE(ends_suffix),
	KUNIT_CASE_PARAM(ends_refused, ends_refusal_gen_params),
	KUNIT_CASE(ends_strict_elsewhere),
	KUNIT_CASE(ends_no_prefix),
	{}
};

static struct kunit_suite ends_suite = {
	.name = "clat-ends",
	.init = test_ctx_init,
	.exit = test_ctx_exit,
	.test_cases = ends_cases,
};

kunit_test_suite(ends_suite);
