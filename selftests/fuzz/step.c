// SPDX-License-Identifier: GPL-2.0
/*
 * One packet through core/, in the order in which xlat46.c and xlat64.c of the
 * module call it, and everything that comes out compared with the reference.
 */
#include "step.h"

/* A refusal names a reason, of its direction. */
static void fz_check_reason(int ret, enum clat_drop first, enum clat_drop last)
{
	fz_check(ret < 0 && -ret >= (int)first && -ret <= (int)last);
}

/**
 * fz_check_packet() - compare what a parser found with the reference
 * @pkt:	what it found
 * @ip:		the reference
 * @v6:		the packet is IPv6
 */
void fz_check_packet(const struct clat_packet *pkt, const struct ref_ip *ip,
		     bool v6)
{
	fz_check(pkt->len == ip->len);
	fz_check(pkt->l4_off == ip->l4);
	fz_check(pkt->proto == ip->proto);
	fz_check(pkt->tos == ip->tos);
	fz_check(pkt->ttl == ip->ttl);
	fz_check(pkt->frag_off == ip->off);
	fz_check(pkt->frag == ip->frag);
	fz_check(pkt->more == ip->more);
	fz_check(pkt->df == (v6 ? false : ip->df));
	fz_check(!ip->frag || pkt->id == ip->id);
}

static void fz_check_ends(const struct clat_ends *ends,
			  const struct ref_ends *want)
{
	fz_check(ntohl(ends->local4) == want->local4);
	fz_check(ntohl(ends->far4) == want->far4);
	fz_check_same("local IPv6 address", &ends->local6, 16, want->local6, 16);
	fz_check_same("far IPv6 address", &ends->far6, 16, want->far6, 16);
}

/* What clat_udp_no_check46() of xlat46.c leaves to the uplink. */
static void fz_udp_check46(u8 *l4, unsigned int len, const u8 *head)
{
	u32 sum = (ref_pseudo6(head, 17, len) + ref_sum(l4, len)) % 65535;

	fz_put16(l4 + 6, 65535 - sum);
}

/*
 * The transport header alone in memory: what a parser calls linear is all that
 * may be touched. The header is IPv6's, of the packet that comes out.
 */
static void fz_transport46(u8 *l4, const struct clat_packet *pkt,
			   const struct clat_ends *ends, bool partial,
			   const u8 *head)
{
	struct fz_packet linear;

	if (pkt->l4 == CLAT_L4_SUM && pkt->proto == 17 && !partial &&
	    !fz_get16(l4 + 6)) {
		fz_udp_check46(l4, pkt->len - pkt->l4_off, head);
		return;
	}
	linear = fz_packet_new(pkt->l4_len);
	memcpy(linear.data, l4, pkt->l4_len);
	clat_l4_46(linear.data, pkt, ends, partial);
	memcpy(l4, linear.data, pkt->l4_len);
	fz_packet_free(&linear);
}

static void fz_transport64(u8 *l4, const struct clat_packet *pkt,
			   const struct clat_ends *ends, bool partial)
{
	struct fz_packet linear = fz_packet_new(pkt->l4_len);

	memcpy(linear.data, l4, pkt->l4_len);
	clat_l4_64(linear.data, pkt, ends, partial);
	memcpy(l4, linear.data, pkt->l4_len);
	fz_packet_free(&linear);
}

/**
 * fz_accept46() - parse an IPv4 packet and find its ends
 * @cfg:	the configuration
 * @in:		the packet
 * @src_local:	its source is the local end
 * @pkt:	what the parser found
 * @ip:		the same by the reference
 * @ends:	what it found
 *
 * Return: false if it is refused, and rightly so.
 */
bool fz_accept46(const struct fz_config *cfg, const struct fz_packet *in,
		 bool src_local, struct clat_packet *pkt, struct ref_ip *ip,
		 struct clat_ends *ends)
{
	int ret = clat_parse4(in->data, in->len, in->len, pkt);
	bool legal = ref_read4(in->data, in->len, false, ip);
	struct ref_ends want;
	u32 src, dst;

	fz_check(!ret == legal);
	if (!legal) {
		fz_check_reason(ret, CLAT_DROP_HEADER46,
				CLAT_DROP_HEADER64 - 1);
		return false;
	}
	fz_check_packet(pkt, ip, false);

	src = fz_get32(in->data + 12);
	dst = fz_get32(in->data + 16);
	legal = ref_ends46(cfg, src_local ? src : dst, src_local ? dst : src,
			   &want);
	ret = clat_ends46(&cfg->xlat, htonl(src_local ? src : dst),
			  htonl(src_local ? dst : src), ends);
	fz_check(!ret == legal);
	if (!legal) {
		fz_check_reason(ret, CLAT_DROP_SOURCE46, CLAT_DROP_DEST46);
		return false;
	}
	fz_check_ends(ends, &want);
	return true;
}

/**
 * fz_accept64() - parse an IPv6 packet and find its ends
 * @cfg:	the configuration
 * @in:		the packet
 * @src_local:	its source is the local end
 * @pkt:	what the parser found
 * @ip:		the same by the reference
 * @ends:	what it found
 *
 * Return: false if it is refused, and rightly so.
 */
