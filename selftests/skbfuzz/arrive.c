// SPDX-License-Identifier: GPL-2.0
/*
 * Judges what comes out of the device: it must be a sound packet, and what the
 * packet that was thrown says, in the other family.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>

#include "skbfuzz.h"

static bool under_plat(const struct clat_plat *plat, const u8 *v6, __be32 v4)
{
	unsigned int octets = plat->len / 8 + 4 + (plat->len < 96);
	struct in6_addr addr;

	if (plat->len == 64)
		octets = 13;
	else if (plat->len == 32)
		octets = 9;
	fuzz_embed(plat, v4, &addr);
	return !memcmp(&addr, v6, octets);
}

static bool is_pair(const struct clat_config *cfg, __be32 v4, const u8 *v6)
{
	const struct clat_map *map = &cfg->xlat.map;
	unsigned int i;

	for (i = 0; i < map->n; i++) {
		const struct clat_pair *pair = &map->by4[i];
		struct in6_addr addr = pair->v6;

		if ((v4 ^ pair->v4) & pair->mask)
			continue;
		addr.s6_addr32[3] |= v4 & ~pair->mask;
		return !memcmp(&addr, v6, 16);
	}
	return false;
}

static void judge_addresses(struct fuzz *f, const u8 *ip4, const u8 *ip6,
			    bool error)
{
	__be32 saddr = get_unaligned((__be32 *)(ip4 + 12));
	__be32 daddr = get_unaligned((__be32 *)(ip4 + 16));
	const struct clat_xlat *xlat = &f->cfg->xlat;
	unsigned int i;

	if (f->way.to6) {
		if (!is_pair(f->cfg, saddr, ip6 + 8) ||
		    !under_plat(&xlat->plat[0], ip6 + 24, daddr))
			fuzz_finding(f, "wrong addresses");
		return;
	}
	if (!is_pair(f->cfg, daddr, ip6 + 24))
		fuzz_finding(f, "wrong destination");
	if (error && saddr == htonl(CLAT_DUMMY_V4))
		return;
	for (i = 0; i < xlat->n_plat; i++)
		if (under_plat(&xlat->plat[i], ip6 + 8, saddr))
			return;
	fuzz_finding(f, "wrong source");
}

static u8 other_proto(u8 proto, bool ipv6)
{
	if (ipv6 && proto == IPPROTO_ICMPV6)
		return IPPROTO_ICMP;
	if (!ipv6 && proto == IPPROTO_ICMP)
		return IPPROTO_ICMPV6;
	return proto;
}

/* An error is made anew: it must be a sound one, and not too long. */
static void judge_error(struct fuzz *f, const struct fuzz_view *out,
			const u8 *ip, const u8 *l4, unsigned int len)
{
	unsigned int most = out->ipv6 ? CLAT_ERROR_MAX6 : CLAT_ERROR_MAX4;

	if (out->frag || out->len > most)
		fuzz_finding(f, "an error of %u octets%s", out->len,
			     out->frag ? ", in fragments" : "");
	if (len < 8 + (out->ipv6 ? 40 : 20)) {
		fuzz_finding(f, "an error that quotes nothing");
		return;
	}
	if (out->ipv6 ? out->proto != IPPROTO_ICMPV6 || !l4[0] || l4[0] > 4 :
			out->proto != IPPROTO_ICMP ||
			(l4[0] != 3 && l4[0] != 11 && l4[0] != 12))
		fuzz_finding(f, "an error became type %u", l4[0]);
	if (l4[8] >> 4 != (out->ipv6 ? 6 : 4))
		fuzz_finding(f, "an error quotes version %u", l4[8] >> 4);
	if (fuzz_residue(ip, out->ipv6, out->proto, l4, len))
		fuzz_finding(f, "an error has a wrong checksum");
}

