// SPDX-License-Identifier: GPL-2.0
/* Superframes that cross in one piece. */
#include "clat.h"

/**
 * clat_gso_known() - tell whether a superframe can be translated as a whole
 * @skb:	a GSO packet
 *
 * TCP and UDP (USO) superframes are, and those of an untrusted source (DODGY),
 * which the next device's segmentation checks. What is segmented by another
 * header than the one that is rewritten, or is a list of packets that each
 * have headers of their own, is not.
 */
bool clat_gso_known(const struct sk_buff *skb)
{
	const unsigned int other =
		SKB_GSO_FRAGLIST | SKB_GSO_SCTP | SKB_GSO_ESP |
		SKB_GSO_GRE | SKB_GSO_GRE_CSUM | SKB_GSO_IPXIP4 |
		SKB_GSO_IPXIP6 | SKB_GSO_UDP_TUNNEL | SKB_GSO_UDP_TUNNEL_CSUM |
		SKB_GSO_PARTIAL | SKB_GSO_TUNNEL_REMCSUM | SKB_GSO_UDP;

	return !skb->encapsulation && !(skb_shinfo(skb)->gso_type & other);
}
