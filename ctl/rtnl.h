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

struct nl_msg;
struct nl_sock;

typedef int (*rtnl_each)(struct nl_msg *msg, void *arg);

/* rtnl.c */
struct rtnl_list {
	void *items;
	size_t count;
	bool failed;		/* out of memory */
};

struct nl_sock *rtnl_sock(void);
int rtnl_dump(int type, const void *hdr, size_t size, rtnl_each each, void *arg, const char *what);
void rtnl_list_add(struct rtnl_list *list, const void *item, size_t size);
int rtnl_list_fill(struct rtnl_list *list, int type, const void *hdr, size_t size, rtnl_each each, const char *what);

/* rtnl_link.c */
struct link {
	int ifindex;
	char ifname[IF_NAMESIZE];
	char kind[16];		/* "" for devices without one, such as Ethernet cards */
	unsigned int flags;	/* IFF_* */
	uint32_t mtu;
	uint32_t mtu6;		/* the IPv6 MTU, as router advertisements have lowered it; 0 if the link has no IPv6 */
	uint16_t type;		/* ARPHRD_* */
	int master;		/* ifindex of the bridge, bond or other that it is a part of, or 0 */
	int rp_filter;		/* as set on the interface; -1 if it is not known */
	int forwarding;		/* of IPv4 that comes in by it, likewise */
	bool tayga;		/* clat-tayga has made it: it is not clatctl's to change */
};

/* By which alias such a device is known, also to "ip link". */
#define LINK_ALIAS_TAYGA "clat-tayga"

int link_get(const char *ifname, struct link *link);
int link_list(struct link **list, size_t *count);
int link_set_rp_filter(int ifindex, const char *ifname, int value);
int link_set_forwarding(int ifindex, const char *ifname, int value);
int link_add_clat(const char *ifname);
int link_del(int ifindex, const char *ifname);
int link_set(int ifindex, const char *ifname, bool up, uint32_t mtu);
int link_set_alias(int ifindex, const char *ifname, const char *alias);

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
int route_lookup6(const struct in6_addr *dst, const struct in6_addr *src, int *ifindex);
int route_default4_sync(int ifindex, const char *ifname, struct in_addr src, uint32_t metric, bool *added);

/* A route by one interface; one with several next hops is several. */
struct route {
	int family;
	struct in6_addr dst;	/* of IPv4 in the first octets */
	uint8_t len;
	int ifindex;
	uint32_t table;
	uint32_t metric;
	struct in_addr src;	/* the preferred source of an IPv4 route, or 0 */
	bool gateway;
};

int route_list(int family, struct route **list, size_t *count);
int route_default4_add(int ifindex, const char *ifname, struct in_addr src, uint32_t metric, uint32_t table);
int route_default4_del(const struct route *route, const char *ifname);

/* Marks what only clatctl makes, among the "protocols" of routes and neighbours (rtnetlink(7)). */
#define RTNL_PROTO 64

/* rtnl_unreachable.c */
struct unreachable {
	struct in6_addr dst;
	uint8_t len;
};

int unreachable_list(struct unreachable **list, size_t *count);
int unreachable_add(const struct unreachable *route);
int unreachable_del(const struct unreachable *route);

/* rtnl_neigh.c */
struct proxy {
	int ifindex;
	struct in6_addr v6;
};

int proxy_list(struct proxy **list, size_t *count);
int proxy_add(const struct proxy *proxy, const char *ifname);
int proxy_del(const struct proxy *proxy);

/* rtnl_rule.c: what leaves from an address of 192.0.0.0/29 goes by its own device, whatever the default route is. */
struct rule {
	struct in_addr from;
	uint32_t priority;
	uint32_t table;
	int suppress;		/* routes with prefixes of that length and less do not count; -1 for none */
};

#define ADDRESS_RULES 2		/* of each address */

uint32_t rule_table(struct in_addr v4);
size_t rules_have(struct in_addr v4, const struct rule *list, size_t count);
int rule_list(struct rule **list, size_t *count);
int rules_sync(struct in_addr v4, const struct rule *list, size_t count);
int rules_del(struct in_addr v4);

/* rtnl_tc.c */
int tc_redirect(int ifindex);

/* rtnl_event.c */
struct nl_sock *rtnl_events(void);
bool rtnl_events_drain(struct nl_sock *sock);

#endif
