// SPDX-License-Identifier: GPL-2.0
/* How long IPv6 packets on an uplink may get that are made of IPv4 packets which may be fragmented. */
#include "up.h"

#define LOWEST_MTU_MIN 1280
#define LOWEST_MTU_MAX 65535

/* They are split for the uplink, and not for the least of all links: each full one would be. */
uint32_t up_lowest_mtu(const struct link *uplink)
{
	uint32_t mtu6 = uplink->mtu6 < LOWEST_MTU_MIN ? LOWEST_MTU_MIN : uplink->mtu6;

	return mtu6 > LOWEST_MTU_MAX ? LOWEST_MTU_MAX : mtu6;
}
