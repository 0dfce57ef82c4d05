/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/clat.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_CLAT_GEN_H
#define _LINUX_CLAT_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/clat.h>

/* Common nested types */
extern const struct nla_policy clat_links_nl_policy[CLAT_A_LINKS_LINK + 1];
extern const struct nla_policy clat_pair_nl_policy[CLAT_A_PAIR_V6_LEN + 1];
extern const struct nla_policy clat_pairs_nl_policy[CLAT_A_PAIRS_PAIR + 1];
extern const struct nla_policy clat_prefix_nl_policy[CLAT_A_PREFIX_LEN + 1];
extern const struct nla_policy clat_prefixes_nl_policy[CLAT_A_PREFIXES_PREFIX + 1];

extern const struct nla_policy clat_dev_get_nl_policy[CLAT_A_DEV_IFINDEX + 1];

extern const struct nla_policy clat_dev_set_nl_policy[CLAT_A_DEV_LAN + 1];

extern const struct nla_policy clat_stats_get_nl_policy[CLAT_A_STATS_IFINDEX + 1];

/* Ops table for clat */
extern const struct genl_ops clat_nl_ops[3];

int clat_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info);
int clat_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int clat_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info);
int clat_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int clat_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

enum {
	CLAT_NLGRP_MONITOR,
};

#endif /* _LINUX_CLAT_GEN_H */
