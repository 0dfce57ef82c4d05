// SPDX-License-Identifier: GPL-2.0
/* What "clatctl up" makes: device, IPv4 address, default route. On failure all that this run made is undone. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offload.h"
#include "tether_map.h"
#include "up.h"
#include "world.h"

/* What the IPv6 header is longer than the IPv4 header, and what that leaves of the least IPv6 MTU. */
#define MTU_DIFFERENCE 20
#define MTU_MIN 1260

static int name_device(struct up *up)
{
	char *name = up->want.ifname;
	unsigned int i;

	if (up->before.ifindex) {
		up->want.ifindex = up->before.ifindex;
		memcpy(name, up->before.ifname, sizeof(up->want.ifname));
		return CTL_OK;
	}
	if (up->dev_name) {
		if (strlen(up->dev_name) >= sizeof(up->want.ifname))
			return fail(CTL_USAGE, "a name has 1 to 15 characters", "'%s' is no name for an interface",
				    up->dev_name);
		snprintf(name, sizeof(up->want.ifname), "%s", up->dev_name);
		return CTL_OK;
	}
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(up->want.ifname), UP_NAME, i);
		if (!if_nametoindex(name))
			return CTL_OK;
	}
	return fail(CTL_REFUSED, "choose a name: --dev DEV", "the names clat0 to clat999 are taken");
}

/* Makes the device, unless there is one (@up->before). */
int up_make_device(struct up *up)
{
	struct link link;
	int code = name_device(up);

	if (code || up->want.ifindex)
		return code;
	code = link_add_clat(up->want.ifname);
	if (code)
		return code;
	code = link_get(up->want.ifname, &link);
	if (code)
		return code;
	up->made_dev = true;
	up->want.ifindex = (uint32_t)link.ifindex;
	return CTL_OK;
}

/* Writes into @up->want how the device is to be configured, but for the prefixes. */
void up_describe_device(struct up *up)
{
	up->want.has |= DEV_HAS(CLAT_A_DEV_UPLINK) | DEV_HAS(CLAT_A_DEV_MAP) | DEV_HAS(CLAT_A_DEV_LOWEST_IPV6_MTU);
	up->want.uplink = (uint32_t)up->uplink.ifindex;
	up->want.nmap = 1;
	up->want.map[0] = (struct pair){ .v4 = up->v4.v4, .v4_len = 32, .v6 = up->v6.v6, .v6_len = 128 };
	/* An older module does not know it. */
	if (up->shared || up->before.shared)
		up->want.has |= DEV_HAS(CLAT_A_DEV_SHARED);
	up->want.shared = up->shared;
	up->want.lowest_ipv6_mtu = up_lowest_mtu(&up->uplink);
}

static int configure_device(struct up *up)
{
	int code;

	up_describe_device(up);
	tether_map_fill(&up->before, &up->want);
	code = genl_dev_set(&up->want);
	up->set_dev = !code;
	return code;
}

/* The device follows the uplink's MTU by itself; what somebody else set on it meanwhile is put right. */
int up_raise_link(struct up *up)
{
	uint32_t mtu = up->uplink.mtu6 < MTU_MIN + MTU_DIFFERENCE ? MTU_MIN : up->uplink.mtu6 - MTU_DIFFERENCE;
	struct link link;
	int code = link_get(up->want.ifname, &link);

	if (code)
		return code;
	if (link.flags & IFF_UP && link.mtu == mtu)
		return CTL_OK;
	code = link_set(link.ifindex, up->want.ifname, true, link.mtu == mtu ? 0 : mtu);
	up->set_link = !code;
	return code;
}

/* Of 192.0.0.0/29 the device has the chosen address and no other: one that another interface took meanwhile goes. */
int up_address_link(struct up *up)
{
	struct addr *list;
	size_t i, count;
	bool there = false;
	int code = addr_list(AF_INET, (int)up->want.ifindex, &list, &count);

	up->v4.ifindex = (int)up->want.ifindex;
	for (i = 0; !code && i < count; i++) {
		if (list[i].v4.s_addr == up->v4.v4.s_addr && list[i].len == 32)
			there = true;
		else if (is_clat_v4(list[i].v4))
			code = addr_del(&list[i], up->want.ifname);
	}
	free(list);
	if (code || there)
		return code;
	return addr_add(&up->v4, up->want.ifname, &up->made_v4);
}

/* Back to front. What cannot be undone (it went away meanwhile, say) is told with -v: the cause counts. */
static void undo(struct up *up)
{
	struct failure cause = failure_get();
	struct dev old = up->before;
	int code = CTL_OK;

	/* The route goes with its source address, and both go with the device. */
	if (up->made_v4 && !up->made_dev)
		code |= addr_del(&up->v4, up->want.ifname);
	if (up->set_link && !up->made_dev)
		code |= link_set((int)old.ifindex, old.ifname, up->before_link.flags & IFF_UP, up->before_link.mtu);
	old.has &= DEV_HAS(CLAT_A_DEV_UPLINK) | DEV_HAS(CLAT_A_DEV_PLAT) | DEV_HAS(CLAT_A_DEV_MAP) |
		   DEV_HAS(CLAT_A_DEV_LOWEST_IPV6_MTU) | DEV_HAS(CLAT_A_DEV_SHARED);
	if (up->set_dev && !up->made_dev)
		code |= genl_dev_set(&old);
	if (up->made_dev)
		code |= link_del((int)up->want.ifindex, up->want.ifname);
	if (up->made_v6)
		code |= addr_del(&up->v6, up->uplink_name);
	if (code)
		warning("not all could be undone: %s", failure_get().message);
	failure_set(&cause);
}

/* Where another address took the place of the one before, that one goes from the uplink, unless it is its own. */
static int drop_old_v6(struct up *up)
{
	const struct pair *pair = dev_pair(&up->before);
	struct addr old = up->v6;

	if (up->before.shared || !pair || !memcmp(&pair->v6, &up->v6.v6, sizeof(up->v6.v6)))
		return CTL_OK;
	old.v6 = pair->v6;
	return addr_del(&old, up->uplink_name);
}

/**
 * up_apply - make what was chosen
 * @up: with its choices; the IPv6 address is on the uplink already
 *
 * Returns an exit code, with the failure recorded and undone what was made, the IPv6 address included.
 */
int up_apply(struct up *up)
{
	int code = up_make_device(up);

	if (!code)
		code = configure_device(up);
	if (!code)
		code = up_raise_link(up);
	if (!code)
		code = up_address_link(up);
	if (!code)
		code = route_default4_sync((int)up->want.ifindex, up->want.ifname, up->v4.v4, up->metric,
					   &up->made_route);
	if (code) {
		undo(up);
		return code;
	}
	offload_forward_udp(up->uplink.ifindex, up->uplink_name);
	return drop_old_v6(up);
}