bool fz_accept64(const struct fz_config *cfg, const struct fz_packet *in,
		 bool src_local, struct clat_packet *pkt, struct ref_ip *ip,
		 struct clat_ends *ends)
{
	const u8 *local = in->data + (src_local ? 8 : 24);
	const u8 *far = in->data + (src_local ? 24 : 8);
	int ret = clat_parse6(in->data, in->len, in->len, pkt);
	bool legal = ref_read6(in->data, in->len, false, ip);
	struct in6_addr local6, far6;
	struct ref_ends want;

	fz_check(!ret == legal);
	if (!legal) {
		fz_check_reason(ret, CLAT_DROP_HEADER64, CLAT_DROP_MAX);
		return false;
	}
	fz_check_packet(pkt, ip, true);

	memcpy(&local6, local, 16);
	memcpy(&far6, far, 16);
	legal = ref_ends64(cfg, local, far, &want);
	ret = clat_ends64(&cfg->xlat, &local6, &far6, ends);
	fz_check(!ret == legal);
	if (!legal) {
		fz_check_reason(ret, CLAT_DROP_SOURCE64, CLAT_DROP_SOURCE64);
		return false;
	}
	fz_check_ends(ends, &want);
	return true;
}

/**
 * fz_step46() - translate an IPv4 packet, and check what comes out
 * @cfg:	the configuration
 * @in:		the packet, no ICMP error
 * @src_local:	its source is the local end
 * @partial:	its checksum field has the sum of the pseudo header only
 *
 * Return: the IPv6 packet, without data if it is refused.
 */
struct fz_packet fz_step46(const struct fz_config *cfg,
			   const struct fz_packet *in, bool src_local,
			   bool partial)
{
	struct fz_packet out = {};
	struct clat_packet pkt;
	struct clat_ends ends;
	struct ref_part a, b;
	struct ref_ip ip;
	unsigned int hlen;
	u8 want[48];

	if (!fz_accept46(cfg, in, src_local, &pkt, &ip, &ends) ||
	    pkt.l4 == CLAT_L4_ERROR)
		return out;

	hlen = clat_hdr46_len(&pkt);
	a.data = in->data + ip.l4;
	a.len = ip.len - ip.l4;
	out = fz_packet_new(hlen + a.len);
	memcpy(out.data + hlen, a.data, a.len);
	clat_hdr46(out.data, &pkt, src_local ? &ends.local6 : &ends.far6,
		   src_local ? &ends.far6 : &ends.local6);
	fz_transport46(out.data + hlen, &pkt, &ends, partial, out.data);

	fz_check(ref_head46(want, &ip,
			    src_local ? ends.local6.s6_addr : ends.far6.s6_addr,
			    src_local ? ends.far6.s6_addr :
					ends.local6.s6_addr) == hlen);
	fz_check_same("IPv6 header", out.data, hlen, want, hlen);
	b.data = out.data + hlen;
	b.len = a.len;
	a.pseudo = ref_pseudo(in->data, &ip, false);
	b.pseudo = ref_pseudo(out.data, &ip, true);
	ref_check_l4(&ip, false, &a, &b, partial, false);
	return out;
}

/**
 * fz_step64() - translate an IPv6 packet, and check what comes out
 * @cfg:	the configuration
 * @in:		the packet, no ICMP error
 * @src_local:	its source is the local end
 * @partial:	its checksum field has the sum of the pseudo header only
 * @id:		identification, unless it is a fragment
 * @df:		Don't Fragment, unless it is a fragment
 *
 * Return: the IPv4 packet, without data if it is refused.
 */
struct fz_packet fz_step64(const struct fz_config *cfg,
			   const struct fz_packet *in, bool src_local,
			   bool partial, u16 id, bool df)
{
	struct fz_packet out = {};
	struct clat_packet pkt;
	struct clat_ends ends;
	struct ref_part a, b;
	struct ref_ip ip;
	u32 src, dst;
	u8 want[20];

	if (!fz_accept64(cfg, in, src_local, &pkt, &ip, &ends) ||
	    pkt.l4 == CLAT_L4_ERROR)
		return out;

	src = src_local ? ends.local4 : ends.far4;
	dst = src_local ? ends.far4 : ends.local4;
	a.data = in->data + ip.l4;
	a.len = ip.len - ip.l4;
	out = fz_packet_new(20 + a.len);
	memcpy(out.data + 20, a.data, a.len);
	clat_hdr64((struct iphdr *)out.data, &pkt, src, dst, htons(id), df);
	fz_transport64(out.data + 20, &pkt, &ends, partial);

	ref_head64(want, &ip, ntohl(src), ntohl(dst), id, df);
	fz_check_same("IPv4 header", out.data, 20, want, 20);
	b.data = out.data + 20;
	b.len = a.len;
	a.pseudo = ref_pseudo(in->data, &ip, true);
	b.pseudo = ref_pseudo(out.data, &ip, false);
	ref_check_l4(&ip, true, &a, &b, partial, false);
	return out;
}
