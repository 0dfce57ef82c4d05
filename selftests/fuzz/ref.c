// SPDX-License-Identifier: GPL-2.0
/* Reads packets by the book, and tells which may be translated. */
#include "ref.h"

/**
 * ref_sum() - sum of 16-bit words modulo 65535
 * @data:	the octets
 * @len:	how many; an odd one is the high half of a word
 */
u32 ref_sum(const u8 *data, unsigned int len)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? data[i] : data[i] << 8;
	return sum % 65535;
}

/**
 * ref_pseudo4() - sum of a pseudo header of IPv4
 * @head:	the IPv4 header
 * @proto:	protocol
 * @len:	octets of the transport
 */
u32 ref_pseudo4(const u8 *head, unsigned int proto, unsigned int len)
{
	return (ref_sum(head + 12, 8) + proto + len) % 65535;
}

/**
 * ref_pseudo6() - sum of a pseudo header of IPv6
 * @head:	the IPv6 header
 * @proto:	protocol
 * @len:	octets of the transport
 */
u32 ref_pseudo6(const u8 *head, unsigned int proto, unsigned int len)
{
	return (ref_sum(head + 8, 32) + proto + len) % 65535;
}

/**
 * ref_pseudo() - what the pseudo header adds to the checksum of a transport
 * @head:	an IP header, of the packet or of what became of it
 * @ip:		the packet, in either family
 * @v6:		the family of the header
 */
u32 ref_pseudo(const u8 *head, const struct ref_ip *ip, bool v6)
{
	bool icmp = ip->proto == 1 || ip->proto == 58;
	unsigned int len = ip->len - ip->l4;

	if (v6)
		return ref_pseudo6(head, icmp ? 58 : ip->proto, len);
	return icmp ? 0 : ref_pseudo4(head, ip->proto, len);
}

/**
 * ref_l4_min() - octets that a transport header has at least
 * @proto:	protocol
 * @v6:		its family
 *
 * Return: 0 if the translator has nothing to do with it.
 */
unsigned int ref_l4_min(unsigned int proto, bool v6)
{
	switch (proto) {
	case 6:
		return 20;
	case 33:
		return 12;
	case 17:
	case 136:
		return 8;
	default:
		return proto == (v6 ? 58 : 1) ? 8 : 0;
	}
}

/**
 * ref_check_at() - where a transport has its checksum
 * @proto:	protocol
 * @v6:		its family
 *
 * Return: an offset; negative if the translator has nothing to do with it.
 */
int ref_check_at(unsigned int proto, bool v6)
{
	switch (proto) {
	case 6:
		return 16;
	case 17:
	case 33:
	case 136:
		return 6;
	default:
		return proto == (v6 ? 58 : 1) ? 2 : -1;
	}
}

/**
 * ref_is_error() - tell whether an ICMP type is an error with a quote
 * @type:	the type
 * @v6:		its family
 */
bool ref_is_error(unsigned int type, bool v6)
{
	return v6 ? type >= 1 && type <= 4 :
		    type == 3 || type == 11 || type == 12;
}

static bool ref_is_echo(unsigned int type, bool v6)
{
	return v6 ? type == 128 || type == 129 : type == 8 || type == 0;
}

/* RFC 791; a source route that goes on: RFC 7915, section 4.1 */
static bool ref_options_ok(const u8 *opt, unsigned int len)
{
	unsigned int at = 0;

	while (at < len && opt[at] != 0) {
		unsigned int left = len - at, size;

		if (opt[at] == 1) {
			at++;
			continue;
		}
		if (left < 2)
			return false;
		size = opt[at + 1];
		if (size < 2 || size > left)
			return false;
		if (opt[at] == 131 || opt[at] == 137) {
			if (size < 3 || opt[at + 2] <= size)
				return false;
		}
		at += size;
	}
	return true;
}

/* A transport that must be there: whole packets and first fragments. */
static bool ref_l4_ok(const u8 *p, const struct ref_ip *ip, bool v6)
{
	const u8 *l4 = p + ip->l4;
	unsigned int len = ip->len - ip->l4;

	if (len < ref_l4_min(ip->proto, v6))
		return false;
	if (ip->proto == (v6 ? 58 : 1))
		return ref_is_echo(l4[0], v6) || ref_is_error(l4[0], v6);
	/* IPv6 wants a checksum: it is made over the whole datagram. */
	if (ip->proto == 17 && !v6 && !fz_get16(l4 + 6))
		return !ip->more && fz_get16(l4 + 4) == len;
	return true;
}

/* One that may have been cut: what an error quotes. */
static bool ref_l4_quoted_ok(const u8 *p, unsigned int there,
			     const struct ref_ip *ip, bool v6)
{
	if (ip->proto != (v6 ? 58 : 1))
		return true;
	return there >= ip->l4 + 4 && ref_is_echo(p[ip->l4], v6);
}

