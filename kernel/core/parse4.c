// SPDX-License-Identifier: GPL-2.0
/* Parses an IPv4 packet: what may be translated, and what is refused and why. */
#include "l4.h"

#define CLAT_IPOPT_END		0
#define CLAT_IPOPT_NOOP		1
#define CLAT_IPOPT_LSRR		131
#define CLAT_IPOPT_SSRR		137

/*
 * Options are not translated, but an unexpired source route forbids the
 * translation (RFC 7915, section 4.1). Octets: type, length, pointer (from 1).
 */
static int clat_parse4_options(const u8 *opt, unsigned int len)
{
	while (len) {
		if (opt[0] == CLAT_IPOPT_END)
			return 0;
		if (opt[0] == CLAT_IPOPT_NOOP) {
			opt++;
			len--;
			continue;
		}
		if (len < 2 || opt[1] < 2 || opt[1] > len)
			return -CLAT_DROP_HEADER46;
		if (opt[0] == CLAT_IPOPT_LSRR || opt[0] == CLAT_IPOPT_SSRR) {
			if (opt[1] < 3)
				return -CLAT_DROP_HEADER46;
			if (opt[2] <= opt[1])
				return -CLAT_DROP_SOURCE_ROUTE46;
		}
		len -= opt[1];
		opt += opt[1];
	}
	return 0;
}

/*
 * A datagram without a checksum gets one, over all of it: it must fill its
 * packet.
 */
static bool clat_udp_fills(const struct udphdr *udp, unsigned int len)
{
	return udp->check || ntohs(udp->len) == len;
}

/**
 * clat_parse4() - parse an IPv4 packet for translation
 * @data:	the IPv4 header
 * @linear:	octets that can be read at @data
 * @total:	octets the packet has, link padding included
 * @pkt:	filled in where 0 is returned
 *
 * Addresses are not judged here. Context: any; reads @linear octets at most.
 *
 * Return: 0 if the packet can be translated, the number of octets that must be
 * readable before it can be told, or a negative drop reason.
 */
int clat_parse4(const void *data, unsigned int linear, unsigned int total,
		struct clat_packet *pkt)
{
	const struct iphdr *ip = data;
	unsigned int hlen;
	const u8 *l4;
	int need;

	need = clat_need(sizeof(*ip), linear, total, CLAT_DROP_HEADER46);
	if (need)
		return need;

	hlen = ip->ihl * 4;
	pkt->len = ntohs(ip->tot_len);
	if (ip->version != 4 || hlen < sizeof(*ip) || pkt->len < hlen ||
	    pkt->len > total)
		return -CLAT_DROP_HEADER46;

	need = clat_need(hlen, linear, total, CLAT_DROP_HEADER46);
	if (need)
		return need;
	if (ip_fast_csum(ip, ip->ihl))
		return -CLAT_DROP_CHECKSUM46;
	if (hlen > sizeof(*ip)) {
		int err = clat_parse4_options((const u8 *)(ip + 1),
					      hlen - sizeof(*ip));

		if (err)
			return err;
	}

	/* More Fragments, or an offset */
	if (ip->frag_off & htons(0x3fff))
		return -CLAT_DROP_FRAGMENT46;

	pkt->l4_off = hlen;
	pkt->proto = ip->protocol;
	pkt->tos = ip->tos;
	pkt->ttl = ip->ttl;
	pkt->df = ip->frag_off & htons(0x4000);
	if (!clat_l4(pkt, IPPROTO_ICMP))
		return -CLAT_DROP_PROTOCOL46;

	l4 = (const u8 *)data + hlen;
	need = clat_need(hlen + pkt->l4_len, linear, pkt->len,
			 CLAT_DROP_TRANSPORT46);
	if (need)
		return need;
	if (pkt->proto == IPPROTO_ICMP && clat_icmp46(*l4) < 0)
		return -CLAT_DROP_ICMP46;
	if (pkt->proto == IPPROTO_UDP &&
	    !clat_udp_fills((const struct udphdr *)l4, pkt->len - hlen))
		return -CLAT_DROP_TRANSPORT46;
	return 0;
}
