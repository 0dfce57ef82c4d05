// SPDX-License-Identifier: GPL-2.0
/*
 * Packets in skbs of any shape, and what others have of them: a clone, a
 * reference, pages. What others have must stay as it was.
 */
#include <linux/if_ether.h>
#include <net/sock.h>

#include "skbfuzz.h"

static const u8 ip_summed[FUZZ_SUMS] = {
	[FUZZ_NONE]		= CHECKSUM_NONE,
	[FUZZ_UNNECESSARY]	= CHECKSUM_UNNECESSARY,
	[FUZZ_COMPLETE]		= CHECKSUM_COMPLETE,
	[FUZZ_PARTIAL]		= CHECKSUM_PARTIAL,
};

/* A part of the packet in pages: somewhere in the pool, not in order. */
static void add_pieces(struct fuzz *f, struct sk_buff *skb, const u8 *data,
		       unsigned int from, unsigned int len, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && len; i++) {
		unsigned int size = i + 1 == n ? len : 1 + fuzz_rnd(f, len);
		struct fuzz_piece *piece = &f->pieces[f->n_pieces];

		piece->off = f->pool_used + fuzz_rnd(f, 16);
		piece->from = from;
		piece->len = size;
		f->n_pieces++;
		f->pool_used = piece->off + size;
		memcpy(page_address(f->pool) + piece->off, data + from, size);

		get_page(f->pool);
		skb_add_rx_frag(skb, i, f->pool, piece->off, size, size);
		from += size;
		len -= size;
	}
}

/* A member of a list; one with headers of its own has them before its data. */
static struct sk_buff *make_member(struct fuzz *f, const u8 *data,
				   unsigned int from, unsigned int len)
{
	const struct fuzz_packet *in = &f->in;
	unsigned int hlen = in->super == FUZZ_FRAGLIST ? in->hlen : 0;
	bool paged = !in->gso_size && fuzz_rnd(f, 2) && f->n_pieces < 32;
	struct sk_buff *skb;

	skb = alloc_skb(ETH_HLEN + hlen + (paged ? 0 : len) + fuzz_rnd(f, 64),
			GFP_KERNEL);
	if (!skb)
		return NULL;
	if (hlen) {
		u8 *ip;

		skb_reset_mac_header(skb);
		skb_reserve(skb, ETH_HLEN);
		skb_reset_network_header(skb);
		skb_set_transport_header(skb, hlen - 8);
		ip = skb_put_data(skb, data, hlen);
		skb_put_data(skb, data + from, len);
		fuzz_put16(ip + (in->ipv6 ? 4 : 2),
			   in->ipv6 ? 8 + len : hlen + len);
		if (!in->ipv6)
			fuzz_ip_check(ip);
		fuzz_put16(ip + hlen - 4, 8 + len);
		fuzz_sum_fix(ip, in->ipv6, ip + hlen - 8, IPPROTO_UDP, 8 + len,
			     8 + len);
		skb_pull(skb, hlen);
	} else if (paged) {
		add_pieces(f, skb, data, from, len, 1 + fuzz_rnd(f, 3));
	} else {
		skb_put_data(skb, data + from, len);
	}
	return skb;
}

/* Superframes have members of one size, as GRO makes them. */
static bool add_list(struct fuzz *f, struct sk_buff *skb, const u8 *data,
		     unsigned int from, unsigned int len)
{
	struct sk_buff **next = &skb_shinfo(skb)->frag_list;
	const struct fuzz_packet *in = &f->in;
	unsigned int most = len / 6 + 1;

	while (len) {
		bool equal = in->gso_size && in->super != FUZZ_SCTP;
		unsigned int size = equal ? in->gso_size : 1 + fuzz_rnd(f, most * 2);
		struct sk_buff *member;

		size = min(size, len);
		member = make_member(f, data, from, size);
		if (!member)
			return false;
		*next = member;
		next = &member->next;
		skb->len += size;
		skb->data_len += size;
		skb->truesize += member->truesize;
		from += size;
		len -= size;
	}
	return true;
}

/* Without link padding, where it is known what that is */
static unsigned int packet_len(const struct fuzz_packet *in)
{
	return in->view.ok ? in->view.len : in->len;
}