static void judge_header(struct fuzz *f, const struct fuzz_view *out)
{
	const struct fuzz_view *in = &f->in.view;
	u8 tos = in->tos;

	if (out->ipv6 && f->cfg->tos != CLAT_TOS_INHERIT)
		tos = f->cfg->tos;
	if (out->tos != tos || out->ttl != in->ttl)
		fuzz_finding(f, "TOS %u became %u, TTL %u became %u", tos,
			     out->tos, in->ttl, out->ttl);
	if (out->proto != other_proto(in->proto, in->ipv6))
		fuzz_finding(f, "protocol %u became %u", in->proto,
			     out->proto);
	if (in->frag && (out->frag_off != in->frag_off ||
			 out->more != in->more ||
			 (u16)out->id != (u16)in->id))
		fuzz_finding(f, "fragment %u+%u/%u became %u+%u/%u", in->id,
			     in->frag_off, in->more, out->id, out->frag_off,
			     out->more);
}

/* Everything but the checksum, and the type of an echo, stays. */
static void judge_l4(struct fuzz *f, const struct fuzz_view *out, const u8 *ip,
		     const u8 *l4, unsigned int len)
{
	const struct fuzz_view *in = &f->in.view;
	const u8 *was = f->in.data + in->l4_off;
	int off = in->frag_off ? -1 : fuzz_check_off(in->proto);
	unsigned int i;
	u16 wrong, now;

	if (len != in->len - in->l4_off) {
		fuzz_finding(f, "%u octets of transport became %u",
			     in->len - in->l4_off, len);
		return;
	}
	if (off < 0 || off + 2 > len) {
		if (memcmp(was, l4, len))
			fuzz_finding(f, "payload was changed");
		return;
	}
	i = in->proto == IPPROTO_ICMP || in->proto == IPPROTO_ICMPV6;
	if (memcmp(was + i, l4 + i, off - i) ||
	    memcmp(was + off + 2, l4 + off + 2, len - off - 2))
		fuzz_finding(f, "payload was changed");

	if (in->proto == IPPROTO_UDP && !fuzz_get16(was + off)) {
		if (!out->ipv6 && fuzz_get16(l4 + off))
			fuzz_finding(f, "no checksum became one");
		if (out->ipv6 && fuzz_residue(ip, true, IPPROTO_UDP, l4, len))
			fuzz_finding(f, "the checksum made is wrong");
		return;
	}
	wrong = fuzz_residue(f->in.data, in->ipv6, in->proto, was, len);
	now = fuzz_residue(ip, out->ipv6, out->proto, l4, len);
	/* The stack may make one for a superframe. */
	if (now != wrong && (now || !f->in.gso_size))
		fuzz_finding(f, "a checksum that was %s is another",
			     f->in.good ? "right" : "wrong");
	if (in->proto == IPPROTO_UDP && !fuzz_get16(l4 + off))
		fuzz_finding(f, "a checksum became none");
}

/*
 * A superframe that is a fragment comes to nothing sound. Nor is cutting of
 * datagrams (UFO), once what they say is broken: behind extension headers, say.
 */
static bool is_odd(const struct fuzz_packet *in)
{
	bool ufo = in->gso_type & SKB_GSO_UDP;

	return in->gso_size && (in->view.frag || (ufo && in->spoiled) ||
				(ufo && in->super == FUZZ_BROKEN));
}

/* A packet, or a datagram that came in fragments */
static void judge(struct fuzz *f, const struct fuzz_view *out, const u8 *ip,
		  const u8 *l4, unsigned int len)
{
	const struct fuzz_packet *in = &f->in;
	bool error = fuzz_is_error(&in->view, in->data);

	if (f->shape.odd || is_odd(in))
		return;
	if (!in->view.ok) {
		/* Segmentation writes lengths anew. */
		if (!in->gso_size)
			fuzz_finding(f, "what is no packet was translated");
		else if (in->good && fuzz_residue(ip, out->ipv6, out->proto,
						  l4, len))
			fuzz_finding(f, "a segment has a wrong checksum");
		return;
	}
	judge_addresses(f, out->ipv6 ? in->data : ip, out->ipv6 ? ip : in->data,
			error);
	if (error) {
		judge_error(f, out, ip, l4, len);
	} else if (!in->gso_size || len == in->view.len - in->view.l4_off) {
		judge_header(f, out);
		if (in->super != FUZZ_TUNNEL && in->super != FUZZ_SCTP &&
		    in->super != FUZZ_FRAGLIST)
			judge_l4(f, out, ip, l4, len);
	} else if (in->good &&
		   fuzz_residue(ip, out->ipv6, out->proto, l4, len)) {
		fuzz_finding(f, "a segment has a wrong checksum");
	}
}

