// SPDX-License-Identifier: GPL-2.0
/* Routes: which interfaces have default routes, the /64 on a link, and the IPv4 default route of a clat device. */
#include <errno.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include "ctl.h"
#include "nl.h"
#include "rtnl.h"

/* A walk over all routes; @look returns true for what it was looking for. */
struct scan {
	bool (*look)(struct rtnl_route *route, struct scan *scan);
	int ifindex;
	bool found;
	struct in6_addr prefix;
	struct in_addr src;
	uint32_t metric;
	struct rtnl_route *stale;
};

static void on_object(struct nl_object *object, void *arg)
{
	struct scan *scan = arg;

	if (!scan->found)
		scan->found = scan->look((struct rtnl_route *)object, scan);
}

static int on_route(struct nl_msg *msg, void *arg)
{
	/* A route that libnl cannot read is one of a kind that nothing here looks for. */
	nl_msg_parse(msg, on_object, arg);
	return NL_OK;
}

static int scan_routes(int family, struct scan *scan)
{
	struct rtmsg rtm = { .rtm_family = (uint8_t)family };

	return rtnl_dump(RTM_GETROUTE, &rtm, sizeof(rtm), on_route, scan, "routes");
}

static bool leaves_by(struct rtnl_route *route, int ifindex)
{
	int i;

	for (i = 0; i < rtnl_route_get_nnexthops(route); i++)
		if (rtnl_route_nh_get_ifindex(rtnl_route_nexthop_n(route, i)) == ifindex)
			return true;
	return false;
}

static bool is_default(struct rtnl_route *route)
{
	struct nl_addr *dst = rtnl_route_get_dst(route);

	return rtnl_route_get_type(route) == RTN_UNICAST && (!dst || nl_addr_get_prefixlen(dst) == 0);
}

static bool look_default(struct rtnl_route *route, struct scan *scan)
{
	return is_default(route) && leaves_by(route, scan->ifindex);
}

/* Sets @found to whether an interface has a default route of a family, in whichever table. */
int route_default(int family, int ifindex, bool *found)
{
	struct scan scan = { .look = look_default, .ifindex = ifindex };
	int code = scan_routes(family, &scan);

	*found = scan.found;
	return code;
}

static bool look_onlink64(struct rtnl_route *route, struct scan *scan)
{
	struct nl_addr *dst = rtnl_route_get_dst(route);
	const struct in6_addr *prefix;

	if (rtnl_route_get_type(route) != RTN_UNICAST || !dst || nl_addr_get_prefixlen(dst) != 64 ||
	    nl_addr_get_len(dst) != 16 || !leaves_by(route, scan->ifindex) ||
	    rtnl_route_nh_get_gateway(rtnl_route_nexthop_n(route, 0)))
		return false;
	prefix = nl_addr_get_binary_addr(dst);
	if (IN6_IS_ADDR_LINKLOCAL(prefix) || IN6_IS_ADDR_MULTICAST(prefix))
		return false;
	scan->prefix = *prefix;
	return true;
}

/* Looks for a /64 that is on the link of an interface, as router advertisements say it. */
int route_onlink64(int ifindex, struct in6_addr *prefix, bool *found)
{
	struct scan scan = { .look = look_onlink64, .ifindex = ifindex };
	int code = scan_routes(AF_INET6, &scan);

	*found = scan.found;
	*prefix = scan.prefix;
	return code;
}

static int on_lookup(struct nl_msg *msg, void *arg)
{
	struct nlattr *oif = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(struct rtmsg), RTA_OIF);

	if (nlmsg_hdr(msg)->nlmsg_type == RTM_NEWROUTE && oif && nla_len(oif) == 4)
		*(int *)arg = (int)nla_get_u32(oif);
	return NL_OK;
}

/**
 * route_lookup6 - which way the kernel would send a packet
 * @dst: where to
 * @src: where from, for rules that ask for it; or NULL
 * @ifindex: set to the interface that it leaves by; 0 if there is no route, or one that says so
 *
 * Returns an exit code with the failure recorded.
 */
