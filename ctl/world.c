// SPDX-License-Identifier: GPL-2.0
/* What the kernel has at a moment: interfaces, addresses, routes, rules, clat devices; read whole, and looked up. */
#include <stdlib.h>
#include <string.h>

#include "genl.h"
#include "world.h"

/* The kernel tells of aliases with the links alone. */
static void mark_tayga(struct world *w)
{
	const struct link *link;
	size_t i;

	for (i = 0; i < w->ndevs; i++) {
		link = world_link(w, (int)w->devs[i].ifindex);
		w->devs[i].tayga = link && link->tayga;
	}
}

/* Reads all of it. Returns an exit code with the failure recorded; to be freed whatever it returns. */
int world_read(struct world *w)
{
	int code;

	memset(w, 0, sizeof(*w));
	code = link_list(&w->links, &w->nlinks);
	if (!code)
		code = addr_list(AF_INET, 0, &w->addrs4, &w->naddrs4);
	if (!code)
		code = addr_list(AF_INET6, 0, &w->addrs6, &w->naddrs6);
	if (!code)
		code = route_list(AF_INET, &w->routes4, &w->nroutes4);
	if (!code)
		code = route_list(AF_INET6, &w->routes6, &w->nroutes6);
	if (!code)
		code = rule_list(&w->rules, &w->nrules);
	if (!code)
		code = genl_dev_list(&w->devs, &w->ndevs);
	mark_tayga(w);
	return code;
}

void world_free(struct world *w)
{
	free(w->links);
	free(w->addrs4);
	free(w->addrs6);
	free(w->routes4);
	free(w->routes6);
	free(w->rules);
	free(w->devs);
	memset(w, 0, sizeof(*w));
}

const struct link *world_link(const struct world *w, int ifindex)
{
	size_t i;

	for (i = 0; i < w->nlinks; i++)
		if (w->links[i].ifindex == ifindex)
			return &w->links[i];
	return NULL;
}

/* The clat device that has the interface as its uplink, or NULL; of several one that clatctl has set up. */
struct dev *world_dev_of(const struct world *w, int uplink)
{
	struct dev *other = NULL;
	size_t i;

	for (i = 0; i < w->ndevs; i++) {
		if (w->devs[i].uplink != (uint32_t)uplink)
			continue;
		if (dev_pair(&w->devs[i]))
			return &w->devs[i];
		if (!other)
			other = &w->devs[i];
	}
	return other;
}

const struct addr *world_addr6(const struct world *w, int ifindex, const struct in6_addr *addr)
{
	size_t i;

	for (i = 0; i < w->naddrs6; i++)
		if (w->addrs6[i].ifindex == ifindex && !memcmp(&w->addrs6[i].v6, addr, sizeof(*addr)))
			return &w->addrs6[i];
	return NULL;
}

bool world_default_route(const struct route *routes, size_t count, int ifindex)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!routes[i].len && routes[i].ifindex == ifindex)
			return true;
	return false;
}

/* 192.0.0.0/29, the addresses that RFC 7335 has for CLATs. */
bool is_clat_v4(struct in_addr v4)
{
	return (ntohl(v4.s_addr) & ~7u) == 0xc0000000u;
}

/* A host of 192.0.0.0/29: the CLAT's own address. */
static bool is_own(const struct pair *pair)
{
	return pair->v4_len == 32 && pair->v6_len == 128 && is_clat_v4(pair->v4);
}

/*
 * The CLAT's own pair, of a device that clatctl has set up, or NULL: one made by somebody else, or by hand for something
 * else, is left alone. Besides it there can be subnets of hotspots, mapped into the same /64 (tether_map.c).
 */
const struct pair *dev_pair(const struct dev *dev)
{
	const struct pair *own = NULL;
	size_t i;

	if (dev->tayga)
		return NULL;
	for (i = 0; i < dev->nmap && !own; i++)
		if (is_own(&dev->map[i]))
			own = &dev->map[i];
	for (i = 0; i < dev->nmap && own; i++)
		if (&dev->map[i] != own && (dev->map[i].v4_len == 32 || memcmp(&dev->map[i].v6, &own->v6, 8)))
			return NULL;
	return own;
}

/* One that clatctl has set up, and whose uplink is gone. */
bool dev_is_orphan(const struct dev *dev)
{
	return !dev->uplink && dev_pair(dev);
}
