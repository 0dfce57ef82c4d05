// SPDX-License-Identifier: GPL-2.0
/* core/map.c: pairs are found from either side, and overlapping ones refused. */
#include <kunit/test.h>

#include "core/core.h"
#include "ref.h"
#include "skb.h"

static struct clat_map *map_new(struct kunit *test)
{
	struct clat_map *map = kunit_kzalloc(test, sizeof(*map), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, map);
	return map;
}

/* Pair number i of 64: 10.i.16.0/28 and 2001:db8:1:j::a00/124, j falls. */
static struct clat_pair map_pair(unsigned int i)
{
	struct clat_pair pair;
	char v4[20], v6[40];

	snprintf(v4, sizeof(v4), "10.%u.16.0", i);
	snprintf(v6, sizeof(v6), "2001:db8:1:%x::a00", 0x8040 - i);
	pair = test_pair(v4, 28, v6);
	return pair;
}

/* In an order that is neither rising nor falling: 37 is prime to 64. */
static void map_fill(struct kunit *test, struct clat_map *map)
{
	unsigned int i;

	for (i = 0; i < CLAT_MAP_MAX; i++) {
		struct clat_pair pair = map_pair(i * 37 % CLAT_MAP_MAX);

		KUNIT_ASSERT_EQ_MSG(test, clat_map_add(map, &pair), 0,
				    "pair %u", i);
	}
	KUNIT_ASSERT_EQ(test, map->n, CLAT_MAP_MAX);
}

static void map_expect4(struct kunit *test, const struct clat_map *map,
			u32 addr, const struct clat_pair *want)
{
	const struct clat_pair *pair = clat_map_find4(map, htonl(addr));

	if (!want) {
		KUNIT_EXPECT_NULL_MSG(test, pair, "0x%08x", addr);
		return;
	}
	KUNIT_EXPECT_NOT_NULL_MSG(test, pair, "0x%08x", addr);
	if (pair)
		ref_expect_bytes(test, "pair", (const u8 *)pair, sizeof(*pair),
				 (const u8 *)want, sizeof(*want));
}

/* low is the last word of the address, the rest is that of the pair near. */
static void map_expect6(struct kunit *test, const struct clat_map *map,
			const struct clat_pair *near, u32 low,
			const struct clat_pair *want)
{
	struct in6_addr addr = near->v6;
	const struct clat_pair *pair;

	addr.s6_addr32[3] = htonl(low);
	pair = clat_map_find6(map, &addr);
	if (!want) {
		KUNIT_EXPECT_NULL_MSG(test, pair, "%pI6c", &addr);
		return;
	}
	KUNIT_EXPECT_NOT_NULL_MSG(test, pair, "%pI6c", &addr);
	if (pair)
		ref_expect_bytes(test, "pair", (const u8 *)pair, sizeof(*pair),
				 (const u8 *)want, sizeof(*want));
}

static void map_empty(struct kunit *test)
{
	struct clat_map *map = map_new(test);
	struct clat_pair near = map_pair(0);

	map_expect4(test, map, 0, NULL);
	map_expect4(test, map, 0x0a001000, NULL);
	map_expect4(test, map, 0xffffffff, NULL);
	map_expect6(test, map, &near, 0xa00, NULL);
	memset(&near, 0, sizeof(near));
	map_expect6(test, map, &near, 0, NULL);
}

/* An entry that is left from an older list is none. */
static void map_empty_again(struct kunit *test)
{
	struct clat_map *map = map_new(test);

	map_fill(test, map);
	map->n = 0;
	map_expect4(test, map, 0x0a001000, NULL);
	map_expect6(test, map, &map->by6[0], 0xa00, NULL);
}

static void map_borders(struct kunit *test, const struct clat_map *map,
			unsigned int i)
{
	struct clat_pair pair = map_pair(i);
	u32 v4 = 0x0a001000 + (i << 16);

	map_expect4(test, map, v4 - 1, NULL);
	map_expect4(test, map, v4, &pair);
	map_expect4(test, map, v4 + 7, &pair);
	map_expect4(test, map, v4 + 15, &pair);
	map_expect4(test, map, v4 + 16, NULL);

	map_expect6(test, map, &pair, 0x9ff, NULL);
	map_expect6(test, map, &pair, 0xa00, &pair);
	map_expect6(test, map, &pair, 0xa07, &pair);
	map_expect6(test, map, &pair, 0xa0f, &pair);
	map_expect6(test, map, &pair, 0xa10, NULL);
}

