/* SPDX-License-Identifier: GPL-2.0 */
/* The DNS servers of links that network managers tell by the bus. */
#ifndef BUS_DNS_H
#define BUS_DNS_H

#include "resolvers.h"

void bus_dns_follow(void (*changed)(void));
void bus_dns_ask(void);
void bus_dns_list(int ifindex, const char *ifname, struct resolvers *list);

#endif