int route_lookup6(const struct in6_addr *dst, const struct in6_addr *src, int *ifindex)
{
	struct rtmsg rtm = { .rtm_family = AF_INET6, .rtm_dst_len = 128, .rtm_src_len = src ? 128 : 0 };
	struct extack ack;
	struct nl_msg *msg;

	*ifindex = 0;
	if (!rtnl_sock())
		return failure_get().code;
	msg = nlmsg_alloc_simple(RTM_GETROUTE, 0);
	if (!msg || nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO) < 0 ||
	    nla_put(msg, RTA_DST, sizeof(*dst), dst) || (src && nla_put(msg, RTA_SRC, sizeof(*src), src))) {
		nlmsg_free(msg);
		return fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	}
	nl_request(rtnl_sock(), msg, on_lookup, ifindex, &ack);
	nlmsg_free(msg);
	if (ack.error == -ETIMEDOUT || ack.error == -EIO || ack.error == -ENOMEM)
		return nl_fail(&ack, NULL, "cannot look up an IPv6 route");
	return CTL_OK;
}

/* True for the route wanted; another default route of the device is kept as stale. */
static bool look_ours(struct rtnl_route *route, struct scan *scan)
{
	struct nl_addr *src = rtnl_route_get_pref_src(route);

	if (!is_default(route) || !leaves_by(route, scan->ifindex) || rtnl_route_get_table(route) != RT_TABLE_MAIN ||
	    rtnl_route_get_nnexthops(route) != 1)
		return false;
	if (rtnl_route_get_priority(route) == scan->metric && src && nl_addr_get_len(src) == 4 &&
	    !memcmp(nl_addr_get_binary_addr(src), &scan->src, 4))
		return true;
	if (!scan->stale) {
		nl_object_get((struct nl_object *)route);
		scan->stale = route;
	}
	return false;
}

static int delete_route(struct rtnl_route *route, const char *ifname)
{
	struct extack ack;
	struct nl_msg *msg;

	if (rtnl_route_build_del_request(route, 0, &msg) < 0)
		return fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	nl_request(rtnl_sock(), msg, NULL, NULL, &ack);
	nlmsg_free(msg);
	if (ack.error && ack.error != -ESRCH)
		return nl_fail(&ack, NULL, "cannot delete an old IPv4 default route of %s", ifname);
	return CTL_OK;
}

/* Adds an IPv4 default route by a device. One that is there already is no failure. */
int route_default4_add(int ifindex, const char *ifname, struct in_addr src, uint32_t metric, uint32_t table)
{
	struct rtmsg rtm = {
		.rtm_family = AF_INET,
		.rtm_table = table < 256 ? (uint8_t)table : RT_TABLE_UNSPEC,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
	};
	struct extack ack;
	/* Appended: the route of another uplink with the same metric stays the first. */
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND);

	if (!msg || nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO) < 0 ||
	    nla_put_u32(msg, RTA_OIF, (uint32_t)ifindex) || nla_put_u32(msg, RTA_PRIORITY, metric) ||
	    nla_put_u32(msg, RTA_TABLE, table) || nla_put(msg, RTA_PREFSRC, 4, &src)) {
		nlmsg_free(msg);
		return fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	}
	nl_request(rtnl_sock(), msg, NULL, NULL, &ack);
	nlmsg_free(msg);
	if (ack.error && ack.error != -EEXIST)
		return nl_fail(&ack, NULL, "cannot add the IPv4 default route by %s", ifname);
	return CTL_OK;
}

/**
 * route_default4_sync - make the IPv4 default route of a device what it should be
 * @ifindex: the device
 * @ifname: its name, for messages
 * @src: source address that the route prefers
 * @metric: its metric
 * @added: set to whether it was not there
 *
 * Default routes of the device in the main table with another source or metric are deleted.
 */
