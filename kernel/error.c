// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors, which quote packets: far off the fast path, and translated into
 * a packet of their own.
 */
#include "clat.h"

/* An empty packet in the place of skb, room octets before its data. */
static struct sk_buff *clat_error_alloc(const struct sk_buff *skb,
					unsigned int room, unsigned int len)
{
	struct sk_buff *error = alloc_skb(room + len, GFP_ATOMIC);

	if (!error)
		return NULL;
	skb_reserve(error, room);
	error->dev = skb->dev;
	error->mark = skb->mark;
	error->priority = skb->priority;
	error->skb_iif = skb->skb_iif;
	skb_reset_network_header(error);
	return error;
}

/* The message in one piece, without link padding, its checksum in place. */
static bool clat_error_complete(struct sk_buff *skb, unsigned int len)
{
	return !pskb_trim_rcsum(skb, len) && !skb_linearize(skb) &&
	       (skb->ip_summed != CHECKSUM_PARTIAL || !skb_checksum_help(skb));
}

/**
 * clat_error_skb46() - translate an ICMPv4 error
 * @cfg:	the configuration
 * @skb:	the error, not shared, data at the IPv4 header; stays the caller's
 * @pkt:	what clat_parse4() found in it
 * @ends:	its addresses
 * @mtus:	of the next hops
 *
 * Return: the ICMPv6 error, data at the IPv6 header, the caller's; or an
 * ERR_PTR() of a negative drop reason.
 */
struct sk_buff *clat_error_skb46(const struct clat_config *cfg,
				 struct sk_buff *skb,
				 const struct clat_packet *pkt,
				 const struct clat_ends *ends,
				 const struct clat_mtus *mtus)
{
	const unsigned int hlen = sizeof(struct ipv6hdr);
	struct clat_packet out = *pkt;
	struct sk_buff *error;
	int len;

	if (!clat_error_complete(skb, pkt->len))
		return ERR_PTR(-CLAT_DROP_MEMORY46);
	error = clat_error_alloc(skb, LL_RESERVED_SPACE(cfg->uplink),
				 CLAT_ERROR_MAX6);
	if (!error)
		return ERR_PTR(-CLAT_DROP_MEMORY46);

	skb_put(error, hlen);
	len = clat_error46(&cfg->xlat, mtus, skb->data + pkt->l4_off,
			   pkt->len - pkt->l4_off, &ends->local6, &ends->far6,
			   error->data + hlen, CLAT_ERROR_MAX6 - hlen);
	if (len < 0) {
		kfree_skb(error);
		return ERR_PTR(len);
	}
	skb_put(error, len);
	out.len = pkt->l4_off + len;
	clat_hdr46(error->data, &out, &ends->local6, &ends->far6);
	skb_set_transport_header(error, hlen);
	error->protocol = htons(ETH_P_IPV6);
	return error;
}

/**
 * clat_error_skb64() - translate an ICMPv6 error
 * @clat:	the device
 * @cfg:	the configuration
 * @skb:	the error, not shared, data at the IPv6 header; stays the caller's
 * @pkt:	what clat_parse6() found in it
 * @ends:	its addresses
 * @mtus:	of the next hops
 *
 * Return: the ICMPv4 error, data at the IPv4 header, the caller's; or an
 * ERR_PTR() of a negative drop reason.
 */
struct sk_buff *clat_error_skb64(const struct clat_dev *clat,
				 const struct clat_config *cfg,
				 struct sk_buff *skb,
				 const struct clat_packet *pkt,
				 const struct clat_ends *ends,
				 const struct clat_mtus *mtus)
{
	const unsigned int hlen = sizeof(struct iphdr);
	struct clat_packet out = *pkt;
	struct sk_buff *error;
	int len;

	if (!clat_error_complete(skb, pkt->len))
		return ERR_PTR(-CLAT_DROP_MEMORY64);
	error = clat_error_alloc(skb, NET_SKB_PAD, CLAT_ERROR_MAX4);
	if (!error)
		return ERR_PTR(-CLAT_DROP_MEMORY64);

	skb_put(error, hlen);
	len = clat_error64(&cfg->xlat, mtus, skb->data + pkt->l4_off,
			   pkt->len - pkt->l4_off, &ends->far6, &ends->local6,
			   error->data + hlen, CLAT_ERROR_MAX4 - hlen);
	if (len < 0) {
		kfree_skb(error);
		return ERR_PTR(len);
	}
	skb_put(error, len);
	out.len = pkt->l4_off + len;
	clat_hdr64(ip_hdr(error), &out, ends->far4, ends->local4,
		   clat_ip_id(clat, 1), false);
	skb_set_transport_header(error, hlen);
	error->protocol = htons(ETH_P_IP);
	return error;
}