static void map_one(struct kunit *test)
{
	struct clat_map *map = map_new(test);
	struct clat_pair pair = map_pair(5);

	KUNIT_ASSERT_EQ(test, clat_map_add(map, &pair), 0);
	KUNIT_EXPECT_EQ(test, map->n, 1);
	map_borders(test, map, 5);
	map_expect4(test, map, 0, NULL);
	map_expect4(test, map, 0xffffffff, NULL);
}

/* The usual CLAT: one address on either side, each of their bits counts. */
static void map_one_host(struct kunit *test)
{
	struct clat_map *map = map_new(test);
	struct clat_pair pair = test_pair("192.0.0.1", 32,
					  "2001:db8:1:2::c1a7");
	unsigned int bit;

	KUNIT_ASSERT_EQ(test, clat_map_add(map, &pair), 0);
	map_expect4(test, map, 0xc0000001, &pair);
	map_expect6(test, map, &pair, 0xc1a7, &pair);
	for (bit = 0; bit < 32; bit++)
		map_expect4(test, map, 0xc0000001 ^ 1U << bit, NULL);
	for (bit = 0; bit < 128; bit++) {
		struct in6_addr addr = pair.v6;

		addr.s6_addr[bit / 8] ^= 0x80 >> bit % 8;
		KUNIT_EXPECT_NULL_MSG(test, clat_map_find6(map, &addr),
				      "bit %u differs", bit);
	}
}

static void map_two(struct kunit *test)
{
	struct clat_map *map = map_new(test);
	struct clat_pair a = map_pair(3), b = map_pair(7);

	KUNIT_ASSERT_EQ(test, clat_map_add(map, &b), 0);
	KUNIT_ASSERT_EQ(test, clat_map_add(map, &a), 0);
	map_borders(test, map, 3);
	map_borders(test, map, 7);
	map_expect4(test, map, 0, NULL);
	map_expect4(test, map, 0xffffffff, NULL);
}

static void map_full(struct kunit *test)
{
	struct clat_map *map = map_new(test);
	struct clat_pair pair;
	unsigned int i;

	map_fill(test, map);
	for (i = 0; i < CLAT_MAP_MAX; i++)
		map_borders(test, map, i);
	map_expect4(test, map, 0, NULL);
	map_expect4(test, map, 0xffffffff, NULL);

	/* Sorted on both sides, all the same pairs */
	for (i = 0; i < CLAT_MAP_MAX; i++) {
		struct clat_pair want4 = map_pair(i);
		struct clat_pair want6 = map_pair(CLAT_MAP_MAX - 1 - i);

		KUNIT_EXPECT_EQ_MSG(test,
				    memcmp(&map->by4[i], &want4,
					   sizeof(want4)),
				    0, "by4[%u]", i);
		KUNIT_EXPECT_EQ_MSG(test,
				    memcmp(&map->by6[i], &want6,
					   sizeof(want6)),
				    0, "by6[%u]", i);
	}

	pair = test_pair("172.16.0.1", 32, "2001:db8:ffff::1");
	KUNIT_EXPECT_EQ(test, clat_map_add(map, &pair), -ENOSPC);
	KUNIT_EXPECT_EQ(test, map->n, CLAT_MAP_MAX);
	map_expect4(test, map, 0xac100001, NULL);
}

/* Prefixes of all lengths that a pair can have, side by side */
static void map_lengths(struct kunit *test)
{
	struct clat_map *map = map_new(test);
	unsigned int len;

	for (len = 1; len <= 32; len++) {
		/* 10...0/len: the highest bit that is set is its own. */
		struct clat_pair pair = test_pair("0.0.0.0", len,
						  "2001:db8:1:2::");

		pair.v4 = htonl(1U << (32 - len));
		pair.v6.s6_addr32[3] = pair.v4;
		KUNIT_ASSERT_EQ_MSG(test, clat_map_add(map, &pair), 0, "/%u",
				    len);
	}
	for (len = 1; len <= 32; len++) {
		u32 first = 1U << (32 - len), last = 2 * first - 1;
		const struct clat_pair *pair;

		pair = clat_map_find4(map, htonl(first));
		KUNIT_ASSERT_NOT_NULL_MSG(test, pair, "/%u", len);
		KUNIT_EXPECT_EQ(test, ntohl(pair->v4), first);
		map_expect4(test, map, last, pair);
		map_expect6(test, map, pair, first, pair);
		map_expect6(test, map, pair, last, pair);
	}
	map_expect4(test, map, 0, NULL);
}

struct map_overlap {
	const char *name;
	const char *v4;
	unsigned int len;
	const char *v6;
	int want;
};

