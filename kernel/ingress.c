// SPDX-License-Identifier: GPL-2.0
/* Where IPv6 packets enter: the netdev ingress hook of the uplink. */
#include <linux/icmpv6.h>
#include <linux/if_vlan.h>

#include "clat.h"

static const struct clat_plat *clat_plat_find(const struct clat_config *cfg,
					      const struct in6_addr *addr)
{
	unsigned int i;

	for (i = 0; i < cfg->n_plat; i++)
		if (clat_plat_match(&cfg->plat[i], addr))
			return &cfg->plat[i];
	return NULL;
}

/*
 * Informational ICMPv6 besides echo belongs to the link: neighbour discovery
 * for the CLAT address is the kernel's own.
 */
static bool clat_is_link_icmp(const struct sk_buff *skb,
			      const struct ipv6hdr *ip6)
{
	u8 buf, *type;

	if (ip6->nexthdr != IPPROTO_ICMPV6)
		return false;
	type = skb_header_pointer(skb, sizeof(*ip6), sizeof(buf), &buf);
	return type && *type & ICMPV6_INFOMSG_MASK && clat_icmp64(*type) < 0;
}

/**
 * clat_ingress() - netfilter hook: take what the PLAT sends to us
 * @priv:	the clat device
 * @skb:	any packet that the uplink receives
 * @state:	the uplink is in @state->in
 *
 * Reads only until it is clear that the packet is ours; all else goes on
 * untouched. Context: softirq, RCU read side.
 *
 * Return: NF_ACCEPT, or NF_STOLEN: the packet is then translated or freed.
 */
unsigned int clat_ingress(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	struct net_device *dev = priv;
	struct clat_dev *clat = netdev_priv(dev);
	const struct ipv6hdr *ip6;
	const struct clat_config *cfg;
	const struct clat_plat *plat;
	const struct clat_pair *pair;
	struct ipv6hdr buf;
	int err;

	if (skb->protocol != htons(ETH_P_IPV6) ||
	    skb->pkt_type != PACKET_HOST)
		return NF_ACCEPT;
	if (skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb))
		return NF_ACCEPT;

	/* While the uplink changes, both the old and the new one are hooked. */
	cfg = rcu_dereference(clat->config);
	if (cfg->uplink != state->in)
		return NF_ACCEPT;

	ip6 = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!ip6)
		return NF_ACCEPT;
	pair = clat_map_find6(cfg, &ip6->daddr);
	if (!pair)
		return NF_ACCEPT;
	plat = clat_plat_find(cfg, &ip6->saddr);
	if (!plat || clat_is_link_icmp(skb, ip6))
		return NF_ACCEPT;

	/* Ours from here on. */
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb) {
		clat_drop(clat, CLAT_DROP_MEMORY64);
		return NF_STOLEN;
	}
	/* Left to the stack, it would answer with a reset. */
	if (!(dev->flags & IFF_UP)) {
		err = -CLAT_DROP_DOWN64;
		goto drop;
	}

	skb_reset_network_header(skb);
	err = clat_xlat64(clat, cfg, skb, plat, pair);
	if (err)
		goto drop;

	skb->dev = dev;
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	__vlan_hwaccel_clear_tag(skb);
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	skb_clear_hash_if_not_l4(skb);
	dev_sw_netstats_rx_add(dev, skb->len);
	netif_receive_skb(skb);
	return NF_STOLEN;

drop:
	clat_drop(clat, err);
	kfree_skb(skb);
	return NF_STOLEN;
}
