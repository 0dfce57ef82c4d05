// SPDX-License-Identifier: GPL-2.0
/*
 * Where IPv4 packets enter: ndo_start_xmit of the clat device; and IPv6 packets
 * that are routed to it.
 */
#include <linux/icmp.h>
#include <net/dst_metadata.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/sock.h>

#include "clat.h"

/**
 * struct clat_flow46 - the verdict on an IPv4 packet before it is written
 * @pkt:	what the parser found
 * @ends:	its addresses, valid until it is sent
 * @dst:	its route, without a reference
 * @mtu:	octets an IPv6 packet may have
 * @split:	it is larger, and may be fragmented
 */
struct clat_flow46 {
	struct clat_packet pkt;
	const struct clat_ends *ends;
	struct dst_entry *dst;
	unsigned int mtu;
	bool split;
};

static __always_inline int clat_parse46(struct sk_buff *skb,
					struct clat_packet *pkt)
{
	int need;

	do {
		need = clat_parse4(skb->data, skb_headlen(skb), skb->len, pkt);
	} while (need > 0 && pskb_may_pull(skb, need));
	return need > 0 ? -CLAT_DROP_MEMORY46 : need;
}

/* Every size is judged here: nothing further on could answer the sender. */
static __always_inline int clat_size46(const struct clat_config *cfg,
				       const struct sk_buff *skb,
				       struct clat_flow46 *flow)
{
	const struct clat_packet *pkt = &flow->pkt;
	unsigned int growth = clat_hdr46_len(pkt) - pkt->l4_off;
	bool fits;

	flow->split = false;
	flow->mtu = dst_mtu(flow->dst);
	if (!pkt->df)
		flow->mtu = min(flow->mtu, cfg->lowest_ipv6_mtu);
	/* Errors are cut to what every way takes. */
	if (pkt->l4 == CLAT_L4_ERROR)
		return 0;

	if (skb_is_gso(skb))
		fits = skb_gso_validate_network_len(skb, flow->mtu - growth);
	else
		fits = pkt->len <= flow->mtu - growth;
	if (fits)
		return 0;
	flow->split = !pkt->df;
	return pkt->df ? -CLAT_DROP_TOO_BIG46 : 0;
}

/* Every packet's: a call would cost more than its copy for the LAN shortcut. */
static __always_inline int clat_verdict46(struct clat_dev *clat,
					  const struct clat_config *cfg,
					  struct sk_buff *skb,
					  struct clat_flow46 *flow)
{
	const struct clat_route *route;
	int err;

	err = clat_parse46(skb, &flow->pkt);
	if (err)
		return err;
	route = clat_route46(clat, cfg, ip_hdr(skb)->saddr, ip_hdr(skb)->daddr);
	if (IS_ERR(route))
		return PTR_ERR(route);
	flow->ends = &route->ends;
	flow->dst = route->dst;

	if (skb_is_gso(skb) && clat_gso_known(skb) &&
	    !clat_gso_fits(skb, flow->pkt.proto))
		return -CLAT_DROP_GSO46;
	if (cfg->tos != CLAT_TOS_INHERIT)
		flow->pkt.tos = cfg->tos;

	skb_set_transport_header(skb, flow->pkt.l4_off);
	return clat_size46(cfg, skb, flow);
}

/*
 * What the kernel itself says by ICMP needs no answer: nobody waits for one, and
 * the socket that would send it is locked while it sends.
 */
static bool clat_is_kernel_icmp(const struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	return sk && sk_fullsock(sk) && sk->sk_kern_sock &&
	       sk->sk_protocol == IPPROTO_ICMP;
}

/*
 * Programs fail over at once where they would hang otherwise. What is sent is
 * subject to the rate limits of the stack, and finds the client behind NAT44.
 */
static void clat_answer46(struct sk_buff *skb, int reason,
			  const struct clat_flow46 *flow)
{
	/* The answer is routed by the route of the packet. */
	if (!skb_valid_dst(skb) || clat_is_kernel_icmp(skb))
		return;

	switch (reason) {
	case -CLAT_DROP_TOO_BIG46:
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
			      htonl(flow->mtu - clat_hdr46_len(&flow->pkt) +
				    sizeof(struct iphdr)));
		break;
	case -CLAT_DROP_SOURCE_ROUTE46:
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_SR_FAILED, 0);
		break;
	case -CLAT_DROP_INACTIVE46:
	case -CLAT_DROP_ROUTE46:
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
		break;
	case -CLAT_DROP_SOURCE46:
	case -CLAT_DROP_DEST46:
	case -CLAT_DROP_UDP46:
	case -CLAT_DROP_NATIVE46:
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
		break;
	}
}

