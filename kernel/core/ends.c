// SPDX-License-Identifier: GPL-2.0
/* Both ends of a packet: which are translated, and to what. */
#include "core.h"

/**
 * clat_plat_search() - clat_plat_find() among any number of prefixes
 * @xlat:	prefixes
 * @addr:	the address
 *
 * Return: the prefix, valid as long as @xlat, or %NULL.
 */
const struct clat_plat *clat_plat_search(const struct clat_xlat *xlat,
					 const struct in6_addr *addr)
{
	unsigned int i;

	for (i = 0; i < xlat->n_plat; i++)
		if (clat_plat_match(&xlat->plat[i], addr))
			return &xlat->plat[i];
	return NULL;
}

/**
 * clat_ends46() - translate both addresses of an IPv4 packet
 * @xlat:	prefixes, one at least, and map
 * @local:	address of the local end
 * @far:	address of the far end
 * @ends:	filled in
 *
 * Return: 0, or a negative drop reason.
 */
int clat_ends46(const struct clat_xlat *xlat, __be32 local, __be32 far,
		struct clat_ends *ends)
{
	ends->local4 = local;
	ends->far4 = far;
	ends->plat = &xlat->plat[0];
	ends->pair = clat_map_find4(&xlat->map, local);
	if (!ends->pair)
		return -CLAT_DROP_SOURCE46;
	if (clat_far_refused(xlat, ends))
		return -CLAT_DROP_DEST46;

	ends->local6 = ends->pair->v6;
	ends->local6.s6_addr32[3] |= local & ~ends->pair->mask;
	clat_plat_embed(ends->plat, far, &ends->far6);
	ends->delta46 = clat_ends_sum(ends);
	return 0;
}

/**
 * clat_ends64() - translate both addresses of an IPv6 packet
 * @xlat:	prefixes and map
 * @local:	address of the local end
 * @far:	address of the far end
 * @ends:	filled in
 *
 * Return: 0, or a negative drop reason.
 */
int clat_ends64(const struct clat_xlat *xlat, const struct in6_addr *local,
		const struct in6_addr *far, struct clat_ends *ends)
{
	return clat_ends64_found(xlat, clat_map_find6(&xlat->map, local),
				 clat_plat_find(xlat, far), local, far, ends);
}

/**
 * clat_ends_sum_short() - clat_ends::delta46 under a prefix below 96 bits
 * @ends:	both ends
 *
 * A constant of the configuration where the IPv4 address lies on 16-bit words
 * under the prefix, and nothing follows it (what follows it is ignored, but
 * counts).
 */
__wsum clat_ends_sum_short(const struct clat_ends *ends)
{
	const __be32 *far6 = ends->far6.s6_addr32;
	__wsum sum;

	if (ends->plat->len == 32 && !(far6[2] | far6[3]))
		return csum_add(ends->pair->delta46, ends->plat->sum);

	sum = csum_partial(far6, sizeof(ends->far6), ends->pair->delta46);
	return csum_sub(sum, (__force __wsum)ends->far4);
}
