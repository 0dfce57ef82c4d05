// SPDX-License-Identifier: GPL-2.0
/* Interfaces: what clatctl must know of one, and clat devices made, brought up and deleted. */
#include <errno.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "ctl.h"
#include "nl.h"
#include "rtnl.h"

static struct nl_msg *message(int type, int flags, int ifindex)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

	if (msg && nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		msg = NULL;
	}
	if (!msg)
		fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	return msg;
}

/* A value of the interface's settings for a family, as the kernel's array of them has it. */
static bool parse_conf(struct nlattr *af_spec, int family, int conf_type, int index, int32_t *value)
{
	struct nlattr *nla = nla_find(nla_data(af_spec), nla_len(af_spec), family), *conf;

	if (!nla)
		return false;
	conf = nla_find(nla_data(nla), nla_len(nla), conf_type);
	if (!conf || nla_len(conf) < (int)((index + 1) * sizeof(*value)))
		return false;
	memcpy(value, (const int32_t *)nla_data(conf) + index, sizeof(*value));
	return true;
}

static bool parse_link(struct nlmsghdr *nlh, struct link *link)
{
	struct nlattr *tb[IFLA_MAX + 1], *kind;
	const struct ifinfomsg *ifi = nlmsg_data(nlh);
	int32_t value;

	if (nlh->nlmsg_type != RTM_NEWLINK || nlmsg_parse(nlh, sizeof(*ifi), tb, IFLA_MAX, NULL) < 0)
		return false;
	memset(link, 0, sizeof(*link));
	link->ifindex = ifi->ifi_index;
	link->flags = ifi->ifi_flags;
	link->type = ifi->ifi_type;
	link->rp_filter = link->forwarding = -1;
	if (tb[IFLA_IFNAME])
		nla_strlcpy(link->ifname, tb[IFLA_IFNAME], sizeof(link->ifname));
	if (tb[IFLA_IFALIAS])
		link->tayga = !nla_strcmp(tb[IFLA_IFALIAS], LINK_ALIAS_TAYGA);
	if (tb[IFLA_MTU])
		link->mtu = nla_get_u32(tb[IFLA_MTU]);
	if (tb[IFLA_MASTER])
		link->master = (int)nla_get_u32(tb[IFLA_MASTER]);
	if (tb[IFLA_LINKINFO]) {
		kind = nla_find(nla_data(tb[IFLA_LINKINFO]), nla_len(tb[IFLA_LINKINFO]), IFLA_INFO_KIND);
		if (kind)
			nla_strlcpy(link->kind, kind, sizeof(link->kind));
	}
	if (tb[IFLA_AF_SPEC] && parse_conf(tb[IFLA_AF_SPEC], AF_INET6, IFLA_INET6_CONF, DEVCONF_MTU6, &value))
		link->mtu6 = (uint32_t)value;
	if (tb[IFLA_AF_SPEC] && parse_conf(tb[IFLA_AF_SPEC], AF_INET, IFLA_INET_CONF, IPV4_DEVCONF_RP_FILTER - 1, &value))
		link->rp_filter = value;
	if (tb[IFLA_AF_SPEC] && parse_conf(tb[IFLA_AF_SPEC], AF_INET, IFLA_INET_CONF, IPV4_DEVCONF_FORWARDING - 1, &value))
		link->forwarding = value;
	return true;
}

static int on_link(struct nl_msg *msg, void *arg)
{
	parse_link(nlmsg_hdr(msg), arg);
	return NL_OK;
}

static int on_listed(struct nl_msg *msg, void *arg)
{
	struct link link;

	if (parse_link(nlmsg_hdr(msg), &link))
		rtnl_list_add(arg, &link, sizeof(link));
	return NL_OK;
}

/* All interfaces, in a list that the caller frees. */
int link_list(struct link **list, size_t *count)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct rtnl_list l = { 0 };
	int code = rtnl_list_fill(&l, RTM_GETLINK, &ifi, sizeof(ifi), on_listed, "interfaces");

	*list = l.items;
	*count = l.count;
	return code;
}

/* The interface of a name; CTL_NODEV if there is none. */
int link_get(const char *ifname, struct link *link)
{
	struct extack ack;
	struct nl_msg *msg;

	memset(link, 0, sizeof(*link));
	if (!ifname[0] || strlen(ifname) >= IF_NAMESIZE)
		return fail(CTL_NODEV, "see: ip link", "'%s' is no name of an interface", ifname);
	if (!rtnl_sock())
		return failure_get().code;
	msg = message(RTM_GETLINK, 0, 0);
	if (!msg)
		return CTL_REFUSED;
	nla_put_string(msg, IFLA_IFNAME, ifname);
	nl_request(rtnl_sock(), msg, on_link, link, &ack);
	nlmsg_free(msg);
	if (ack.error == -ENODEV || (!ack.error && !link->ifindex))
		return fail(CTL_NODEV, "see: ip link", "no interface '%s'", ifname);
	if (ack.error)
		return nl_fail(&ack, NULL, "cannot read interface %s", ifname);
	return CTL_OK;
}

