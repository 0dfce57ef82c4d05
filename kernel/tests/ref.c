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
	if (ref->frag_off & 0x1fff)
		return 0;
	switch (ref->proto) {
	case IPPROTO_TCP:
		return 20;
	case IPPROTO_DCCP:
		return 12;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_ICMP:
		return 8;
	default:
		return 0;
	}
}

/**
 * ref_check_off() - offset of the checksum in the transport header
 * @ref:	the packet, of a protocol that has one
 */
unsigned int ref_check_off(const struct ref_packet *ref)
{
	switch (ref->proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return 6;
	default:
		return 2;
	}
}

/* The transport header without lengths, sequence and checksum */
static const u8 *ref_l4_header(u8 proto)
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
	/* RFC 4340, section 5.1: Data, 48 bits of sequence number follow */
	static const u8 dccp[] = {
		0x30, 0x39, 0x13, 0x89, 0x04, 0x00, 0x00, 0x00,
		0x05, 0x00, 0x00, 0x11,
	};

	return proto == IPPROTO_TCP ? tcp : proto == IPPROTO_ICMP ? icmp :
	       proto == IPPROTO_DCCP ? dccp : udp;
}

/* Transport header and payload; returns their octets, without a checksum. */
static unsigned int ref_build_l4(u8 *l4, const struct ref_packet *ref,
				 bool ipv6)
{
	unsigned int hlen = ref_l4_len(ref);
	unsigned int len = hlen + ref->payload_len;

	memcpy(l4, ref_l4_header(ref->proto), hlen);
	memcpy(l4 + hlen, ref->payload, ref->payload_len);
	if (!hlen)
		return len;

	switch (ref->proto) {
	case IPPROTO_TCP:
		ref_put16(l4 + 4, ref->seq >> 16);
		ref_put16(l4 + 6, ref->seq);
		l4[13] |= ref->more ? 0 : 0x08;
		break;
	case IPPROTO_UDP:
		ref_put16(l4 + 4, len + ref->behind_len - ref->udp_short);
		break;
	case IPPROTO_UDPLITE:
		/* RFC 3828: 0 covers all of it. */
		ref_put16(l4 + 4, ref->udp_short ? len - ref->udp_short : 0);
		break;
	case IPPROTO_ICMP:
		l4[0] = ipv6 ? 128 : 8;
		break;
	}
	return len;
}

/* addrs is the sum of the addresses, proto the number that is covered. */
static void ref_put_check(u8 *l4, const struct ref_packet *ref,
			  unsigned int len, u16 addrs, u8 proto)
{
	unsigned int covered = len - ref->udp_short;
	/* UDP-Lite puts the length of the packet into the pseudo header. */
	unsigned int whole = ref->proto == IPPROTO_UDPLITE ? len : covered;
	u8 *field = l4 + ref_check_off(ref);
	u32 pseudo = addrs;

	if (!ref_l4_len(ref) || ref->check == REF_CHECK_ZERO)
		return;
	/* RFC 792: the checksum of ICMP covers the message only. */
	if (proto != IPPROTO_ICMP)
		pseudo += proto + whole + ref->behind_len;
	ref_put16(field, ref_sum(ref->behind, ref->behind_len, pseudo));
	if (ref->check == REF_CHECK_FULL)
		ref_finish(l4, covered, 0, ref_check_off(ref),
			   ref->proto == IPPROTO_UDP ||
			   ref->proto == IPPROTO_UDPLITE);
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

	ref_put_check(l4, ref, len,
		      ref->proto == IPPROTO_ICMP ? 0 : ref_sum(buf + 12, 8, 0),
		      ref->proto);
	return hlen + len;
}

/* What is between the IPv6 header and the transport; returns its octets. */
static unsigned int ref_build_ext(u8 *first, u8 *to,
				  const struct ref_packet *ref)
{
	u8 *next = first;

	if (ref->ext_len) {
		u8 proto = *next;

		memcpy(to, ref->ext, ref->ext_len);
		*next = ref->ext_first;
		next = to + ref->ext_last;
		*next = proto;
	}
	if (ref->frag_off & 0x3fff) {
		u8 *frag = to + ref->ext_len;

		frag[0] = *next;
		frag[1] = 0;
		ref_put16(frag + 2, (ref->frag_off & 0x1fff) << 3 |
				    (ref->frag_off >> 13 & 1));
		ref_put16(frag + 4, ref->id >> 16);
		ref_put16(frag + 6, ref->id);
		*next = IPPROTO_FRAGMENT;
		return ref->ext_len + 8;
	}
	return ref->ext_len;
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
	unsigned int ext, len;

	buf[0] = 0x60 | ref->tos >> 4;
	buf[1] = ref->tos << 4;
	buf[2] = 0;
	buf[3] = 0;
	buf[6] = nexthdr;
	buf[7] = ref->ttl;
	memcpy(buf + 8, &ref->saddr6, 16);
	memcpy(buf + 24, &ref->daddr6, 16);

	ext = ref_build_ext(buf + 6, buf + 40, ref);
	len = ref_build_l4(buf + 40 + ext, ref, true);
	ref_put16(buf + 4, ext + len);
	ref_put_check(buf + 40 + ext, ref, len, ref_sum(buf + 8, 32, 0),
		      nexthdr);
	return 40 + ext + len;
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
