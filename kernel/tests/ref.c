// SPDX-License-Identifier: GPL-2.0
/* Reference packets: written octet by octet, summed up as RFC 1071 defines it. */
#include <linux/bug.h>
#include <linux/inet.h>
#include <linux/string.h>

#include "ref.h"

/**
 * ref_v4() - read an IPv4 address
 * @text:	dotted quad
 */
__be32 ref_v4(const char *text)
{
	__be32 addr;

	/* A test with another address than the one it names proves nothing. */
	WARN_ON(!in4_pton(text, -1, (u8 *)&addr, -1, NULL));
	return addr;
}

/**
 * ref_v6() - read an IPv6 address
 * @text:	in any notation of RFC 4291
 */
struct in6_addr ref_v6(const char *text)
{
	struct in6_addr addr;

	WARN_ON(!in6_pton(text, -1, addr.s6_addr, -1, NULL));
	return addr;
}

/**
 * ref_sum() - one's complement sum of octets
 * @data:	the octets, the first of them the high one of a word
 * @len:	how many
 * @sum:	what to begin with
 *
 * Return: the sum, folded, in host order.
 */
u16 ref_sum(const void *data, unsigned int len, u32 sum)
{
	const u8 *octet = data;
	unsigned int i;

	for (i = 0; i < len; i++) {
		sum += i % 2 ? octet[i] : octet[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (sum & 0xffff) + (sum >> 16);
}

/**
 * ref_ip_check() - checksum that an IPv4 header must have
 * @ip:		the header
 * @len:	its octets
 */
u16 ref_ip_check(const u8 *ip, unsigned int len)
{
	/* All but the field itself, which is at octet 10. */
	return ~ref_sum(ip + 12, len - 12, ref_sum(ip, 10, 0));
}

/**
 * ref_l4_len() - octets of the transport header
 * @ref:	the packet
 */
unsigned int ref_l4_len(const struct ref_packet *ref)
{
	return ref->proto == IPPROTO_TCP ? 20 : 8;
}

/**
 * ref_check_off() - offset of the checksum in the transport header
 * @ref:	the packet
 */
unsigned int ref_check_off(const struct ref_packet *ref)
{
	switch (ref->proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
		return 6;
	default:
		return 2;
	}
}

/* Transport header and payload; returns their octets, without a checksum. */
static unsigned int ref_build_l4(u8 *l4, const struct ref_packet *ref,
				 bool ipv6)
{
	static const u8 tcp[] = {
		0x30, 0x39, 0x00, 0x50, 0x00, 0x00, 0x00, 0x00,
		0xf5, 0xf6, 0xf7, 0xf8, 0x50, 0x10, 0x40, 0x00,
		0x00, 0x00, 0x00, 0x00,
	};
	static const u8 udp[] = {
		0x30, 0x39, 0x00, 0x35, 0x00, 0x00, 0x00, 0x00,
	};
	static const u8 icmp[] = {
		0x08, 0x00, 0x00, 0x00, 0x12, 0x34, 0x00, 0x07,
	};
	unsigned int hlen = ref_l4_len(ref);
	unsigned int len = hlen + ref->payload_len;

	switch (ref->proto) {
	case IPPROTO_TCP:
		memcpy(l4, tcp, sizeof(tcp));
		ref_put16(l4 + 4, ref->seq >> 16);
		ref_put16(l4 + 6, ref->seq);
		l4[13] |= ref->more ? 0 : 0x08;
		break;
	case IPPROTO_UDP:
		memcpy(l4, udp, sizeof(udp));
		ref_put16(l4 + 4, len - ref->udp_short);
		break;
	default:
		memcpy(l4, icmp, sizeof(icmp));
		l4[0] = ipv6 ? 128 : 8;
	}
	memcpy(l4 + hlen, ref->payload, ref->payload_len);
	return len;
}

/* pseudo is the sum of the pseudo header, len what the checksum covers. */
static void ref_put_check(u8 *l4, const struct ref_packet *ref,
			  unsigned int len, u16 pseudo)
{
	u8 *field = l4 + ref_check_off(ref);

	if (ref->check == REF_CHECK_ZERO)
		return;
	ref_put16(field, pseudo);
	if (ref->check == REF_CHECK_FULL)
		ref_finish(l4, len, 0, ref_check_off(ref),
			   ref->proto == IPPROTO_UDP);
}

/**
 * ref_build4() - write a packet as IPv4
 * @buf:	where to
 * @ref:	the packet
 *
 * Return: its octets.
 */
unsigned int ref_build4(u8 *buf, const struct ref_packet *ref)
{
	unsigned int hlen = 20 + ref->options_len;
	u8 *l4 = buf + hlen;
	unsigned int len = ref_build_l4(l4, ref, false);
	unsigned int covered = len - ref->udp_short;
	u32 pseudo = 0;

	buf[0] = 0x40 | hlen / 4;
	buf[1] = ref->tos;
	ref_put16(buf + 2, hlen + len);
	ref_put16(buf + 4, ref->id);
	ref_put16(buf + 6, ref->frag_off);
	buf[8] = ref->ttl;
	buf[9] = ref->proto;
	memcpy(buf + 12, &ref->saddr4, 4);
	memcpy(buf + 16, &ref->daddr4, 4);
	if (ref->options_len)
		memcpy(buf + 20, ref->options, ref->options_len);
	ref_put16(buf + 10, ref_ip_check(buf, hlen));

	/* RFC 792: the checksum of ICMP covers the message only. */
	if (ref->proto != IPPROTO_ICMP)
		pseudo = ref_sum(buf + 12, 8, ref->proto + covered);
	ref_put_check(l4, ref, covered, pseudo);
	return hlen + len;
}

/**
 * ref_build6() - write a packet as IPv6
 * @buf:	where to
 * @ref:	the packet
 *
 * Return: its octets.
 */
unsigned int ref_build6(u8 *buf, const struct ref_packet *ref)
{
	u8 nexthdr = ref->proto == IPPROTO_ICMP ? IPPROTO_ICMPV6 : ref->proto;
	u8 *l4 = buf + 40;
	unsigned int len = ref_build_l4(l4, ref, true);
	unsigned int covered = len - ref->udp_short;

	buf[0] = 0x60 | ref->tos >> 4;
	buf[1] = ref->tos << 4;
	buf[2] = 0;
	buf[3] = 0;
	ref_put16(buf + 4, len);
	buf[6] = nexthdr;
	buf[7] = ref->ttl;
	memcpy(buf + 8, &ref->saddr6, 16);
	memcpy(buf + 24, &ref->daddr6, 16);

	ref_put_check(l4, ref, covered,
		      ref_sum(buf + 8, 32, nexthdr + covered));
	return 40 + len;
}

/**
 * ref_finish() - do what CHECKSUM_PARTIAL leaves to the device
 * @pkt:	the packet
 * @len:	its octets, the last to be summed up
 * @start:	first octet to be summed up
 * @offset:	of the field, from @start
 * @udp:	a sum of zero is sent as all ones
 */
void ref_finish(u8 *pkt, unsigned int len, unsigned int start,
		unsigned int offset, bool udp)
{
	u16 check = ~ref_sum(pkt + start, len - start, 0);

	ref_put16(pkt + start + offset, !check && udp ? 0xffff : check);
}

/**
 * ref_expect_bytes() - expect octets, and show where they differ
 * @test:	fails if they do
 * @what:	they are
 * @got:	octets
 * @got_len:	how many
 * @want:	octets expected
 * @want_len:	how many
 */
void ref_expect_bytes(struct kunit *test, const char *what,
		      const u8 *got, unsigned int got_len,
		      const u8 *want, unsigned int want_len)
{
	unsigned int i, row;

	for (i = 0; i < got_len && i < want_len; i++)
		if (got[i] != want[i])
			break;
	if (i == got_len && i == want_len)
		return;

	row = round_down(i, 16);
	KUNIT_FAIL(test,
		   "%s: differs at octet %u; length %u, expected %u; from octet %u:\n got      %*ph\n expected %*ph\n",
		   what, i, got_len, want_len, row,
		   (int)min(got_len - min(row, got_len), 32U), got + row,
		   (int)min(want_len - min(row, want_len), 32U), want + row);
}
