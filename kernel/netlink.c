// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "clat": gives configurations and counters, tells of
 * changes. Documentation/netlink/specs/clat.yaml has it.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "clat.h"
#include "netlink-gen.h"

static struct genl_family clat_nl_family;

static int clat_nl_put_plat(struct sk_buff *msg, const struct clat_xlat *xlat)
{
	struct nlattr *list, *nest;
	unsigned int i;

	list = nla_nest_start(msg, CLAT_A_DEV_PLAT);
	if (!list)
		return -EMSGSIZE;
	for (i = 0; i < xlat->n_plat; i++) {
		nest = nla_nest_start(msg, CLAT_A_PREFIXES_PREFIX);
		if (!nest ||
		    nla_put_in6_addr(msg, CLAT_A_PREFIX_ADDR,
				     &xlat->plat[i].addr) ||
		    nla_put_u8(msg, CLAT_A_PREFIX_LEN, xlat->plat[i].len))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	nla_nest_end(msg, list);
	return 0;
}

static int clat_nl_put_map(struct sk_buff *msg, const struct clat_xlat *xlat)
{
	struct nlattr *list, *nest;
	unsigned int i;

	list = nla_nest_start(msg, CLAT_A_DEV_MAP);
	if (!list)
		return -EMSGSIZE;
	for (i = 0; i < xlat->map.n; i++) {
		const struct clat_pair *pair = &xlat->map.by4[i];
		u8 v4_len = inet_mask_len(pair->mask);

		nest = nla_nest_start(msg, CLAT_A_PAIRS_PAIR);
		if (!nest ||
		    nla_put_in_addr(msg, CLAT_A_PAIR_V4, pair->v4) ||
		    nla_put_u8(msg, CLAT_A_PAIR_V4_LEN, v4_len) ||
		    nla_put_in6_addr(msg, CLAT_A_PAIR_V6, &pair->v6) ||
		    nla_put_u8(msg, CLAT_A_PAIR_V6_LEN, v4_len + 96))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	nla_nest_end(msg, list);
	return 0;
}

static int clat_nl_put_lan(struct sk_buff *msg, const struct clat_config *cfg)
{
	struct nlattr *list = nla_nest_start(msg, CLAT_A_DEV_LAN);
	unsigned int i;

	if (!list)
		return -EMSGSIZE;
	for (i = 0; i < cfg->n_lan; i++)
		if (nla_put_u32(msg, CLAT_A_LINKS_LINK, cfg->lan[i]->ifindex))
			return -EMSGSIZE;
	nla_nest_end(msg, list);
	return 0;
}

static int clat_nl_put_dev(struct sk_buff *msg, const struct clat_dev *clat)
{
	const struct clat_config *cfg = rtnl_dereference(clat->config);
	enum clat_path path = clat->hooks[0] ? CLAT_PATH_INGRESS :
			      cfg->uplink ? CLAT_PATH_ROUTED : CLAT_PATH_NONE;
	u32 uplink = cfg->uplink ? cfg->uplink->ifindex : 0;

	if (nla_put_u32(msg, CLAT_A_DEV_IFINDEX, clat->dev->ifindex) ||
	    nla_put_string(msg, CLAT_A_DEV_IFNAME, clat->dev->name) ||
	    nla_put_u32(msg, CLAT_A_DEV_UPLINK, uplink) ||
	    clat_nl_put_plat(msg, &cfg->xlat) ||
	    clat_nl_put_map(msg, &cfg->xlat) ||
	    nla_put_u32(msg, CLAT_A_DEV_LOWEST_IPV6_MTU,
			cfg->lowest_ipv6_mtu) ||
	    nla_put_u32(msg, CLAT_A_DEV_FWMARK, cfg->fwmark) ||
	    nla_put_u8(msg, CLAT_A_DEV_WKP_STRICT, cfg->xlat.wkp_strict) ||
	    nla_put_u16(msg, CLAT_A_DEV_TOS, cfg->tos) ||
	    nla_put_u32(msg, CLAT_A_DEV_STATE, clat_state(clat)) ||
	    nla_put_u32(msg, CLAT_A_DEV_PATH, path) ||
	    nla_put_u32(msg, CLAT_A_DEV_DETACH, clat->detach) ||
	    nla_put_u8(msg, CLAT_A_DEV_SILENT, clat->watch.silent) ||
	    nla_put_u8(msg, CLAT_A_DEV_SHARED, cfg->shared) ||
	    clat_nl_put_lan(msg, cfg))
		return -EMSGSIZE;
	return 0;
}

static int clat_nl_put_del(struct sk_buff *msg, const struct clat_dev *clat)
{
	if (nla_put_u32(msg, CLAT_A_DEV_IFINDEX, clat->dev->ifindex) ||
	    nla_put_string(msg, CLAT_A_DEV_IFNAME, clat->dev->name))
		return -EMSGSIZE;
	return 0;
}

static int clat_nl_put_stats(struct sk_buff *msg, const struct clat_dev *clat)
{
	struct rtnl_link_stats64 stats = {};
	struct nlattr *nest;
	unsigned int i;

	dev_fetch_sw_netstats(&stats, clat->dev->tstats);
	if (nla_put_u32(msg, CLAT_A_STATS_IFINDEX, clat->dev->ifindex) ||
	    nla_put_string(msg, CLAT_A_STATS_IFNAME, clat->dev->name) ||
	    nla_put_u64_64bit(msg, CLAT_A_STATS_PACKETS46, stats.tx_packets,
			      CLAT_A_STATS_PAD) ||
	    nla_put_u64_64bit(msg, CLAT_A_STATS_BYTES46, stats.tx_bytes,
			      CLAT_A_STATS_PAD) ||
	    nla_put_u64_64bit(msg, CLAT_A_STATS_PACKETS64, stats.rx_packets,
			      CLAT_A_STATS_PAD) ||
	    nla_put_u64_64bit(msg, CLAT_A_STATS_BYTES64, stats.rx_bytes,
			      CLAT_A_STATS_PAD))
		return -EMSGSIZE;

	nest = nla_nest_start(msg, CLAT_A_STATS_DROPS);
	if (!nest)
		return -EMSGSIZE;
	for (i = CLAT_DROP_PAD + 1; i <= CLAT_DROP_MAX; i++)
		if (nla_put_u64_64bit(msg, i, clat_drops_sum(clat, i, i),
				      CLAT_DROP_PAD))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* What a message says of a device; ends with -EMSGSIZE if it doesn't fit. */
typedef int (*clat_nl_put_t)(struct sk_buff *msg, const struct clat_dev *clat);

static int clat_nl_fill(struct sk_buff *msg, u32 portid, u32 seq, int flags,
			u8 cmd, const struct clat_dev *clat, clat_nl_put_t put)
{
	void *hdr = genlmsg_put(msg, portid, seq, &clat_nl_family, flags, cmd);

	if (!hdr)
		return -EMSGSIZE;
	if (put(msg, clat)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

static int clat_nl_get(struct genl_info *info, int attr, u8 cmd,
		       clat_nl_put_t put)
{
	struct clat_dev *clat;
	struct sk_buff *msg;
	int err;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;

	rtnl_lock();
	clat = clat_nl_dev(info, attr);
	if (IS_ERR(clat))
		err = PTR_ERR(clat);
	else
		err = clat_nl_fill(msg, info->snd_portid, info->snd_seq, 0,
				   cmd, clat, put);
	rtnl_unlock();

	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

static int clat_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
			u8 cmd, clat_nl_put_t put)
{
	struct net *net = sock_net(skb->sk);
	struct clat_dev *clat;
	long n = 0;

	rtnl_lock();
	list_for_each_entry(clat, &clat_devs, list) {
		if (!net_eq(dev_net(clat->dev), net) || n++ < cb->args[0])
			continue;
		if (clat_nl_fill(skb, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, NLM_F_MULTI, cmd, clat,
				 put))
			break;
		cb->args[0] = n;
	}
	rtnl_unlock();
	return skb->len;
}

static void clat_nl_multicast(struct clat_dev *clat, u8 cmd, clat_nl_put_t put)
{
	struct net *net = dev_net(clat->dev);
	struct sk_buff *msg;

	if (!genl_has_listeners(&clat_nl_family, net, CLAT_NLGRP_MONITOR))
		return;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return;
	if (clat_nl_fill(msg, 0, 0, 0, cmd, clat, put)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_multicast_netns(&clat_nl_family, net, msg, 0,
				CLAT_NLGRP_MONITOR, GFP_KERNEL);
}

/**
 * clat_netlink_notify() - tell listeners of a new or changed device
 * @clat:	the device
 *
 * Context: RTNL.
 */
void clat_netlink_notify(struct clat_dev *clat)
{
	clat_nl_multicast(clat, CLAT_CMD_DEV_NTF, clat_nl_put_dev);
}

/**
 * clat_netlink_notify_del() - tell listeners that a device leaves
 * @clat:	the device
 *
 * Context: RTNL.
 */
void clat_netlink_notify_del(struct clat_dev *clat)
{
	clat_nl_multicast(clat, CLAT_CMD_DEV_DEL_NTF, clat_nl_put_del);
}

int clat_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return clat_nl_get(info, CLAT_A_DEV_IFINDEX, CLAT_CMD_DEV_GET,
			   clat_nl_put_dev);
}

int clat_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return clat_nl_dump(skb, cb, CLAT_CMD_DEV_GET, clat_nl_put_dev);
}

int clat_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return clat_nl_get(info, CLAT_A_STATS_IFINDEX, CLAT_CMD_STATS_GET,
			   clat_nl_put_stats);
}

int clat_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return clat_nl_dump(skb, cb, CLAT_CMD_STATS_GET, clat_nl_put_stats);
}

static const struct genl_multicast_group clat_nl_groups[] = {
	[CLAT_NLGRP_MONITOR] = { .name = CLAT_MCGRP_MONITOR },
};

static struct genl_family clat_nl_family __ro_after_init = {
	.name		= CLAT_GENL_NAME,
	.version	= CLAT_GENL_VERSION,
	.netnsok	= true,
	.module		= THIS_MODULE,
	.ops		= clat_nl_ops,
	.n_ops		= ARRAY_SIZE(clat_nl_ops),
	.mcgrps		= clat_nl_groups,
	.n_mcgrps	= ARRAY_SIZE(clat_nl_groups),
};

/**
 * clat_netlink_init() - register the family
 *
 * Return: 0 or an error.
 */
int __init clat_netlink_init(void)
{
	return genl_register_family(&clat_nl_family);
}

/**
 * clat_netlink_exit() - unregister the family; requests under way end first
 */
void clat_netlink_exit(void)
{
	genl_unregister_family(&clat_nl_family);
}
