// SPDX-License-Identifier: GPL-2.0
/*
 * Where IPv6 packets enter: the netdev ingress hook of the uplink; or a route
 * to the clat device, and clat_xmit().
 */
#include <linux/icmpv6.h>
#include <linux/if_vlan.h>
#include <net/ip6_route.h>
#include <net/sock.h>

#include "clat.h"
#include "compat/uninitialized.h"

/*
 * An ICMPv6 error comes from any router. It is ours if it can be translated and
 * the packet it quotes went out translated; all others keep the path MTU
 * discovery of native IPv6 going.
 */
static bool clat_error_is_ours(const struct clat_config *cfg,
			       const struct sk_buff *skb)
{
	static const struct clat_mtus any = { .v4 = 1260, .v6 = 1280 };
	struct {
		struct icmp6hdr icmp6;
		struct ipv6hdr quote;
	} buf, *error;
	struct icmphdr out;

	error = skb_header_pointer(skb, sizeof(struct ipv6hdr), sizeof(buf),
				   &buf);
	return error && !clat_icmp64(&error->icmp6, &any, false, &out) &&
	       clat_map_find6(&cfg->xlat.map, &error->quote.saddr) &&
	       clat_plat_find(&cfg->xlat, &error->quote.daddr);
}

/* What is ours: the pair of its local end, and the prefix of its far end. */
struct clat_mine {
	const struct clat_pair *pair;
	const struct clat_plat *plat;
};

/*
 * Reads only; fills in pair, which may be known, and prefix where it says yes.
 * Informational ICMPv6 besides echo belongs to the link: neighbour discovery for
 * the CLAT address is the kernel's own.
 */
static bool clat_is_ours(const struct clat_config *cfg,
			 const struct sk_buff *skb, struct clat_mine *mine)
{
	const struct ipv6hdr *ip6;
	struct ipv6hdr buf;
	u8 type_buf, *type;

	ip6 = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!ip6)
		return false;
	if (!mine->pair)
		mine->pair = clat_map_find6(&cfg->xlat.map, &ip6->daddr);
	if (!mine->pair)
		return false;
	mine->plat = clat_plat_find(&cfg->xlat, &ip6->saddr);
	if (ip6->nexthdr != IPPROTO_ICMPV6)
		return mine->plat;

	type = skb_header_pointer(skb, sizeof(buf), 1, &type_buf);
	if (!type)
		return false;
	switch (clat_icmp6_class(*type)) {
	case CLAT_L4_ECHO:
		return mine->plat;
	case CLAT_L4_ERROR:
		return clat_error_is_ours(cfg, skb);
	default:
		return false;
	}
}

static int clat_parse64(struct sk_buff *skb, struct clat_packet *pkt)
{
	int need;

	do {
		need = clat_parse6(skb->data, skb_headlen(skb), skb->len, pkt);
	} while (need > 0 && pskb_may_pull(skb, need));
	return need > 0 ? -CLAT_DROP_MEMORY64 : need;
}

static int clat_addrs64(const struct clat_config *cfg,
			const struct clat_packet *pkt,
			const struct ipv6hdr *ip6,
			const struct clat_mine *mine, struct clat_ends *ends)
{
	int err = clat_ends64_found(&cfg->xlat, mine->pair, mine->plat,
				    &ip6->daddr, &ip6->saddr, ends);

	if (!err || pkt->l4 != CLAT_L4_ERROR || mine->plat)
		return err;
	/* A router that has no IPv4 address: RFC 7600, section 4.8 */
	ends->local4 = clat_pair_local4(mine->pair, &ip6->daddr);
	ends->far4 = htonl(CLAT_DUMMY_V4);
	return 0;
}

/* Routes of ours learn the MTU as those of the stack would have. */
static void clat_learn_mtu(struct net *net, const struct clat_config *cfg,
			   struct sk_buff *skb, const struct clat_packet *pkt)
{
	const unsigned int off = pkt->l4_off + sizeof(struct icmp6hdr);
	const struct icmp6hdr *icmp6 = (void *)skb->data + pkt->l4_off;