/* Translates the packet in place, or an error in a packet of its own. */
static int clat_translate46(const struct net_device *dev,
			    const struct clat_config *cfg,
			    struct sk_buff **pskb,
			    const struct clat_flow46 *flow)
{
	struct sk_buff *skb = *pskb, *error;
	struct clat_mtus mtus;

	if (flow->pkt.l4 != CLAT_L4_ERROR)
		return clat_xlat46(cfg, skb, &flow->pkt, flow->ends);

	mtus.v4 = READ_ONCE(dev->mtu);
	mtus.v6 = dst_mtu(flow->dst);
	error = clat_error_skb46(cfg, skb, &flow->pkt, flow->ends, &mtus);
	if (IS_ERR(error))
		return PTR_ERR(error);
	consume_skb(skb);
	*pskb = error;
	return 0;
}

static noinline void clat_xmit_segments(struct sk_buff *skb,
					struct net_device *dev)
{
	struct sk_buff *segs = clat_gso_split(skb), *next;

	if (!segs) {
		clat_drop(netdev_priv(dev), skb, CLAT_DROP_GSO46);
		return;
	}
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		clat_xmit(skb, dev);
	}
}

/* Context: RCU read side. */
static void clat_xmit_one(struct sk_buff *skb, struct net_device *dev,
			  const struct clat_config *cfg)
{
	struct clat_dev *clat = netdev_priv(dev);
	struct net *net = dev_net(dev);
	unsigned int len = skb->len;
	struct clat_flow46 flow;
	u16 id;
	int err;

	err = clat_verdict46(clat, cfg, skb, &flow);
	if (cfg->shared && !err)
		err = clat_shared46(net, cfg, skb, &flow.pkt, flow.ends);
	if (err) {
		clat_answer46(skb, err, &flow);
		clat_drop(clat, skb, err);
		return;
	}
	if (skb_is_gso(skb) && (flow.split || !clat_gso_known(skb))) {
		clat_xmit_segments(skb, dev);
		return;
	}
	id = ntohs(ip_hdr(skb)->id);
	err = clat_translate46(dev, cfg, &skb, &flow);
	if (err) {
		clat_drop(clat, skb, err);
		return;
	}

	dev_sw_netstats_tx_add(dev, 1, min(len, flow.pkt.len));
	if (!flow.split) {
		clat_route_output(net, cfg, skb, dev, flow.dst);
		return;
	}
	err = clat_frag_output(net, cfg, skb, id, dev, flow.dst, flow.mtu);
	if (err)
		clat_drop(clat, skb, err);
}

/**
 * clat_xmit_lan() - translate and send a packet of a LAN, if it is a plain one
 * @skb:	the packet, not shared, data at the IPv4 header, its TTL above 1;
 *		consumed if true is returned
 * @dev:	the clat device
 * @cfg:	its configuration
 *
 * Context: BH disabled, RCU read side.
 *
 * Return: false if the packet is for the stack, to carry it or to answer.
 */
bool clat_xmit_lan(struct sk_buff *skb, struct net_device *dev,
		   const struct clat_config *cfg)
{
	struct clat_dev *clat = netdev_priv(dev);
	unsigned int len = skb->len;
	struct clat_flow46 flow;
	int err;

	if (clat_verdict46(clat, cfg, skb, &flow) || flow.split ||
	    flow.pkt.l4 == CLAT_L4_ERROR ||
	    flow.mtu > READ_ONCE(dev->mtu) + CLAT_HDR_DIFF ||
	    (skb_is_gso(skb) && !clat_gso_known(skb)))
		return false;

	flow.pkt.ttl--;
	clat_lan_forwarded(dev_net(dev), skb, ip_hdr(skb)->tos);
	err = clat_xlat46(cfg, skb, &flow.pkt, flow.ends);
	if (err) {
		clat_drop(clat, skb, err);
		return true;
	}
	dev_sw_netstats_tx_add(dev, 1, min(len, flow.pkt.len));
	clat_route_output(dev_net(dev), cfg, skb, dev, flow.dst);
	return true;
}

/**
 * clat_xmit() - ndo_start_xmit: translate a packet and send it on
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
	const struct clat_config *cfg;

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb) {
		clat_drop(clat, NULL, CLAT_DROP_MEMORY46);
		return NETDEV_TX_OK;
	}
	/* Packet sockets and BPF may have left it anywhere. */
	skb_reset_network_header(skb);

	rcu_read_lock();
	cfg = rcu_dereference(clat->config);
	if (likely(skb->protocol == htons(ETH_P_IP)))
		clat_xmit_one(skb, dev, cfg);
	else if (skb->protocol == htons(ETH_P_IPV6))
		clat_routed(clat, cfg, skb);
	else
		clat_drop(clat, skb, CLAT_DROP_NOT_IP);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}
