// SPDX-License-Identifier: GPL-2.0
/* Makes superframes: of every GSO type that the stack, or who it trusts not, can say. */
#include <linux/if_ether.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

#include "skbfuzz.h"

#define SUPER_SEGS	44
#define SUPER_ROOM	65400
#define SUPER_BIG	(FUZZ_MAX - 4096)
#define SUPER_JUMBO	8	/* octets of the header that says a length */

/* Sizes of segments, and how much there is of them */
static unsigned int super_sizes(struct fuzz *f, unsigned int hlen)
{
	struct fuzz_packet *in = &f->in;
	unsigned int segs = 2 + fuzz_rnd(f, fuzz_rnd(f, 4) ? 6 : SUPER_SEGS);

	if (fuzz_rnd(f, 2))
		in->gso_size = 1100 + fuzz_rnd(f, 400);
	else
		in->gso_size = 8 + fuzz_rnd(f, fuzz_rnd(f, 8) ? 600 : 8000);
	segs = max(2U, min(segs, (SUPER_ROOM - hlen) / in->gso_size));
	in->gso_segs = segs;
	return (segs - 1) * in->gso_size + 1 + fuzz_rnd(f, in->gso_size);
}

static void super_dodgy(struct fuzz *f, u32 one_in)
{
	if (!fuzz_one_in(f, one_in))
		return;
	f->in.gso_type |= SKB_GSO_DODGY;
	f->in.gso_segs = 0;
}

/* TCP over IP at that place; returns the octets from there on. */
static unsigned int make_tcp(struct fuzz *f, u8 *ip, bool ipv6)
{
	unsigned int thlen = 20 + 4 * fuzz_rnd(f, 4), len, hlen;
	struct fuzz_packet *in = &f->in;
	u8 *th;

	len = thlen + super_sizes(f, ip - in->data + 60 + thlen);
	hlen = fuzz_ip_head(f, ip, ipv6, IPPROTO_TCP, len);
	th = ip + hlen;
	fuzz_payload(f, th, len);
	memset(th + 20, 1, thlen - 20);
	th[12] = thlen / 4 << 4;
	th[13] = fuzz_rnd(f, 4) ? 0x10 : 0x19;
	fuzz_sum_fix(ip, ipv6, th, IPPROTO_TCP, len, len);

	in->gso_type |= ipv6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
	if (fuzz_one_in(f, 8)) {
		in->gso_type |= SKB_GSO_TCP_ECN;
		th[13] |= 0x80;
		fuzz_sum_fix(ip, ipv6, th, IPPROTO_TCP, len, len);
	}
	if (!ipv6 && ip[6] & 0x40 && fuzz_one_in(f, 8))
		in->gso_type |= SKB_GSO_TCP_FIXEDID;
	in->hlen = th + thlen - in->data;
	return hlen + len;
}

static void super_tcp(struct fuzz *f)
{
	f->in.len = make_tcp(f, f->in.data, f->in.ipv6);
	super_dodgy(f, 4);
}

/* As the stack sends and GRO makes it, where the link allows */
static void super_big(struct fuzz *f)
{
	struct fuzz_packet *in = &f->in;
	unsigned int len = 65536 + fuzz_rnd(f, SUPER_BIG - 65536);
	u8 *ip = in->data, *th = ip + 40 + SUPER_JUMBO;

	in->ipv6 = true;
	fuzz_ip_head(f, ip, true, IPPROTO_TCP, 0);
	fuzz_payload(f, th, len);
	fuzz_put16(th + 12, 0x5010);
	fuzz_sum_fix(ip, true, th, IPPROTO_TCP, len, len);

	/* Hop-by-hop options with one: Jumbo Payload */
	ip[6] = IPPROTO_HOPOPTS;
	put_unaligned_be32(IPPROTO_TCP << 24 | 0xc204, th - 8);
	put_unaligned_be32(SUPER_JUMBO + len, th - 4);

	in->gso_type = SKB_GSO_TCPV6;
	in->gso_size = 1200 + fuzz_rnd(f, 300);
	in->gso_segs = DIV_ROUND_UP(len - 20, in->gso_size);
	in->inner_l4 = th - ip;
	in->hlen = in->inner_l4 + 20;
	in->len = in->inner_l4 + len;
}