int route_default4_sync(int ifindex, const char *ifname, struct in_addr src, uint32_t metric, bool *added)
{
	struct scan scan = { .look = look_ours, .ifindex = ifindex, .src = src, .metric = metric };
	int code = scan_routes(AF_INET, &scan);

	*added = false;
	if (!code && !scan.found) {
		code = route_default4_add(ifindex, ifname, src, metric, RT_TABLE_MAIN);
		*added = !code;
	}
	if (!code && scan.stale)
		code = delete_route(scan.stale, ifname);
	if (scan.stale)
		rtnl_route_put(scan.stale);
	return code;
}

/* What can matter to a CLAT: default routes, and IPv6 routes to a /64 or to a part of one. */
static bool matters(const struct route *route)
{
	return !route->len || (route->family == AF_INET6 && route->len >= 64);
}

static void add_route(struct rtnl_list *list, struct rtnl_route *from, struct rtnl_nexthop *hop)
{
	struct nl_addr *dst = rtnl_route_get_dst(from), *src = rtnl_route_get_pref_src(from);
	struct route route = {
		.family = rtnl_route_get_family(from),
		.len = dst ? (uint8_t)nl_addr_get_prefixlen(dst) : 0,
		.ifindex = rtnl_route_nh_get_ifindex(hop),
		.table = rtnl_route_get_table(from),
		.metric = rtnl_route_get_priority(from),
		.gateway = rtnl_route_nh_get_gateway(hop) != NULL,
	};

	if (!matters(&route) || rtnl_route_nh_get_flags(hop) & (RTNH_F_DEAD | RTNH_F_LINKDOWN))
		return;
	if (dst && nl_addr_get_len(dst) <= sizeof(route.dst))
		memcpy(&route.dst, nl_addr_get_binary_addr(dst), nl_addr_get_len(dst));
	if (src && nl_addr_get_len(src) == sizeof(route.src))
		memcpy(&route.src, nl_addr_get_binary_addr(src), sizeof(route.src));
	rtnl_list_add(list, &route, sizeof(route));
}

static void on_listed_object(struct nl_object *object, void *arg)
{
	struct rtnl_route *route = (struct rtnl_route *)object;
	int i;

	if (rtnl_route_get_type(route) != RTN_UNICAST)
		return;
	for (i = 0; i < rtnl_route_get_nnexthops(route); i++)
		add_route(arg, route, rtnl_route_nexthop_n(route, i));
}

static int on_listed(struct nl_msg *msg, void *arg)
{
	nl_msg_parse(msg, on_listed_object, arg);
	return NL_OK;
}

/* Usable unicast routes of all tables that can matter to a CLAT, in a list that the caller frees. */
int route_list(int family, struct route **list, size_t *count)
{
	struct rtmsg rtm = { .rtm_family = (uint8_t)family };
	struct rtnl_list l = { 0 };
	int code = rtnl_list_fill(&l, RTM_GETROUTE, &rtm, sizeof(rtm), on_listed, "routes");

	*list = l.items;
	*count = l.count;
	return code;
}

/* Deletes an IPv4 default route of a list; one that is gone already is no failure. */
int route_default4_del(const struct route *route, const char *ifname)
{
	struct rtmsg rtm = {
		.rtm_family = AF_INET,
		.rtm_table = route->table < 256 ? (uint8_t)route->table : RT_TABLE_UNSPEC,
		.rtm_scope = RT_SCOPE_NOWHERE,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_DELROUTE, 0);
	struct extack ack;

	if (!msg || nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO) < 0 ||
	    nla_put_u32(msg, RTA_OIF, (uint32_t)route->ifindex) || nla_put_u32(msg, RTA_PRIORITY, route->metric) ||
	    nla_put_u32(msg, RTA_TABLE, route->table)) {
		nlmsg_free(msg);
		return fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	}
	nl_request(rtnl_sock(), msg, NULL, NULL, &ack);
	nlmsg_free(msg);
	if (ack.error && ack.error != -ESRCH && ack.error != -ENODEV)
		return nl_fail(&ack, NULL, "cannot delete the IPv4 default route of %s", ifname);
	return CTL_OK;
}
