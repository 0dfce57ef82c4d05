// SPDX-License-Identifier: GPL-2.0
/*
 * The LAN shortcut, for mapped clients: what they send is translated at the
 * ingress hook of their LAN, and what is for them leaves to their neighbour
 * entry right after the translation. Neither sees the IPv4 stack, its FORWARD
 * chains included.
 *
 * Only where the stack would forward the packet between this LAN and the device,
 * both ways, and needs nothing but a smaller TTL to do so. Whatever can't be
 * decided here takes the way through the stack, which answers as well.
 */
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <net/arp.h>
#include <net/flow_dissector.h>
#include <net/gso.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip_fib.h>
#include <net/neighbour.h>
#include <net/nexthop.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "clat.h"

#define CLAT_LAN_WAYS	64

/**
 * struct clat_lan_way - what the routes say of two addresses
 * @local:	address of the client
 * @far:	address of the far end
 * @mark:	mark that the routes were asked with
 * @genid:	routes of the namespace that were asked
 * @dscp:	DSCP they were asked with, the ECN bits 0
 * @lan:	where the client is; %NULL: packets take the way through the stack.
 *		Holds no reference: the configuration is replaced in its
 *		NETDEV_UNREGISTER.
 */
struct clat_lan_way {
	__be32 local;
	__be32 far;
	u32 mark;
	int genid;
	u8 dscp;
	struct net_device *lan;
};

/* Of one configuration; written by its own CPU only, with BH disabled. */
struct clat_lan_table {
	struct clat_lan_way ways[CLAT_LAN_WAYS];
};

/**
 * clat_lan_alloc() - make an empty cache
 *
 * Return: the cache, or %NULL. Context: process.
 */
struct clat_lan_table __percpu *clat_lan_alloc(void)
{
	return alloc_percpu(struct clat_lan_table);
}

/**
 * clat_lan_flush() - forget what is known of routes, when no packet asks
 * @lans:	the cache
 */
void clat_lan_flush(struct clat_lan_table __percpu *lans)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(lans, cpu), 0, sizeof(struct clat_lan_table));
}

/**
 * clat_lan_check() - tell whether a device can be a LAN
 * @dev:	the device
 *
 * Return: %NULL, or why not. Context: RTNL.
 */
const char *clat_lan_check(const struct net_device *dev)
{
	if (clat_is_dev(dev))
		return "lan: is a clat device";
	if (dev->flags & IFF_LOOPBACK)
		return "lan: is a loopback device";
	if (netif_is_bridge_port(dev))
		return "lan: is a bridge port, name the bridge instead";
	if (netif_is_lag_port(dev))
		return "lan: is a slave of a bond or team, name that instead";
	return NULL;
}

/*
 * The device that a packet which came in by another one is forwarded to, if
 * nothing but the addresses, the mark and the DSCP decides that.
 */
static struct net_device *clat_lan_forward(struct net *net, struct sk_buff *skb,
					   const struct net_device *in,
					   __be32 saddr, __be32 daddr,
					   bool neighbour)
{
	struct flowi4 fl4 = {
		.flowi4_iif = in->ifindex,
		.flowi4_mark = skb->mark,
		.saddr = saddr,
		.daddr = daddr,
	};
	struct in_device *idev = __in_dev_get_rcu(in);
	struct flow_keys keys;
	struct fib_result res;

	if (!idev || !IN_DEV_FORWARD(idev))
		return NULL;
	flowi4_set_dscp(&fl4, ip_hdr(skb)->tos);
	/* Rules by port would have to be asked for every packet. */
	if (fib4_rules_early_flow_dissect(net, skb, &fl4, &keys))
		return NULL;
	if (fib_lookup(net, &fl4, &res, 0) || res.type != RTN_UNICAST)
		return NULL;
	/* Several ways, an MTU or an encapsulation of its own: the stack's. */
	if (fib_info_num_path(res.fi) > 1 || res.fi->fib_mtu ||
	    res.nhc->nhc_lwtstate || (neighbour && res.nhc->nhc_gw_family))
		return NULL;
	return FIB_RES_DEV(res);
}

/* The LAN of a client that would talk with a far end through the device */
static noinline struct net_device *clat_lan_lookup(struct clat_dev *clat,
						   const struct clat_config *cfg,
						   struct sk_buff *skb,
						   __be32 local, __be32 far)
{
	struct net *net = dev_net(clat->dev);
	struct net_device *lan;

	/* A shared address is the host's: which flows are, is told elsewhere. */
	if (cfg->shared || !clat_map_find4(&cfg->xlat.map, local))
		return NULL;
	lan = clat_lan_forward(net, skb, clat->dev, far, local, true);
	if (!clat_has_lan(cfg, lan) ||
	    clat_lan_forward(net, skb, lan, local, far, false) != clat->dev)
		return NULL;
	return lan;
}

