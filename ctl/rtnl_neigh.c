// SPDX-License-Identifier: GPL-2.0
/* IPv6 addresses that the kernel answers for on an interface, although they are none of its own: proxy neighbours. */
#include <errno.h>
#include <string.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "ctl.h"
#include "nl.h"
#include "rtnl.h"

static bool parse(struct nlmsghdr *nlh, struct proxy *proxy)
{
	const struct ndmsg *ndm = nlmsg_data(nlh);
	struct nlattr *tb[NDA_MAX + 1];

	if (nlh->nlmsg_type != RTM_NEWNEIGH || nlmsg_parse(nlh, sizeof(*ndm), tb, NDA_MAX, NULL) < 0 ||
	    ndm->ndm_family != AF_INET6 || !(ndm->ndm_flags & NTF_PROXY) || !tb[NDA_DST] || nla_len(tb[NDA_DST]) != 16 ||
	    !tb[NDA_PROTOCOL] || nla_get_u8(tb[NDA_PROTOCOL]) != RTNL_PROTO)
		return false;
	proxy->ifindex = ndm->ndm_ifindex;
	memcpy(&proxy->v6, nla_data(tb[NDA_DST]), 16);
	return true;
}

static int on_neighbour(struct nl_msg *msg, void *arg)
{
	struct proxy proxy;

	if (parse(nlmsg_hdr(msg), &proxy))
		rtnl_list_add(arg, &proxy, sizeof(proxy));
	return NL_OK;
}

/* Those that clatctl has made, in a list that the caller frees. */
int proxy_list(struct proxy **list, size_t *count)
{
	struct ndmsg ndm = { .ndm_family = AF_INET6, .ndm_flags = NTF_PROXY };
	struct rtnl_list l = { 0 };
	int code = rtnl_list_fill(&l, RTM_GETNEIGH, &ndm, sizeof(ndm), on_neighbour, "proxy neighbours");

	*list = l.items;
	*count = l.count;
	return code;
}

static int change(int type, int flags, const struct proxy *proxy, struct extack *ack)
{
	struct ndmsg ndm = { .ndm_family = AF_INET6, .ndm_flags = NTF_PROXY, .ndm_ifindex = proxy->ifindex };
	struct nl_msg *msg;

	if (!rtnl_sock())
		return failure_get().code;
	msg = nlmsg_alloc_simple(type, flags);
	if (!msg || nlmsg_append(msg, &ndm, sizeof(ndm), NLMSG_ALIGNTO) < 0 || nla_put(msg, NDA_DST, 16, &proxy->v6) ||
	    nla_put_u8(msg, NDA_PROTOCOL, RTNL_PROTO)) {
		nlmsg_free(msg);
		return fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	}
	nl_request(rtnl_sock(), msg, NULL, NULL, ack);
	nlmsg_free(msg);
	return CTL_OK;
}

/* Adds one; an interface that has just gone needs none. */
int proxy_add(const struct proxy *proxy, const char *ifname)
{
	struct extack ack;
	int code = change(RTM_NEWNEIGH, NLM_F_CREATE, proxy, &ack);

	if (code || !ack.error || ack.error == -ENODEV)
		return code;
	return nl_fail(&ack, "is IPv6 disabled on it (disable_ipv6)?", "cannot answer for an IPv6 address on %s", ifname);
}

/* Deletes one; what is gone already is no failure. */
int proxy_del(const struct proxy *proxy)
{
	struct extack ack;
	int code = change(RTM_DELNEIGH, 0, proxy, &ack);

	if (code || !ack.error || ack.error == -ENOENT || ack.error == -ENODEV)
		return code;
	return nl_fail(&ack, NULL, "cannot delete a proxy neighbour");
}
