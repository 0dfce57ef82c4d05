/* SPDX-License-Identifier: GPL-2.0 */
/* The transport headers that the translator adjusts, the same in both families. */
#ifndef _CLAT_L4_H
#define _CLAT_L4_H

#include <linux/stddef.h>

#include "core.h"

/**
 * clat_l4() - note where the checksum of a transport protocol lies
 * @pkt:	@proto is read, @l4_len and @check_off are filled in
 * @icmp:	number of ICMP in the family the packet came in
 *
 * Return: false if it is a protocol that is not translated.
 */
static inline bool clat_l4(struct clat_packet *pkt, u8 icmp)
{
	if (pkt->proto == IPPROTO_TCP) {
		pkt->l4_len = sizeof(struct tcphdr);
		pkt->check_off = offsetof(struct tcphdr, check);
	} else if (pkt->proto == IPPROTO_UDP) {
		pkt->l4_len = sizeof(struct udphdr);
		pkt->check_off = offsetof(struct udphdr, check);
	} else if (pkt->proto == icmp) {
		pkt->l4_len = sizeof(struct icmphdr);
		pkt->check_off = offsetof(struct icmphdr, checksum);
	} else {
		return false;
	}
	return true;
}

#endif /* _CLAT_L4_H */
