// SPDX-License-Identifier: GPL-2.0
/*
 * The local address map: pairs of equally long prefixes (RFC 7757), found by
 * binary search from either side. Pairs don't overlap, so the last one that
 * begins at or before an address is the only one that can hold it.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "core.h"

/* Number of pairs that begin at or before addr. */
static unsigned int clat_map_rank4(const struct clat_map *map, __be32 addr)
{
	unsigned int low = 0, high = map->n;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (ntohl(map->by4[mid].v4) <= ntohl(addr))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static unsigned int clat_map_rank6(const struct clat_map *map,
				   const struct in6_addr *addr)
{
	unsigned int low = 0, high = map->n;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (memcmp(&map->by6[mid].v6, addr, sizeof(*addr)) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/**
 * clat_map_search4() - find the only pair that can hold an IPv4 address
 * @map:	the map
 * @addr:	the address
 *
 * Return: the pair, valid as long as @map, or %NULL.
 */
const struct clat_pair *clat_map_search4(const struct clat_map *map,
					 __be32 addr)
{
	unsigned int rank = clat_map_rank4(map, addr);

	return rank ? &map->by4[rank - 1] : NULL;
}

/**
 * clat_map_search6() - find the only pair that can hold an IPv6 address
 * @map:	the map
 * @addr:	the address
 *
 * Return: the pair, valid as long as @map, or %NULL.
 */
const struct clat_pair *clat_map_search6(const struct clat_map *map,
					 const struct in6_addr *addr)
{
	unsigned int rank = clat_map_rank6(map, addr);

	return rank ? &map->by6[rank - 1] : NULL;
}

static bool clat_pair_overlap(const struct clat_pair *a,
			      const struct clat_pair *b)
{
	/* Two prefixes overlap where the wider holds the other's address. */
	const struct clat_pair *wide = ntohl(a->mask) < ntohl(b->mask) ? a : b;
	const struct clat_pair *narrow = wide == a ? b : a;

	return clat_pair_holds4(wide, narrow->v4) ||
	       clat_pair_holds6(wide, &narrow->v6);
}

static void clat_map_insert(struct clat_pair *list, unsigned int n,
			    unsigned int at, const struct clat_pair *pair)
{
	memmove(&list[at + 1], &list[at], (n - at) * sizeof(*list));
	list[at] = *pair;
}

/**
 * clat_map_add() - add a pair to a map that isn't published yet
 * @map:	the map
 * @pair:	the pair, both prefixes zero beyond their length; copied
 *
 * Return: 0, -ENOSPC if there are CLAT_MAP_MAX pairs, -EEXIST if either side
 * overlaps with that of another pair.
 */
int clat_map_add(struct clat_map *map, const struct clat_pair *pair)
{
	unsigned int i;

	if (map->n == CLAT_MAP_MAX)
		return -ENOSPC;
	for (i = 0; i < map->n; i++)
		if (clat_pair_overlap(&map->by4[i], pair))
			return -EEXIST;

	clat_map_insert(map->by4, map->n, clat_map_rank4(map, pair->v4),
			pair);
	clat_map_insert(map->by6, map->n, clat_map_rank6(map, &pair->v6),
			pair);
	map->n++;
	return 0;
}
