/* SPDX-License-Identifier: GPL-2.0 */
/* Router Advertisements: NAT64 prefixes (RFC 8781) and DNS servers (RFC 8106) in them. */
#ifndef RA_H
#define RA_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "dev.h"

/* More than this of a kind in one message is an attack, or of no use. */
#define RA_PLAT_MAX 8
#define RA_RDNSS_MAX 8

struct ra {
	size_t nplat;
	struct ra_plat {
		struct plat plat;
		uint32_t lifetime_s;	/* 0: not to be used any more */
	} plat[RA_PLAT_MAX];
	size_t nrdnss;
	struct ra_rdnss {
		struct in6_addr addr;
		uint32_t lifetime_s;	/* 0 likewise; UINT32_MAX: for ever */
	} rdnss[RA_RDNSS_MAX];
};

int ra_parse(const uint8_t *data, size_t len, struct ra *ra);

#endif
