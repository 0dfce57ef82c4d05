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
				const struct clat_ends *ends)
{
	struct udphdr *udp = (struct udphdr *)skb_transport_header(skb);
	unsigned int len = pkt->len - pkt->l4_off;

	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		udp->check = csum_ipv6_magic(&ends->local6, &ends->far6, len,
					     IPPROTO_UDP, lco_csum(skb));
		if (!udp->check)
			udp->check = CSUM_MANGLED_0;
		return;
	}
	udp->check = ~csum_ipv6_magic(&ends->local6, &ends->far6, len,
				      IPPROTO_UDP, 0);
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);
	skb->ip_summed = CHECKSUM_PARTIAL;
}

/* Context: the transport header is at its place, and writable. */
static void clat_transport46(struct sk_buff *skb,
			     const struct clat_packet *pkt,
			     const struct clat_ends *ends)
{
	u8 *l4 = skb_transport_header(skb);
	/* An inner tunnel's checksum may be the one that is left to do. */
	bool partial = skb->ip_summed == CHECKSUM_PARTIAL &&
		       skb_checksum_start(skb) == l4;

	if (!partial && pkt->proto == IPPROTO_UDP &&
	    pkt->l4 == CLAT_L4_SUM && !((struct udphdr *)l4)->check)
		clat_udp_no_check46(skb, pkt, ends);
	else
		clat_l4_46(l4, pkt, ends, partial);
}

/**
 * clat_xlat46() - rewrite an IPv4 packet to IPv6
 * @cfg:	the configuration
 * @skb:	the packet, not shared, data at the IPv4 header; stays the caller's
 * @pkt:	what clat_parse4() found in it
 * @ends:	its addresses
 *
 * On success data is at the IPv6 header, with room for the uplink's header
 * before it. Pointers into the packet are invalid afterwards.
 *
 * Return: 0, or a negative drop reason.
 */
int clat_xlat46(const struct clat_config *cfg, struct sk_buff *skb,
		const struct clat_packet *pkt, const struct clat_ends *ends)
{
	unsigned int hlen = clat_hdr46_len(pkt);
	struct skb_shared_info *shinfo;

	/* Only who writes packets into a tun device can say such a thing. */
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    skb_checksum_start_offset(skb) < pkt->l4_off)
		return -CLAT_DROP_TRANSPORT46;
	if (skb_cow_head(skb, hlen - sizeof(struct iphdr) +
			      LL_RESERVED_SPACE(cfg->uplink)))
		return -CLAT_DROP_MEMORY46;

	/* Link padding would count as payload no more, but be sent. */
	if (skb->len > pkt->len && pskb_trim_rcsum(skb, pkt->len))
		return -CLAT_DROP_MEMORY46;

	/*
	 * A clone of a TCP socket's packet shares it with that, as it shares
	 * the headers: TCP writes it anew each time it sends.
	 */
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
	clat_transport46(skb, pkt, ends);

	__skb_push(skb, hlen);
	skb_reset_network_header(skb);
	clat_hdr46(skb->data, pkt, &ends->local6, &ends->far6);
	skb->protocol = htons(ETH_P_IPV6);
	return 0;
}
