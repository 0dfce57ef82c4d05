// SPDX-License-Identifier: GPL-2.0
/*
 * Router Advertisements (RFC 4861, section 4.2), read for NAT64 prefixes (RFC 8781) and DNS servers (RFC 8106). Pure
 * functions over bytes, which are hostile.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "pref64.h"
#include "ra.h"

#define RA_TYPE 134
#define RA_HEADER 16
#define OPTION_RDNSS 25
#define OPTION_PREF64 38
#define PREF64_SIZE 16
#define RDNSS_HEADER 8

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* RFC 8781, section 4: 13 bits of lifetime in units of 8 s, a code for the length, the first 96 bits of the prefix. */
static void read_pref64(const uint8_t *option, size_t size, struct ra *ra)
{
	static const uint8_t lens[] = { 96, 64, 56, 48, 40, 32 };
	uint32_t scaled = (uint32_t)option[2] << 8 | option[3];
	struct ra_plat *entry = &ra->plat[ra->nplat];
	size_t code = scaled & 7;

	if (size != PREF64_SIZE || code >= sizeof(lens) || ra->nplat == RA_PLAT_MAX)
		return;
	memset(entry, 0, sizeof(*entry));
	entry->lifetime_s = (scaled >> 3) * 8;
	entry->plat.len = lens[code];
	memcpy(&entry->plat.addr, option + 4, entry->plat.len / 8);
	if (pref64_usable(&entry->plat))
		ra->nplat++;
}

static bool usable_server(const struct in6_addr *addr)
{
	return !IN6_IS_ADDR_UNSPECIFIED(addr) && !IN6_IS_ADDR_LOOPBACK(addr) && !IN6_IS_ADDR_MULTICAST(addr) &&
	       !IN6_IS_ADDR_V4MAPPED(addr);
}

static void read_rdnss(const uint8_t *option, size_t size, struct ra *ra)
{
	size_t pos;

	for (pos = RDNSS_HEADER; pos + 16 <= size && ra->nrdnss < RA_RDNSS_MAX; pos += 16) {
		struct ra_rdnss *entry = &ra->rdnss[ra->nrdnss];

		entry->lifetime_s = get32(option + 4);
		memcpy(&entry->addr, option + pos, 16);
		if (usable_server(&entry->addr))
			ra->nrdnss++;
	}
}

/**
 * ra_parse - read a Router Advertisement
 * @data: the ICMPv6 message
 * @len: its length
 * @ra: filled in; options that cannot be right are left out, as if they were not there
 *
 * Returns 0, or -EBADMSG for what is no valid Router Advertisement (RFC 4861, section 6.1.2), with nothing in @ra.
 */
int ra_parse(const uint8_t *data, size_t len, struct ra *ra)
{
	size_t pos, size;

	memset(ra, 0, sizeof(*ra));
	if (len < RA_HEADER || data[0] != RA_TYPE || data[1] != 0)
		return -EBADMSG;
	for (pos = RA_HEADER; pos < len; pos += size) {
		size = len - pos >= 2 ? (size_t)data[pos + 1] * 8 : 0;
		if (!size || size > len - pos) {
			memset(ra, 0, sizeof(*ra));
			return -EBADMSG;
		}
		if (data[pos] == OPTION_PREF64)
			read_pref64(data + pos, size, ra);
		else if (data[pos] == OPTION_RDNSS)
			read_rdnss(data + pos, size, ra);
	}
	return 0;
}