/* Added to 192.168.43.0/24 and 2001:db8:1:2::2b00/120 */
static const struct map_overlap map_overlaps[] = {
	{ "the same pair", "192.168.43.0", 24, "2001:db8:1:2::2b00", -EEXIST },
	{ "same IPv4", "192.168.43.0", 24, "2001:db8:9::", -EEXIST },
	{ "same IPv6", "10.0.0.0", 24, "2001:db8:1:2::2b00", -EEXIST },
	{ "first IPv4 address", "192.168.43.0", 32, "2001:db8:9::1", -EEXIST },
	{ "last IPv4 address", "192.168.43.255", 32, "2001:db8:9::1",
	  -EEXIST },
	{ "half of the IPv4 prefix", "192.168.43.128", 25, "2001:db8:9::",
	  -EEXIST },
	{ "wider IPv4 prefix, begins before", "192.168.40.0", 22,
	  "2001:db8:9::", -EEXIST },
	{ "wider IPv4 prefix, same address", "192.168.0.0", 16,
	  "2001:db8:9::", -EEXIST },
	{ "any IPv4 address", "0.0.0.0", 0, "2001:db8:9::", -EEXIST },
	{ "first IPv6 address", "10.0.0.0", 32, "2001:db8:1:2::2b00",
	  -EEXIST },
	{ "last IPv6 address", "10.0.0.0", 32, "2001:db8:1:2::2bff", -EEXIST },
	{ "half of the IPv6 prefix", "10.0.0.0", 25, "2001:db8:1:2::2b80",
	  -EEXIST },
	{ "wider IPv6 prefix, begins before", "10.0.0.0", 20,
	  "2001:db8:1:2::2000", -EEXIST },
	{ "all of the /96", "10.0.0.0", 0, "2001:db8:1:2::", -EEXIST },

	{ "just before, both sides", "192.168.42.0", 24, "2001:db8:1:2::2a00",
	  0 },
	{ "just behind, both sides", "192.168.44.0", 24, "2001:db8:1:2::2c00",
	  0 },
	{ "address before", "192.168.42.255", 32, "2001:db8:1:2::2aff", 0 },
	{ "address behind", "192.168.44.0", 32, "2001:db8:1:2::2c00", 0 },
	{ "same low bits, another /96", "10.1.2.0", 24,
	  "2001:db8:1:3::2b00", 0 },
	{ "wider, elsewhere", "10.0.0.0", 8, "2001:db8:1:2::a00:0", 0 },
};

static void map_overlap_desc(const struct map_overlap *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(map_overlap, map_overlaps, map_overlap_desc);

static void map_overlapping(struct kunit *test)
{
	const struct map_overlap *c = test->param_value;
	struct clat_pair old = test_pair("192.168.43.0", 24,
					 "2001:db8:1:2::2b00");
	struct clat_pair far = test_pair("203.0.113.7", 32, "2001:db8:7::7");
	struct clat_pair new = test_pair(c->v4, c->len, c->v6);
	struct clat_map *map = map_new(test);
	struct clat_map *before = map_new(test);

	/* Another pair about them must not hide the overlap. */
	if (c->len)
		KUNIT_ASSERT_EQ(test, clat_map_add(map, &far), 0);
	KUNIT_ASSERT_EQ(test, clat_map_add(map, &old), 0);
	memcpy(before, map, sizeof(*map));

	KUNIT_EXPECT_EQ(test, clat_map_add(map, &new), c->want);
	if (c->want) {
		KUNIT_EXPECT_EQ_MSG(test, memcmp(before, map, sizeof(*map)), 0,
				    "a refused pair changed the map");
		return;
	}
	map_expect4(test, map, ntohl(new.v4), &new);
	map_expect4(test, map, ntohl(new.v4 | ~new.mask), &new);
	map_expect4(test, map, ntohl(old.v4), &old);
	map_expect4(test, map, ntohl(old.v4 | ~old.mask), &old);
}

static struct kunit_case map_cases[] = {
	KUNIT_CASE(map_empty),
	KUNIT_CASE(map_empty_again),
	KUNIT_CASE(map_one),
	KUNIT_CASE(map_one_host),
	KUNIT_CASE(map_two),
	KUNIT_CASE(map_full),
	KUNIT_CASE(map_lengths),
	KUNIT_CASE_PARAM(map_overlapping, map_overlap_gen_params),
	{}
};

static struct kunit_suite map_suite = {
	.name = "clat-map",
	.test_cases = map_cases,
};

kunit_test_suite(map_suite);
