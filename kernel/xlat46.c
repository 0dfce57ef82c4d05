// SPDX-License-Identifier: GPL-2.0
/* Rewrites an IPv4 packet to IPv6: RFC 7915, section 4. */
#include <net/ip6_checksum.h>

#include "clat.h"

/*
 * RFC 7915, section 4.5: IPv6 wants a checksum where IPv4 had none. It is left
 * to the uplink, or to the stack if the uplink can't; unless that of a tunneled
 * packet inside is left to them, whose sum is known without it.
 */
static void clat_udp_no_check46(struct sk_buff *skb,
				const struct clat_packet *pkt,
				const struct in6_addr *saddr,
				const struct in6_addr *daddr)
{
	struct udphdr *udp = (struct udphdr *)skb_transport_header(skb);
	unsigned int len = pkt->len - pkt->l4_off;

	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		udp->check = csum_ipv6_magic(saddr, daddr, len, IPPROTO_UDP,
					     lco_csum(skb));
		if (!udp->check)
			udp->check = CSUM_MANGLED_0;
		return;
	}
	udp->check = ~csum_ipv6_magic(saddr, daddr, len, IPPROTO_UDP, 0);
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);
	skb->ip_summed = CHECKSUM_PARTIAL;
}

/* Context: the transport header is at its place, and writable. */
static void clat_l4_46(const struct clat_config *cfg, struct sk_buff *skb,
		       const struct clat_packet *pkt,
		       const struct clat_pair *pair,
		       const struct in6_addr *saddr,
		       const struct in6_addr *daddr)
{
	const struct clat_plat *plat = &cfg->plat[0];
	u8 *l4 = skb_transport_header(skb);
	__sum16 *check = (__sum16 *)(l4 + pkt->check_off);
	/* An inner tunnel's checksum may be the one that is left to do. */
	bool partial = skb->ip_summed == CHECKSUM_PARTIAL &&
		       skb_checksum_start(skb) == l4;
	__wsum delta;

	if (pkt->proto == IPPROTO_ICMP) {
		__be16 old = *(__be16 *)l4;

		*l4 = clat_icmp46(*l4);
		delta = clat_csum_icmp_pseudo(saddr, daddr,
					      pkt->len - pkt->l4_off);
		if (!partial)
			delta = csum_add(csum_sub(delta,
						  csum_unfold((__force __sum16)old)),
					 csum_unfold(*(__sum16 *)l4));
	} else if (plat->aligned) {
		delta = csum_add(pair->delta46, plat->sum);
		if (clat_csum_neutral(delta) && *check)
			return;
	} else {
		__be32 v4 = clat_plat_extract(plat, daddr);

		delta = csum_partial(daddr, sizeof(*daddr), pair->delta46);
		delta = csum_sub(delta, (__force __wsum)v4);
	}

	if (partial) {
		clat_csum_partial(check, delta);
		return;
	}
	if (pkt->proto == IPPROTO_UDP && !*check) {
		clat_udp_no_check46(skb, pkt, saddr, daddr);
		return;
	}
	clat_csum_full(check, delta);
	if (pkt->proto == IPPROTO_UDP && !*check)
		*check = CSUM_MANGLED_0;
}

/**
 * clat_xlat46() - rewrite an IPv4 packet to IPv6
 * @cfg:	the configuration
 * @skb:	the packet, not shared, data at the IPv4 header; stays the caller's
 * @pkt:	what clat_parse4() found in it
 * @pair:	local pair of its source
 * @saddr:	IPv6 source address
 * @daddr:	IPv6 destination address
 *
 * On success data is at the IPv6 header, with room for the uplink's header
 * before it. Pointers into the packet are invalid afterwards.
 *
 * Return: 0, or a negative drop reason; the packet is then unchanged.
 */
int clat_xlat46(const struct clat_config *cfg, struct sk_buff *skb,
		const struct clat_packet *pkt, const struct clat_pair *pair,
		const struct in6_addr *saddr, const struct in6_addr *daddr)
{
	struct skb_shared_info *shinfo;

	if (skb_cow_head(skb, CLAT_HDR_DIFF + LL_RESERVED_SPACE(cfg->uplink)))
		return -CLAT_DROP_MEMORY46;

	/* Link padding would count as payload no more, but be sent. */
	if (skb->len > pkt->len && pskb_trim_rcsum(skb, pkt->len))
		return -CLAT_DROP_MEMORY46;

	shinfo = skb_shinfo(skb);
	if (shinfo->gso_type & SKB_GSO_TCPV4) {
		shinfo->gso_type &= ~(SKB_GSO_TCPV4 | SKB_GSO_TCP_FIXEDID);
		shinfo->gso_type |= SKB_GSO_TCPV6;
	}

	__skb_pull(skb, pkt->l4_off);
	skb_reset_transport_header(skb);
	/* Forwarded packets come without one: skb_forward_csum() */
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	clat_l4_46(cfg, skb, pkt, pair, saddr, daddr);

	__skb_push(skb, sizeof(struct ipv6hdr));
	skb_reset_network_header(skb);
	clat_hdr46(ipv6_hdr(skb), pkt, saddr, daddr);
	skb->protocol = htons(ETH_P_IPV6);
	return 0;
}
