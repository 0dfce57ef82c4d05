/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors with the packets they quote, made without the code under test. */
#ifndef _CLAT_TEST_REF_ICMP_H
#define _CLAT_TEST_REF_ICMP_H

#include <linux/in6.h>
#include <linux/types.h>

/**
 * struct ref_icmp - an ICMP error of either family
 * @type:	type
 * @code:	code
 * @rest:	octets 4 to 7
 * @quote:	the quoted packet
 * @quote_len:	octets of @quote
 * @pad:	octets of zero behind it
 * @ext:	extensions
 * @ext_len:	octets of @ext
 */
struct ref_icmp {
	u8 type, code;
	u8 rest[4];
	const u8 *quote;
	unsigned int quote_len, pad;
	const u8 *ext;
	unsigned int ext_len;
};

unsigned int ref_icmp_build4(u8 *buf, const struct ref_icmp *ref);
unsigned int ref_icmp_build6(u8 *buf, const struct ref_icmp *ref,
			     const struct in6_addr *saddr,
			     const struct in6_addr *daddr);

#endif /* _CLAT_TEST_REF_ICMP_H */
