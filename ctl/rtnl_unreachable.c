// SPDX-License-Identifier: GPL-2.0
/* IPv6 prefixes that lead nowhere: what is sent to a mapped subnet, and is not taken by its CLAT, ends here. */
#include <errno.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "ctl.h"
#include "nl.h"
#include "rtnl.h"

#define METRIC 1

static bool parse(struct nlmsghdr *nlh, struct unreachable *route)
{
	const struct rtmsg *rtm = nlmsg_data(nlh);
	struct nlattr *tb[RTA_MAX + 1];

	if (nlh->nlmsg_type != RTM_NEWROUTE || nlmsg_parse(nlh, sizeof(*rtm), tb, RTA_MAX, NULL) < 0 ||
	    rtm->rtm_family != AF_INET6 || rtm->rtm_type != RTN_UNREACHABLE || rtm->rtm_protocol != RTNL_PROTO ||
	    !tb[RTA_DST] || nla_len(tb[RTA_DST]) != 16)
		return false;
	memcpy(&route->dst, nla_data(tb[RTA_DST]), 16);
	route->len = rtm->rtm_dst_len;
	return true;
}

static int on_route(struct nl_msg *msg, void *arg)
{
	struct unreachable route;

	if (parse(nlmsg_hdr(msg), &route))
		rtnl_list_add(arg, &route, sizeof(route));
	return NL_OK;
}

/* Those that clatctl has made, in a list that the caller frees. */
int unreachable_list(struct unreachable **list, size_t *count)
{
	struct rtmsg rtm = { .rtm_family = AF_INET6 };
	struct rtnl_list l = { 0 };
	int code = rtnl_list_fill(&l, RTM_GETROUTE, &rtm, sizeof(rtm), on_route, "routes");

	*list = l.items;
	*count = l.count;
	return code;
}

static int change(int type, int flags, const struct unreachable *route, struct extack *ack)
{
	struct rtmsg rtm = {
		.rtm_family = AF_INET6,
		.rtm_dst_len = route->len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTNL_PROTO,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNREACHABLE,
	};
	struct nl_msg *msg;

	if (!rtnl_sock())
		return failure_get().code;
	msg = nlmsg_alloc_simple(type, flags);
	if (!msg || nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO) < 0 || nla_put(msg, RTA_DST, 16, &route->dst) ||
	    nla_put_u32(msg, RTA_PRIORITY, METRIC)) {
		nlmsg_free(msg);
		return fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	}
	nl_request(rtnl_sock(), msg, NULL, NULL, ack);
	nlmsg_free(msg);
	return CTL_OK;
}

int unreachable_add(const struct unreachable *route)
{
	struct extack ack;
	int code = change(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route, &ack);

	if (code || !ack.error || ack.error == -EEXIST)
		return code;
	return nl_fail(&ack, NULL, "cannot add the unreachable route of a mapped subnet");
}

/* Deletes one; what is gone already is no failure. */
int unreachable_del(const struct unreachable *route)
{
	struct extack ack;
	int code = change(RTM_DELROUTE, 0, route, &ack);

	if (code || !ack.error || ack.error == -ESRCH)
		return code;
	return nl_fail(&ack, NULL, "cannot delete the unreachable route of a mapped subnet");
}