static bool ref_proto4_ok(const struct ref_ip *ip)
{
	switch (ip->proto) {
	case 0: case 43: case 44: case 60:	/* extension headers of IPv6 */
	case 58: case 2:			/* ICMPv6, IGMP */
		return false;
	case 1:
		return !ip->more && !ip->off;
	default:
		return true;
	}
}

/**
 * ref_read4() - read an IPv4 packet
 * @p:		the packet
 * @total:	octets there are
 * @quoted:	by an ICMP error, and maybe cut
 * @ip:		filled in if it may be translated
 *
 * Return: whether it may be translated, addresses aside.
 */
bool ref_read4(const u8 *p, unsigned int total, bool quoted,
	       struct ref_ip *ip)
{
	unsigned int flags;

	if (total < 20 || p[0] >> 4 != 4)
		return false;
	flags = fz_get16(p + 6);
	ip->l4 = (p[0] & 15) * 4;
	ip->len = fz_get16(p + 2);
	ip->tos = p[1];
	ip->id = fz_get16(p + 4);
	ip->df = flags >> 14 & 1;
	ip->more = flags >> 13 & 1;
	ip->off = (flags & 0x1fff) * 8;
	ip->frag = ip->more || ip->off;
	ip->ttl = p[8];
	ip->proto = p[9];

	if (ip->l4 < 20 || ip->len < ip->l4 || total < ip->l4 ||
	    ip->off + ip->len - ip->l4 > 65535 || !ref_proto4_ok(ip))
		return false;
	if (quoted)
		return ip->off || ref_l4_quoted_ok(p, total, ip, false);
	return ip->len <= total && ref_sum(p, ip->l4) == 0 &&
	       ref_options_ok(p + 20, ip->l4 - 20) &&
	       (ip->off || ref_l4_ok(p, ip, false));
}

/* Passes hop-by-hop, routing and destination options; end bounds them all. */
static bool ref_pass_ext(const u8 *p, unsigned int end, struct ref_ip *ip)
{
	unsigned int n;

	for (n = 0; ip->proto == 0 || ip->proto == 43 || ip->proto == 60; n++) {
		const u8 *ext = p + ip->l4;

		if (n == 8 || ip->l4 + 8 > end ||
		    (ip->proto == 0 && ip->l4 != 40) ||
		    (ip->proto == 43 && ext[3]))
			return false;
		ip->proto = ext[0];
		ip->l4 += (ext[1] + 1) * 8;
	}
	return true;
}

static bool ref_pass_fragment(const u8 *p, unsigned int end, struct ref_ip *ip)
{
	const u8 *ext = p + ip->l4;

	if (ip->proto != 44)
		return true;
	if (ip->l4 + 8 > end)
		return false;
	ip->frag = true;
	ip->proto = ext[0];
	ip->off = fz_get16(ext + 2) & 0xfff8;
	ip->more = ext[3] & 1;
	ip->id = fz_get32(ext + 4);
	ip->l4 += 8;

	switch (ip->proto) {
	case 0: case 43: case 44: case 60:
	case 51: case 135: case 139: case 140:	/* AH, Mobility, HIP, Shim6 */
		return false;
	default:
		return true;
	}
}

/**
 * ref_read6() - read an IPv6 packet
 * @p:		the packet
 * @total:	octets there are
 * @quoted:	by an ICMP error, and maybe cut
 * @ip:		filled in if it may be translated
 *
 * Return: whether it may be translated, addresses aside.
 */
bool ref_read6(const u8 *p, unsigned int total, bool quoted,
	       struct ref_ip *ip)
{
	unsigned int end;

	memset(ip, 0, sizeof(*ip));
	if (total < 40 || p[0] >> 4 != 6)
		return false;
	ip->len = 40 + fz_get16(p + 4);
	ip->l4 = 40;
	ip->tos = (fz_get16(p) >> 4) & 0xff;
	ip->proto = p[6];
	ip->ttl = p[7];
	end = quoted ? total : ip->len;

	if ((!quoted && ip->len > total) || !ref_pass_ext(p, end, ip) ||
	    !ref_pass_fragment(p, end, ip) || ip->l4 > end ||
	    ip->len < ip->l4)
		return false;
	/* ICMPv4, and parts of ICMPv6 */
	if (ip->proto == 1 || (ip->proto == 58 && (ip->off || ip->more)))
		return false;
	/* The IPv4 datagram must have a length. */
	if (ip->off + ip->len - ip->l4 + 20 > 65535)
		return false;
	if (ip->off)
		return true;
	return quoted ? ref_l4_quoted_ok(p, total, ip, true) :
			ref_l4_ok(p, ip, true);
}
