// SPDX-License-Identifier: GPL-2.0
/*
 * The DNS servers that this machine has for a link: those that a network manager has for it, then those of the whole
 * machine, programs on this machine last (RFC 8880).
 */
#include "bus_dns.h"
#include "ctl.h"
#include "link_resolvers.h"

/*
 * Where resolv.conf names a program on this machine, the servers that it asks itself: these can be asked by the link,
 * and so about its own network.
 */
static void add_upstream(int ifindex, struct resolvers *list)
{
	static const struct { const char *path, *source; } files[] = {
		{ "/run/systemd/resolve/resolv.conf", "resolved" },
		{ "/run/NetworkManager/no-stub-resolv.conf", "networkmanager" },
	};
	struct resolvers upstream;
	size_t i, j;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (resolvers_read(files[i].path, (unsigned int)ifindex, &upstream))
			continue;
		for (j = 0; j < upstream.count; j++)
			if (!upstream.list[j].loopback)
				resolvers_add(list, &upstream.list[j], files[i].source);
	}
}

/**
 * link_resolvers - add the servers that this machine has for a link
 * @ifindex: of the link
 * @ifname: its name
 * @list: added to
 *
 * Returns CTL_OK, or an exit code with the failure recorded if resolv.conf is of no use and nothing else is known.
 */
int link_resolvers(int ifindex, const char *ifname, struct resolvers *list)
{
	struct failure before = failure_get();
	size_t count = list->count, i;
	struct resolvers system;
	int code;

	bus_dns_list(ifindex, ifname, list);
	code = resolvers_default(opts.netns, (unsigned int)ifindex, &system);
	/* The machine's may be those of another link: they are guessed at only where nobody says which are this one's. */
	if (!code && system.list[system.count - 1].loopback && list->count == count)
		add_upstream(ifindex, list);
	for (i = 0; !code && i < system.count; i++)
		resolvers_add(list, &system.list[i], "resolv.conf");
	if (!list->count)
		return code;
	failure_set(&before);
	return CTL_OK;
}
