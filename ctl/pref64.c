// SPDX-License-Identifier: GPL-2.0
/* NAT64 prefixes from AAAA records of ipv4only.arpa (RFC 7050, RFC 6052). Pure functions. */
#include <string.h>

#include "pref64.h"

/* The six lengths of RFC 6052, section 2.2, and where each puts the four octets of the IPv4 address. */
static const struct {
	int len;
	int octet[4];
} layouts[] = {
	{ 32, { 4, 5, 6, 7 } },
	{ 40, { 5, 6, 7, 9 } },
	{ 48, { 6, 7, 9, 10 } },
	{ 56, { 7, 9, 10, 11 } },
	{ 64, { 9, 10, 11, 12 } },
	{ 96, { 12, 13, 14, 15 } },
};

#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

bool pref64_len_ok(int len)
{
	size_t i;

	for (i = 0; i < LAYOUTS; i++)
		if (layouts[i].len == len)
			return true;
	return false;
}

bool plat_equal(const struct plat *a, const struct plat *b)
{
	return a->len == b->len && !memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

/* 192.0.0.170 or 192.0.0.171 in the place of layout @l, octet 8 zero, and nothing behind. */
static bool fits(const struct in6_addr *addr, size_t l)
{
	const uint8_t *a = addr->s6_addr;
	const int *octet = layouts[l].octet;
	int i;

	if (a[octet[0]] != 192 || a[octet[1]] != 0 || a[octet[2]] != 0)
		return false;
	if ((a[octet[3]] != 170 && a[octet[3]] != 171) || a[8] != 0)
		return false;
	for (i = octet[3] + 1; i < 16; i++)
		if (a[i])
			return false;
	return true;
}

/**
 * pref64_usable - whether a NAT64 can be behind a prefix
 * @plat: the prefix
 *
 * A resolver or router that tells of others is broken or lies.
 */
bool pref64_usable(const struct plat *plat)
{
	static const struct in6_addr none;
	static const struct in6_addr v4mapped = { .s6_addr = { [10] = 0xff, [11] = 0xff } };
	const struct in6_addr *prefix = &plat->addr;
	int i;

	for (i = plat->len / 8; i < 16; i++)
		if (prefix->s6_addr[i])
			return false;
	return pref64_len_ok(plat->len) && !prefix->s6_addr[8] && memcmp(prefix, &none, sizeof(none)) &&
	       memcmp(prefix, &v4mapped, sizeof(v4mapped)) && !IN6_IS_ADDR_MULTICAST(prefix) &&
	       !IN6_IS_ADDR_LINKLOCAL(prefix);
}

/**
 * pref64_extract - the prefix that made an address out of 192.0.0.170 or 192.0.0.171
 * @addr: the address
 * @prefix: set to the prefix, bits behind its length zero
 *
 * RFC 7050, section 3, asks the other well-known address where one occurs twice. Here at most one place is left: a
 * place counts only if all behind it is zero, and an occurrence farther back is not.
 *
 * Returns false if there is none.
 */
bool pref64_extract(const struct in6_addr *addr, struct plat *prefix)
{
	size_t l;

	for (l = 0; l < LAYOUTS; l++)
		if (fits(addr, l))
			break;
	if (l == LAYOUTS)
		return false;
	memset(prefix, 0, sizeof(*prefix));
	prefix->len = (uint8_t)layouts[l].len;
	memcpy(&prefix->addr, addr, prefix->len / 8);
	return pref64_usable(prefix);
}

/**
 * pref64_collect - the prefixes that a set of AAAA records tells of
 * @addrs: the addresses, in the order of the answer
 * @count: how many
 * @prefixes: filled with the prefixes, each once, in the order of their first address
 * @max: room in @prefixes; what is beyond is left out
 *
 * Returns the number of prefixes.
 */
size_t pref64_collect(const struct in6_addr *addrs, size_t count, struct plat *prefixes, size_t max)
{
	struct plat prefix;
	size_t i, j, found = 0;

	for (i = 0; i < count; i++) {
		if (!pref64_extract(&addrs[i], &prefix))
			continue;
		for (j = 0; j < found && !plat_equal(&prefixes[j], &prefix); j++)
			;
		if (j == found && found < max)
			prefixes[found++] = prefix;
	}
	return found;
}

/* The address of an IPv4 host behind the prefix, which is a usable one (RFC 6052, section 2.2). */
struct in6_addr pref64_embed(const struct plat *plat, struct in_addr v4)
{
	const uint8_t *octets = (const uint8_t *)&v4;
	struct in6_addr addr = plat->addr;
	size_t l, i;

	for (l = 0; l < LAYOUTS - 1 && layouts[l].len != plat->len; l++)
		;
	for (i = 0; i < 4; i++)
		addr.s6_addr[layouts[l].octet[i]] = octets[i];
	return addr;
}