static int add_fail(const char *ifname, const struct extack *ack)
{
	/* What the kernel answers to a kind that no module provides. */
	if (ack->error == -EOPNOTSUPP)
		return fail(CTL_NOMODULE, "modprobe clat", "cannot make %s: the kernel module clat is not loaded", ifname);
	if (ack->error == -EEXIST) {
		fail(CTL_REFUSED, "choose another name, or see: ip link", "cannot make %s: the name is taken", ifname);
		return fail_attribute("ifname");
	}
	return nl_fail(ack, NULL, "cannot make %s", ifname);
}

/* Makes a clat device, not configured and down. */
int link_add_clat(const char *ifname)
{
	struct nlattr *info;
	struct extack ack;
	struct nl_msg *msg;

	if (!ifname[0] || strlen(ifname) >= IF_NAMESIZE)
		return fail(CTL_USAGE, "a name has 1 to 15 characters", "'%s' is no name for an interface", ifname);
	if (!rtnl_sock())
		return failure_get().code;
	msg = message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	if (!msg)
		return CTL_REFUSED;
	nla_put_string(msg, IFLA_IFNAME, ifname);
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "clat");
	nla_nest_end(msg, info);
	nl_request(rtnl_sock(), msg, NULL, NULL, &ack);
	nlmsg_free(msg);
	return ack.error ? add_fail(ifname, &ack) : CTL_OK;
}

/* Deletes an interface; one that is gone already is no failure. */
int link_del(int ifindex, const char *ifname)
{
	struct extack ack;
	struct nl_msg *msg;

	if (!rtnl_sock())
		return failure_get().code;
	msg = message(RTM_DELLINK, 0, ifindex);
	if (!msg)
		return CTL_REFUSED;
	nl_request(rtnl_sock(), msg, NULL, NULL, &ack);
	nlmsg_free(msg);
	if (ack.error && ack.error != -ENODEV)
		return nl_fail(&ack, NULL, "cannot delete %s", ifname);
	return CTL_OK;
}

/* Brings an interface up or down; an @mtu of 0 leaves its MTU as it is. */
int link_set(int ifindex, const char *ifname, bool up, uint32_t mtu)
{
	struct extack ack;
	struct ifinfomsg *ifi;
	struct nl_msg *msg;

	if (!rtnl_sock())
		return failure_get().code;
	msg = message(RTM_NEWLINK, 0, ifindex);
	if (!msg)
		return CTL_REFUSED;
	ifi = nlmsg_data(nlmsg_hdr(msg));
	ifi->ifi_flags = up ? IFF_UP : 0;
	ifi->ifi_change = IFF_UP;
	if (mtu)
		nla_put_u32(msg, IFLA_MTU, mtu);
	nl_request(rtnl_sock(), msg, NULL, NULL, &ack);
	nlmsg_free(msg);
	return ack.error ? nl_fail(&ack, NULL, "cannot bring %s %s", ifname, up ? "up" : "down") : CTL_OK;
}

/* Gives an interface an alias, a text that "ip link" shows. */
int link_set_alias(int ifindex, const char *ifname, const char *alias)
{
	struct extack ack;
	struct nl_msg *msg;

	if (!rtnl_sock())
		return failure_get().code;
	msg = message(RTM_NEWLINK, 0, ifindex);
	if (!msg)
		return CTL_REFUSED;
	nla_put_string(msg, IFLA_IFALIAS, alias);
	nl_request(rtnl_sock(), msg, NULL, NULL, &ack);
	nlmsg_free(msg);
	return ack.error ? nl_fail(&ack, NULL, "cannot give %s the alias %s", ifname, alias) : CTL_OK;
}

/* By netlink and not by /proc/sys, which a daemon that is shut in may only read. */
static int set_conf4(int ifindex, const char *ifname, int which, int value, const char *name)
{
	struct nlattr *spec, *inet, *conf;
	struct extack ack;
	struct nl_msg *msg;

	if (!rtnl_sock())
		return failure_get().code;
	msg = message(RTM_NEWLINK, 0, ifindex);
	if (!msg)
		return CTL_REFUSED;
	spec = nla_nest_start(msg, IFLA_AF_SPEC);
	inet = nla_nest_start(msg, AF_INET);
	conf = nla_nest_start(msg, IFLA_INET_CONF);
	nla_put_u32(msg, which, (uint32_t)value);
	nla_nest_end(msg, conf);
	nla_nest_end(msg, inet);
	nla_nest_end(msg, spec);
	nl_request(rtnl_sock(), msg, NULL, NULL, &ack);
	nlmsg_free(msg);
	return ack.error ? nl_fail(&ack, NULL, "cannot set %s of %s", name, ifname) : CTL_OK;
}

int link_set_rp_filter(int ifindex, const char *ifname, int value)
{
	return set_conf4(ifindex, ifname, IPV4_DEVCONF_RP_FILTER, value, "rp_filter");
}

/* Whether IPv4 that comes in by an interface may leave by another. */
int link_set_forwarding(int ifindex, const char *ifname, int value)
{
	return set_conf4(ifindex, ifname, IPV4_DEVCONF_FORWARDING, value, "forwarding of IPv4");
}
