/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every packet asks. Inline, because calls between the files of core/ cost
 * more than what is called. Included by core.h.
 */
#ifndef _CLAT_INLINE_H
#define _CLAT_INLINE_H

/**
 * clat_need() - say how much of a packet a parser must see to go on
 * @want:	octets to be read
 * @linear:	octets that can be read
 * @total:	octets the packet has
 * @drop:	reason if there are fewer than @want
 *
 * Return: 0 if they can be read, @want if they must be pulled first, the
 * negative reason if the packet has fewer.
 */
static inline int clat_need(unsigned int want, unsigned int linear,
			    unsigned int total, enum clat_drop drop)
{
	if (want <= linear && want <= total)
		return 0;
	return want <= total ? (int)want : -(int)drop;
}

/**
 * clat_v4_never() - tell whether an IPv4 address is never translated
 * @addr:	the address
 *
 * "This network", loopback, link-local, multicast, reserved and broadcast
 * addresses (RFC 6890) have no meaning beyond the node or the link.
 */
static inline bool clat_v4_never(__be32 addr)
{
	u32 a = ntohl(addr);
	u8 net = a >> 24;

	return net == 0 || net == 127 || net >= 224 || a >> 16 == 0xa9fe;
}

/**
 * clat_v4_far_never() - tell whether an IPv4 address is never the far end
 * @addr:	the address
 *
 * Besides what clat_v4_never() says: 192.0.0.0/29 belongs to the CLAT itself
 * (RFC 7335), and 192.0.0.8 to nobody (RFC 7600).
 */
static inline bool clat_v4_far_never(__be32 addr)
{
	return clat_v4_never(addr) || ntohl(addr) - 0xc0000000U <= 8;
}

/**
 * clat_plat_embed() - make the IPv6 address of an IPv4 address
 * @plat:	the prefix
 * @v4:		the IPv4 address
 * @v6:		the address under @plat, octet 8 and suffix zero
 *
 * RFC 6052, section 2.3.
 */
static inline void clat_plat_embed(const struct clat_plat *plat, __be32 v4,
				   struct in6_addr *v6)
{
	if (plat->len != 96) {
		clat_plat_embed_short(plat, v4, v6);
		return;
	}
	*v6 = plat->addr;
	v6->s6_addr32[3] = v4;
}

/**
 * clat_plat_match() - tell whether an address lies under a PLAT prefix
 * @plat:	the prefix
 * @v6:		the address
 *
 * Return: true if it begins with the prefix and has octet 8 zero. The suffix
 * is ignored (RFC 6052, section 2.3).
 */
static inline bool clat_plat_match(const struct clat_plat *plat,
				   const struct in6_addr *v6)
{
	const __be32 *a = plat->addr.s6_addr32, *b = v6->s6_addr32;

	if (plat->len != 96)
		return clat_plat_match_short(plat, v6);
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]));
}

/**
 * clat_plat_extract() - read the IPv4 address out of an IPv6 address
 * @plat:	a prefix that the address matches
 * @v6:		the address
 *
 * Return: the IPv4 address.
 */
static inline __be32 clat_plat_extract(const struct clat_plat *plat,
				       const struct in6_addr *v6)
{
	return plat->len == 96 ? v6->s6_addr32[3] :
				 clat_plat_extract_short(plat, v6);
}

static inline bool clat_pair_holds4(const struct clat_pair *pair, __be32 addr)
{
	return !((addr ^ pair->v4) & pair->mask);
}

static inline bool clat_pair_holds6(const struct clat_pair *pair,
				    const struct in6_addr *addr)
{
	const __be32 *a = pair->v6.s6_addr32, *b = addr->s6_addr32;

	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) |
		 ((a[3] ^ b[3]) & pair->mask));
}

/* The IPv4 address of an address that the pair holds */
static inline __be32 clat_pair_local4(const struct clat_pair *pair,
				      const struct in6_addr *addr)
{
	return pair->v4 | (addr->s6_addr32[3] & ~pair->mask);
}

