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
