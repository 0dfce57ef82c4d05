// SPDX-License-Identifier: GPL-2.0
/* Addresses of interfaces: listed, added, deleted, and waited for until the kernel knows that nobody else has them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "ctl.h"
#include "nl.h"
#include "rtnl.h"

static int addr_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

static bool parse(struct nlmsghdr *nlh, struct addr *addr)
{
	const struct ifaddrmsg *ifa = nlmsg_data(nlh);
	const struct ifa_cacheinfo *info;
	struct nlattr *tb[IFA_MAX + 1], *local;

	if ((nlh->nlmsg_type != RTM_NEWADDR && nlh->nlmsg_type != RTM_DELADDR) ||
	    nlmsg_parse(nlh, sizeof(*ifa), tb, IFA_MAX, NULL) < 0)
		return false;
	if (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6)
		return false;
	local = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	if (!local || nla_len(local) != addr_size(ifa->ifa_family))
		return false;
	memset(addr, 0, sizeof(*addr));
	addr->family = ifa->ifa_family;
	addr->ifindex = (int)ifa->ifa_index;
	memcpy(&addr->v6, nla_data(local), addr_size(ifa->ifa_family));
	addr->len = ifa->ifa_prefixlen;
	addr->scope = ifa->ifa_scope;
	addr->flags = tb[IFA_FLAGS] ? nla_get_u32(tb[IFA_FLAGS]) : ifa->ifa_flags;
	addr->preferred = addr->valid = UINT32_MAX;
	if (tb[IFA_CACHEINFO] && nla_len(tb[IFA_CACHEINFO]) >= (int)sizeof(*info)) {
		info = nla_data(tb[IFA_CACHEINFO]);
		addr->preferred = info->ifa_prefered;
		addr->valid = info->ifa_valid;
	}
	return true;
}

struct of_interface {
	struct rtnl_list list;		/* the first: it is what on_addr() is given */
	int ifindex;
};

static int on_addr(struct nl_msg *msg, void *arg)
{
	struct of_interface *of = arg;
	struct addr addr;

	if (parse(nlmsg_hdr(msg), &addr) && (!of->ifindex || addr.ifindex == of->ifindex))
		rtnl_list_add(&of->list, &addr, sizeof(addr));
	return NL_OK;
}

/**
 * addr_list - addresses of a family
 * @family: AF_INET or AF_INET6
 * @ifindex: of one interface, or 0 for all
 * @list: set to a list that the caller frees
 * @count: set to its length
 */
int addr_list(int family, int ifindex, struct addr **list, size_t *count)
{
	struct ifaddrmsg ifa = { .ifa_family = (uint8_t)family };
	struct of_interface of = { .ifindex = ifindex };
	int code = rtnl_list_fill(&of.list, RTM_GETADDR, &ifa, sizeof(ifa), on_addr, "addresses");

	*list = of.list.items;
	*count = of.list.count;
	return code;
}

static struct nl_msg *change(int type, int flags, const struct addr *addr)
{
	struct ifaddrmsg ifa = {
		.ifa_family = (uint8_t)addr->family,
		.ifa_prefixlen = addr->len,
		.ifa_scope = addr->scope,
		.ifa_index = (uint32_t)addr->ifindex,
	};
	struct ifa_cacheinfo info = { .ifa_prefered = addr->preferred, .ifa_valid = addr->valid };
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags);
	int size = addr_size(addr->family);

	if (!msg || nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO) < 0 ||
	    nla_put(msg, IFA_LOCAL, size, &addr->v6) || nla_put(msg, IFA_ADDRESS, size, &addr->v6))
		goto no_memory;
	if (type == RTM_NEWADDR && (nla_put_u32(msg, IFA_FLAGS, addr->flags) ||
				    nla_put(msg, IFA_CACHEINFO, sizeof(info), &info)))
		goto no_memory;
	return msg;

no_memory:
	nlmsg_free(msg);
	fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	return NULL;
}

/* Adds an address; @made tells whether it was not there before, and so is the caller's to undo. */
int addr_add(const struct addr *addr, const char *ifname, bool *made)
{
	struct extack ack;
	struct nl_msg *msg;

	*made = false;
	if (!rtnl_sock())
		return failure_get().code;
	msg = change(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, addr);
	if (!msg)
		return CTL_REFUSED;
	nl_request(rtnl_sock(), msg, NULL, NULL, &ack);
	nlmsg_free(msg);
	*made = !ack.error;
	if (ack.error && ack.error != -EEXIST)
		return nl_fail(&ack, addr->family == AF_INET6 ? "is IPv6 disabled on it (disable_ipv6)?" : NULL,
			       "cannot add an address to %s", ifname);
	return CTL_OK;
}

