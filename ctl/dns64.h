/* SPDX-License-Identifier: GPL-2.0 */
/* Finding the NAT64 prefix of a network by DNS (RFC 7050). */
#ifndef DNS64_H
#define DNS64_H

#include "dev.h"
#include "resolvers.h"

#define DNS64_TIMEOUT_S 5

struct discovery {
	size_t count;
	struct plat prefixes[CLAT_PLAT_MAX];
	uint32_t ttl;
	char server[80];
	bool loopback;		/* the server runs on this machine, and may ask another network */
};

int dns64_discover(const struct resolvers *resolvers, const char *uplink, unsigned int timeout_s,
		   struct discovery *discovery);

#endif
