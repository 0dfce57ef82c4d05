/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel has at a moment: interfaces, addresses, routes, rules, clat devices. */
#ifndef WORLD_H
#define WORLD_H

#include "dev.h"
#include "rtnl.h"

struct world {
	struct link *links;
	size_t nlinks;
	struct addr *addrs4;
	size_t naddrs4;
	struct addr *addrs6;
	size_t naddrs6;
	struct route *routes4;
	size_t nroutes4;
	struct route *routes6;
	size_t nroutes6;
	struct rule *rules;
	size_t nrules;
	struct dev *devs;
	size_t ndevs;
};

int world_read(struct world *world);
void world_free(struct world *world);

const struct link *world_link(const struct world *world, int ifindex);
struct dev *world_dev_of(const struct world *world, int uplink);
const struct addr *world_addr6(const struct world *world, int ifindex, const struct in6_addr *addr);
bool world_default_route(const struct route *routes, size_t count, int ifindex);

bool is_clat_v4(struct in_addr v4);
const struct pair *dev_pair(const struct dev *dev);
bool dev_is_orphan(const struct dev *dev);

#endif