static void join_end(struct fuzz *f)
{
	struct fuzz_join *join = &f->join;

	join->active = false;
	judge(f, &join->view, join->hdr, join->data, join->len);
}

static void join_add(struct fuzz *f, const struct fuzz_view *view,
		     const u8 *data)
{
	unsigned int len = view->len - view->l4_off;
	struct fuzz_join *join = &f->join;

	if (!join->active) {
		join->active = true;
		join->len = 0;
		join->view = *view;
		memcpy(join->hdr, data, view->ipv6 ? 40 : 20);
	}
	if (view->id != join->view.id ||
	    view->frag_off != join->view.frag_off + join->len) {
		fuzz_finding(f, "fragment at %u, not %u", view->frag_off,
			     join->view.frag_off + join->len);
		join->active = false;
		return;
	}
	if (view->more && len % 8 && !f->in.view.frag)
		fuzz_finding(f, "a fragment of %u octets", len);
	if (join->len + len > FUZZ_MAX) {
		fuzz_finding(f, "fragments of more than %u octets", FUZZ_MAX);
		join->active = false;
		return;
	}
	memcpy(join->data + join->len, data + view->l4_off, len);
	join->len += len;
	join->view.more = view->more;
	if (!view->more)
		join_end(f);
}

/* What differs between two throws, and between two ways to write one sum */
static void normalize(const struct fuzz_view *view, u8 *data)
{
	int off = view->frag_off ? -1 : fuzz_check_off(view->proto);
	u8 *l4 = data + view->l4_off;

	if (!view->ipv6) {
		fuzz_put16(data + 4, 0);
		fuzz_put16(data + 10, 0);
	}
	if (off >= 0 && view->proto != IPPROTO_UDP &&
	    view->l4_off + off + 2 <= view->len && !fuzz_get16(l4 + off))
		fuzz_put16(l4 + off, 0xffff);
}

/* Of its new family now, cut as before */
static void check_super(struct fuzz *f, const struct sk_buff *skb)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	const unsigned int tcp = SKB_GSO_TCPV4 | SKB_GSO_TCPV6;
	unsigned int want = f->way.to6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;

	if (shinfo->gso_size != f->in.gso_size)
		fuzz_finding(f, "segments of %u octets", shinfo->gso_size);
	if (shinfo->gso_type & tcp && (shinfo->gso_type & tcp) != want)
		fuzz_finding(f, "GSO type %#x", shinfo->gso_type);
}

static void check_skb(struct fuzz *f, const struct sk_buff *skb, u8 *data,
		      unsigned int off, unsigned int len)
{
	int start;

	if (skb->ip_summed == CHECKSUM_COMPLETE) {
		__wsum sum = csum_partial(data, len, 0);

		/* What was handed in is a sum from the IP header on, too. */
		if (csum_fold(csum_sub(sum, skb->csum)) != (__force __sum16)0xffff &&
		    csum_fold(csum_sub(sum, skb->csum)))
			fuzz_finding(f, "the sum of all octets is wrong");
	}
	if (skb_is_gso(skb) && f->in.super != FUZZ_BROKEN)
		check_super(f, skb);
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return;
	start = skb_checksum_start_offset(skb) - off;
	if (start < 0 || start + skb->csum_offset + 2 >
			 (int)(skb_headlen(skb) - off))
		fuzz_finding(f, "the checksum to be made lies at %d+%u, not in the head of %u",
			     start, skb->csum_offset, skb_headlen(skb) - off);
	else if (!skb_csum_is_sctp((struct sk_buff *)skb))
		fuzz_finish(data, len, start, skb->csum_offset);
}

