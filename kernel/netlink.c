// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "clat": reads and replaces configurations, gives
 * counters, tells of changes. Documentation/netlink/specs/clat.yaml has it.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "clat.h"
#include "netlink-gen.h"

static struct genl_family clat_nl_family;

static struct clat_dev *clat_nl_dev(struct genl_info *info, int attr)
{
	struct net_device *dev;

	ASSERT_RTNL();
	if (!info->attrs[attr]) {
		NL_SET_ERR_MSG(info->extack, "attribute ifindex is missing");
		return ERR_PTR(-EINVAL);
	}
	dev = __dev_get_by_index(genl_info_net(info),
				 nla_get_u32(info->attrs[attr]));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "ifindex: no such device");
		return ERR_PTR(-ENODEV);
	}
	if (!clat_is_dev(dev)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "ifindex: not a clat device");
		return ERR_PTR(-EOPNOTSUPP);
	}
	return netdev_priv(dev);
}

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

static int clat_nl_put_dev(struct sk_buff *msg, const struct clat_dev *clat)
{
	const struct clat_config *cfg = rtnl_dereference(clat->config);
	enum clat_path path = clat->hook ? CLAT_PATH_INGRESS :
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
	    nla_put_u32(msg, CLAT_A_DEV_DETACH, clat->detach))
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

static int clat_nl_set_uplink(struct clat_config *cfg, struct net *net,
			      const struct nlattr *attr,
			      struct netlink_ext_ack *extack)
{
	u32 ifindex = nla_get_u32(attr);
	int err;

	cfg->uplink = NULL;
	if (!ifindex)
		return 0;

	cfg->uplink = __dev_get_by_index(net, ifindex);
	if (!cfg->uplink) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "uplink: no such device");
		return -ENODEV;
	}
	err = clat_uplink_check(cfg->uplink, extack);
	if (err)
		NL_SET_BAD_ATTR(extack, attr);
	return err;
}

static int clat_nl_add_prefix(struct clat_xlat *xlat,
			      const struct nlattr *attr,
			      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[CLAT_A_PREFIX_MAX + 1];
	struct in6_addr addr;
	unsigned int i;
	int err;

	err = nla_parse_nested(tb, CLAT_A_PREFIX_MAX, attr,
			       clat_prefix_nl_policy, extack);
	if (err)
		return err;
	if (!tb[CLAT_A_PREFIX_ADDR] || !tb[CLAT_A_PREFIX_LEN]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "plat: a prefix needs both addr and len");
		return -EINVAL;
	}
	if (xlat->n_plat == CLAT_PLAT_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "plat: more than 8 prefixes");
		return -ENOSPC;
	}

	addr = nla_get_in6_addr(tb[CLAT_A_PREFIX_ADDR]);
	if (!clat_plat_init(&xlat->plat[xlat->n_plat], &addr,
			    nla_get_u8(tb[CLAT_A_PREFIX_LEN]))) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "plat: not a prefix of RFC 6052: length 32, 40, 48, 56, 64 or 96, bits 64 to 71 and all beyond the length zero");
		return -EINVAL;
	}
	if (clat_v6_never(&addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "plat: multicast, link-local and ::/96 cannot lead to a PLAT");
		return -EINVAL;
	}
	for (i = 0; i < xlat->n_plat; i++)
		if (xlat->plat[i].len == xlat->plat[xlat->n_plat].len &&
		    ipv6_addr_equal(&xlat->plat[i].addr, &addr)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "plat: prefix is there twice");
			return -EEXIST;
		}
	xlat->n_plat++;
	return 0;
}

static int clat_nl_set_plat(struct clat_xlat *xlat, const struct nlattr *list,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rem, err;

	xlat->n_plat = 0;
	nla_for_each_nested(attr, list, rem) {
		err = clat_nl_add_prefix(xlat, attr, extack);
		if (err)
			return err;
	}
	return 0;
}

/* Both prefixes and their lengths, as far as they can be judged alone. */
static const char *clat_nl_read_pair(struct nlattr *tb[],
				     struct clat_pair *pair)
{
	unsigned int v4_len = nla_get_u8(tb[CLAT_A_PAIR_V4_LEN]);
	unsigned int v6_len = nla_get_u8(tb[CLAT_A_PAIR_V6_LEN]);