	if (icmp6->icmp6_type != ICMPV6_PKT_TOOBIG)
		return;
	__skb_pull(skb, off);
	ip6_update_pmtu(skb, net, icmp6->icmp6_mtu, cfg->uplink->ifindex,
			cfg->fwmark, sock_net_uid(net, NULL));
	__skb_push(skb, off);
}

/* Translates an error into a packet of its own, which replaces it. */
static noinline int clat_replace64(const struct clat_dev *clat,
				   const struct clat_config *cfg,
				   struct sk_buff **pskb,
				   const struct clat_packet *pkt,
				   const struct clat_ends *ends)
{
	struct sk_buff *skb = *pskb, *error;
	struct clat_mtus mtus;

	/* Only an untrusted source calls an ICMP error a superframe. */
	if (skb_is_gso(skb))
		return -CLAT_DROP_GSO64;
	mtus.v4 = READ_ONCE(clat->dev->mtu);
	mtus.v6 = mtus.v4 + CLAT_HDR_DIFF;
	error = clat_error_skb64(clat, cfg, skb, pkt, ends, &mtus);
	if (IS_ERR(error))
		return PTR_ERR(error);
	clat_learn_mtu(dev_net(clat->dev), cfg, skb, pkt);
	consume_skb(skb);
	*pskb = error;
	return 0;
}

static int clat_translate64(const struct clat_dev *clat,
			    const struct clat_config *cfg,
			    struct sk_buff **pskb, struct clat_packet *pkt,
			    const struct clat_mine *mine)
{
	struct clat_ends ends CLAT_UNINITIALIZED;
	int err;

	err = clat_parse64(*pskb, pkt);
	if (err)
		return err;
	err = clat_addrs64(cfg, pkt, ipv6_hdr(*pskb), mine, &ends);
	if (err)
		return err;
	if (unlikely(pkt->l4 == CLAT_L4_ERROR))
		return clat_replace64(clat, cfg, pskb, pkt, &ends);
	return clat_xlat64(clat, *pskb, pkt, &ends);
}

static void clat_answer64(struct sk_buff *skb, int reason,
			  const struct clat_packet *pkt)
{
	/* The stack looks for what ipv6_rcv() leaves, but it wasn't there. */
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));

	switch (reason) {
	case -CLAT_DROP_ROUTING64:
		icmpv6_ndo_send(skb, ICMPV6_PARAMPROB, ICMPV6_HDR_FIELD,
				pkt->l4_off);
		break;
	case -CLAT_DROP_TOO_BIG64:
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0,
				IP_MAX_MTU + CLAT_HDR_DIFF);
		break;
	}
}

static bool clat_take(struct clat_dev *clat, const struct clat_config *cfg,
		      struct sk_buff *skb, const struct clat_pair *pair,
		      bool routed);

static noinline void clat_take_segments(struct clat_dev *clat,
					const struct clat_config *cfg,
					struct sk_buff *skb,
					const struct clat_pair *pair,
					bool routed)
{
	struct sk_buff *segs = clat_gso_split(skb), *next;

	if (!segs) {
		clat_drop(clat, skb, CLAT_DROP_GSO64);
		return;
	}
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		if (!clat_take(clat, cfg, skb, pair, routed))
			clat_drop(clat, skb, CLAT_DROP_GSO64);
	}
}

