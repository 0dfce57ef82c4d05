// SPDX-License-Identifier: GPL-2.0
/*
 * Checksums are adjusted by the difference of what they cover (RFC 1624), so
 * that the payload is never read.
 */
#include "core.h"

/**
 * clat_csum_icmp_pseudo() - sum of the pseudo header of an ICMPv6 message
 * @saddr:	source address
 * @daddr:	destination address
 * @len:	octets of the message
 *
 * The checksum of ICMPv6 covers it, that of ICMPv4 doesn't.
 */
__wsum clat_csum_icmp_pseudo(const struct in6_addr *saddr,
			     const struct in6_addr *daddr, u32 len)
{
	__wsum sum = csum_partial(saddr, sizeof(*saddr), 0);

	sum = csum_partial(daddr, sizeof(*daddr), sum);
	sum = csum_add(sum, (__force __wsum)htonl(len));
	return csum_add(sum, (__force __wsum)htonl(IPPROTO_ICMPV6));
}

/**
 * clat_csum_full() - adjust a complete checksum
 * @check:	the checksum field
 * @delta:	sum of what it covers after less that before
 */
void clat_csum_full(__sum16 *check, __wsum delta)
{
	*check = csum_fold(csum_add(csum_unfold(~*check), delta));
}

/**
 * clat_csum_partial() - adjust a checksum field that only has the pseudo header
 * @check:	the checksum field
 * @delta:	sum of the pseudo header after less that before
 *
 * Such a field (CHECKSUM_PARTIAL) is not inverted.
 */
void clat_csum_partial(__sum16 *check, __wsum delta)
{
	*check = ~csum_fold(csum_add(csum_unfold(*check), delta));
}

/* A sum that is zero in one's complement changes no checksum. */
static bool clat_csum_neutral(__wsum delta)
{
	__sum16 folded = csum_fold(delta);

	return folded == 0 || folded == (__force __sum16)0xffff;
}

/* Inline in each direction: a call would cost as much as it does. */
static inline void clat_l4_adjust(__sum16 *check, const struct clat_packet *pkt,
				  __wsum delta, bool partial)
{
	if (partial) {
		clat_csum_partial(check, delta);
		return;
	}
	clat_csum_full(check, delta);
	/* In UDP, 0 would mean that there is none. */
	if (!*check && (pkt->proto == IPPROTO_UDP ||
			pkt->proto == IPPROTO_UDPLITE))
		*check = (__force __sum16)0xffff;
}

static inline void clat_l4_sum(__sum16 *check, const struct clat_packet *pkt,
			       __wsum delta, bool partial)
{
	if (clat_csum_neutral(delta))
		return;
	if (!partial && !*check && pkt->proto == IPPROTO_UDP)
		return;
	clat_l4_adjust(check, pkt, delta, partial);
}

/* The type is part of what the checksum covers, unless that is to be done. */
static void clat_l4_echo(void *l4, const struct clat_packet *pkt, u8 type,
			 __wsum delta, bool partial)
{
	__sum16 *word = l4, old = *word;

	*(u8 *)l4 = type;
	if (!partial)
		delta = csum_add(csum_sub(delta, csum_unfold(old)),
				 csum_unfold(*word));
	clat_l4_adjust(l4 + pkt->check_off, pkt, delta, partial);
}

static __wsum clat_l4_pseudo(const struct clat_packet *pkt,
			     const struct clat_ends *ends)
{
	return clat_csum_icmp_pseudo(&ends->local6, &ends->far6,
				     pkt->len - pkt->l4_off);
}

/* Out of the way of the transports that most packets have. */
static noinline void clat_l4_echo46(void *l4, const struct clat_packet *pkt,
				    const struct clat_ends *ends, bool partial)
{
	clat_l4_echo(l4, pkt, clat_icmp46_echo(*(u8 *)l4),
		     clat_l4_pseudo(pkt, ends), partial);
}

static noinline void clat_l4_echo64(void *l4, const struct clat_packet *pkt,
				    const struct clat_ends *ends, bool partial)
{
	clat_l4_echo(l4, pkt, clat_icmp64_echo(*(u8 *)l4),
		     csum_sub(0, clat_l4_pseudo(pkt, ends)), partial);
}

/**
 * clat_l4_46() - adjust a transport header from IPv4 to IPv6
 * @l4:		the header, @pkt->l4_len octets of it
 * @pkt:	the parsed IPv4 packet, no ICMP error
 * @ends:	its addresses
 * @partial:	the checksum has only the pseudo header yet
 *
 * A UDP datagram without a checksum stays without one.
 */
void clat_l4_46(void *l4, const struct clat_packet *pkt,
		const struct clat_ends *ends, bool partial)
{
	if (pkt->l4 == CLAT_L4_SUM)
		clat_l4_sum(l4 + pkt->check_off, pkt, ends->delta46, partial);
	else if (pkt->l4 == CLAT_L4_ECHO)
		clat_l4_echo46(l4, pkt, ends, partial);
}

/**
 * clat_l4_64() - adjust a transport header from IPv6 to IPv4
 * @l4:		the header, @pkt->l4_len octets of it
 * @pkt:	the parsed IPv6 packet, no ICMP error
 * @ends:	its addresses
 * @partial:	the checksum has only the pseudo header yet
 *
 * A UDP datagram without a checksum stays so: RFC 7915, section 5.5.
 */
void clat_l4_64(void *l4, const struct clat_packet *pkt,
		const struct clat_ends *ends, bool partial)
{
	if (pkt->l4 == CLAT_L4_SUM)
		clat_l4_sum(l4 + pkt->check_off, pkt,
			    csum_sub(0, ends->delta46), partial);
	else if (pkt->l4 == CLAT_L4_ECHO)
		clat_l4_echo64(l4, pkt, ends, partial);
}
