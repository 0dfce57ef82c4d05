// SPDX-License-Identifier: GPL-2.0
/* Reads packets, thrown and arrived, without any of the code under test. */
#include <net/checksum.h>

#include "skbfuzz.h"

/**
 * fuzz_check_off() - where a transport has its checksum
 * @proto:	the transport
 *
 * Return: octets from the transport header on, -1 if it has none that a
 * translation touches.
 */
int fuzz_check_off(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return 6;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return -1;
	}
}

static void view4(struct fuzz_view *view, const u8 *data, unsigned int len)
{
	u16 frag;

	if (len < 20)
		return;
	frag = fuzz_get16(data + 6);
	view->l4_off = (data[0] & 15) * 4;
	view->tos = data[1];
	view->len = fuzz_get16(data + 2);
	view->id = fuzz_get16(data + 4);
	view->frag = frag & 0x3fff;
	view->more = frag & 0x2000;
	view->frag_off = (frag & 0x1fff) * 8;
	view->ttl = data[8];
	view->proto = data[9];
	view->ok = data[0] >> 4 == 4 && view->l4_off >= 20 &&
		   view->len >= view->l4_off && view->len <= len &&
		   !ip_compute_csum(data, view->l4_off);
}

static void view6(struct fuzz_view *view, const u8 *data, unsigned int len)
{
	if (len < 40)
		return;
	view->tos = fuzz_get16(data) >> 4;
	view->len = 40 + fuzz_get16(data + 4);
	view->ttl = data[7];
	view->proto = data[6];
	view->l4_off = 40;
	if (data[0] >> 4 != 6 || view->len > len)
		return;

	while (view->proto == IPPROTO_HOPOPTS ||
	       view->proto == IPPROTO_ROUTING ||
	       view->proto == IPPROTO_DSTOPTS ||
	       view->proto == IPPROTO_FRAGMENT) {
		const u8 *ext = data + view->l4_off;

		if (view->l4_off + 8 > view->len)
			return;
		if (view->proto == IPPROTO_FRAGMENT) {
			view->frag = true;
			view->frag_off = fuzz_get16(ext + 2) & 0xfff8;
			view->more = ext[3] & 1;
			view->id = get_unaligned_be32(ext + 4);
			view->l4_off += 8;
			view->proto = ext[0];
			break;
		}
		view->l4_off += 8 + ext[1] * 8;
		view->proto = ext[0];
	}
	view->ok = view->l4_off <= view->len;
}

/**
 * fuzz_view() - read the headers of a packet
 * @view:	filled in; what could not be read is zero
 * @data:	the packet
 * @len:	octets of @data, link padding included
 * @ipv6:	its family
 */
void fuzz_view(struct fuzz_view *view, const u8 *data, unsigned int len,
	       bool ipv6)
{
	memset(view, 0, sizeof(*view));
	view->ipv6 = ipv6;
	if (ipv6)
		view6(view, data, len);
	else
		view4(view, data, len);
}

/**
 * fuzz_is_error() - tell whether a packet is a whole ICMP error
 * @view:	of the packet
 * @data:	the packet
 */
bool fuzz_is_error(const struct fuzz_view *view, const u8 *data)
{
	u8 type = data[view->l4_off];

	if (!view->ok || view->frag_off || view->len < view->l4_off + 8)
		return false;
	if (view->ipv6)
		return view->proto == IPPROTO_ICMPV6 && type < 128;
	return view->proto == IPPROTO_ICMP &&
	       (type == 3 || type == 11 || type == 12);
}

/**
 * fuzz_residue() - by how much a transport checksum is wrong
 * @ip:		IP header
 * @ipv6:	its family
 * @proto:	the transport
 * @l4:		its header
 * @len:	octets from there on
 *
 * A translation keeps it, whatever it is. ICMPv4 has no pseudo header.
 *
 * Return: 0 if the checksum is right, else what all octets sum up to.
 */
u16 fuzz_residue(const u8 *ip, bool ipv6, u8 proto, const u8 *l4,
		 unsigned int len)
{
	__wsum sum = csum_partial(l4, len, 0);
	u16 folded;

	if (ipv6)
		sum = csum_partial(ip + 8, 32, sum);
	else if (proto != IPPROTO_ICMP)
		sum = csum_partial(ip + 12, 8, sum);
	if (ipv6 || proto != IPPROTO_ICMP) {
		sum = csum_add(sum, (__force __wsum)htonl(len));
		sum = csum_add(sum, (__force __wsum)htonl(proto));
	}
	folded = (__force u16)csum_fold(sum);
	return folded == 0xffff ? 0 : folded;
}
