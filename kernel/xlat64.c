// SPDX-License-Identifier: GPL-2.0
/* Rewrites an IPv6 packet to IPv4: RFC 7915, section 5. */
#include <linux/tcp.h>
#include <net/gso.h>

#include "clat.h"

/* Sum of the IPv4 addresses less that of the IPv6 addresses. */
static __wsum clat_delta64(const struct clat_plat *plat,
			   const struct clat_pair *pair,
			   const struct in6_addr *saddr6, __be32 saddr4)
{
	__wsum delta46;

	/* Shorter prefixes have a suffix, and what is in it is ignored. */
	if (plat->len == 96)
		return csum_sub(0, csum_add(pair->delta46, plat->sum));

	delta46 = csum_partial(saddr6, sizeof(*saddr6), pair->delta46);
	return csum_sub((__force __wsum)saddr4, delta46);
}

/* Context: the IPv6 header is in place, the transport header is writable. */
static void clat_l4_64(struct sk_buff *skb, const struct clat_packet *pkt,
		       const struct clat_plat *plat,
		       const struct clat_pair *pair, __be32 saddr4)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	u8 *l4 = skb_transport_header(skb);
	__sum16 *check = (__sum16 *)(l4 + pkt->check_off);
	bool partial = skb->ip_summed == CHECKSUM_PARTIAL &&
		       skb_checksum_start(skb) == l4;
	__wsum delta;

	if (pkt->proto == IPPROTO_ICMPV6) {
		__sum16 old = *(__sum16 *)l4;

		*l4 = clat_icmp64(*l4);
		delta = csum_sub(0, clat_csum_icmp_pseudo(&ip6->saddr,
							  &ip6->daddr,
							  pkt->len - pkt->l4_off));
		if (!partial)
			delta = csum_add(csum_sub(delta, csum_unfold(old)),
					 csum_unfold(*(__sum16 *)l4));
	} else {
		delta = clat_delta64(plat, pair, &ip6->saddr, saddr4);
		if (clat_csum_neutral(delta))
			return;
	}

	if (partial) {
		clat_csum_partial(check, delta);
		return;
	}
	/* UDP without a checksum stays so: RFC 7915, section 5.5 */
	if (pkt->proto == IPPROTO_UDP && !*check)
		return;
	clat_csum_full(check, delta);
	if (pkt->proto == IPPROTO_UDP && !*check)
		*check = CSUM_MANGLED_0;
}

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
	unsigned int segs = 1;

	if (skb_is_gso(skb)) {
		if (!skb_gso_validate_network_len(skb, CLAT_DF0_MAX +
						       CLAT_HDR_DIFF))
			return true;
		segs = clat_gso_segs(skb);
	} else if (pkt->len > CLAT_DF0_MAX + CLAT_HDR_DIFF) {
		return true;
	}
	*id = htons(this_cpu_add_return(*clat->ip_id, segs) - segs);
	return false;
}

/**
 * clat_xlat64() - rewrite an IPv6 packet to IPv4
 * @clat:	the device
 * @cfg:	the configuration
 * @skb:	the packet, not shared, data at the IPv6 header; stays the caller's
 * @plat:	PLAT prefix of its source
 * @pair:	local pair of its destination
 *
 * On success data is at the IPv4 header. Pointers into the packet are invalid
 * afterwards in any case.
 *
 * Return: 0, or a negative drop reason.
 */
int clat_xlat64(const struct clat_dev *clat, const struct clat_config *cfg,
		struct sk_buff *skb, const struct clat_plat *plat,
		const struct clat_pair *pair)
{
	const bool complete = skb->ip_summed == CHECKSUM_COMPLETE;
	struct clat_packet pkt;
	__be32 saddr, daddr;
	__be16 id = 0;
	bool df;
	int need;

	do {
		need = clat_parse6(skb->data, skb_headlen(skb), skb->len, &pkt);
		if (need < 0)
			return need;
	} while (need && pskb_may_pull(skb, need));
	if (need)
		return -CLAT_DROP_MEMORY64;

	saddr = clat_plat_extract(plat, &ipv6_hdr(skb)->saddr);
	if (clat_v4_far_never(saddr) || clat_map_find4(cfg, saddr) ||
	    (cfg->wkp_strict && plat->wkp && !clat_v4_global(saddr)))
		return -CLAT_DROP_SOURCE64;
	daddr = pair->v4 | (ipv6_hdr(skb)->daddr.s6_addr32[3] & ~pair->mask);

	if (skb_is_gso(skb) && !clat_gso_known(skb))
		return -CLAT_DROP_GSO64;
	if (skb->len > pkt.len && pskb_trim_rcsum(skb, pkt.len))
		return -CLAT_DROP_MEMORY64;
	if (skb_ensure_writable(skb, pkt.l4_off + pkt.l4_len))
		return -CLAT_DROP_MEMORY64;

	skb_set_transport_header(skb, pkt.l4_off);
	df = clat_df64(clat, skb, &pkt, &id);

	if (complete)
		skb->csum = csum_sub(skb->csum,
				     csum_partial(skb->data,
						  pkt.l4_off + pkt.l4_len, 0));
	clat_l4_64(skb, &pkt, plat, pair, saddr);
	/* The IPv4 header, whose own checksum is right, adds nothing. */
	if (complete)
		skb->csum = csum_add(skb->csum,
				     csum_partial(skb_transport_header(skb),
						  pkt.l4_len, 0));

	__skb_pull(skb, pkt.l4_off - sizeof(struct iphdr));
	skb_reset_network_header(skb);
	clat_hdr64(ip_hdr(skb), &pkt, saddr, daddr, id, df);
	skb->protocol = htons(ETH_P_IP);

	if (skb_shinfo(skb)->gso_type & SKB_GSO_TCPV6) {
		skb_shinfo(skb)->gso_type &= ~SKB_GSO_TCPV6;
		skb_shinfo(skb)->gso_type |= SKB_GSO_TCPV4;
	}
	return 0;
}