static bool draw_partial(struct fuzz *f, struct fuzz_shape *shape)
{
	const struct fuzz_view *view = &f->in.view;
	int off = fuzz_check_off(view->proto);
	unsigned int from, room;

	if (!view->ok || view->frag || off < 0 ||
	    view->l4_off + off + 2 > view->len)
		return false;
	shape->csum_start = view->l4_off;
	shape->csum_off = off;
	if (fuzz_rnd(f, 4) || fuzz_is_error(view, f->in.data))
		return true;

	/* That of a packet in a tunnel */
	from = view->l4_off + 20;
	if (from + 2 < view->len) {
		room = view->len - from - 1;
		shape->csum_start = from + (fuzz_rnd(f, min(room, 60U)) & ~1);
		room = view->len - shape->csum_start - 1;
		shape->csum_off = fuzz_rnd(f, min(room, 20U)) & ~1;
	}
	if (fuzz_one_in(f, 32)) {
		shape->csum_start = fuzz_rnd(f, view->l4_off);
		shape->csum_off &= ~1;
		shape->odd = true;
	}
	return true;
}

/* The stack has no superframes in another state. */
static void draw_super_sum(struct fuzz *f, struct fuzz_shape *shape)
{
	const struct fuzz_packet *in = &f->in;

	shape->sum = FUZZ_UNNECESSARY;
	if (in->super == FUZZ_FRAGLIST)
		return;
	shape->csum_start = in->inner_l4 ?: in->view.l4_off;
	shape->csum_off = in->super == FUZZ_SCTP ? 8 : 16;
	if (in->gso_type & (SKB_GSO_UDP | SKB_GSO_UDP_L4))
		shape->csum_off = 6;
	shape->sum = FUZZ_PARTIAL;
}

static void draw_sum(struct fuzz *f, struct fuzz_shape *shape)
{
	const struct fuzz_packet *in = &f->in;
	unsigned int end;

	shape->sum = fuzz_rnd(f, FUZZ_SUMS);
	if (in->gso_size)
		draw_super_sum(f, shape);
	else if (shape->sum == FUZZ_PARTIAL && !draw_partial(f, shape))
		shape->sum = FUZZ_NONE;
	if (shape->sum != FUZZ_PARTIAL || in->super == FUZZ_SCTP)
		return;
	/* In the packet, and not 0, which nothing finishes to */
	end = shape->csum_start + shape->csum_off + 2;
	if (end > packet_len(in) || !fuzz_get16(in->data + end - 2))
		shape->sum = FUZZ_UNNECESSARY;
}

static unsigned int draw_linear(struct fuzz *f, const struct fuzz_shape *shape)
{
	const struct fuzz_packet *in = &f->in;
	unsigned int need = 0, linear;

	if (shape->layout == FUZZ_LINEAR)
		return in->len;
	if (in->gso_size && shape->layout == FUZZ_LIST)
		return min(in->len, in->hlen + (in->super == FUZZ_SCTP ?
						0 : in->gso_size));
	if (shape->sum == FUZZ_PARTIAL)
		need = shape->csum_start + shape->csum_off + 2;
	if (in->gso_size)
		need = max(need, in->hlen);
	switch (fuzz_rnd(f, 4)) {
	case 0:
		linear = 0;
		break;
	case 1:
		linear = fuzz_rnd(f, 100);
		break;
	case 2:
		linear = in->view.l4_off + fuzz_rnd(f, 20);
		break;
	default:
		linear = fuzz_rnd(f, in->len + 1);
	}
	return min(in->len, max(need, linear));
}

/**
 * fuzz_shape_draw() - draw a shape for the packet of the run
 * @f:		the run; its shape is filled in
 */
