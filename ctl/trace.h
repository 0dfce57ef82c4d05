/* SPDX-License-Identifier: GPL-2.0 */
/* The trace of discovery: what was asked, whom, and what came, as lines of the log. */
#ifndef TRACE_H
#define TRACE_H

#include "ra.h"

/* In every such line, so that "diag" finds them. */
#define TRACE_MARK "discovery: "

void trace_asked(const char *ifname, const char *server);
void trace_found(const char *ifname, const char *server, const struct plat *plat, size_t count, uint32_t ttl);
void trace_trouble(const char *ifname, const char *trouble);
void trace_solicited(const char *ifname);
void trace_ra(const char *ifname, const struct in6_addr *router, const struct ra *ra);

#endif