/* Reads it behind the packets before it; returns where, %NULL if it is full. */
static u8 *log_packet(struct fuzz *f, const struct sk_buff *skb,
		      unsigned int off, unsigned int len)
{
	struct fuzz_log *log = f->log;
	u8 *data = log->data + log->len + 8;

	log->packets++;
	if (log->len + 8 + len + 8 > FUZZ_LOG) {
		log->full = true;
		return NULL;
	}
	if (skb_copy_bits(skb, off, data, len)) {
		fuzz_finding(f, "%u octets cannot be read", len);
		return NULL;
	}
	put_unaligned(len, (u64 *)(data - 8));
	memset(data + len, 0, round_up(len, 8) - len);
	log->len += 8 + round_up(len, 8);
	return data;
}

static void arrive(struct fuzz *f, struct sk_buff *skb)
{
	unsigned int off = skb_network_offset(skb), len = skb->len - off;
	bool ipv6 = f->way.to6;
	struct fuzz_view view;
	u8 *data;

	data = log_packet(f, skb, off, len);
	if (!data)
		return;
	check_skb(f, skb, data, off, len);
	fuzz_view(&view, data, len, ipv6);
	if (skb->protocol != htons(ipv6 ? ETH_P_IPV6 : ETH_P_IP) || !view.ok ||
	    view.len != len || (ipv6 && view.l4_off != 40 + 8 * view.frag) ||
	    (!ipv6 && view.l4_off != 20))
		fuzz_finding(f, "no sound packet of %u octets came out: %*ph",
			     len, min(len, 60U), data);
	else if (view.frag && !is_odd(&f->in))
		join_add(f, &view, data);
	else
		judge(f, &view, data, data + view.l4_off, len - view.l4_off);
	normalize(&view, data);
}

/* What the stack sends on its own, errors for packets that were refused */
static void answer(struct fuzz *f, const struct sk_buff *skb)
{
	unsigned int off = skb_network_offset(skb), len = skb->len - off;
	bool ipv6 = skb->protocol == htons(ETH_P_IPV6);
	struct fuzz_view view;
	u8 *data = f->answer;

	f->stats.answers++;
	if (len > FUZZ_MAX || skb_copy_bits(skb, off, data, len))
		return;
	fuzz_view(&view, data, len, ipv6);
	if (!view.ok || view.len != len)
		fuzz_finding(f, "an answer is no packet: %*ph", min(len, 60U),
			     data);
	else if (fuzz_is_error(&view, data) &&
		 fuzz_residue(data, ipv6, view.proto, data + view.l4_off,
			      len - view.l4_off))
		fuzz_finding(f, "an answer has a wrong checksum");
}

/**
 * fuzz_arrive() - take note of what came out of the device
 * @f:		the run
 * @skb:	a packet; stays the caller's, and is not changed
 * @dev:	the clat device, which received it, or the one that sent it
 *
 * What the IPv4 stack forwards of what came out is no more of interest.
 */
void fuzz_arrive(struct fuzz *f, struct sk_buff *skb,
		 const struct net_device *dev)
{
	if (!f->mark || skb->mark != f->mark)
		answer(f, skb);
	else if (dev == (f->way.to6 ? f->uplink : f->clat))
		arrive(f, skb);
	else if (!f->way.pass)
		fuzz_finding(f, "it came out of %s", dev->name);
}

/**
 * fuzz_arrive_end() - nothing more arrives of this throw
 * @f:		the run
 */
void fuzz_arrive_end(struct fuzz *f)
{
	if (!f->join.active)
		return;
	if (f->in.view.more || f->in.gso_size)
		join_end(f);
	else
		fuzz_finding(f, "the last fragment is missing");
	f->join.active = false;
}

/**
 * fuzz_pass() - take note of what the device left to the stack
 * @f:		the run
 * @skb:	a packet; stays the caller's
 */
void fuzz_pass(struct fuzz *f, struct sk_buff *skb)
{
	if (!f->mark || skb->mark != f->mark)
		return;
	f->log->passed++;
	if (skb->len != f->in.len)
		fuzz_finding(f, "left to the stack, and has %u octets",
			     skb->len);
}
