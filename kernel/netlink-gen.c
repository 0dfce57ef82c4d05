// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/clat.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/clat.h>

/* Common nested types */
const struct nla_policy clat_links_nl_policy[CLAT_A_LINKS_LINK + 1] = {
	[CLAT_A_LINKS_LINK] = { .type = NLA_U32, },
};

const struct nla_policy clat_pair_nl_policy[CLAT_A_PAIR_V6_LEN + 1] = {
	[CLAT_A_PAIR_V4] = { .type = NLA_U32, },
	[CLAT_A_PAIR_V4_LEN] = { .type = NLA_U8, },
	[CLAT_A_PAIR_V6] = NLA_POLICY_EXACT_LEN(16),
	[CLAT_A_PAIR_V6_LEN] = { .type = NLA_U8, },
};

const struct nla_policy clat_pairs_nl_policy[CLAT_A_PAIRS_PAIR + 1] = {
	[CLAT_A_PAIRS_PAIR] = NLA_POLICY_NESTED(clat_pair_nl_policy),
};

const struct nla_policy clat_prefix_nl_policy[CLAT_A_PREFIX_LEN + 1] = {
	[CLAT_A_PREFIX_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[CLAT_A_PREFIX_LEN] = { .type = NLA_U8, },
};

const struct nla_policy clat_prefixes_nl_policy[CLAT_A_PREFIXES_PREFIX + 1] = {
	[CLAT_A_PREFIXES_PREFIX] = NLA_POLICY_NESTED(clat_prefix_nl_policy),
};

/* CLAT_CMD_DEV_GET - do */
const struct nla_policy clat_dev_get_nl_policy[CLAT_A_DEV_IFINDEX + 1] = {
	[CLAT_A_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* CLAT_CMD_DEV_SET - do */
const struct nla_policy clat_dev_set_nl_policy[CLAT_A_DEV_LAN + 1] = {
	[CLAT_A_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[CLAT_A_DEV_UPLINK] = { .type = NLA_U32, },
	[CLAT_A_DEV_PLAT] = NLA_POLICY_NESTED(clat_prefixes_nl_policy),
	[CLAT_A_DEV_MAP] = NLA_POLICY_NESTED(clat_pairs_nl_policy),
	[CLAT_A_DEV_LOWEST_IPV6_MTU] = NLA_POLICY_MIN(NLA_U32, 1280),
	[CLAT_A_DEV_FWMARK] = { .type = NLA_U32, },
	[CLAT_A_DEV_WKP_STRICT] = NLA_POLICY_MAX(NLA_U8, 1),
	[CLAT_A_DEV_TOS] = NLA_POLICY_MAX(NLA_U16, 256),
	[CLAT_A_DEV_SHARED] = NLA_POLICY_MAX(NLA_U8, 1),
	[CLAT_A_DEV_LAN] = NLA_POLICY_NESTED(clat_links_nl_policy),
};

/* CLAT_CMD_STATS_GET - do */
const struct nla_policy clat_stats_get_nl_policy[CLAT_A_STATS_IFINDEX + 1] = {
	[CLAT_A_STATS_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* Ops table for clat */
const struct genl_ops clat_nl_ops[3] = {
	{
		.cmd		= CLAT_CMD_DEV_GET,
		.doit		= clat_nl_dev_get_doit,
		.dumpit		= clat_nl_dev_get_dumpit,
		.policy		= clat_dev_get_nl_policy,
		.maxattr	= CLAT_A_DEV_IFINDEX,
	},
	{
		.cmd		= CLAT_CMD_DEV_SET,
		.doit		= clat_nl_dev_set_doit,
		.policy		= clat_dev_set_nl_policy,
		.maxattr	= CLAT_A_DEV_LAN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CLAT_CMD_STATS_GET,
		.doit		= clat_nl_stats_get_doit,
		.dumpit		= clat_nl_stats_get_dumpit,
		.policy		= clat_stats_get_nl_policy,
		.maxattr	= CLAT_A_STATS_IFINDEX,
	},
};

static const struct genl_multicast_group clat_nl_mcgrps[] = {
	[CLAT_NLGRP_MONITOR] = { "monitor", },
};
