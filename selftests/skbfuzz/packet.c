// SPDX-License-Identifier: GPL-2.0
/* Makes valid packets of both families, with addresses of the configuration. */
#include <net/checksum.h>
#include <net/ip6_checksum.h>

#include "skbfuzz.h"

#define FUZZ_FAR_POOL	0xc6336400U	/* 198.51.100.0/24 */

/**
 * fuzz_payload() - fill in octets that mean nothing
 * @f:		the run
 * @at:		where to
 * @len:	how many, FUZZ_HEAD at most
 */
void fuzz_payload(struct fuzz *f, u8 *at, unsigned int len)
{
	memcpy(at, f->blob + fuzz_rnd(f, FUZZ_MAX), len);
}

/**
 * fuzz_embed() - make the IPv6 address of an IPv4 address: RFC 6052, 2.2
 * @plat:	the prefix
 * @v4:		the IPv4 address
 * @v6:		filled in
 */
void fuzz_embed(const struct clat_plat *plat, __be32 v4, struct in6_addr *v6)
{
	unsigned int at = plat->len / 8, i;

	*v6 = plat->addr;
	for (i = 0; i < 4; i++) {
		if (at == 8)
			at++;
		v6->s6_addr[at++] = ((u8 *)&v4)[i];
	}
}

/**
 * fuzz_far4() - draw an IPv4 address for the far end
 * @f:		the run
 * @addr:	filled in
 *
 * Some come again and again, so that routes are found in the cache.
 */
void fuzz_far4(struct fuzz *f, __be32 *addr)
{
	if (fuzz_rnd(f, 8) < 5)
		*addr = htonl(FUZZ_FAR_POOL + fuzz_rnd(f, 8));
	else if (fuzz_rnd(f, 8))
		*addr = htonl((8 + fuzz_rnd(f, 2) * 80) << 24 |
			      (prandom_u32_state(&f->rnd) & 0xffffff));
	else
		*addr = (__force __be32)prandom_u32_state(&f->rnd);
}

static const struct clat_pair *draw_local(struct fuzz *f, __be32 *v4,
					  struct in6_addr *v6)
{
	const struct clat_map *map = &f->cfg->xlat.map;
	const struct clat_pair *pair = &map->by4[fuzz_rnd(f, map->n)];
	__be32 suffix = (__force __be32)prandom_u32_state(&f->rnd) &
			~pair->mask;

	*v4 = pair->v4 | suffix;
	*v6 = pair->v6;
	v6->s6_addr32[3] |= suffix;
	return pair;
}

/* Now and then an address that nothing is known of. */
static void draw_ends4(struct fuzz *f, u8 *local, u8 *far)
{
	struct in6_addr v6;
	__be32 v4;

	draw_local(f, &v4, &v6);
	if (fuzz_one_in(f, 64))
		v4 = (__force __be32)prandom_u32_state(&f->rnd);
	memcpy(local, &v4, 4);
	fuzz_far4(f, &v4);
	memcpy(far, &v4, 4);
}

static void draw_ends6(struct fuzz *f, u8 *local, u8 *far, bool router)
{
	const struct clat_xlat *xlat = &f->cfg->xlat;
	struct in6_addr v6;
	__be32 v4;

	draw_local(f, &v4, &v6);
	if (fuzz_one_in(f, 64))
		v6.s6_addr[fuzz_rnd(f, 16)] ^= 1 << fuzz_rnd(f, 8);
	memcpy(local, &v6, 16);

	fuzz_far4(f, &v4);
	fuzz_embed(&xlat->plat[fuzz_rnd(f, xlat->n_plat)], v4, &v6);
	if (fuzz_one_in(f, 64))
		v6.s6_addr[fuzz_rnd(f, 16)] ^= 1 << fuzz_rnd(f, 8);
	if (router) {
		v6.s6_addr32[0] = htonl(0x20010db8);
		v6.s6_addr32[1] = htonl(0xffff0000);
	}
	memcpy(far, &v6, 16);
}

