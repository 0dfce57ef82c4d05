// SPDX-License-Identifier: GPL-2.0
/*
 * Fragmentation of what may be fragmented: packets without DF that are larger
 * in IPv6 than lowest-ipv6-mtu or the way to the PLAT allow (RFC 7915, section
 * 4). The identification is that of the IPv4 packet, so the stack's own
 * fragmentation can't serve.
 */
#include <net/ipv6.h>

#include "clat.h"

/**
 * struct clat_frags - a packet on its way into fragments
 * @skb:	the packet, data at the IPv6 header
 * @hdr:	both headers of a fragment, offset and length to be filled in
 * @start:	octets before the data that is split
 * @base:	fragment offset of the packet itself, and its MF bit
 */
struct clat_frags {
	struct sk_buff *skb;
	struct {
		struct ipv6hdr ip6;
		struct frag_hdr frag;
	} hdr;
	unsigned int start;
	u16 base;
};

static void clat_frags_init(struct clat_frags *frags, struct sk_buff *skb,
			    u16 id)
{
	struct frag_hdr *frag = &frags->hdr.frag;

	frags->skb = skb;
	frags->hdr.ip6 = *ipv6_hdr(skb);
	frags->start = sizeof(struct ipv6hdr);
	frags->base = 0;
	if (frags->hdr.ip6.nexthdr == NEXTHDR_FRAGMENT) {
		*frag = *(struct frag_hdr *)(ipv6_hdr(skb) + 1);
		frags->start += sizeof(*frag);
		frags->base = ntohs(frag->frag_off);
		return;
	}
	frag->nexthdr = frags->hdr.ip6.nexthdr;
	frag->reserved = 0;
	frag->identification = htonl(id);
	frags->hdr.ip6.nexthdr = NEXTHDR_FRAGMENT;
}

/* A fragment with len octets of the data from off on; %NULL if out of memory. */
static struct sk_buff *clat_frag_make(struct clat_frags *frags,
				      unsigned int room, unsigned int off,
				      unsigned int len)
{
	struct sk_buff *skb = frags->skb, *frag;
	bool last = frags->start + off + len == skb->len;
	u16 more = last ? frags->base & IP6_MF : IP6_MF;

	frag = alloc_skb(room + sizeof(frags->hdr) + len, GFP_ATOMIC);
	if (!frag)
		return NULL;
	skb_reserve(frag, room);
	skb_reset_network_header(frag);

	frags->hdr.ip6.payload_len = htons(sizeof(frags->hdr.frag) + len);
	frags->hdr.frag.frag_off =
		htons(((frags->base & IP6_OFFSET) + off) | more);
	skb_put_data(frag, &frags->hdr, sizeof(frags->hdr));
	skb_set_transport_header(frag, sizeof(frags->hdr));
	if (skb_copy_bits(skb, frags->start + off, skb_put(frag, len), len)) {
		kfree_skb(frag);
		return NULL;
	}

	frag->dev = skb->dev;
	frag->protocol = skb->protocol;
	frag->mark = skb->mark;
	frag->priority = skb->priority;
	frag->tstamp = skb->tstamp;
	skb_copy_secmark(frag, skb);
	skb_copy_hash(frag, skb);
	if (skb->sk)
		skb_set_owner_w(frag, skb->sk);
	return frag;
}

/**
 * clat_frag_output() - send a translated packet in fragments
 * @net:	namespace of the device
 * @cfg:	the configuration the packet was translated by
 * @skb:	the packet, data at the IPv6 header, no superframe; consumed if 0 is
 *		returned
 * @id:		identification of the IPv4 packet
 * @indev:	the clat device
 * @dst:	its route
 * @mtu:	octets a fragment may have, 1280 at least
 *
 * A packet that is a fragment already is split further.
 *
 * Context: BH disabled, RCU read side.
 *
 * Return: 0, or a negative drop reason; fragments may have been sent.
 */
int clat_frag_output(struct net *net, const struct clat_config *cfg,
		     struct sk_buff *skb, u16 id, struct net_device *indev,
		     struct dst_entry *dst, unsigned int mtu)
{
	unsigned int room = LL_RESERVED_SPACE(cfg->uplink);
	struct clat_frags frags;
	unsigned int off, len, max;

	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))
		return -CLAT_DROP_MEMORY46;
	clat_frags_init(&frags, skb, id);
	max = round_down(mtu - sizeof(frags.hdr), 8);

	for (off = 0; frags.start + off < skb->len; off += len) {
		struct sk_buff *frag;

		len = min(max, skb->len - frags.start - off);
		frag = clat_frag_make(&frags, room, off, len);
		if (!frag)
			return -CLAT_DROP_MEMORY46;
		clat_route_output(net, cfg, frag, indev, dst);
	}
	consume_skb(skb);
	return 0;
}
