// SPDX-License-Identifier: GPL-2.0
/* Reference ICMP errors, written octet by octet. */
#include <linux/string.h>

#include "ref.h"
#include "ref_icmp.h"

static unsigned int ref_icmp_body(u8 *buf, const struct ref_icmp *ref)
{
	u8 *to = buf + 8;

	buf[0] = ref->type;
	buf[1] = ref->code;
	ref_put16(buf + 2, 0);
	memcpy(buf + 4, ref->rest, 4);
	memcpy(to, ref->quote, ref->quote_len);
	to += ref->quote_len;
	memset(to, 0, ref->pad);
	to += ref->pad;
	if (ref->ext_len)
		memcpy(to, ref->ext, ref->ext_len);
	return to + ref->ext_len - buf;
}

/**
 * ref_icmp_build4() - write an ICMPv4 message
 * @buf:	where to
 * @ref:	the message
 *
 * Return: its octets.
 */
unsigned int ref_icmp_build4(u8 *buf, const struct ref_icmp *ref)
{
	unsigned int len = ref_icmp_body(buf, ref);

	ref_put16(buf + 2, ~ref_sum(buf, len, 0));
	return len;
}

/**
 * ref_icmp_build6() - write an ICMPv6 message
 * @buf:	where to
 * @ref:	the message
 * @saddr:	source address
 * @daddr:	destination address
 *
 * Return: its octets.
 */
unsigned int ref_icmp_build6(u8 *buf, const struct ref_icmp *ref,
			     const struct in6_addr *saddr,
			     const struct in6_addr *daddr)
{
	unsigned int len = ref_icmp_body(buf, ref);
	u16 pseudo = ref_sum(saddr, 16, ref_sum(daddr, 16, 58 + len));

	ref_put16(buf + 2, ~ref_sum(buf, len, pseudo));
	return len;
}