/**
 * fuzz_sum_fix() - write a right transport checksum
 * @ip:		IP header
 * @ipv6:	its family
 * @l4:		transport header
 * @proto:	the transport
 * @len:	octets from there on
 * @cover:	octets of them that it covers
 */
void fuzz_sum_fix(u8 *ip, bool ipv6, u8 *l4, u8 proto, unsigned int len,
		  unsigned int cover)
{
	int off = fuzz_check_off(proto);
	__wsum sum;
	u16 check;

	if (off < 0 || cover < off + 2)
		return;
	fuzz_put16(l4 + off, 0);
	sum = csum_partial(l4, cover, 0);
	if (ipv6)
		check = (__force u16)csum_ipv6_magic((void *)(ip + 8),
						     (void *)(ip + 24), len,
						     proto, sum);
	else if (proto == IPPROTO_ICMP)
		check = (__force u16)csum_fold(sum);
	else
		check = (__force u16)csum_tcpudp_magic(get_unaligned((__be32 *)(ip + 12)),
						       get_unaligned((__be32 *)(ip + 16)),
						       len, proto, sum);
	if (!check && (proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE))
		check = 0xffff;
	memcpy(l4 + off, &check, 2);
}

/**
 * fuzz_ip_check() - write a right IPv4 header checksum
 * @ip:		IPv4 header
 */
void fuzz_ip_check(u8 *ip)
{
	__sum16 check;

	fuzz_put16(ip + 10, 0);
	check = ip_compute_csum(ip, (ip[0] & 15) * 4);
	memcpy(ip + 10, &check, 2);
}

/* Returns the octets of valid options, a multiple of four. */
static unsigned int make_options(struct fuzz *f, u8 *at)
{
	static const u8 kinds[] = { 7, 68, 131, 137, 148, 130, 94 };
	unsigned int room = 4 * (1 + fuzz_rnd(f, 10)), used = 0;

	memset(at, 0, room);
	while (used < room && fuzz_rnd(f, 5)) {
		unsigned int left = room - used, len;

		if (left < 3 || fuzz_one_in(f, 4)) {
			at[used++] = 1;
			continue;
		}
		len = 3 + fuzz_rnd(f, left - 2);
		at[used] = kinds[fuzz_rnd(f, ARRAY_SIZE(kinds))];
		at[used + 1] = len;
		/* The pointer of a route is mostly past its end. */
		at[used + 2] = fuzz_rnd(f, 4) ? len + 1 : fuzz_rnd(f, 48);
		fuzz_payload(f, at + used + 3, len - 3);
		used += len;
	}
	return room;
}

/*
 * Cuts a datagram to a fragment of it, in place. Returns its octets, and what
 * the offset field says, in octets, MF in bit 0.
 */
static unsigned int make_frag(struct fuzz *f, u8 *l4, unsigned int len,
			      u16 *field)
{
	unsigned int off = 0, end = len;

	switch (fuzz_rnd(f, 5)) {
	case 0:
		/* The first; sometimes shorter than its transport header */
		end = min(len, 8 * (1 + fuzz_rnd(f, 1 + len / 8)));
		break;
	case 1:
		off = 8 * fuzz_rnd(f, 1 + len / 8);
		end = off + min(len - off, 8 * (1 + fuzz_rnd(f, 8)));
		break;
	case 2:
		off = 8 * fuzz_rnd(f, 1 + len / 8);
		break;
	case 3:
		/* As far behind as can be said */
		*field = 8 * fuzz_rnd(f, 8192) | fuzz_rnd(f, 2);
		return len;
	case 4:
		*field = 0;	/* atomic */
		return len;
	}
	memmove(l4, l4 + off, end - off);
	*field = off | (end < len);
	if (*field & 1)
		end -= (end - off) % 8;
	return end - off;
}

