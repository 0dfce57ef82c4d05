// SPDX-License-Identifier: GPL-2.0
/* Rewrites an IPv6 packet to IPv4: RFC 7915, section 5. */
#include <linux/tcp.h>
#include <net/gso.h>

#include "clat.h"

/* What comes from virtual machines (DODGY) doesn't say it. */
static unsigned int clat_gso_segs(const struct sk_buff *skb)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	unsigned int hlen = skb_transport_offset(skb);

	if (shinfo->gso_segs)
		return shinfo->gso_segs;
	if (shinfo->gso_type & SKB_GSO_TCPV6)
		hlen += tcp_hdrlen(skb);
	else
		hlen += sizeof(struct udphdr);
	return DIV_ROUND_UP(skb->len - hlen, shinfo->gso_size);
}

/*
 * RFC 7915, section 5.1: small packets may be fragmented further on, and need
 * an identification for each segment then; others keep the path MTU discovery
 * of IPv6 going.
 */
static bool clat_df64(const struct clat_dev *clat, const struct sk_buff *skb,
		      const struct clat_packet *pkt, __be16 *id)
{
	unsigned int growth = pkt->l4_off - sizeof(struct iphdr), segs = 1;

	if (skb_is_gso(skb)) {
		if (!skb_gso_validate_network_len(skb, CLAT_DF0_MAX + growth))
			return true;
		segs = clat_gso_segs(skb);
	} else if (pkt->len > CLAT_DF0_MAX + growth) {
		return true;
	}
	*id = clat_ip_id(clat, segs);
	return false;
}

static void clat_transport64(struct sk_buff *skb,
			     const struct clat_packet *pkt,
			     const struct clat_ends *ends)
{
	u8 *l4 = skb_transport_header(skb);
	bool partial = skb->ip_summed == CHECKSUM_PARTIAL &&
		       skb_checksum_start(skb) == l4;

	clat_l4_64(l4, pkt, ends, partial);
}

/**
 * clat_xlat64() - rewrite an IPv6 packet to IPv4
 * @clat:	the device
 * @skb:	the packet, not shared, data at the IPv6 header; stays the caller's
 * @pkt:	what clat_parse6() found in it
 * @ends:	its addresses
 *
 * On success data is at the IPv4 header. Pointers into the packet are invalid
 * afterwards in any case.
 *
 * Return: 0, or a negative drop reason.
 */
int clat_xlat64(const struct clat_dev *clat, struct sk_buff *skb,
		const struct clat_packet *pkt, const struct clat_ends *ends)
{
	const bool complete = skb->ip_summed == CHECKSUM_COMPLETE;
	const unsigned int hlen = pkt->l4_off + pkt->l4_len;
	__be16 id = 0;
	bool df;

	if (skb_is_gso(skb) && !clat_gso_fits(skb, pkt->proto))
		return -CLAT_DROP_GSO64;
	/* Only who writes packets into a tun device can say such a thing. */
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    skb_checksum_start_offset(skb) < pkt->l4_off)
		return -CLAT_DROP_TRANSPORT64;
	if (skb->len > pkt->len && pskb_trim_rcsum(skb, pkt->len))
		return -CLAT_DROP_MEMORY64;
	/* The parser had them in the linear part. */
	if (skb_try_make_writable(skb, hlen))
		return -CLAT_DROP_MEMORY64;

	skb_set_transport_header(skb, pkt->l4_off);
	df = clat_df64(clat, skb, pkt, &id);

	if (complete)
		skb->csum = csum_sub(skb->csum,
				     csum_partial(skb->data, hlen, 0));
	clat_transport64(skb, pkt, ends);
	/* The IPv4 header, whose own checksum is right, adds nothing. */
	if (complete)
		skb->csum = csum_add(skb->csum,
				     csum_partial(skb_transport_header(skb),
						  pkt->l4_len, 0));

	__skb_pull(skb, pkt->l4_off - sizeof(struct iphdr));
	skb_reset_network_header(skb);
	clat_hdr64(ip_hdr(skb), pkt, ends->far4, ends->local4, id, df);
	skb->protocol = htons(ETH_P_IP);

	if (skb_shinfo(skb)->gso_type & SKB_GSO_TCPV6) {
		skb_shinfo(skb)->gso_type &= ~SKB_GSO_TCPV6;
		skb_shinfo(skb)->gso_type |= SKB_GSO_TCPV4;
	}
	return 0;
}
