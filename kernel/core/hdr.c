// SPDX-License-Identifier: GPL-2.0
/* Writes the new IP header: RFC 7915, sections 4.1 and 5.1. */
#include "core.h"

static void clat_frag_hdr46(__be32 *frag, const struct clat_packet *pkt,
			    u8 nexthdr)
{
	frag[0] = htonl((u32)nexthdr << 24 | pkt->frag_off | pkt->more);
	frag[1] = htonl(pkt->id);
}

/**
 * clat_hdr46() - write the IPv6 header of a translated packet
 * @to:		where to; may overlap the IPv4 header, which is not read
 * @pkt:	the parsed IPv4 packet. A fragment gets a Fragment header.
 * @saddr:	source address
 * @daddr:	destination address
 */
void clat_hdr46(void *to, const struct clat_packet *pkt,
		const struct in6_addr *saddr, const struct in6_addr *daddr)
{
	u8 nexthdr = pkt->proto == IPPROTO_ICMP ? IPPROTO_ICMPV6 : pkt->proto;
	u32 payload = pkt->len - pkt->l4_off;
	struct ipv6hdr *ip6 = to;
	__be32 *word = to;

	if (pkt->frag) {
		clat_frag_hdr46((__be32 *)(ip6 + 1), pkt, nexthdr);
		nexthdr = IPPROTO_FRAGMENT;
		payload += CLAT_FRAG_LEN;
	}
	/* version 6, traffic class, flow label 0 */
	word[0] = htonl(0x60000000 | pkt->tos << 20);
	word[1] = htonl(payload << 16 | nexthdr << 8 | pkt->ttl);
	ip6->saddr = *saddr;
	ip6->daddr = *daddr;
}

/**
 * clat_hdr64() - write the IPv4 header of a translated packet
 * @ip:		where to; may overlap the IPv6 header, which is not read
 * @pkt:	the parsed IPv6 packet
 * @saddr:	source address
 * @daddr:	destination address
 * @id:		identification, unless it is a fragment and has its own
 * @df:		set Don't Fragment, unless it is a fragment
 */
void clat_hdr64(struct iphdr *ip, const struct clat_packet *pkt,
		__be32 saddr, __be32 daddr, __be16 id, bool df)
{
	u8 proto = pkt->proto == IPPROTO_ICMPV6 ? IPPROTO_ICMP : pkt->proto;
	u32 len = pkt->len - pkt->l4_off + sizeof(*ip);
	u32 frag = (u32)ntohs(id) << 16 | (df ? 0x4000 : 0);
	__be32 *word = (__be32 *)ip;

	if (pkt->frag)
		frag = pkt->id << 16 | (pkt->more ? 0x2000 : 0) |
		       pkt->frag_off / 8;
	/* version 4, no options */
	word[0] = htonl(0x45000000 | pkt->tos << 16 | len);
	word[1] = htonl(frag);
	word[2] = htonl((u32)pkt->ttl << 24 | proto << 16);
	ip->saddr = saddr;
	ip->daddr = daddr;
	ip->check = ip_fast_csum(ip, sizeof(*ip) / 4);
}
