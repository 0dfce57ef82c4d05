// SPDX-License-Identifier: GPL-2.0
/* ICMP types: RFC 7915, sections 4.2 and 5.2. */
#include "core.h"

/**
 * clat_icmp46() - translate the type of an ICMPv4 message
 * @type:	ICMPv4 type
 *
 * Return: ICMPv6 type, or a negative drop reason.
 */
int clat_icmp46(u8 type)
{
	switch (type) {
	case ICMP_ECHO:
		return ICMPV6_ECHO_REQUEST;
	case ICMP_ECHOREPLY:
		return ICMPV6_ECHO_REPLY;
	default:
		return -CLAT_DROP_ICMP46;
	}
}

/**
 * clat_icmp64() - translate the type of an ICMPv6 message
 * @type:	ICMPv6 type
 *
 * Return: ICMPv4 type, or a negative drop reason.
 */
int clat_icmp64(u8 type)
{
	switch (type) {
	case ICMPV6_ECHO_REQUEST:
		return ICMP_ECHO;
	case ICMPV6_ECHO_REPLY:
		return ICMP_ECHOREPLY;
	default:
		return -CLAT_DROP_ICMP64;
	}
}