void fuzz_shape_draw(struct fuzz *f)
{
	const struct fuzz_packet *in = &f->in;
	struct fuzz_shape *shape = &f->shape;

	memset(shape, 0, sizeof(*shape));
	shape->layout = fuzz_rnd(f, FUZZ_LAYOUTS);
	if (in->super == FUZZ_FRAGLIST || in->super == FUZZ_SCTP)
		shape->layout = FUZZ_LIST;
	else if (in->gso_size && shape->layout == FUZZ_LIST &&
		 (in->spoiled || in->gso_type & SKB_GSO_DODGY ||
		  in->super == FUZZ_TUNNEL))
		shape->layout = FUZZ_PAGED;
	draw_sum(f, shape);
	shape->linear = draw_linear(f, shape);
	shape->tight = fuzz_one_in(f, 4);
	shape->headroom = fuzz_rnd(f, 3) ? 14 + fuzz_rnd(f, 128) : 14;
	if (f->way.xmit && fuzz_one_in(f, 4))
		shape->headroom = fuzz_rnd(f, 14);

	if (fuzz_rnd(f, 2))
		shape->witness = fuzz_rnd(f, FUZZ_WITNESSES);
	if (shape->witness == FUZZ_SHARED && f->way.queue)
		shape->witness = FUZZ_CLONE;
	/* The stack may segment it before, and write into the head then. */
	if (in->gso_size && f->way.queue)
		shape->witness = FUZZ_ALONE;
	if (shape->witness == FUZZ_PAYLOAD_CLONE &&
	    (!f->way.xmit || in->spoiled || in->view.proto != IPPROTO_TCP ||
	     in->view.frag || in->super == FUZZ_TUNNEL ||
	     shape->linear < in->view.l4_off + 60))
		shape->witness = FUZZ_CLONE;
	shape->sock = f->way.xmit && fuzz_one_in(f, 4);
}

/**
 * fuzz_finish() - do what CHECKSUM_PARTIAL leaves to the device
 * @data:	the packet
 * @len:	its octets, without link padding
 * @start:	where from
 * @off:	where to, from there
 */
void fuzz_finish(u8 *data, unsigned int len, unsigned int start,
		 unsigned int off)
{
	__sum16 check = csum_fold(csum_partial(data + start, len - start, 0));

	if (!check)
		check = CSUM_MANGLED_0;
	memcpy(data + start + off, &check, 2);
}

/* The other way round: what fuzz_finish() makes the present checksum of. */
static void unfinish(u8 *data, unsigned int len, unsigned int start,
		     unsigned int off)
{
	u16 check = get_unaligned((u16 *)(data + start + off)), before;
	__wsum rest;

	memset(data + start + off, 0, 2);
	rest = csum_partial(data + start, len - start, 0);
	rest = csum_add(rest, csum_unfold((__force __sum16)check));
	before = (__force u16)csum_fold(rest);
	/* The sum of a pseudo header is never 0, where it isn't all zeros. */
	if (!before)
		before = 0xffff;
	memcpy(data + start + off, &before, 2);
}

static void set_sum(struct fuzz *f, struct sk_buff *skb)
{
	const struct fuzz_shape *shape = &f->shape;

	skb->ip_summed = ip_summed[shape->sum];
	switch (shape->sum) {
	case FUZZ_UNNECESSARY:
		skb->csum_level = fuzz_rnd(f, 4);
		break;
	case FUZZ_COMPLETE:
		skb->csum = csum_partial(f->in.data, f->in.len, 0);
		break;
	case FUZZ_PARTIAL:
		skb->csum_start = skb_headroom(skb) + shape->csum_start;
		skb->csum_offset = shape->csum_off;
		skb->csum_not_inet = f->in.super == FUZZ_SCTP;
		break;
	default:
		break;
	}
}

/* The packet in an skb of that shape, nobody else's yet */
static struct sk_buff *make_skb(struct fuzz *f)
{
	const struct fuzz_shape *shape = &f->shape;
	const struct fuzz_packet *in = &f->in;
	unsigned int rest = in->len - shape->linear;
	struct sk_buff *skb;
	bool ok = true;

	skb = alloc_skb(shape->headroom + shape->linear +
			(shape->tight ? 0 : fuzz_rnd(f, 128)), GFP_KERNEL);
	if (!skb)
		return NULL;
	/* What is not in the packet is not to be read. */
	fuzz_payload(f, skb->head, skb_end_offset(skb));
	skb_reserve(skb, shape->tight ? skb_end_offset(skb) - shape->linear :
					shape->headroom);
	skb_put_data(skb, in->data, shape->linear);
	if (rest && shape->layout == FUZZ_LIST)
		ok = add_list(f, skb, in->data, shape->linear, rest);
	else if (rest)
		add_pieces(f, skb, in->data, shape->linear, rest,
			   1 + fuzz_rnd(f, MAX_SKB_FRAGS));
	if (!ok) {
		kfree_skb(skb);
		return NULL;
	}

	skb_reset_network_header(skb);
	skb_reset_mac_header(skb);
	if (!f->way.xmit)
		skb->mac_header -= ETH_HLEN;
	if (in->view.ok)
		skb_set_transport_header(skb, in->view.l4_off);
	set_sum(f, skb);
	if (in->gso_size)
		fuzz_super_set(f, skb);
	return skb;
}