static void clat_receive(struct clat_dev *clat, const struct clat_config *cfg,
			 struct sk_buff *skb, const struct clat_mine *mine,
			 bool routed)
{
	struct net_device *dev = clat->dev;
	struct clat_packet pkt;
	int err;

	if (skb_is_gso(skb) && !clat_gso_known(skb)) {
		clat_take_segments(clat, cfg, skb, mine->pair, routed);
		return;
	}
	skb_reset_network_header(skb);
	err = clat_translate64(clat, cfg, &skb, &pkt, mine);
	if (err) {
		clat_answer64(skb, err, &pkt);
		clat_drop(clat, skb, err);
		return;
	}

	skb->dev = dev;
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	__vlan_hwaccel_clear_tag(skb);
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	skb_clear_hash_if_not_l4(skb);
	dev_sw_netstats_rx_add(dev, skb->len);
	/*
	 * A second pass over the stack does not stand on top of the first. What
	 * comes from the hook has been through the rest of netif_receive_skb():
	 * time stamp, RPS, memory reserves.
	 */
	if (routed)
		netif_rx(skb);
	else if (!cfg->n_lan || pkt.l4 == CLAT_L4_ERROR ||
		 !clat_lan_output(clat, cfg, skb))
		netif_receive_skb_core(skb);
}

/*
 * The pair of the destination is given if it is known, else %NULL. Return: false
 * if the packet isn't ours, and untouched; else it is consumed.
 */
static noinline bool clat_take(struct clat_dev *clat,
			       const struct clat_config *cfg,
			       struct sk_buff *skb,
			       const struct clat_pair *pair, bool routed)
{
	struct clat_mine mine = { .pair = pair };

	if (!clat_is_ours(cfg, skb, &mine))
		return false;
	if (cfg->shared && !clat_shared64(dev_net(clat->dev), cfg, skb))
		return false;

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		clat_drop(clat, NULL, CLAT_DROP_MEMORY64);
	/* Left to the stack, it would answer with a reset. */
	else if (!(clat->dev->flags & IFF_UP))
		clat_drop(clat, skb, CLAT_DROP_DOWN64);
	else
		clat_receive(clat, cfg, skb, &mine, routed);
	return true;
}

/**
 * clat_ingress() - netfilter hook: take what the PLAT sends to us
 * @priv:	the clat device
 * @skb:	any packet that the uplink receives
 * @state:	the uplink is in @state->in
 *
 * Reads only until it is clear that the packet is ours; all else goes on
 * untouched, and as cheaply as can be: the usual CLAT has one address, and what
 * is not for that is told here, without a call. Context: softirq, RCU read side.
 *
 * Return: NF_ACCEPT, or NF_STOLEN: the packet is then translated or freed.
 */
unsigned int clat_ingress(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	struct clat_dev *clat = netdev_priv((struct net_device *)priv);
	const struct ipv6hdr *ip6 = (struct ipv6hdr *)skb->data;
	const struct clat_pair *pair = NULL;
	const struct clat_config *cfg;

	if (skb->protocol != htons(ETH_P_IPV6))
		return NF_ACCEPT;
	cfg = rcu_dereference(clat->config);
	if (cfg->xlat.map.n == 1 && skb_headlen(skb) >= sizeof(*ip6)) {
		pair = cfg->xlat.map.by6;
		if (!clat_pair_holds6(pair, &ip6->daddr))
			return NF_ACCEPT;
	}
	if (skb->pkt_type != PACKET_HOST ||
	    (skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb)))
		return NF_ACCEPT;
	/* While the uplink changes, both the old and the new one are hooked. */
	if (cfg->uplink != state->in)
		return NF_ACCEPT;
	return clat_take(clat, cfg, skb, pair, false) ? NF_STOLEN : NF_ACCEPT;
}

/**
 * clat_routed() - translate an IPv6 packet that was routed to the device
 * @clat:	the device
 * @cfg:	its configuration
 * @skb:	the packet, not shared, data at the IPv6 header; consumed
 *
 * For kernels without ingress hooks, and for packets that pass the hook by, as
 * those that come back from an ifb do. Only what came in by the uplink is
 * translated: others must not speak for the PLAT.
 *
 * Context: BH disabled, RCU read side.
 */
void clat_routed(struct clat_dev *clat, const struct clat_config *cfg,
		 struct sk_buff *skb)
{
	if (!cfg->uplink || skb->skb_iif != cfg->uplink->ifindex ||
	    !clat_take(clat, cfg, skb, NULL, true))
		clat_drop(clat, skb, CLAT_DROP_NOT_OURS64);
}