static void super_udp(struct fuzz *f)
{
	struct fuzz_packet *in = &f->in;
	unsigned int len = 8 + super_sizes(f, 48), hlen;
	u8 *uh;

	hlen = fuzz_ip_head(f, in->data, in->ipv6, IPPROTO_UDP, len);
	uh = in->data + hlen;
	fuzz_payload(f, uh, len);
	fuzz_put16(uh + 4, len);
	fuzz_sum_fix(in->data, in->ipv6, uh, IPPROTO_UDP, len, len);
	in->hlen = hlen + 8;
	in->len = hlen + len;

	switch (in->super) {
	case FUZZ_UFO:
		in->gso_type = SKB_GSO_UDP | SKB_GSO_DODGY;
		in->gso_size = max(8, in->gso_size & ~7);
		in->gso_segs = 0;
		break;
	case FUZZ_FRAGLIST:
		/* The checksum is that of the first, the length that of all. */
		in->gso_type = SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST;
		fuzz_put16(uh + 4, 8 + in->gso_size);
		fuzz_sum_fix(in->data, in->ipv6, uh, IPPROTO_UDP,
			     8 + in->gso_size, 8 + in->gso_size);
		fuzz_put16(uh + 4, len);
		break;
	default:
		in->gso_type = SKB_GSO_UDP_L4;
		super_dodgy(f, 4);
	}
}

/* Packets of chunks, of any length, behind one common header */
static void super_sctp(struct fuzz *f)
{
	struct fuzz_packet *in = &f->in;
	unsigned int len = 12 + 4 * (1 + fuzz_rnd(f, 2000)), hlen;

	hlen = fuzz_ip_head(f, in->data, in->ipv6, IPPROTO_SCTP, len);
	fuzz_payload(f, in->data + hlen, len);
	in->hlen = hlen + 12;
	in->len = hlen + len;
	in->gso_type = SKB_GSO_SCTP;
	in->gso_size = GSO_BY_FRAGS;
	in->gso_segs = 0;
}

/* Returns the octets between the outer and the inner IP header. */
static unsigned int make_tunnel(struct fuzz *f, u8 *at, bool inner6, u8 *proto)
{
	struct fuzz_packet *in = &f->in;

	in->inner_type = inner6 ? ETH_P_IPV6 : ETH_P_IP;
	switch (fuzz_rnd(f, 3)) {
	case 0:
		*proto = inner6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
		in->gso_type = in->ipv6 ? SKB_GSO_IPXIP6 : SKB_GSO_IPXIP4;
		return 0;
	case 1:
		*proto = IPPROTO_GRE;
		in->gso_type = SKB_GSO_GRE;
		fuzz_put16(at, 0);
		fuzz_put16(at + 2, in->inner_type);
		return 4;
	default:
		*proto = IPPROTO_UDP;
		in->gso_type = SKB_GSO_UDP_TUNNEL;
		fuzz_payload(f, at, 30);
		fuzz_put16(at + 6, 0);
		fuzz_put16(at + 28, in->inner_type);
		in->inner_mac = ETH_HLEN;
		in->inner_type = ETH_P_TEB;
		return 30;
	}
}

/* As udp_set_csum() leaves it: the sum of the pseudo header */
static void super_udp_csum(struct fuzz_packet *in, u8 *uh, unsigned int len)
{
	const u8 *ip = in->data;
	u16 check;

	if (in->ipv6)
		check = ~(__force u16)csum_ipv6_magic((void *)(ip + 8),
						      (void *)(ip + 24), len,
						      IPPROTO_UDP, 0);
	else
		check = ~(__force u16)csum_tcpudp_magic(get_unaligned((__be32 *)(ip + 12)),
							get_unaligned((__be32 *)(ip + 16)),
							len, IPPROTO_UDP, 0);
	memcpy(uh + 6, &check, 2);
}

