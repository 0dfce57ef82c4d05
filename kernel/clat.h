/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet's way through the module:
 *
 *   IPv4 stack -> clat_xmit() [xmit.c] -> clat_xlat46() [xlat46.c]
 *              -> clat_route_output() [route.c] -> uplink
 *
 *   NIC -> clat_ingress() [ingress.c] -> clat_xlat64() [xlat64.c]
 *       -> netif_receive_skb() -> IPv4 stack
 *
 * core/ has the header logic, config.c the configuration that packets read
 * under RCU, netlink.c what changes it.
 */
#ifndef _CLAT_H
#define _CLAT_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "core/core.h"

struct clat_route_table;

/**
 * struct clat_pair - a local address pair (RFC 7757)
 * @v6:		IPv6 prefix, zero beyond its length
 * @v4:		IPv4 prefix, zero beyond its length
 * @mask:	mask of @v4. That of @v6 is 96 bits longer.
 * @delta46:	sum of @v6 less that of @v4. The suffixes, equal and both at
 *		the end of the address, cancel out.
 */
struct clat_pair {
	struct in6_addr v6;
	__be32 v4;
	__be32 mask;
	__wsum delta46;
};

/**
 * struct clat_config - configuration of a device
 * @uplink:	leads to the PLAT; %NULL if none. Holds no reference: a config
 *		with this uplink is replaced in its NETDEV_UNREGISTER.
 * @routes:	per-CPU cache of routes by @uplink
 * @rcu:	frees it
 * @map4:	local pairs, sorted by IPv4 prefix
 * @map6:	the same pairs, sorted by IPv6 prefix
 * @plat:	PLAT prefixes, the first translates 4 to 6
 * @lowest_ipv6_mtu: bound of IPv6 packets made from packets without DF
 * @fwmark:	mark of the route lookup
 * @tos:	fixed traffic class, or CLAT_TOS_INHERIT
 * @n_map:	entries of @map4 and of @map6
 * @n_plat:	entries of @plat
 * @wkp_strict:	refuse non-global addresses under 64:ff9b::/96
 *
 * Immutable once published. A packet reads the pointer once and sees one
 * configuration from its first to its last step.
 */
struct clat_config {
	struct net_device *uplink;
	struct clat_route_table __percpu *routes;
	unsigned int n_map;
	unsigned int n_plat;
	u32 lowest_ipv6_mtu;
	u32 fwmark;
	u16 tos;
	bool wkp_strict;
	struct clat_plat plat[CLAT_PLAT_MAX];
	struct clat_pair map4[CLAT_MAP_MAX];
	struct clat_pair map6[CLAT_MAP_MAX];
	struct rcu_head rcu;
};

/**
 * struct clat_drops - drop counters of a CPU
 * @n:	by reason. Native words: incremented with one instruction in any
 *	context, and read whole from other CPUs.
 */
struct clat_drops {
	unsigned long n[__CLAT_DROP_MAX];
};

/**
 * struct clat_dev - private part of a clat device
 * @dev:	the device
 * @config:	never %NULL between ndo_init and ndo_uninit; written under RTNL
 * @drops:	drop counters
 * @ip_id:	per-CPU generator of IPv4 identifications
 * @hook:	ingress hook at the uplink, %NULL if there is none; RTNL
 * @list:	entry of clat_devs; RTNL
 * @state:	state when clat_follow() last looked; RTNL
 * @detach:	why the last uplink was lost; RTNL
 */
struct clat_dev {
	struct net_device *dev;
	struct clat_config __rcu *config;
	struct clat_drops __percpu *drops;
	u16 __percpu *ip_id;

	struct nf_hook_ops *hook;
	struct list_head list;
	enum clat_state state;
	enum clat_detach detach;
};

/* main.c */
extern struct list_head clat_devs;	/* all clat devices; RTNL */
bool clat_is_dev(const struct net_device *dev);

/* config.c */
struct clat_config *clat_config_new(const struct clat_config *old);
void clat_config_free(struct clat_config *cfg);
int clat_config_apply(struct clat_dev *clat, struct clat_config *cfg,
		      struct netlink_ext_ack *extack);
int clat_uplink_check(const struct net_device *dev,
		      struct netlink_ext_ack *extack);
void clat_uplink_lost(struct clat_dev *clat, enum clat_detach why);
bool clat_follow(struct clat_dev *clat);
enum clat_state clat_state(const struct clat_dev *clat);

/* map.c */
int clat_map_add(struct clat_config *cfg, const struct clat_pair *pair);
const struct clat_pair *clat_map_find4(const struct clat_config *cfg,
				       __be32 addr);
const struct clat_pair *clat_map_find6(const struct clat_config *cfg,
				       const struct in6_addr *addr);

/* xmit.c, ingress.c */
netdev_tx_t clat_xmit(struct sk_buff *skb, struct net_device *dev);
unsigned int clat_ingress(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state);

/* xlat46.c */
int clat_xlat46(const struct clat_config *cfg, struct sk_buff *skb,
		const struct clat_packet *pkt, const struct clat_pair *pair,
		const struct in6_addr *saddr, const struct in6_addr *daddr);

/* xlat64.c */
int clat_xlat64(const struct clat_dev *clat, const struct clat_config *cfg,
		struct sk_buff *skb, const struct clat_plat *plat,
		const struct clat_pair *pair);

/* gso.c */
bool clat_gso_known(const struct sk_buff *skb);

/* route.c */
struct clat_route_table __percpu *clat_routes_alloc(void);
void clat_routes_flush(struct clat_route_table __percpu *routes);
void clat_routes_free(struct clat_route_table __percpu *routes);
struct dst_entry *clat_route46(struct net *net, const struct clat_config *cfg,
			       __be32 saddr4, __be32 daddr4,
			       const struct in6_addr *saddr,
			       const struct in6_addr *daddr);
void clat_route_output(struct net *net, const struct clat_config *cfg,
		       struct sk_buff *skb, struct net_device *indev,
		       struct dst_entry *dst);

/* netlink.c */
int clat_netlink_init(void);
void clat_netlink_exit(void);
void clat_netlink_notify(struct clat_dev *clat);
void clat_netlink_notify_del(struct clat_dev *clat);

/* stats.c */
void clat_drop(const struct clat_dev *clat, int reason);
u64 clat_drops_sum(const struct clat_dev *clat, unsigned int first,
		   unsigned int last);
void clat_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats);

/* A constant sum that is zero in one's complement changes no checksum. */
static inline bool clat_csum_neutral(__wsum delta)
{
	__sum16 folded = csum_fold(delta);

	return folded == 0 || folded == (__force __sum16)0xffff;
}

#endif /* _CLAT_H */