/* Returns the skb that is thrown; the witness stays. */
static struct sk_buff *add_witness(struct fuzz *f, struct sk_buff *skb)
{
	unsigned int payload = 0;
	struct sk_buff *clone;

	switch (f->shape.witness) {
	case FUZZ_SHARED:
		f->witness = skb_get(skb);
		clone = skb;
		break;
	case FUZZ_PAYLOAD_CLONE:
		payload = f->in.view.l4_off +
			  (f->in.data[f->in.view.l4_off + 12] >> 4) * 4;
		__skb_pull(skb, payload);
		__skb_header_release(skb);
		fallthrough;
	default:
		f->witness = skb;
		clone = skb_clone(skb, GFP_KERNEL);
		if (clone)
			__skb_push(clone, payload);
	}
	f->snapshot_len = skb_end_pointer(f->witness) -
			  (payload ? f->witness->data : f->witness->head);
	f->witness_gso = skb_shinfo(skb)->gso_type;
	memcpy(f->snapshot, skb_end_pointer(f->witness) - f->snapshot_len,
	       f->snapshot_len);
	if (!clone) {
		kfree_skb(skb);
		f->witness = NULL;
	}
	return clone;
}

/**
 * fuzz_shape_make() - make an skb of the packet of the run
 * @f:		the run
 *
 * Return: the skb, data at the IP header; %NULL if out of memory.
 */
struct sk_buff *fuzz_shape_make(struct fuzz *f)
{
	const struct fuzz_shape *shape = &f->shape;
	struct fuzz_packet *in = &f->in;
	u8 *field = in->data + shape->csum_start + shape->csum_off;
	bool partial = shape->sum == FUZZ_PARTIAL && in->super != FUZZ_SCTP;
	unsigned int len = packet_len(in);
	struct sk_buff *skb;
	u16 check;

	f->n_pieces = 0;
	f->pool_used = 0;
	f->witness = NULL;
	if (partial) {
		check = get_unaligned((u16 *)field);
		unfinish(in->data, len, shape->csum_start, shape->csum_off);
	}
	skb = make_skb(f);
	if (partial)
		memcpy(field, &check, 2);
	if (skb && shape->witness != FUZZ_ALONE)
		skb = add_witness(f, skb);
	return skb;
}

/* Compares what the witness has with the packet, octet by octet. */
static void check_witness(struct fuzz *f)
{
	struct sk_buff *skb = f->witness;
	unsigned int from = f->in.len - skb->len, head = skb_headlen(skb), at;
	u8 *now = f->scratch;

	if (memcmp(f->snapshot, skb_end_pointer(skb) - f->snapshot_len,
		   f->snapshot_len))
		fuzz_finding(f, "a head that others have was written");
	if (from > f->in.len || skb_copy_bits(skb, 0, now, skb->len)) {
		fuzz_finding(f, "an skb that others have has %u octets now",
			     skb->len);
		return;
	}
	/* The head was compared. */
	for (at = head; at < skb->len; at++)
		if (now[at] != f->in.data[from + at]) {
			fuzz_finding(f, "octet %u that others have was written",
				     from + at);
			return;
		}
	if (skb->ip_summed != ip_summed[f->shape.sum])
		fuzz_finding(f, "the checksum state that others have is %u now",
			     skb->ip_summed);
	/* TCP writes it anew each time it sends. */
	if (f->shape.witness != FUZZ_PAYLOAD_CLONE &&
	    skb_shinfo(skb)->gso_type != f->witness_gso)
		fuzz_finding(f, "the GSO type that others have is %#x now",
			     skb_shinfo(skb)->gso_type);
}

/**
 * fuzz_shape_check() - check what others have, and give it back
 * @f:		the run, its skb thrown
 */
void fuzz_shape_check(struct fuzz *f)
{
	const u8 *pool = page_address(f->pool);
	unsigned int i;

	for (i = 0; i < f->n_pieces; i++) {
		const struct fuzz_piece *piece = &f->pieces[i];

		if (memcmp(pool + piece->off, f->in.data + piece->from,
			   piece->len))
			fuzz_finding(f, "a page was written, octets %u to %u",
				     piece->from, piece->from + piece->len);
	}
	if (f->witness) {
		check_witness(f);
		kfree_skb(f->witness);
		f->witness = NULL;
	}
}