/* The same from the cache; the packet is IPv4. */
static struct net_device *clat_lan_of(struct clat_dev *clat,
				      const struct clat_config *cfg,
				      struct sk_buff *skb,
				      __be32 local, __be32 far)
{
	u32 key = (__force u32)(local ^ far);
	u8 dscp = ip_hdr(skb)->tos & ~INET_ECN_MASK;
	int genid = rt_genid_ipv4(dev_net(clat->dev));
	struct clat_lan_way *way;

	key ^= key >> 16;
	key ^= key >> 8;
	way = &this_cpu_ptr(cfg->lans)->ways[key % CLAT_LAN_WAYS];
	if (way->local == local && way->far == far && way->genid == genid &&
	    way->mark == skb->mark && way->dscp == dscp)
		return way->lan;

	/* Not kept: it changes the genid when policies come, not when they go. */
	if (xfrm_policies_forward(dev_net(clat->dev)))
		return NULL;
	way->lan = clat_lan_lookup(clat, cfg, skb, local, far);
	way->local = local;
	way->far = far;
	way->mark = skb->mark;
	way->genid = genid;
	way->dscp = dscp;
	return way->lan;
}

/**
 * clat_lan_ingress() - netfilter hook: take what mapped clients send
 * @priv:	the clat device
 * @skb:	any packet that the LAN receives
 * @state:	the LAN is in @state->in
 *
 * Nothing of a packet that goes on is changed. Context: softirq, RCU read side.
 *
 * Return: NF_ACCEPT, or NF_STOLEN: the packet is then translated or freed.
 */
unsigned int clat_lan_ingress(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct net_device *dev = priv;
	struct clat_dev *clat = netdev_priv(dev);
	const struct iphdr *ip = (struct iphdr *)skb->data;
	const struct clat_config *cfg;

	if (skb->protocol != htons(ETH_P_IP) || skb->pkt_type != PACKET_HOST ||
	    (skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb)) ||
	    skb_shared(skb) || skb_headlen(skb) < sizeof(*ip))
		return NF_ACCEPT;
	if (ip->ihl != 5 || ip_is_fragment(ip) || ip->ttl <= 1)
		return NF_ACCEPT;

	cfg = rcu_dereference(clat->config);
	/* While LANs change, those are hooked that were or will be. */
	if (!cfg->n_lan ||
	    clat_lan_of(clat, cfg, skb, ip->saddr, ip->daddr) != state->in)
		return NF_ACCEPT;
	return clat_xmit_lan(skb, dev, cfg) ? NF_STOLEN : NF_ACCEPT;
}

/**
 * clat_lan_forwarded() - do what the stack does to a packet that it forwards
 * @net:	namespace of the device
 * @skb:	the packet
 * @tos:	its TOS octet in IPv4
 *
 * Besides counting the TTL. The tag of VLAN 0, and what the hardware said of
 * the checksum and the time, are of the interface it came in by; a socket is
 * that of a client on this machine, in another namespace.
 */
void clat_lan_forwarded(struct net *net, struct sk_buff *skb, u8 tos)
{
	__vlan_hwaccel_clear_tag(skb);
	skb_orphan(skb);
	skb_forward_csum(skb);
	if (READ_ONCE(net->ipv4.sysctl_ip_fwd_update_priority))
		skb->priority = rt_tos2priority(tos);
	skb->tstamp = 0;
}

/**
 * clat_lan_output() - send a translated packet to the client's neighbour entry
 * @clat:	the device
 * @cfg:	its configuration, with a LAN
 * @skb:	the packet, not shared, data at the IPv4 header; consumed if true
 *		is returned
 *
 * Context: BH disabled, RCU read side.
 *
 * Return: false if the packet is for the stack.
 */
bool clat_lan_output(struct clat_dev *clat, const struct clat_config *cfg,
		     struct sk_buff *skb)
{
	struct iphdr *ip = ip_hdr(skb);
	struct net_device *lan;
	struct neighbour *neigh;
	unsigned int mtu;

	if (ip_is_fragment(ip) || ip->ttl <= 1)
		return false;
	lan = clat_lan_of(clat, cfg, skb, ip->daddr, ip->saddr);
	if (!lan)
		return false;
	mtu = READ_ONCE(lan->mtu);
	if (skb_is_gso(skb) ? !skb_gso_validate_network_len(skb, mtu) :
			      skb->len > mtu)
		return false;
	neigh = __ipv4_neigh_lookup_noref(lan, (__force u32)ip->daddr);
	if (!neigh || !(READ_ONCE(neigh->nud_state) & NUD_VALID) ||
	    skb_cow_head(skb, LL_RESERVED_SPACE(lan)))
		return false;

	ip = ip_hdr(skb);
	ip_decrease_ttl(ip);
	clat_lan_forwarded(dev_net(lan), skb, ip->tos);
	skb->dev = lan;
	neigh_output(neigh, skb, false);
	return true;
}
