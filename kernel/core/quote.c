// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors with the packets they quote: RFC 7915, sections 4.2, 4.3, 5.2
 * and 5.3, with the extensions of RFC 4884. An error is made anew in a buffer
 * of the caller's.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "core.h"

#define CLAT_ICMP_HLEN	((unsigned int)sizeof(struct icmphdr))

/* RFC 4884: a quote that extensions follow is padded to so much at least. */
#define CLAT_QUOTE_MIN	128

/**
 * struct clat_error - an ICMP error taken apart
 * @quote:	the quoted packet
 * @quote_len:	octets there are of it, padding included
 * @ext:	extensions
 * @ext_len:	octets of them; 0 if there are none
 */
struct clat_error {
	const u8 *quote;
	unsigned int quote_len;
	const u8 *ext;
	unsigned int ext_len;
};

/* A length of 0, or beyond the message, means that nothing follows. */
static void clat_error_split(const u8 *in, unsigned int in_len,
			     unsigned int quote_len, struct clat_error *err)
{
	err->quote = in + CLAT_ICMP_HLEN;
	err->quote_len = in_len - CLAT_ICMP_HLEN;
	err->ext_len = 0;
	if (quote_len && quote_len < err->quote_len) {
		err->ext = err->quote + quote_len;
		err->ext_len = err->quote_len - quote_len;
		err->quote_len = quote_len;
	}
}

/*
 * Room for the quote, a multiple of unit. Extensions that leave too little are
 * given up.
 */
static unsigned int clat_error_room(struct clat_error *err, unsigned int max,
				    unsigned int unit)
{
	max -= CLAT_ICMP_HLEN;
	if (!err->ext_len)
		return max;
	if (err->ext_len + CLAT_QUOTE_MIN > max) {
		err->ext_len = 0;
		return max;
	}
	return round_down(max - err->ext_len, unit);
}

/* Pads the quote, appends the extensions; returns the length of the message. */
static unsigned int clat_error_join(u8 *out, unsigned int quote_len,
				    const struct clat_error *err,
				    unsigned int unit, u8 *length)
{
	unsigned int padded;

	if (!err->ext_len)
		return CLAT_ICMP_HLEN + quote_len;

	padded = max_t(unsigned int, round_up(quote_len, unit),
		       CLAT_QUOTE_MIN);
	memset(out + CLAT_ICMP_HLEN + quote_len, 0, padded - quote_len);
	memcpy(out + CLAT_ICMP_HLEN + padded, err->ext, err->ext_len);
	*length = padded / unit;
	return CLAT_ICMP_HLEN + padded + err->ext_len;
}

/* What the packet has behind its header, as far as it is there and fits. */
static unsigned int clat_quote_payload(const struct clat_packet *pkt,
				       unsigned int in_len, unsigned int room)
{
	return min3(in_len, pkt->len, pkt->l4_off + room) - pkt->l4_off;
}

/* A transport header that was cut off in the new message stays as it is. */
static bool clat_quote_l4(const struct clat_packet *pkt, unsigned int len)
{
	return pkt->l4 != CLAT_L4_OPAQUE && pkt->l4_len <= len;
}

/* Returns the octets written, or a negative drop reason. */
static int clat_quote46(const struct clat_xlat *xlat, const u8 *in,
			unsigned int in_len, u8 *out, unsigned int room,
			struct clat_packet *pkt)
{
	const struct iphdr *ip = (const struct iphdr *)in;
	struct clat_ends ends;
	unsigned int hlen, len;

	if (clat_parse4_quoted(in, in_len, pkt) ||
	    clat_ends46(xlat, ip->daddr, ip->saddr, &ends))
		return -CLAT_DROP_QUOTE46;

	hlen = clat_hdr46_len(pkt);
	len = clat_quote_payload(pkt, in_len, room - hlen);
	clat_hdr46(out, pkt, &ends.far6, &ends.local6);
	memcpy(out + hlen, in + pkt->l4_off, len);
	if (clat_quote_l4(pkt, len))
		clat_l4_46(out + hlen, pkt, &ends, false);
	return hlen + len;
}

static int clat_quote64(const struct clat_xlat *xlat, const u8 *in,
			unsigned int in_len, u8 *out, unsigned int room,
			struct clat_packet *pkt)
{
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)in;
	unsigned int hlen = sizeof(struct iphdr), len;
	struct clat_ends ends;
	bool df;

	if (clat_parse6_quoted(in, in_len, pkt) ||
	    clat_ends64(xlat, &ip6->saddr, &ip6->daddr, &ends))
		return -CLAT_DROP_QUOTE64;

	df = pkt->len - pkt->l4_off + hlen > CLAT_DF0_MAX;
	len = clat_quote_payload(pkt, in_len, room - hlen);
	clat_hdr64((struct iphdr *)out, pkt, ends.local4, ends.far4, 0, df);
	memcpy(out + hlen, in + pkt->l4_off, len);
	if (clat_quote_l4(pkt, len))
		clat_l4_64(out + hlen, pkt, &ends, false);
	return hlen + len;
}

