/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a translated packet must look like, made without any of the code under
 * test: one description is written out octet by octet as an IPv4 packet and as
 * an IPv6 packet, with checksums summed up over the whole packet.
 */
#ifndef _CLAT_TEST_REF_H
#define _CLAT_TEST_REF_H

#include <kunit/test.h>
#include <linux/in6.h>
#include <linux/types.h>

#define REF_L4_MAX	20	/* longest transport header made here */

/**
 * enum ref_check - what is in the checksum field of the transport header
 * @REF_CHECK_FULL:	the checksum
 * @REF_CHECK_SEED:	the sum of the pseudo header, as CHECKSUM_PARTIAL has it
 * @REF_CHECK_ZERO:	nothing, as UDP over IPv4 may have it
 */
enum ref_check {
	REF_CHECK_FULL,
	REF_CHECK_SEED,
	REF_CHECK_ZERO,
};

/**
 * struct ref_packet - a packet that both families can carry
 * @saddr4:	IPv4 source address
 * @daddr4:	IPv4 destination address
 * @saddr6:	IPv6 source address
 * @daddr6:	IPv6 destination address
 * @proto:	IPv4 protocol number: TCP, UDP, UDP-Lite, DCCP, ICMP for an echo
 *		request; of another there is only the payload
 * @check:	what to put into the checksum field
 * @tos:	TOS octet, traffic class
 * @ttl:	TTL, hop limit
 * @id:		identification: its low half in IPv4, in IPv6 that of a fragment
 * @frag_off:	flags and fragment offset as IPv4 has them; of a fragment that
 *		isn't the first there is only the payload
 * @options:	IPv4 only: options, a multiple of four octets
 * @options_len: octets of @options
 * @ext:	IPv6 only: extension headers before a Fragment header; the last
 *		one's next header is filled in
 * @ext_len:	octets of @ext
 * @ext_last:	offset of the last header in @ext
 * @ext_first:	number of the first header in @ext
 * @payload:	what follows the transport header
 * @payload_len: octets of @payload
 * @behind:	what other fragments carry: the checksum covers it
 * @behind_len:	octets of @behind
 * @seq:	TCP only: octets of the stream before it
 * @more:	TCP only: not the last segment, so without PSH
 * @udp_short:	octets by which the UDP length, or the checksum coverage of
 *		UDP-Lite, is less than that of the packet
 */
struct ref_packet {
	__be32 saddr4, daddr4;
	struct in6_addr saddr6, daddr6;
	u8 proto;
	enum ref_check check;
	u8 tos, ttl;
	u32 id;
	u16 frag_off;
	const u8 *options;
	unsigned int options_len;
	const u8 *ext;
	unsigned int ext_len, ext_last;
	u8 ext_first;
	const u8 *payload;
	unsigned int payload_len;
	const u8 *behind;
	unsigned int behind_len;
	u32 seq;
	bool more;
	unsigned int udp_short;
};

__be32 ref_v4(const char *text);
struct in6_addr ref_v6(const char *text);

u16 ref_sum(const void *data, unsigned int len, u32 sum);
u16 ref_ip_check(const u8 *ip, unsigned int len);
unsigned int ref_l4_len(const struct ref_packet *ref);
unsigned int ref_check_off(const struct ref_packet *ref);
unsigned int ref_build4(u8 *buf, const struct ref_packet *ref);
unsigned int ref_build6(u8 *buf, const struct ref_packet *ref);
void ref_finish(u8 *pkt, unsigned int len, unsigned int start,
		unsigned int offset, bool udp);

static inline void ref_put16(u8 *to, u16 value)
{
	to[0] = value >> 8;
	to[1] = value & 0xff;
}

static inline u16 ref_get16(const u8 *from)
{
	return from[0] << 8 | from[1];
}

void ref_expect_bytes(struct kunit *test, const char *what,
		      const u8 *got, unsigned int got_len,
		      const u8 *want, unsigned int want_len);

#endif /* _CLAT_TEST_REF_H */
