// SPDX-License-Identifier: GPL-2.0
/* Superframes: which cross in one piece, and what becomes of the others. */
#include <net/gso.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "clat.h"

/**
 * clat_gso_known() - tell whether a superframe can be translated as a whole
 * @skb:	a GSO packet
 *
 * TCP and UDP (USO) superframes are, and those of an untrusted source (DODGY),
 * which the next device's segmentation checks. What is segmented by another
 * header than the one that is rewritten, is a list of packets that each have
 * headers of their own, or is longer than an IP header can say, is not.
 */
bool clat_gso_known(const struct sk_buff *skb)
{
	const unsigned int other =
		SKB_GSO_FRAGLIST | SKB_GSO_SCTP | SKB_GSO_ESP |
		SKB_GSO_GRE | SKB_GSO_GRE_CSUM | SKB_GSO_IPXIP4 |
		SKB_GSO_IPXIP6 | SKB_GSO_UDP_TUNNEL | SKB_GSO_UDP_TUNNEL_CSUM |
		SKB_GSO_PARTIAL | SKB_GSO_TUNNEL_REMCSUM | SKB_GSO_UDP;

	return !skb->encapsulation && !(skb_shinfo(skb)->gso_type & other) &&
	       skb->len <= IP_MAX_MTU;
}

/**
 * clat_gso_fits() - tell whether a superframe is of its packet's protocol
 * @skb:	a GSO packet
 * @proto:	protocol that its IP header says
 *
 * One that isn't can't be segmented, and its headers are not those that its
 * kind says they are.
 */
bool clat_gso_fits(const struct sk_buff *skb, u8 proto)
{
	unsigned int type = skb_shinfo(skb)->gso_type;

	if (type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6))
		return proto == IPPROTO_TCP;
	return proto == IPPROTO_UDP;
}

/*
 * A superframe that is longer than an IPv6 header can say has a jumbo header
 * behind that, in kernels that want one (RFC 2675). Their segmentation takes it
 * out, but expects an Ethernet header before the data.
 */
static bool clat_gso_no_jumbo(struct sk_buff *skb)
{
	const unsigned int hlen = sizeof(struct ipv6hdr), jumbo = 8;
	u8 nexthdr;

	if (skb->protocol != htons(ETH_P_IPV6) || skb->len <= IP_MAX_MTU ||
	    ipv6_hdr(skb)->nexthdr != NEXTHDR_HOP)
		return true;
	if (!pskb_may_pull(skb, hlen + jumbo) || skb_cow_head(skb, 0) ||
	    skb->data[hlen + 1] || skb->data[hlen + 2] != IPV6_TLV_JUMBO)
		return false;

	nexthdr = skb->data[hlen];
	memmove(skb->data + jumbo, skb->data, hlen);
	__skb_pull(skb, jumbo);
	skb_reset_network_header(skb);
	ipv6_hdr(skb)->nexthdr = nexthdr;
	return true;
}

/**
 * clat_gso_split() - segment a superframe
 * @skb:	a GSO packet, data at its IP header; consumed unless %NULL is
 *		returned
 *
 * Return: a list of packets, or %NULL.
 */
struct sk_buff *clat_gso_split(struct sk_buff *skb)
{
	struct sk_buff *segs;

	/* The stack makes none such, and would warn. */
	if (skb->ip_summed == CHECKSUM_NONE || !clat_gso_no_jumbo(skb))
		return NULL;
	/* Segmentation of UDP fragments (UFO) writes the header, whoever has it. */
	if (skb_cow_head(skb, 0))
		return NULL;
	segs = __skb_gso_segment(skb, NETIF_F_SG | NETIF_F_FRAGLIST |
				      NETIF_F_HW_CSUM | NETIF_F_HIGHDMA, false);
	if (IS_ERR_OR_NULL(segs))
		return NULL;
	consume_skb(skb);
	return segs;
}
