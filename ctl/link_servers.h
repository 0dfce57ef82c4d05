/* SPDX-License-Identifier: GPL-2.0 */
/* DNS servers of links, out of what network managers say on the bus. */
#ifndef LINK_SERVERS_H
#define LINK_SERVERS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "resolvers.h"

#define LINK_SERVERS_MAX 64

struct json_object;

struct link_server {
	int ifindex;			/* or 0, then by name */
	char ifname[IF_NAMESIZE];
	char text[RESOLVER_SIZE];	/* as resolver_parse() takes it */
};

struct link_servers {
	size_t count;
	struct link_server list[LINK_SERVERS_MAX];
};

void link_servers_resolved(struct json_object *values, struct link_servers *servers);
void link_servers_networkmanager(struct json_object *values, struct link_servers *servers);
void link_servers_connman(struct json_object *values, struct link_servers *servers);
bool link_servers_equal(const struct link_servers *a, const struct link_servers *b);
void link_servers_add(const struct link_servers *servers, int ifindex, const char *ifname, const char *source,
		      struct resolvers *list);

#endif