/* Deletes an address; one that is gone already, or went with its interface, is no failure. */
int addr_del(const struct addr *addr, const char *ifname)
{
	struct extack ack;
	struct nl_msg *msg;

	if (!rtnl_sock())
		return failure_get().code;
	msg = change(RTM_DELADDR, 0, addr);
	if (!msg)
		return CTL_REFUSED;
	nl_request(rtnl_sock(), msg, NULL, NULL, &ack);
	nlmsg_free(msg);
	if (ack.error && ack.error != -EADDRNOTAVAIL && ack.error != -ENODEV)
		return nl_fail(&ack, NULL, "cannot delete an address from %s", ifname);
	return CTL_OK;
}

struct dad_wait {
	const struct addr *addr;
	bool known;
	enum dad result;
};

static void dad_judge(struct dad_wait *wait, const struct addr *now, bool deleted)
{
	if (now->family != AF_INET6 || now->ifindex != wait->addr->ifindex ||
	    memcmp(&now->v6, &wait->addr->v6, sizeof(now->v6)))
		return;
	if (deleted || now->flags & IFA_F_DADFAILED)
		wait->result = DAD_DUPLICATE;
	else if (now->flags & IFA_F_TENTATIVE)
		return;
	else
		wait->result = DAD_OK;
	wait->known = true;
}

static int on_change(struct nl_msg *msg, void *arg)
{
	struct dad_wait *wait = arg;
	struct addr now;

	if (!wait->known && parse(nlmsg_hdr(msg), &now))
		dad_judge(wait, &now, nlmsg_hdr(msg)->nlmsg_type == RTM_DELADDR);
	return NL_OK;
}

/* What the kernel says of the address now: the events before the socket listened, or those it lost. */
static void dad_look(struct dad_wait *wait)
{
	struct addr *list;
	size_t i, count;

	if (addr_list(AF_INET6, wait->addr->ifindex, &list, &count))
		return;
	for (i = 0; i < count && !wait->known; i++)
		dad_judge(wait, &list[i], false);
	free(list);
}

static enum dad dad_wait(struct nl_sock *events, const struct addr *addr, int64_t until)
{
	struct dad_wait wait = { .addr = addr, .result = DAD_TIMEOUT };
	struct pollfd pfd = { .fd = nl_socket_get_fd(events), .events = POLLIN };

	nl_socket_modify_cb(events, NL_CB_VALID, NL_CB_CUSTOM, on_change, &wait);
	dad_look(&wait);
	while (!wait.known && !interrupted && now_ms() < until) {
		if (wait_events(&pfd, 1, until) > 0 && nl_recvmsgs_default(events) < 0)
			dad_look(&wait);
	}
	return wait.result;
}

/**
 * addr_add_dad - add an IPv6 address and wait for the end of its duplicate address detection
 * @addr: the address
 * @ifname: of its interface, for messages
 * @until: when to give up, on the clock of now_ms()
 * @made: set to whether it was not there before
 *
 * A duplicate is gone again, and so is what could not be judged unless it was there before. DAD_ERROR has its failure
 * recorded.
 */
enum dad addr_add_dad(const struct addr *addr, const char *ifname, int64_t until, bool *made)
{
	struct nl_sock *events = nl_open(NETLINK_ROUTE);
	struct failure cause;
	enum dad result;

	*made = false;
	if (!events)
		return DAD_ERROR;
	nl_socket_disable_seq_check(events);
	nl_socket_set_nonblocking(events);
	if (nl_socket_add_membership(events, RTNLGRP_IPV6_IFADDR) < 0) {
		fail(CTL_REFUSED, NULL, "cannot listen to address changes of %s", ifname);
		result = DAD_ERROR;
	} else {
		result = addr_add(addr, ifname, made) ? DAD_ERROR : dad_wait(events, addr, until);
	}
	nl_socket_free(events);
	if (result == DAD_DUPLICATE || (result != DAD_OK && *made)) {
		cause = failure_get();
		addr_del(addr, ifname);
		failure_set(&cause);
		*made = false;
	}
	return result;
}
