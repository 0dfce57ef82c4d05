// SPDX-License-Identifier: GPL-2.0
/*
 * What netlink requests say: which device is meant, and from attributes to the
 * configuration that replaces its old one.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "clat.h"
#include "netlink-gen.h"

/**
 * clat_nl_dev() - find the device that a request is for
 * @info:	the request
 * @attr:	its attribute with the ifindex
 *
 * Return: the device, or an ERR_PTR(); the request's extack says why then.
 * Context: RTNL.
 */
struct clat_dev *clat_nl_dev(struct genl_info *info, int attr)
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

/* A shared address is one that the host has: a single one. */
static int clat_nl_check_shared(const struct clat_config *cfg,
				struct genl_info *info)
{
	const struct clat_map *map = &cfg->xlat.map;
	const struct nlattr *attr = info->attrs[CLAT_A_DEV_SHARED];

	if (!cfg->shared)
		return 0;
	if (!clat_shared_possible()) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "shared: this kernel lacks NETFILTER_INGRESS, or NF_SOCKET_IPV6");
		return -EOPNOTSUPP;
	}
	if (!map->n || (map->n == 1 && map->by4[0].mask == htonl(~0U)))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack,
			    attr ?: info->attrs[CLAT_A_DEV_MAP],
			    "shared: the map can only have one pair, of single addresses");
	return -EINVAL;
}

static int clat_nl_add_lan(struct clat_config *cfg, struct net *net,
			   const struct nlattr *attr,
			   struct netlink_ext_ack *extack)
{
	struct net_device *dev = __dev_get_by_index(net, nla_get_u32(attr));
	const char *bad;

	NL_SET_BAD_ATTR(extack, attr);
	if (!dev) {
		NL_SET_ERR_MSG(extack, "lan: no such device");
		return -ENODEV;
	}
	bad = clat_lan_check(dev);
	if (bad) {
		extack->_msg = bad;
		return -EINVAL;
	}
	if (clat_has_lan(cfg, dev)) {
		NL_SET_ERR_MSG(extack, "lan: interface is there twice");
		return -EEXIST;
	}
	if (cfg->n_lan == CLAT_LAN_MAX) {
		NL_SET_ERR_MSG(extack, "lan: more than 8 interfaces");
		return -ENOSPC;
	}
	cfg->lan[cfg->n_lan++] = dev;
	return 0;
}

static int clat_nl_set_lan(struct clat_config *cfg, struct net *net,
			   const struct nlattr *list,
			   struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rem, err;

	cfg->n_lan = 0;
	nla_for_each_nested(attr, list, rem) {
		err = clat_nl_add_lan(cfg, net, attr, extack);
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
	if (!err && attrs[CLAT_A_DEV_LAN])
		err = clat_nl_set_lan(cfg, genl_info_net(info),
				      attrs[CLAT_A_DEV_LAN], info->extack);
	if (err)
		return err;
	if (clat_has_lan(cfg, cfg->uplink)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[CLAT_A_DEV_LAN] ?:
				    attrs[CLAT_A_DEV_UPLINK],
				    "lan: the uplink cannot be a LAN");
		return -EINVAL;
	}

	if (attrs[CLAT_A_DEV_LOWEST_IPV6_MTU])
		cfg->lowest_ipv6_mtu =
			nla_get_u32(attrs[CLAT_A_DEV_LOWEST_IPV6_MTU]);
	if (attrs[CLAT_A_DEV_FWMARK])
		cfg->fwmark = nla_get_u32(attrs[CLAT_A_DEV_FWMARK]);
	if (attrs[CLAT_A_DEV_WKP_STRICT])
		cfg->xlat.wkp_strict = nla_get_u8(attrs[CLAT_A_DEV_WKP_STRICT]);
	if (attrs[CLAT_A_DEV_TOS])
		cfg->tos = nla_get_u16(attrs[CLAT_A_DEV_TOS]);
	if (attrs[CLAT_A_DEV_SHARED])
		cfg->shared = nla_get_u8(attrs[CLAT_A_DEV_SHARED]);
	return clat_nl_check_shared(cfg, info);
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
