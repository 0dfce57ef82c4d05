/* SPDX-License-Identifier: GPL-2.0 */
/* The transports that the translator adjusts, the same in both families. */
#ifndef _CLAT_L4_H
#define _CLAT_L4_H

#include <linux/dccp.h>
#include <linux/stddef.h>

#include "core.h"

/**
 * clat_l4_find() - note what is to be done with a transport
 * @pkt:	@proto is read; @l4, @l4_len and @check_off are filled in
 * @icmp:	number of ICMP in the family the packet came in
 *
 * ICMP comes out as CLAT_L4_ECHO until its type is known.
 */
static inline void clat_l4_find(struct clat_packet *pkt, u8 icmp)
{
	if (pkt->proto == IPPROTO_TCP) {
		pkt->l4 = CLAT_L4_SUM;
		pkt->l4_len = sizeof(struct tcphdr);
		pkt->check_off = offsetof(struct tcphdr, check);
	} else if (pkt->proto == IPPROTO_UDP ||
		   pkt->proto == IPPROTO_UDPLITE) {
		pkt->l4 = CLAT_L4_SUM;
		pkt->l4_len = sizeof(struct udphdr);
		pkt->check_off = offsetof(struct udphdr, check);
	} else if (pkt->proto == icmp) {
		pkt->l4 = CLAT_L4_ECHO;
		pkt->l4_len = sizeof(struct icmphdr);
		pkt->check_off = offsetof(struct icmphdr, checksum);
	} else if (pkt->proto == IPPROTO_DCCP) {
		pkt->l4 = CLAT_L4_SUM;
		pkt->l4_len = sizeof(struct dccp_hdr);
		pkt->check_off = offsetof(struct dccp_hdr, dccph_checksum);
	} else {
		pkt->l4 = CLAT_L4_OPAQUE;
		pkt->l4_len = 0;
		pkt->check_off = 0;
	}
}

/**
 * clat_l4_quoted() - the same for a quoted packet, which may be cut
 * @pkt:	see clat_l4_find()
 * @icmp:	number of ICMP in the family the packet came in
 * @there:	octets there are from the transport header on
 *
 * Return: false if it can't be translated: an ICMP message without the octets
 * that change.
 */
static inline bool clat_l4_quoted(struct clat_packet *pkt, u8 icmp,
				  unsigned int there)
{
	clat_l4_find(pkt, icmp);
	pkt->l4_len = pkt->l4 == CLAT_L4_OPAQUE ?
		      0 : pkt->check_off + sizeof(__sum16);
	if (pkt->l4_len <= there)
		return true;
	if (pkt->l4 == CLAT_L4_ECHO)
		return false;
	pkt->l4 = CLAT_L4_OPAQUE;
	pkt->l4_len = 0;
	return true;
}

#endif /* _CLAT_L4_H */