static unsigned int make4(struct fuzz *f, u8 *ip, bool quoted)
{
	unsigned int hlen = 20, len, cover;
	u16 field = 0;
	u8 proto;

	if (fuzz_one_in(f, 12))
		hlen += make_options(f, ip + 20);
	ip[0] = 0x40 | hlen / 4;
	ip[1] = fuzz_rnd(f, 256);
	fuzz_put16(ip + 4, fuzz_rnd(f, 65536));
	ip[8] = fuzz_rnd(f, 256);
	draw_ends4(f, quoted ? ip + 16 : ip + 12, quoted ? ip + 12 : ip + 16);

	len = fuzz_l4_make(f, ip + hlen, false, quoted, &proto, &cover);
	len = min(len, 65535 - hlen);
	cover = min(cover, len);
	fuzz_sum_fix(ip, false, ip + hlen, proto, len, cover);
	if (proto == IPPROTO_UDP && fuzz_one_in(f, 8))
		fuzz_put16(ip + hlen + 6, 0);
	if (fuzz_one_in(f, proto == IPPROTO_ICMP ? 32 : 10))
		len = make_frag(f, ip + hlen, len, &field);

	ip[9] = proto;
	fuzz_put16(ip + 2, hlen + len);
	fuzz_put16(ip + 6, field / 8 | (field & 1 ? 0x2000 : 0) |
			   (fuzz_rnd(f, 2) ? 0x4000 : 0));
	fuzz_ip_check(ip);
	return hlen + len;
}

/* One extension header but the Fragment header; returns its octets. */
static unsigned int make_ext(struct fuzz *f, u8 *at, u8 kind)
{
	unsigned int len = 8 * (1 + (fuzz_one_in(f, 8) ? fuzz_rnd(f, 32) :
						      fuzz_rnd(f, 3)));

	memset(at, 0, len);
	at[1] = len / 8 - 1;
	if (kind == IPPROTO_ROUTING) {
		at[2] = fuzz_rnd(f, 5);
		at[3] = fuzz_rnd(f, 4) ? 0 : fuzz_rnd(f, 4);
	} else {
		/* PadN over all of it */
		at[2] = 1;
		at[3] = len - 4;
	}
	return len;
}

/* Extension headers in the order of RFC 8200; *next: where the last says what follows. */
static unsigned int make_chain(struct fuzz *f, u8 *ip, u8 **next)
{
	static const u8 kinds[] = { IPPROTO_HOPOPTS, IPPROTO_DSTOPTS,
				    IPPROTO_ROUTING, IPPROTO_DSTOPTS };
	unsigned int at = 40, i, n = fuzz_one_in(f, 32) ? 10 : 3;
	bool disorder = fuzz_one_in(f, 16);

	for (i = 0; i < n; i++) {
		u8 kind = kinds[disorder ? fuzz_rnd(f, 4) : min(i, 3U)];

		if (fuzz_rnd(f, 2))
			continue;
		**next = kind;
		*next = ip + at;
		at += make_ext(f, ip + at, kind);
	}
	return at;
}

static unsigned int make6(struct fuzz *f, u8 *ip, bool quoted)
{
	bool frag = fuzz_one_in(f, 8), router = !quoted && fuzz_one_in(f, 8);
	unsigned int at = 40, frag_at = 0, len, cover;
	u8 *next = ip + 6, proto;
	u16 field = 0;

	put_unaligned_be32(0x60000000 | (prandom_u32_state(&f->rnd) >> 4), ip);
	ip[7] = fuzz_rnd(f, 256);
	if (fuzz_one_in(f, 8))
		at = make_chain(f, ip, &next);
	if (frag) {
		*next = IPPROTO_FRAGMENT;
		next = ip + at;
		frag_at = at;
		at += 8;
	}
	len = fuzz_l4_make(f, ip + at, true, quoted, &proto, &cover);
	draw_ends6(f, quoted ? ip + 8 : ip + 24, quoted ? ip + 24 : ip + 8,
		   router && proto == IPPROTO_ICMPV6);
	*next = proto;
	len = min(len, 65535 - (at - 40));
	cover = min(cover, len);
	fuzz_sum_fix(ip, true, ip + at, proto, len, cover);
	if (proto == IPPROTO_UDP && fuzz_one_in(f, 16))
		fuzz_put16(ip + at + 6, 0);
	if (frag) {
		if (proto != IPPROTO_ICMPV6 || fuzz_one_in(f, 4))
			len = make_frag(f, ip + at, len, &field);
		ip[frag_at + 1] = 0;
		fuzz_put16(ip + frag_at + 2, field);
		put_unaligned_be32(prandom_u32_state(&f->rnd),
				   ip + frag_at + 4);
	}
	fuzz_put16(ip + 4, at - 40 + len);
	return at + len;
}

