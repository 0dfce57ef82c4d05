// SPDX-License-Identifier: GPL-2.0
/*
 * The header that a packet must come out with, and what must become of its
 * transport: RFC 7915, sections 4.1, 4.5, 5.1 and 5.5.
 */
#include "ref.h"

/**
 * ref_head46() - write the IPv6 header of a translated packet
 * @to:		48 octets
 * @ip:		the IPv4 packet
 * @src:	source address
 * @dst:	destination address
 *
 * Return: octets written.
 */
unsigned int ref_head46(u8 *to, const struct ref_ip *ip, const u8 *src,
			const u8 *dst)
{
	unsigned int hlen = ip->frag ? 48 : 40;
	u8 next = ip->proto == 1 ? 58 : ip->proto;

	memset(to, 0, 48);
	to[0] = 0x60 + ip->tos / 16;
	to[1] = ip->tos % 16 * 16;
	fz_put16(to + 4, ip->len - ip->l4 + hlen - 40);
	to[6] = ip->frag ? 44 : next;
	to[7] = ip->ttl;
	memcpy(to + 8, src, 16);
	memcpy(to + 24, dst, 16);
	if (ip->frag) {
		to[40] = next;
		fz_put16(to + 42, ip->off + ip->more);
		fz_put16(to + 46, ip->id);
	}
	return hlen;
}

/**
 * ref_head64() - write the IPv4 header of a translated packet
 * @to:		20 octets
 * @ip:		the IPv6 packet
 * @src:	source address
 * @dst:	destination address
 * @id:		identification, if it has none
 * @df:		Don't Fragment, unless it is a fragment
 */
void ref_head64(u8 *to, const struct ref_ip *ip, u32 src, u32 dst, u16 id,
		bool df)
{
	u16 flags = ip->frag ? (ip->more ? 0x2000 : 0) + ip->off / 8 :
			       (df ? 0x4000 : 0);

	to[0] = 0x45;
	to[1] = ip->tos;
	fz_put16(to + 2, ip->len - ip->l4 + 20);
	fz_put16(to + 4, ip->frag ? ip->id & 0xffff : id);
	fz_put16(to + 6, flags);
	to[8] = ip->ttl;
	to[9] = ip->proto == 58 ? 1 : ip->proto;
	fz_put16(to + 10, 0);
	fz_put32(to + 12, src);
	fz_put32(to + 16, dst);
	fz_put16(to + 10, (65535 - ref_sum(to, 20)) % 65535);
}

static u8 ref_echo(u8 type, bool from6)
{
	if (from6)
		return type == 128 ? 8 : 0;
	return type == 8 ? 128 : 129;
}

/*
 * 0 if the checksum is right. What is wrong must be as wrong afterwards: the
 * end that made it, or that reads it, has to see it.
 */
static u32 ref_residue(const struct ref_part *part, unsigned int at,
		       bool partial)
{
	/* The device would add up all of it, the field included. */
	if (partial)
		return (part->pseudo + 65535 - fz_get16(part->data + at)) % 65535;
	return (part->pseudo + ref_sum(part->data, part->len)) % 65535;
}

/**
 * ref_check_l4() - check a translated transport
 * @ip:		the packet that came in
 * @from6:	its family is IPv6
 * @in:		its transport
 * @out:	the same translated
 * @partial:	the checksum field has the sum of the pseudo header only
 * @quoted:	by an ICMP error
 */
void ref_check_l4(const struct ref_ip *ip, bool from6,
		  const struct ref_part *in, const struct ref_part *out,
		  bool partial, bool quoted)
{
	int at = ip->off ? -1 : ref_check_at(ip->proto, from6);
	unsigned int skip = 0, was;

	fz_check(in->len == out->len);
	if (at < 0 || in->len < (unsigned int)at + 2) {
		fz_check_same("payload", out->data, out->len, in->data, in->len);
		return;
	}
	was = fz_get16(in->data + at);
	if (ip->proto == 17 && !was && !partial && (from6 || quoted)) {
		fz_check_same("UDP without checksum", out->data, out->len,
			      in->data, in->len);
		return;
	}
	if (ip->proto == 1 || ip->proto == 58) {
		fz_check(out->data[0] == ref_echo(in->data[0], from6));
		skip = 1;
	}
	fz_check_same("transport before the checksum", out->data + skip,
		      at - skip, in->data + skip, at - skip);
	fz_check_same("what follows the checksum", out->data + at + 2,
		      out->len - at - 2, in->data + at + 2, in->len - at - 2);

	if (ip->proto == 17 && !was && !partial) {
		fz_check(fz_get16(out->data + at));
		fz_check(!ref_residue(out, at, false));
		return;
	}
	/* 0 would say that there is none. */
	if ((ip->proto == 17 || ip->proto == 136) && was && !partial)
		fz_check(fz_get16(out->data + at));
	fz_check(ref_residue(out, at, partial) == ref_residue(in, at, partial));
}
