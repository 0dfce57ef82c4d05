/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interfaces, addresses and routes by rtnetlink. Functions return an exit code with the failure recorded, unless said
 * otherwise.
 */
#ifndef RTNL_H
#define RTNL_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_sock;

struct nl_sock *rtnl_sock(void);

/* rtnl_link.c */
struct link {
	int ifindex;
	char ifname[IF_NAMESIZE];
	char kind[16];		/* "" for devices without one, such as Ethernet cards */
	unsigned int flags;	/* IFF_* */
	uint32_t mtu;
	uint32_t mtu6;		/* the IPv6 MTU, as router advertisements have lowered it; 0 if the link has no IPv6 */
};

int link_get(const char *ifname, struct link *link);
int link_add_clat(const char *ifname);
int link_del(int ifindex, const char *ifname);
int link_set(int ifindex, const char *ifname, bool up, uint32_t mtu);

/* rtnl_addr.c */
struct addr {
	int family;
	int ifindex;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
	uint8_t len;
	uint8_t scope;
	uint32_t flags;		/* IFA_F_* */
	uint32_t preferred;	/* lifetimes in seconds, UINT32_MAX for ever */
	uint32_t valid;
};

enum dad { DAD_OK, DAD_DUPLICATE, DAD_TIMEOUT, DAD_ERROR };

int addr_list(int family, int ifindex, struct addr **list, size_t *count);
int addr_add(const struct addr *addr, const char *ifname, bool *made);
int addr_del(const struct addr *addr, const char *ifname);
enum dad addr_add_dad(const struct addr *addr, const char *ifname, int64_t until, bool *made);

/* rtnl_route.c */
int route_default(int family, int ifindex, bool *found);
int route_onlink64(int ifindex, struct in6_addr *prefix, bool *found);
int route_default4_sync(int ifindex, const char *ifname, struct in_addr src, uint32_t metric, bool *added);

#endif
