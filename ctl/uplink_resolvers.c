// SPDX-License-Identifier: GPL-2.0
/* Whom to ask about the network of an uplink: DNS servers, best first. */
#include <arpa/inet.h>
#include <string.h>

#include "ctl.h"
#include "uplink.h"

static void add_resolver(struct resolvers *list, const struct resolver *resolver)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->list[i].salen == resolver->salen &&
		    !memcmp(&list->list[i].sin6, &resolver->sin6, resolver->salen))
			return;
	if (list->count < RESOLVERS_MAX)
		list->list[list->count++] = *resolver;
}

static void add_text(const struct uplink *u, struct resolvers *list, const char *text)
{
	struct resolver resolver;

	if (!resolver_parse(text, (unsigned int)u->ifindex, &resolver))
		add_resolver(list, &resolver);
}

/*
 * Where resolv.conf names a program on this machine, the servers that it asks itself: these can be asked by the uplink,
 * and so about its own network (RFC 8880).
 */
static void add_upstream(const struct uplink *u, struct resolvers *list)
{
	static const char *const files[] = {
		"/run/systemd/resolve/resolv.conf", "/run/NetworkManager/no-stub-resolv.conf",
	};
	struct resolvers upstream;
	size_t i, j;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (resolvers_read(files[i], (unsigned int)u->ifindex, &upstream))
			continue;
		for (j = 0; j < upstream.count; j++)
			if (!upstream.list[j].loopback)
				add_resolver(list, &upstream.list[j]);
	}
}

/* Those of resolv.conf, with programs on this machine last. */
static void add_system(const struct uplink *u, struct resolvers *list)
{
	struct failure before = failure_get();
	struct resolvers system;
	size_t i;

	if (!resolvers_default(opts.netns, (unsigned int)u->ifindex, &system)) {
		if (system.count && system.list[system.count - 1].loopback)
			add_upstream(u, list);
		for (i = 0; i < system.count; i++)
			add_resolver(list, &system.list[i]);
	}
	failure_set(&before);
}

/* Configured ones alone; else those of routers, then those of the system. */
void uplink_list_resolvers(const struct uplink *u, struct resolvers *list)
{
	char text[INET6_ADDRSTRLEN];
	size_t i;

	list->count = 0;
	for (i = 0; i < u->settings.ndns; i++)
		add_text(u, list, u->settings.dns[i]);
	if (list->count)
		return;
	for (i = 0; i < u->nrdnss; i++) {
		inet_ntop(AF_INET6, &u->rdnss[i].addr, text, sizeof(text));
		add_text(u, list, text);
	}
	add_system(u, list);
}
