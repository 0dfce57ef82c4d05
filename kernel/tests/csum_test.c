// SPDX-License-Identifier: GPL-2.0
/*
 * core/csum.c: an adjusted checksum is the one that summing everything up again
 * gives. Transport headers, with all that is special to each of them, are in
 * l4_test.c.
 */
#include <kunit/test.h>
#include <linux/prandom.h>

#include "core/core.h"
#include "ref.h"

#define CSUM_ROUNDS	2000

static __wsum csum_words(const u8 *data, unsigned int len)
{
	return csum_unfold((__force __sum16)htons(ref_sum(data, len, 0)));
}

/* Random data, with a share of the values at which a carry goes wrong. */
static void csum_fill(struct rnd_state *rnd, u8 *data, unsigned int len)
{
	unsigned int i;

	prandom_bytes_state(rnd, data, len);
	for (i = 0; i < len; i += 2) {
		u32 pick = prandom_u32_state(rnd) % 8;

		if (pick < 2)
			ref_put16(data + i, pick ? 0xffff : 0);
	}
}

static void csum_full(struct kunit *test)
{
	u8 old[32], new[32], keep[20];
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 464);
	for (i = 0; i < CSUM_ROUNDS; i++) {
		__sum16 check;
		u16 before, want;

		csum_fill(&rnd, old, sizeof(old));
		csum_fill(&rnd, new, sizeof(new));
		csum_fill(&rnd, keep, sizeof(keep));
		keep[0] = 1;	/* no packet is all zero */
		before = ~ref_sum(keep, sizeof(keep), ref_sum(old, 32, 0));
		want = ~ref_sum(keep, sizeof(keep), ref_sum(new, 32, 0));

		check = (__force __sum16)htons(before);
		clat_csum_full(&check, csum_sub(csum_words(new, 32),
						csum_words(old, 32)));
		KUNIT_ASSERT_EQ_MSG(test, ntohs((__force __be16)check), want,
				    "round %u: was 0x%04x", i, before);
	}
}

static void csum_partial_field(struct kunit *test)
{
	u8 old[32], new[32], keep[2] = { 1, 2 };
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 64);
	for (i = 0; i < CSUM_ROUNDS; i++) {
		__sum16 check;
		u16 before, want;

		csum_fill(&rnd, old, sizeof(old));
		csum_fill(&rnd, new, sizeof(new));
		before = ref_sum(keep, sizeof(keep), ref_sum(old, 32, 0));
		want = ref_sum(keep, sizeof(keep), ref_sum(new, 32, 0));

		check = (__force __sum16)htons(before);
		clat_csum_partial(&check, csum_sub(csum_words(new, 32),
						   csum_words(old, 32)));
		KUNIT_ASSERT_EQ_MSG(test, ntohs((__force __be16)check), want,
				    "round %u: was 0x%04x", i, before);
	}
}

static void csum_known(struct kunit *test)
{
	/* RFC 1624, section 4: 0x5555 becomes 0x3285 in a header whose
	 * checksum is 0xdd2f; the result is 0x0000, not 0xffff.
	 */
	__sum16 check = (__force __sum16)htons(0xdd2f);
	__wsum delta = csum_sub(csum_unfold((__force __sum16)htons(0x3285)),
				csum_unfold((__force __sum16)htons(0x5555)));

	clat_csum_full(&check, delta);
	KUNIT_EXPECT_EQ(test, ntohs((__force __be16)check), 0x0000);

	/* The same sum, not inverted */
	check = (__force __sum16)htons(0x22d0);
	clat_csum_partial(&check, delta);
	KUNIT_EXPECT_EQ(test, ntohs((__force __be16)check), 0xffff);
}

static void csum_icmp_pseudo(struct kunit *test)
{
	static const u32 lens[] = { 8, 9, 64, 1240, 65515, 65535 };
	struct in6_addr saddr = ref_v6("2001:db8:1:2::c1a7");
	struct in6_addr daddr = ref_v6("64:ff9b::203.0.113.33");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		__wsum sum = clat_csum_icmp_pseudo(&saddr, &daddr, lens[i]);
		u16 want = ref_sum(&daddr, 16,
				   ref_sum(&saddr, 16, 58 + lens[i]));

		KUNIT_EXPECT_EQ_MSG(test,
				    (u16)~ntohs((__force __be16)csum_fold(sum)),
				    want, "length %u", lens[i]);
	}
}

static struct kunit_case csum_cases[] = {
	KUNIT_CASE(csum_full),
	KUNIT_CASE(csum_partial_field),
	KUNIT_CASE(csum_known),
	KUNIT_CASE(csum_icmp_pseudo),
	{}
};

static struct kunit_suite csum_suite = {
	.name = "clat-csum",
	.test_cases = csum_cases,
};

kunit_test_suite(csum_suite);
