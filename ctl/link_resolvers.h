/* SPDX-License-Identifier: GPL-2.0 */
/* The DNS servers that this machine has for a link. */
#ifndef LINK_RESOLVERS_H
#define LINK_RESOLVERS_H

#include "resolvers.h"

int link_resolvers(int ifindex, const char *ifname, struct resolvers *list);

#endif