/**
 * clat_map_find4() - find the pair of an IPv4 address
 * @map:	the map
 * @addr:	the address
 *
 * The usual CLAT has one pair, and no need to search.
 *
 * Return: the pair, valid as long as @map, or %NULL.
 */
static inline const struct clat_pair *
clat_map_find4(const struct clat_map *map, __be32 addr)
{
	const struct clat_pair *pair = map->by4;

	if (map->n != 1)
		pair = clat_map_search4(map, addr);
	return pair && clat_pair_holds4(pair, addr) ? pair : NULL;
}

/**
 * clat_map_find6() - find the pair of an IPv6 address
 * @map:	the map
 * @addr:	the address
 *
 * Return: the pair, valid as long as @map, or %NULL.
 */
static inline const struct clat_pair *
clat_map_find6(const struct clat_map *map, const struct in6_addr *addr)
{
	const struct clat_pair *pair = map->by6;

	if (map->n != 1)
		pair = clat_map_search6(map, addr);
	return pair && clat_pair_holds6(pair, addr) ? pair : NULL;
}

/**
 * clat_plat_find() - find the PLAT prefix of an IPv6 address
 * @xlat:	prefixes
 * @addr:	the address
 *
 * The usual CLAT has one prefix, and no need to search.
 *
 * Return: the prefix, valid as long as @xlat, or %NULL.
 */
static inline const struct clat_plat *
clat_plat_find(const struct clat_xlat *xlat, const struct in6_addr *addr)
{
	if (xlat->n_plat != 1)
		return clat_plat_search(xlat, addr);
	return clat_plat_match(xlat->plat, addr) ? xlat->plat : NULL;
}

/* A local address as the far end would be a packet that turns back. */
static inline bool clat_far_refused(const struct clat_xlat *xlat,
				    const struct clat_ends *ends)
{
	return clat_v4_far_never(ends->far4) ||
	       clat_map_find4(&xlat->map, ends->far4) ||
	       (xlat->wkp_strict && ends->plat->wkp &&
		!clat_v4_global(ends->far4));
}

/*
 * clat_ends::delta46. Under a prefix of 96 bits it is a constant of the
 * configuration.
 */
static inline __wsum clat_ends_sum(const struct clat_ends *ends)
{
	return ends->plat->len == 96 ?
	       csum_add(ends->pair->delta46, ends->plat->sum) :
	       clat_ends_sum_short(ends);
}

/**
 * clat_ends64_found() - clat_ends64() where the pair and the prefix are known
 * @xlat:	prefixes and map
 * @pair:	pair of the local end, or %NULL
 * @plat:	prefix of the far end, or %NULL
 * @local:	address of the local end
 * @far:	address of the far end
 * @ends:	filled in where 0 is returned; but for @pair, @plat and the IPv6
 *		addresses, which always are
 *
 * Return: 0, or a negative drop reason.
 */
static inline int clat_ends64_found(const struct clat_xlat *xlat,
				    const struct clat_pair *pair,
				    const struct clat_plat *plat,
				    const struct in6_addr *local,
				    const struct in6_addr *far,
				    struct clat_ends *ends)
{
	ends->local6 = *local;
	ends->far6 = *far;
	ends->pair = pair;
	ends->plat = plat;
	if (!pair || !plat)
		return -CLAT_DROP_SOURCE64;

	ends->local4 = clat_pair_local4(pair, local);
	ends->far4 = clat_plat_extract(plat, far);
	if (clat_far_refused(xlat, ends))
		return -CLAT_DROP_SOURCE64;
	ends->delta46 = clat_ends_sum(ends);
	return 0;
}

/**
 * clat_hdr46_len() - octets that clat_hdr46() writes
 * @pkt:	the parsed IPv4 packet
 */
static inline unsigned int clat_hdr46_len(const struct clat_packet *pkt)
{
	return sizeof(struct ipv6hdr) + (pkt->frag ? CLAT_FRAG_LEN : 0);
}

#endif /* _CLAT_INLINE_H */
