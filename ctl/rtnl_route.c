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
	struct extack ack;
	struct nl_msg *msg;

	if (!rtnl_sock())
		return failure_get().code;
	msg = nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_DUMP);
	if (!msg || nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	}
	nl_request(rtnl_sock(), msg, on_route, scan, &ack);
	nlmsg_free(msg);
	return ack.error ? nl_fail(&ack, NULL, "cannot read routes") : CTL_OK;
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

static int add_default4(int ifindex, const char *ifname, struct in_addr src, uint32_t metric)
{
	struct rtmsg rtm = {
		.rtm_family = AF_INET,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
	};
	struct extack ack;
	/* Appended: the route of another uplink with the same metric stays the first. */
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND);

	if (!msg || nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO) < 0 ||
	    nla_put_u32(msg, RTA_OIF, (uint32_t)ifindex) || nla_put_u32(msg, RTA_PRIORITY, metric) ||
	    nla_put(msg, RTA_PREFSRC, 4, &src)) {
		nlmsg_free(msg);
		return fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	}
	nl_request(rtnl_sock(), msg, NULL, NULL, &ack);
	nlmsg_free(msg);
	return ack.error ? nl_fail(&ack, NULL, "cannot add the IPv4 default route by %s", ifname) : CTL_OK;
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
		code = add_default4(ifindex, ifname, src, metric);
		*added = !code;
	}
	if (!code && scan.stale)
		code = delete_route(scan.stale, ifname);
	if (scan.stale)
		rtnl_route_put(scan.stale);
	return code;
}