/**
 * fuzz_ip_head() - make a plain IP header before a payload
 * @f:		the run
 * @ip:		where to
 * @ipv6:	its family
 * @proto:	what follows
 * @len:	octets of what follows
 *
 * Return: its octets.
 */
unsigned int fuzz_ip_head(struct fuzz *f, u8 *ip, bool ipv6, u8 proto,
			  unsigned int len)
{
	if (ipv6) {
		put_unaligned_be32(0x60000000, ip);
		fuzz_put16(ip + 4, len);
		ip[6] = proto;
		ip[7] = 1 + fuzz_rnd(f, 255);
		draw_ends6(f, ip + 24, ip + 8, false);
		return 40;
	}
	fuzz_put16(ip, 0x4500 | fuzz_rnd(f, 256));
	fuzz_put16(ip + 2, 20 + len);
	put_unaligned_be32(prandom_u32_state(&f->rnd) & 0xffff4000, ip + 4);
	ip[8] = 1 + fuzz_rnd(f, 255);
	ip[9] = proto;
	draw_ends4(f, ip + 12, ip + 16);
	fuzz_ip_check(ip);
	return 20;
}

/**
 * fuzz_ip_make() - make a valid packet
 * @f:		the run
 * @at:		where to
 * @ipv6:	its family
 * @quoted:	it is what an error of that family quotes: a packet of the
 *		other way
 *
 * Return: its octets.
 */
unsigned int fuzz_ip_make(struct fuzz *f, u8 *at, bool ipv6, bool quoted)
{
	return ipv6 ? make6(f, at, quoted) : make4(f, at, quoted);
}

/**
 * fuzz_packet_make() - make the next packet
 * @f:		the run; its packet and its way are filled in
 */
void fuzz_packet_make(struct fuzz *f)
{
	struct fuzz_packet *in = &f->in;
	u8 *data = in->data;

	memset(in, 0, sizeof(*in));
	in->data = data;
	in->ipv6 = fuzz_rnd(f, 2);
	if (fuzz_one_in(f, 64)) {
		/* Noise, some of it with a version */
		in->len = fuzz_rnd(f, fuzz_one_in(f, 8) ? 4000 : 120);
		fuzz_payload(f, data, in->len);
		if (fuzz_rnd(f, 2))
			data[0] = (in->ipv6 ? 0x60 : 0x40) | (data[0] & 15);
		in->spoiled = true;
	} else if (fuzz_one_in(f, 10)) {
		fuzz_super_make(f);
	} else {
		in->len = fuzz_ip_make(f, data, in->ipv6, false);
	}
	/* Only the stack itself makes lists and tunnels, and so none spoiled. */
	if (in->super != FUZZ_FRAGLIST && in->super != FUZZ_SCTP &&
	    in->super != FUZZ_TUNNEL && fuzz_rnd(f, 5) < 2)
		fuzz_spoil(f);
	/* Link padding */
	if (!in->gso_size && fuzz_one_in(f, 16)) {
		unsigned int pad = 1 + fuzz_rnd(f, 46);

		fuzz_payload(f, data + in->len, pad);
		in->len += pad;
	}

	fuzz_view(&in->view, data, in->len, in->ipv6);
	/* Each of a list has a checksum of its own. */
	in->good = in->super == FUZZ_FRAGLIST ||
		   (in->super == FUZZ_BIG && !in->spoiled);
	if (in->good)
		return;
	in->good = in->view.ok && !in->view.frag_off && !in->view.more &&
		   fuzz_check_off(in->view.proto) >= 0 &&
		   !fuzz_residue(data, in->ipv6, in->view.proto,
				 data + in->view.l4_off,
				 in->view.len - in->view.l4_off);
}
