/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet's way through the module:
 *
 *   IPv4 stack -> clat_xmit() [xmit.c] -> clat_xlat46() [xlat46.c]
 *              -> clat_route_output() [route.c] -> uplink
 *
 *   NIC -> clat_ingress() [ingress.c] -> clat_xlat64() [xlat64.c]
 *       -> netif_receive_skb_core() -> IPv4 stack
 *
 *   The LAN shortcut leaves the IPv4 stack out, for mapped clients [lan.c]:
 *   LAN -> clat_lan_ingress() -> clat_xmit_lan() [xmit.c] -> uplink
 *   NIC -> clat_ingress() -> clat_xlat64() -> clat_lan_output() -> LAN
 *
 *   Where the hook can't be, IPv6 packets are routed to the device:
 *   IPv6 stack -> clat_xmit() -> clat_routed() [ingress.c] -> clat_xlat64()
 *              -> netif_rx() -> IPv4 stack
 *
 * core/ has the header logic, config.c the configuration that packets read
 * under RCU, netlink-set.c what changes it.
 */
#ifndef _CLAT_H
#define _CLAT_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>

#include "core/core.h"

/* Ingress hooks of a device: at its uplink, and at its LANs */
#define CLAT_HOOKS	(1 + CLAT_LAN_MAX)

struct clat_flows;
struct clat_lan_table;
struct clat_route_table;
struct genl_info;

/**
 * struct clat_config - configuration of a device
 * @uplink:	leads to the PLAT; %NULL if none. Holds no reference: a config
 *		with this uplink is replaced in its NETDEV_UNREGISTER.
 * @routes:	per-CPU cache of translated addresses and their routes by @uplink
 * @n_lan:	entries of @lan
 * @lan:	take the LAN shortcut; hold no reference, as @uplink
 * @lans:	per-CPU cache of which packets do
 * @lowest_ipv6_mtu: bound of IPv6 packets made from packets without DF
 * @fwmark:	mark of the route lookup
 * @tos:	fixed traffic class, or CLAT_TOS_INHERIT
 * @shared:	the host uses the IPv6 address of the one pair too
 * @xlat:	PLAT prefixes and local address map
 * @flows:	the device's, where @shared is set
 * @rcu:	frees it
 *
 * Immutable once published. A packet reads the pointer once and sees one
 * configuration from its first to its last step.
 */
struct clat_config {
	struct net_device *uplink;
	struct clat_route_table __percpu *routes;
	unsigned int n_lan;
	struct net_device *lan[CLAT_LAN_MAX];
	struct clat_lan_table __percpu *lans;
	u32 lowest_ipv6_mtu;
	u32 fwmark;
	u16 tos;
	bool shared;
	struct clat_xlat xlat;
	struct clat_flows *flows;
	struct rcu_head rcu;
};

/**
 * struct clat_route - what a pair of addresses decides, from 4 to 6
 * @ends:	their translation
 * @cookie:	tells whether @dst is still good
 * @dst:	the route, with a reference; %NULL if unused
 */
struct clat_route {
	struct clat_ends ends;
	u32 cookie;
	struct dst_entry *dst;
};

/**
 * struct clat_flow - a flow of a shared address
 * @far:	IPv4 address of the far end
 * @id:		ports of TCP and UDP, identifier of echo; 0 for all else
 * @proto:	protocol number of IPv6; IPPROTO_FRAGMENT for the fragments of one
 *		datagram, whose identification is @id
 */
struct clat_flow {
	__be32 far;
	u32 id;
	u8 proto;
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
 * struct clat_watch - what is known of the PLAT's answers
 * @work:	looks at the counters
 * @sent:	packets sent when it last looked
 * @received:	packets received then
 * @unanswered:	intervals in which packets went out, since one came back
 * @silent:	none has come back for long; RTNL
 */
struct clat_watch {
	struct delayed_work work;
	u64 sent;
	u64 received;
	unsigned int unanswered;
	bool silent;
};

/**
 * struct clat_dev - private part of a clat device
 * @dev:	the device
 * @config:	never %NULL between ndo_init and ndo_uninit; written under RTNL
 * @drops:	drop counters
 * @ip_id:	per-CPU generator of IPv4 identifications
 * @flows:	what IPv4 sends from a shared address; %NULL until it is one. Set
 *		once, before a configuration that has it; RTNL
 * @watch:	tells of a PLAT that doesn't answer
 * @hooks:	ingress hooks, first that of the uplink, then those of LANs; %NULL
 *		where there is none; RTNL
 * @list:	entry of clat_devs; RTNL
 * @state:	state when clat_follow() last looked; RTNL
 * @detach:	why the last uplink was lost; RTNL
 */
struct clat_dev {
	struct net_device *dev;
	struct clat_config __rcu *config;
	struct clat_drops __percpu *drops;
	u16 __percpu *ip_id;
	struct clat_flows *flows;