static void super_tunnel(struct fuzz *f)
{
	unsigned int hlen = f->in.ipv6 ? 40 : 20, between, len;
	struct fuzz_packet *in = &f->in;
	bool inner6 = fuzz_rnd(f, 2);
	u8 *at = in->data + hlen, proto;

	between = make_tunnel(f, at, inner6, &proto);
	len = between + make_tcp(f, at + between, inner6);
	fuzz_ip_head(f, in->data, in->ipv6, proto, len);
	if (proto == IPPROTO_UDP) {
		fuzz_put16(at + 4, len);
		if (fuzz_rnd(f, 2)) {
			in->gso_type &= ~SKB_GSO_UDP_TUNNEL;
			in->gso_type |= SKB_GSO_UDP_TUNNEL_CSUM;
			super_udp_csum(in, at, len);
		}
	}
	in->inner = hlen + between;
	in->inner_l4 = in->inner + (inner6 ? 40 : 20);
	in->len = hlen + len;
}

static void super_broken(struct fuzz *f)
{
	static const unsigned int types[] = {
		SKB_GSO_TCPV4, SKB_GSO_TCPV6, SKB_GSO_UDP, SKB_GSO_UDP_L4,
		SKB_GSO_TCPV4 | SKB_GSO_TCP_ECN, SKB_GSO_TCPV6 | SKB_GSO_TCP_ECN,
	};
	struct fuzz_packet *in = &f->in;

	in->len = fuzz_ip_make(f, in->data, in->ipv6, false);
	in->gso_type = types[fuzz_rnd(f, ARRAY_SIZE(types))] | SKB_GSO_DODGY;
	in->gso_size = 1 + fuzz_rnd(f, fuzz_rnd(f, 8) ? 1500 : 65000);
	if (in->gso_size < in->len / 128)
		in->gso_size = in->len / 128;
	in->gso_segs = fuzz_rnd(f, 2) ? 0 : fuzz_rnd(f, 65536);
	in->hlen = 0;
}

/**
 * fuzz_super_make() - make a superframe
 * @f:		the run; its packet is filled in but for what is read of it
 */
void fuzz_super_make(struct fuzz *f)
{
	static const enum fuzz_super kinds[] = {
		FUZZ_TCP, FUZZ_TCP, FUZZ_TCP, FUZZ_TCP, FUZZ_USO, FUZZ_USO,
		FUZZ_UFO, FUZZ_SCTP, FUZZ_FRAGLIST, FUZZ_TUNNEL, FUZZ_TUNNEL,
		FUZZ_BROKEN, FUZZ_BROKEN, FUZZ_BIG,
	};

	f->in.super = kinds[fuzz_rnd(f, ARRAY_SIZE(kinds))];
	switch (f->in.super) {
	case FUZZ_TCP:
		super_tcp(f);
		break;
	case FUZZ_SCTP:
		super_sctp(f);
		break;
	case FUZZ_BIG:
		super_big(f);
		break;
	case FUZZ_TUNNEL:
		super_tunnel(f);
		break;
	case FUZZ_BROKEN:
		super_broken(f);
		break;
	default:
		super_udp(f);
	}
}

/**
 * fuzz_super_set() - tell an skb that it is a superframe
 * @f:		the run
 * @skb:	made of its packet
 */
void fuzz_super_set(struct fuzz *f, struct sk_buff *skb)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);
	const struct fuzz_packet *in = &f->in;

	shinfo->gso_type = in->gso_type;
	if (in->spoiled)
		shinfo->gso_type |= SKB_GSO_DODGY;
	shinfo->gso_size = in->gso_size;
	shinfo->gso_segs = in->gso_segs;
	if (in->super != FUZZ_TUNNEL)
		return;
	skb->encapsulation = 1;
	skb->inner_mac_header = skb_headroom(skb) + in->inner - in->inner_mac;
	skb->inner_network_header = skb_headroom(skb) + in->inner;
	skb->inner_transport_header = skb_headroom(skb) + in->inner_l4;
	if (in->inner_type == ETH_P_TEB)
		skb_set_inner_protocol(skb, htons(ETH_P_TEB));
	else if (in->gso_type & SKB_GSO_GRE)
		skb_set_inner_protocol(skb, htons(in->inner_type));
	else
		skb_set_inner_ipproto(skb, in->inner_type == ETH_P_IPV6 ?
					   IPPROTO_IPV6 : IPPROTO_IPIP);
}