/* RFC 4884: octet 5 of an ICMPv4 error counts words of 32 bits. */
static bool clat_icmp6_extends(u8 type)
{
	return type == ICMPV6_DEST_UNREACH || type == ICMPV6_TIME_EXCEED;
}

/**
 * clat_error46() - translate an ICMPv4 error
 * @xlat:	prefixes, one at least, and map
 * @mtus:	of the next hops
 * @in:		the ICMPv4 message, of class CLAT_L4_ERROR
 * @in_len:	its octets, 8 at least
 * @saddr:	source of the ICMPv6 message
 * @daddr:	destination of the ICMPv6 message
 * @out:	where the ICMPv6 message is written, aligned to 4
 * @out_max:	room for it, CLAT_ERROR_MAX6 less the IPv6 header at most, and
 *		200 at least
 *
 * Return: octets of the ICMPv6 message, or a negative drop reason.
 */
int clat_error46(const struct clat_xlat *xlat, const struct clat_mtus *mtus,
		 const void *in, unsigned int in_len,
		 const struct in6_addr *saddr, const struct in6_addr *daddr,
		 void *out, unsigned int out_max)
{
	struct icmp6hdr *icmp6 = out;
	struct clat_packet pkt;
	struct clat_error err;
	unsigned int len;
	int ret;

	if (csum_fold(csum_partial(in, in_len, 0)))
		return -CLAT_DROP_ICMP_CHECKSUM46;

	clat_error_split(in, in_len, ((const u8 *)in)[5] * 4, &err);
	if (err.quote_len < sizeof(struct iphdr))
		return -CLAT_DROP_QUOTE46;
	ret = clat_icmp46(in, mtus,
			  ntohs(((const struct iphdr *)err.quote)->tot_len),
			  icmp6);
	if (ret)
		return ret;
	if (!clat_icmp6_extends(icmp6->icmp6_type))
		err.ext_len = 0;

	ret = clat_quote46(xlat, err.quote, err.quote_len, (u8 *)(icmp6 + 1),
			   clat_error_room(&err, out_max, 8), &pkt);
	if (ret < 0)
		return ret;
	len = clat_error_join(out, ret, &err, 8, (u8 *)out + 4);
	icmp6->icmp6_cksum =
		csum_fold(csum_partial(out, len,
				       clat_csum_icmp_pseudo(saddr, daddr,
							     len)));
	return len;
}

/**
 * clat_error64() - translate an ICMPv6 error
 * @xlat:	prefixes and map
 * @mtus:	of the next hops
 * @in:		the ICMPv6 message, of class CLAT_L4_ERROR
 * @in_len:	its octets, 8 at least
 * @saddr:	source of the ICMPv6 message
 * @daddr:	destination of the ICMPv6 message
 * @out:	where the ICMPv4 message is written, aligned to 4
 * @out_max:	room for it, CLAT_ERROR_MAX4 less the IPv4 header at most, and
 *		200 at least
 *
 * Return: octets of the ICMPv4 message, or a negative drop reason.
 */
int clat_error64(const struct clat_xlat *xlat, const struct clat_mtus *mtus,
		 const void *in, unsigned int in_len,
		 const struct in6_addr *saddr, const struct in6_addr *daddr,
		 void *out, unsigned int out_max)
{
	const struct icmp6hdr *icmp6 = in;
	struct icmphdr *icmp = out;
	struct clat_packet pkt;
	struct clat_error err;
	unsigned int len = 0;
	int ret;

	if (csum_fold(csum_partial(in, in_len,
				   clat_csum_icmp_pseudo(saddr, daddr,
							 in_len))))
		return -CLAT_DROP_ICMP_CHECKSUM64;

	if (clat_icmp6_extends(icmp6->icmp6_type))
		len = ((const u8 *)in)[4] * 8;
	clat_error_split(in, in_len, len, &err);

	ret = clat_quote64(xlat, err.quote, err.quote_len, (u8 *)(icmp + 1),
			   clat_error_room(&err, out_max, 4), &pkt);
	if (ret < 0)
		return ret;
	len = ret;
	ret = clat_icmp64(icmp6, mtus, pkt.frag, icmp);
	if (ret)
		return ret;
	len = clat_error_join(out, len, &err, 4, (u8 *)out + 5);
	icmp->checksum = csum_fold(csum_partial(out, len, 0));
	return len;
}
