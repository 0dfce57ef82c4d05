// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses: IPv4 embedded in IPv6 under a PLAT prefix (RFC 6052), and the
 * addresses that are never translated.
 */
#include <linux/kernel.h>

#include "core.h"

/* Octet 8 (bits 64 to 71) is zero in every address of RFC 6052, section 2.2. */
#define CLAT_U_OCTET	8

/*
 * Position of octet i of the IPv4 address: they follow the prefix, octet 8 left
 * out.
 */
static unsigned int clat_plat_octet(const struct clat_plat *plat,
				    unsigned int i)
{
	unsigned int pos = plat->len / 8 + i;

	return plat->len <= 64 && pos >= CLAT_U_OCTET ? pos + 1 : pos;
}

/**
 * clat_plat_init() - check a PLAT prefix and prepare it for the packet path
 * @plat:	filled in
 * @addr:	the prefix
 * @len:	its length in bits
 *
 * RFC 6052, section 2.2: six lengths, octet 8 zero. Bits beyond the length
 * must be zero.
 *
 * Return: false if it is no such prefix; @plat is then not to be used.
 */
bool clat_plat_init(struct clat_plat *plat, const struct in6_addr *addr,
		    unsigned int len)
{
	unsigned int i;

	switch (len) {
	case 32: case 40: case 48: case 56: case 64: case 96:
		break;
	default:
		return false;
	}

	for (i = len / 8; i < sizeof(*addr); i++)
		if (addr->s6_addr[i])
			return false;
	if (addr->s6_addr[CLAT_U_OCTET])
		return false;

	plat->addr = *addr;
	plat->len = len;
	plat->wkp = len == 96 && addr->s6_addr32[0] == htonl(0x0064ff9b) &&
		    !addr->s6_addr32[1] && !addr->s6_addr32[2];
	plat->sum = csum_partial(addr, sizeof(*addr), 0);
	return true;
}

/**
 * clat_plat_embed_short() - clat_plat_embed() for lengths below 96
 * @plat:	the prefix
 * @v4:		the IPv4 address
 * @v6:		the address under @plat, octet 8 and suffix zero
 */
void clat_plat_embed_short(const struct clat_plat *plat, __be32 v4,
			   struct in6_addr *v6)
{
	const u8 *octet = (const u8 *)&v4;
	unsigned int i;

	*v6 = plat->addr;
	for (i = 0; i < sizeof(v4); i++)
		v6->s6_addr[clat_plat_octet(plat, i)] = octet[i];
}

/**
 * clat_plat_match_short() - clat_plat_match() for lengths below 96
 * @plat:	the prefix
 * @v6:		the address
 */
bool clat_plat_match_short(const struct clat_plat *plat,
			   const struct in6_addr *v6)
{
	unsigned int i;

	if (v6->s6_addr[CLAT_U_OCTET])
		return false;
	for (i = 0; i < plat->len / 8; i++)
		if (plat->addr.s6_addr[i] != v6->s6_addr[i])
			return false;
	return true;
}

/**
 * clat_plat_extract_short() - clat_plat_extract() for lengths below 96
 * @plat:	a prefix that the address matches
 * @v6:		the address
 *
 * Return: the IPv4 address.
 */
__be32 clat_plat_extract_short(const struct clat_plat *plat,
			       const struct in6_addr *v6)
{
	unsigned int i;
	__be32 v4;
	u8 *octet = (u8 *)&v4;

	for (i = 0; i < sizeof(v4); i++)
		octet[i] = v6->s6_addr[clat_plat_octet(plat, i)];
	return v4;
}

struct clat_v4_range {
	u32 net;
	u32 mask;
};

static bool clat_v4_overlap(u32 addr, u32 mask, const struct clat_v4_range *r)
{
	return !((addr ^ r->net) & (mask & r->mask));
}

/**
 * clat_v4_never_overlap() - tell whether a prefix has an address that is never
 *	translated
 * @addr:	the prefix
 * @mask:	its mask
 */
bool clat_v4_never_overlap(__be32 addr, __be32 mask)
{
	static const struct clat_v4_range never[] = {
		{ 0x00000000, 0xff000000 },	/* 0.0.0.0/8 */
		{ 0x7f000000, 0xff000000 },	/* 127.0.0.0/8 */
		{ 0xa9fe0000, 0xffff0000 },	/* 169.254.0.0/16 */
		{ 0xe0000000, 0xe0000000 },	/* 224.0.0.0/3 */
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(never); i++)
		if (clat_v4_overlap(ntohl(addr), ntohl(mask), &never[i]))
			return true;
	return false;
}

/**
 * clat_v4_global() - tell whether an IPv4 address is global
 * @addr:	the address
 *
 * Asked for 64:ff9b::/96 with wkp-strict only (RFC 6052, section 3.1).
 */
bool clat_v4_global(__be32 addr)
{
	static const struct clat_v4_range local[] = {
		{ 0x0a000000, 0xff000000 },	/* 10.0.0.0/8 */
		{ 0x64400000, 0xffc00000 },	/* 100.64.0.0/10 */
		{ 0xac100000, 0xfff00000 },	/* 172.16.0.0/12 */
		{ 0xc0000000, 0xffffff00 },	/* 192.0.0.0/24 */
		{ 0xc0000200, 0xffffff00 },	/* 192.0.2.0/24 */
		{ 0xc0a80000, 0xffff0000 },	/* 192.168.0.0/16 */
		{ 0xc6120000, 0xfffe0000 },	/* 198.18.0.0/15 */
		{ 0xc6336400, 0xffffff00 },	/* 198.51.100.0/24 */
		{ 0xcb007100, 0xffffff00 },	/* 203.0.113.0/24 */
	};
	unsigned int i;

	if (clat_v4_never(addr))
		return false;
	for (i = 0; i < ARRAY_SIZE(local); i++)
		if (clat_v4_overlap(ntohl(addr), 0xffffffff, &local[i]))
			return false;
	return true;
}

/**
 * clat_v6_never() - tell whether an IPv6 address is never a local address
 * @addr:	the address
 *
 * Multicast, link-local, and ::/96 with the unspecified and the loopback
 * address in it.
 */
bool clat_v6_never(const struct in6_addr *addr)
{
	const __be32 *a = addr->s6_addr32;

	return addr->s6_addr[0] == 0xff ||
	       (a[0] & htonl(0xffc00000)) == htonl(0xfe800000) ||
	       !(a[0] | a[1] | a[2]);
}