	pair->v4 = nla_get_in_addr(tb[CLAT_A_PAIR_V4]);
	pair->v6 = nla_get_in6_addr(tb[CLAT_A_PAIR_V6]);
	if (v4_len > 32 || v6_len > 128 || 32 - v4_len != 128 - v6_len)
		return "map: v4-len must be 0 to 32, and v6-len 96 more";
	pair->mask = inet_make_mask(v4_len);
	pair->delta46 = csum_sub(csum_partial(&pair->v6, sizeof(pair->v6), 0),
				 (__force __wsum)pair->v4);

	if (pair->v4 & ~pair->mask)
		return "map: bits of v4 are set beyond v4-len";
	if (pair->v6.s6_addr32[3] & ~pair->mask)
		return "map: bits of v6 are set beyond v6-len";
	if (clat_v4_never_overlap(pair->v4, pair->mask))
		return "map: v4 has addresses that are never translated";
	if (clat_v6_never(&pair->v6))
		return "map: v6 is multicast, link-local or within ::/96";
	return NULL;
}

static int clat_nl_add_pair(struct clat_xlat *xlat, const struct nlattr *attr,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[CLAT_A_PAIR_MAX + 1];
	struct clat_pair pair;
	const char *bad;
	int err;

	err = nla_parse_nested(tb, CLAT_A_PAIR_MAX, attr, clat_pair_nl_policy,
			       extack);
	if (err)
		return err;
	NL_SET_BAD_ATTR(extack, attr);
	if (!tb[CLAT_A_PAIR_V4] || !tb[CLAT_A_PAIR_V4_LEN] ||
	    !tb[CLAT_A_PAIR_V6] || !tb[CLAT_A_PAIR_V6_LEN]) {
		NL_SET_ERR_MSG(extack,
			       "map: a pair needs v4, v4-len, v6 and v6-len");
		return -EINVAL;
	}
	bad = clat_nl_read_pair(tb, &pair);
	if (bad) {
		extack->_msg = bad;
		return -EINVAL;
	}

	err = clat_map_add(&xlat->map, &pair);
	if (err == -ENOSPC)
		NL_SET_ERR_MSG(extack, "map: more than 64 pairs");
	else if (err)
		NL_SET_ERR_MSG(extack, "map: overlaps with another pair");
	return err;
}

static int clat_nl_set_map(struct clat_xlat *xlat, const struct nlattr *list,
			   struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rem, err;

	xlat->map.n = 0;
	nla_for_each_nested(attr, list, rem) {
		err = clat_nl_add_pair(xlat, attr, extack);
		if (err)
			return err;
	}
	return 0;
}

static int clat_nl_set(struct clat_config *cfg, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	int err = 0;

	if (attrs[CLAT_A_DEV_UPLINK])
		err = clat_nl_set_uplink(cfg, genl_info_net(info),
					 attrs[CLAT_A_DEV_UPLINK],
					 info->extack);
	if (!err && attrs[CLAT_A_DEV_PLAT])
		err = clat_nl_set_plat(&cfg->xlat, attrs[CLAT_A_DEV_PLAT],
				       info->extack);
	if (!err && attrs[CLAT_A_DEV_MAP])
		err = clat_nl_set_map(&cfg->xlat, attrs[CLAT_A_DEV_MAP],
				      info->extack);
	if (err)
		return err;

	if (attrs[CLAT_A_DEV_LOWEST_IPV6_MTU])
		cfg->lowest_ipv6_mtu =
			nla_get_u32(attrs[CLAT_A_DEV_LOWEST_IPV6_MTU]);
	if (attrs[CLAT_A_DEV_FWMARK])
		cfg->fwmark = nla_get_u32(attrs[CLAT_A_DEV_FWMARK]);
	if (attrs[CLAT_A_DEV_WKP_STRICT])
		cfg->xlat.wkp_strict = nla_get_u8(attrs[CLAT_A_DEV_WKP_STRICT]);
	if (attrs[CLAT_A_DEV_TOS])
		cfg->tos = nla_get_u16(attrs[CLAT_A_DEV_TOS]);
	return 0;
}

int clat_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct clat_config *cfg;
	struct clat_dev *clat;
	int err;

	rtnl_lock();
	clat = clat_nl_dev(info, CLAT_A_DEV_IFINDEX);
	if (IS_ERR(clat)) {
		err = PTR_ERR(clat);
		goto unlock;
	}
	cfg = clat_config_new(rtnl_dereference(clat->config));
	if (!cfg) {
		err = -ENOMEM;
		goto unlock;
	}
	err = clat_nl_set(cfg, info);
	if (!err)
		err = clat_config_apply(clat, cfg, info->extack);
	if (err)
		clat_config_free(cfg);
	else
		clat_netlink_notify(clat);
unlock:
	rtnl_unlock();
	return err;
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
