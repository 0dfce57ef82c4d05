// SPDX-License-Identifier: GPL-2.0
/* The trace of discovery: what was asked, whom, and what came, as lines of the log; the time is the log's. */
#include <arpa/inet.h>
#include <stdio.h>

#include "ctl.h"
#include "show.h"
#include "trace.h"

void trace_asked(const char *ifname, const char *server)
{
	verbose("%s: " TRACE_MARK "asks %s for ipv4only.arpa. AAAA", ifname, server);
}

void trace_found(const char *ifname, const char *server, const struct plat *plat, size_t count, uint32_t ttl)
{
	char text[64];
	size_t i;

	for (i = 0; i < count; i++)
		verbose("%s: " TRACE_MARK "%s answers %s, ttl %u", ifname, server,
			show_plat(&plat[i], text, sizeof(text)), ttl);
}

/* A denial, an error, or silence, as status tells it. */
void trace_trouble(const char *ifname, const char *trouble)
{
	verbose("%s: " TRACE_MARK "%s", ifname, trouble);
}

void trace_solicited(const char *ifname)
{
	verbose("%s: " TRACE_MARK "asks the routers", ifname);
}

void trace_ra(const char *ifname, const struct in6_addr *router, const struct ra *ra)
{
	char from[INET6_ADDRSTRLEN], text[64];
	size_t i;

	inet_ntop(AF_INET6, router, from, sizeof(from));
	if (!ra->nplat)
		verbose("%s: " TRACE_MARK "router %s announces no NAT64 prefix", ifname, from);
	for (i = 0; i < ra->nplat; i++)
		verbose("%s: " TRACE_MARK "router %s announces %s for %u s", ifname, from,
			show_plat(&ra->plat[i].plat, text, sizeof(text)), ra->plat[i].lifetime_s);
	for (i = 0; i < ra->nrdnss; i++)
		verbose("%s: " TRACE_MARK "router %s announces the DNS server %s for %u s", ifname, from,
			inet_ntop(AF_INET6, &ra->rdnss[i].addr, text, sizeof(text)), ra->rdnss[i].lifetime_s);
}