	struct clat_watch watch;
	struct nf_hook_ops *hooks[CLAT_HOOKS];
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
void clat_lan_lost(struct clat_dev *clat, const struct net_device *dev);
bool clat_has_lan(const struct clat_config *cfg, const struct net_device *dev);
bool clat_follow(struct clat_dev *clat);
enum clat_state clat_state(const struct clat_dev *clat);

/* hook.c */
void clat_hook_del(struct nf_hook_ops **hook);
int clat_hooks_get(struct clat_dev *clat, const struct clat_config *cfg,
		   struct nf_hook_ops *hooks[CLAT_HOOKS],
		   struct netlink_ext_ack *extack);
bool clat_hooks_put(struct nf_hook_ops *hooks[CLAT_HOOKS],
		    struct nf_hook_ops *keep[CLAT_HOOKS]);

/* xmit.c, ingress.c */
netdev_tx_t clat_xmit(struct sk_buff *skb, struct net_device *dev);
bool clat_xmit_lan(struct sk_buff *skb, struct net_device *dev,
		   const struct clat_config *cfg);
unsigned int clat_ingress(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state);
void clat_routed(struct clat_dev *clat, const struct clat_config *cfg,
		 struct sk_buff *skb);

/* xlat46.c */
int clat_xlat46(const struct clat_config *cfg, struct sk_buff *skb,
		const struct clat_packet *pkt, const struct clat_ends *ends);

/* xlat64.c */
int clat_xlat64(const struct clat_dev *clat, struct sk_buff *skb,
		const struct clat_packet *pkt, const struct clat_ends *ends);

/* error.c */
struct sk_buff *clat_error_skb46(const struct clat_config *cfg,
				 struct sk_buff *skb,
				 const struct clat_packet *pkt,
				 const struct clat_ends *ends,
				 const struct clat_mtus *mtus);
struct sk_buff *clat_error_skb64(const struct clat_dev *clat,
				 const struct clat_config *cfg,
				 struct sk_buff *skb,
				 const struct clat_packet *pkt,
				 const struct clat_ends *ends,
				 const struct clat_mtus *mtus);

/* frag.c */
int clat_frag_output(struct net *net, const struct clat_config *cfg,
		     struct sk_buff *skb, u16 id, struct net_device *indev,
		     struct dst_entry *dst, unsigned int mtu);

/* gso.c */
bool clat_gso_known(const struct sk_buff *skb);
bool clat_gso_fits(const struct sk_buff *skb, u8 proto);
struct sk_buff *clat_gso_split(struct sk_buff *skb);

/* route.c */
struct clat_route_table __percpu *clat_routes_alloc(void);
void clat_routes_flush(struct clat_route_table __percpu *routes);
void clat_routes_free(struct clat_route_table __percpu *routes);
void clat_routes_stale(struct clat_route_table __percpu *routes);
const struct clat_route *clat_route46(struct clat_dev *clat,
				      const struct clat_config *cfg,
				      __be32 local, __be32 far);
void clat_route_output(struct net *net, const struct clat_config *cfg,
		       struct sk_buff *skb, struct net_device *indev,
		       struct dst_entry *dst);

/* shared.c */
bool clat_shared_possible(void);
int clat_shared46(struct net *net, const struct clat_config *cfg,
		  const struct sk_buff *skb, const struct clat_packet *pkt,
		  const struct clat_ends *ends);
bool clat_shared64(struct net *net, const struct clat_config *cfg,
		   const struct sk_buff *skb);

/* flows.c */
struct clat_flows *clat_flows_alloc(void);
void clat_flows_free(struct clat_flows *flows);
u32 clat_flow_now(void);
void clat_flow_note(struct clat_flows *flows, const struct clat_flow *flow,
		    u32 now);
bool clat_flow_seen(struct clat_flows *flows, const struct clat_flow *flow,
		    u32 now);

/* lan.c */
struct clat_lan_table __percpu *clat_lan_alloc(void);
void clat_lan_flush(struct clat_lan_table __percpu *lans);
const char *clat_lan_check(const struct net_device *dev);
unsigned int clat_lan_ingress(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state);
void clat_lan_forwarded(struct net *net, struct sk_buff *skb, u8 tos);
bool clat_lan_output(struct clat_dev *clat, const struct clat_config *cfg,
		     struct sk_buff *skb);

/* watch.c */
void clat_watch_init(struct clat_dev *clat);
void clat_watch_start(struct clat_dev *clat);
void clat_watch_stop(struct clat_dev *clat);

/* netlink.c */
int clat_netlink_init(void);
void clat_netlink_exit(void);
void clat_netlink_notify(struct clat_dev *clat);
void clat_netlink_notify_del(struct clat_dev *clat);

/* netlink-set.c */
struct clat_dev *clat_nl_dev(struct genl_info *info, int attr);

/* stats.c */
void clat_drop(const struct clat_dev *clat, struct sk_buff *skb, int reason);
u64 clat_drops_sum(const struct clat_dev *clat, unsigned int first,
		   unsigned int last);
void clat_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats);

/* Takes n identifications for IPv4 packets, and returns the first. */
static inline __be16 clat_ip_id(const struct clat_dev *clat, u16 n)
{
	return htons(this_cpu_add_return(*clat->ip_id, n) - n);
}

#endif /* _CLAT_H */
