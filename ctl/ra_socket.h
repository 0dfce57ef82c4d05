/* SPDX-License-Identifier: GPL-2.0 */
/* A raw socket for the Router Advertisements of one interface. */
#ifndef RA_SOCKET_H
#define RA_SOCKET_H

#include <stdbool.h>

#include "ra.h"

int ra_open(int ifindex, const char *ifname);
int ra_solicit(int fd, int ifindex);
bool ra_receive(int fd, struct ra *ra, struct in6_addr *router);

#endif
