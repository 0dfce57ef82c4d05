// SPDX-License-Identifier: GPL-2.0
/* Whom to ask about the network of an uplink: DNS servers, best first. */
#include <arpa/inet.h>

#include "ctl.h"
#include "link_resolvers.h"
#include "uplink.h"

/* A router that names this machine does not know it. */
static void add_rdnss(const struct uplink *u, struct resolvers *list, const struct in6_addr *addr)
{
	struct resolver resolver;
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, addr, text, sizeof(text));
	if (!resolver_parse(text, (unsigned int)u->ifindex, &resolver) && !resolver.loopback)
		resolvers_add(list, &resolver, "ra");
}

/* Configured ones alone; else those of routers, then those that this machine has for the link. */
void uplink_list_resolvers(const struct uplink *u, struct resolvers *list)
{
	struct failure before = failure_get();
	struct resolver resolver;
	size_t i;

	list->count = 0;
	for (i = 0; i < u->settings.ndns; i++)
		if (!resolver_parse(u->settings.dns[i], (unsigned int)u->ifindex, &resolver))
			resolvers_add(list, &resolver, "configured");
	if (list->count)
		return;
	for (i = 0; i < u->nrdnss; i++)
		add_rdnss(u, list, &u->rdnss[i].addr);
	link_resolvers(u->ifindex, u->ifname, list);
	failure_set(&before);
}
