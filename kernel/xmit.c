// SPDX-License-Identifier: GPL-2.0
/* Where IPv4 packets enter: ndo_start_xmit of the clat device. */
#include <linux/icmp.h>
#include <net/dst_metadata.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/ip.h>

#include "clat.h"

/* The verdict on an IPv4 packet before anything is written. */
struct clat_flow46 {
	struct clat_packet pkt;
	const struct clat_pair *pair;
	struct in6_addr saddr, daddr;
	struct dst_entry *dst;
	unsigned int mtu4;	/* IPv4 MTU of the way to the PLAT */
};

static int clat_parse46(struct sk_buff *skb, struct clat_packet *pkt)
{
	int need;

	do {
		need = clat_parse4(skb->data, skb_headlen(skb), skb->len, pkt);
	} while (need > 0 && pskb_may_pull(skb, need));
	return need > 0 ? -CLAT_DROP_MEMORY46 : need;
}

static int clat_addrs46(const struct clat_config *cfg,
			const struct iphdr *ip, struct clat_flow46 *flow)
{
	const struct clat_plat *plat = &cfg->plat[0];
	const struct clat_pair *pair;

	pair = clat_map_find4(cfg, ip->saddr);
	if (!pair)
		return -CLAT_DROP_SOURCE46;
	if (clat_v4_far_never(ip->daddr) || clat_map_find4(cfg, ip->daddr) ||
	    (cfg->wkp_strict && plat->wkp &&
	     !clat_v4_global(ip->daddr)))
		return -CLAT_DROP_DEST46;

	flow->pair = pair;
	flow->saddr = pair->v6;
	flow->saddr.s6_addr32[3] |= ip->saddr & ~pair->mask;
	clat_plat_embed(plat, ip->daddr, &flow->daddr);
	return 0;
}

/* Every size is judged here: nothing further on could answer the sender. */
static int clat_size46(const struct clat_config *cfg,
		       const struct sk_buff *skb, struct clat_flow46 *flow)
{
	const struct clat_packet *pkt = &flow->pkt;
	unsigned int growth = sizeof(struct ipv6hdr) - pkt->l4_off;
	unsigned int mtu = dst_mtu(flow->dst);
	bool fits;

	if (!pkt->df)
		mtu = min(mtu, cfg->lowest_ipv6_mtu);
	flow->mtu4 = mtu - CLAT_HDR_DIFF;

	if (skb_is_gso(skb))
		fits = skb_gso_validate_network_len(skb, mtu - growth);
	else
		fits = pkt->len <= mtu - growth;
	if (fits)
		return 0;
	return pkt->df ? -CLAT_DROP_TOO_BIG46 : -CLAT_DROP_UNFRAGMENTED46;
}

static int clat_verdict46(struct net *net, const struct clat_config *cfg,
			  struct sk_buff *skb, struct clat_flow46 *flow)
{
	int err;

	if (skb->protocol != htons(ETH_P_IP))
		return -CLAT_DROP_NOT_IPV4;
	err = clat_parse46(skb, &flow->pkt);
	if (err)
		return err;
	if (!cfg->uplink || !cfg->n_plat || !cfg->n_map)
		return -CLAT_DROP_INACTIVE46;
	err = clat_addrs46(cfg, ip_hdr(skb), flow);
	if (err)
		return err;
	if (skb_is_gso(skb) && !clat_gso_known(skb))
		return -CLAT_DROP_GSO46;

	flow->dst = clat_route46(net, cfg, ip_hdr(skb)->saddr,
				 ip_hdr(skb)->daddr, &flow->saddr,
				 &flow->daddr);
	if (!flow->dst)
		return -CLAT_DROP_ROUTE46;
	if (cfg->tos != CLAT_TOS_INHERIT)
		flow->pkt.tos = cfg->tos;

	skb_set_transport_header(skb, flow->pkt.l4_off);
	return clat_size46(cfg, skb, flow);
}

/*
 * Programs fail over at once where they would hang otherwise. What is sent is
 * subject to the rate limits of the stack, and finds the client behind NAT44.
 */
static void clat_answer46(struct sk_buff *skb, int reason,
			  const struct clat_flow46 *flow)
{
	/* The answer is routed by the route of the packet. */
	if (!skb_valid_dst(skb))
		return;

	switch (reason) {
	case -CLAT_DROP_TOO_BIG46:
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
			      htonl(flow->mtu4));
		break;
	case -CLAT_DROP_INACTIVE46:
	case -CLAT_DROP_ROUTE46:
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
		break;
	case -CLAT_DROP_SOURCE46:
	case -CLAT_DROP_DEST46:
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
		break;
	}
}

/**
 * clat_xmit() - ndo_start_xmit: translate an IPv4 packet and send it on
 * @skb:	the packet; consumed
 * @dev:	the clat device
 *
 * Context: BH disabled.
 *
 * Return: NETDEV_TX_OK.
 */
netdev_tx_t clat_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct clat_dev *clat = netdev_priv(dev);
	struct net *net = dev_net(dev);
	const struct clat_config *cfg;
	struct clat_flow46 flow;
	unsigned int len;
	int err;

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb) {
		clat_drop(clat, CLAT_DROP_MEMORY46);
		return NETDEV_TX_OK;
	}

	/* Packet sockets and BPF may have left it anywhere. */
	skb_reset_network_header(skb);

	rcu_read_lock();
	cfg = rcu_dereference(clat->config);
	err = clat_verdict46(net, cfg, skb, &flow);
	if (err) {
		clat_answer46(skb, err, &flow);
		goto drop;
	}
	err = clat_xlat46(cfg, skb, &flow.pkt, flow.pair, &flow.saddr,
			  &flow.daddr);
	if (err)
		goto drop;

	/* The IPv4 length, as the uplink's own counter has the IPv6 length */
	len = skb->len - sizeof(struct ipv6hdr) + flow.pkt.l4_off;
	dev_sw_netstats_tx_add(dev, 1, len);
	clat_route_output(net, cfg, skb, dev, flow.dst);
	rcu_read_unlock();
	return NETDEV_TX_OK;

drop:
	rcu_read_unlock();
	clat_drop(clat, err);
	kfree_skb(skb);
	return NETDEV_TX_OK;
}
