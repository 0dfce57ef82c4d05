// SPDX-License-Identifier: GPL-2.0
/* Parses an IPv6 packet: what may be translated, and what is refused and why. */
#include "l4.h"

/**
 * clat_parse6() - parse an IPv6 packet for translation
 * @data:	the IPv6 header
 * @linear:	octets that can be read at @data
 * @total:	octets the packet has, link padding included
 * @pkt:	filled in where 0 is returned
 *
 * Addresses are not judged here. Context: any; reads @linear octets at most.
 *
 * Return: 0 if the packet can be translated, the number of octets that must be
 * readable before it can be told, or a negative drop reason.
 */
int clat_parse6(const void *data, unsigned int linear, unsigned int total,
		struct clat_packet *pkt)
{
	const struct ipv6hdr *ip6 = data;
	int need;

	need = clat_need(sizeof(*ip6), linear, total, CLAT_DROP_HEADER64);
	if (need)
		return need;

	pkt->len = sizeof(*ip6) + ntohs(ip6->payload_len);
	/* The IPv4 packet, shorter by CLAT_HDR_DIFF, must have a length. */
	if (ip6->version != 6 || pkt->len > total ||
	    pkt->len - CLAT_HDR_DIFF > 0xffff)
		return -CLAT_DROP_HEADER64;

	pkt->l4_off = sizeof(*ip6);
	pkt->proto = ip6->nexthdr;
	pkt->tos = ntohs(*(const __be16 *)ip6) >> 4;
	pkt->ttl = ip6->hop_limit;
	pkt->df = false;
	if (!clat_l4(pkt, IPPROTO_ICMPV6)) {
		switch (pkt->proto) {
		case IPPROTO_FRAGMENT:
			return -CLAT_DROP_FRAGMENT64;
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			return -CLAT_DROP_EXTENSION64;
		default:
			return -CLAT_DROP_PROTOCOL64;
		}
	}

	need = clat_need(sizeof(*ip6) + pkt->l4_len, linear, pkt->len,
			 CLAT_DROP_TRANSPORT64);
	if (need)
		return need;
	if (pkt->proto == IPPROTO_ICMPV6 &&
	    clat_icmp64(*((const u8 *)data + sizeof(*ip6))) < 0)
		return -CLAT_DROP_ICMP64;
	return 0;
}
