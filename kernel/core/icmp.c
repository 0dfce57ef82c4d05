// SPDX-License-Identifier: GPL-2.0
/* ICMP types, codes, pointers and MTUs: RFC 7915, sections 4.2 and 5.2. */
#include <linux/kernel.h>

#include "core.h"

/**
 * clat_icmp4_class() - tell what an ICMPv4 type is to the translator
 * @type:	ICMPv4 type
 *
 * Return: CLAT_L4_ECHO, CLAT_L4_ERROR, or CLAT_L4_OPAQUE for what is not
 * translated.
 */
enum clat_l4 clat_icmp4_class(u8 type)
{
	switch (type) {
	case ICMP_ECHO:
	case ICMP_ECHOREPLY:
		return CLAT_L4_ECHO;
	case ICMP_DEST_UNREACH:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return CLAT_L4_ERROR;
	default:
		return CLAT_L4_OPAQUE;
	}
}

/**
 * clat_icmp6_class() - tell what an ICMPv6 type is to the translator
 * @type:	ICMPv6 type
 *
 * Return: CLAT_L4_ECHO, CLAT_L4_ERROR, or CLAT_L4_OPAQUE for what is not
 * translated.
 */
enum clat_l4 clat_icmp6_class(u8 type)
{
	switch (type) {
	case ICMPV6_ECHO_REQUEST:
	case ICMPV6_ECHO_REPLY:
		return CLAT_L4_ECHO;
	case ICMPV6_DEST_UNREACH:
	case ICMPV6_PKT_TOOBIG:
	case ICMPV6_TIME_EXCEED:
	case ICMPV6_PARAMPROB:
		return CLAT_L4_ERROR;
	default:
		return CLAT_L4_OPAQUE;
	}
}

/**
 * clat_icmp46_echo() - translate the type of an ICMPv4 echo message
 * @type:	of class CLAT_L4_ECHO
 */
u8 clat_icmp46_echo(u8 type)
{
	return type == ICMP_ECHO ? ICMPV6_ECHO_REQUEST : ICMPV6_ECHO_REPLY;
}

/**
 * clat_icmp64_echo() - translate the type of an ICMPv6 echo message
 * @type:	of class CLAT_L4_ECHO
 */
u8 clat_icmp64_echo(u8 type)
{
	return type == ICMPV6_ECHO_REQUEST ? ICMP_ECHO : ICMP_ECHOREPLY;
}

/* Destination unreachable, by code; -1: not translated */
static const s8 clat_unreach46[] = {
	[ICMP_NET_UNREACH]	= ICMPV6_NOROUTE,
	[ICMP_HOST_UNREACH]	= ICMPV6_NOROUTE,
	[ICMP_PROT_UNREACH]	= -1,			/* parameter problem */
	[ICMP_PORT_UNREACH]	= ICMPV6_PORT_UNREACH,
	[ICMP_FRAG_NEEDED]	= -1,			/* packet too big */
	[ICMP_SR_FAILED]	= ICMPV6_NOROUTE,
	[ICMP_NET_UNKNOWN]	= ICMPV6_NOROUTE,
	[ICMP_HOST_UNKNOWN]	= ICMPV6_NOROUTE,
	[ICMP_HOST_ISOLATED]	= ICMPV6_NOROUTE,
	[ICMP_NET_ANO]		= ICMPV6_ADM_PROHIBITED,
	[ICMP_HOST_ANO]		= ICMPV6_ADM_PROHIBITED,
	[ICMP_NET_UNR_TOS]	= ICMPV6_NOROUTE,
	[ICMP_HOST_UNR_TOS]	= ICMPV6_NOROUTE,
	[ICMP_PKT_FILTERED]	= ICMPV6_ADM_PROHIBITED,
	[ICMP_PREC_VIOLATION]	= -1,
	[ICMP_PREC_CUTOFF]	= ICMPV6_ADM_PROHIBITED,
};

static const s8 clat_unreach64[] = {
	[ICMPV6_NOROUTE]	= ICMP_HOST_UNREACH,
	[ICMPV6_ADM_PROHIBITED]	= ICMP_HOST_ANO,
	[ICMPV6_NOT_NEIGHBOUR]	= ICMP_HOST_UNREACH,
	[ICMPV6_ADDR_UNREACH]	= ICMP_HOST_UNREACH,
	[ICMPV6_PORT_UNREACH]	= ICMP_PORT_UNREACH,
};

/* Parameter problem: octet of the other header, by octet of this; -1: none */
static const s8 clat_pointer46[] = {
	0, 1, 4, 4, -1, -1, -1, -1, 7, 6,
	-1, -1, 8, 8, 8, 8, 24, 24, 24, 24,
};

static const s8 clat_pointer64[] = {
	0, 1, -1, -1, 2, 2, 9, 8,
	12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12,
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
};

/*
 * RFC 1191, section 7: a router that says no MTU is older than path MTU
 * discovery. The largest of the usual ones below the packet it refused.
 */
static unsigned int clat_plateau(unsigned int len)
{
	static const u16 plateaus[] = {
		65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(plateaus); i++)
		if (plateaus[i] < len)
			return plateaus[i];
	return 68;
}

static unsigned int clat_mtu46(unsigned int mtu, const struct clat_mtus *mtus,
			       unsigned int quoted)
{
	if (!mtu)
		mtu = clat_plateau(quoted);
	mtu = min3(mtu + CLAT_HDR_DIFF, mtus->v6, mtus->v4 + CLAT_HDR_DIFF);
	return max(mtu, 1280U);
}

/* Routers with a smaller MTU than IPv6 allows fragment themselves. */
static unsigned int clat_mtu64(unsigned int mtu, const struct clat_mtus *mtus,
			       bool quoted_frag)
{
	unsigned int less = CLAT_HDR_DIFF + (quoted_frag ? CLAT_FRAG_LEN : 0);

	return min3(max(mtu, 1280U) - less, mtus->v4,
		    mtus->v6 - CLAT_HDR_DIFF);
}

static int clat_icmp46_unreach(const struct icmphdr *in,
			       const struct clat_mtus *mtus,
			       unsigned int quoted, struct icmp6hdr *out)
{
	if (in->code == ICMP_PROT_UNREACH) {
		out->icmp6_type = ICMPV6_PARAMPROB;
		out->icmp6_code = ICMPV6_UNK_NEXTHDR;
		out->icmp6_pointer = htonl(offsetof(struct ipv6hdr, nexthdr));
		return 0;
	}
	if (in->code == ICMP_FRAG_NEEDED) {
		out->icmp6_type = ICMPV6_PKT_TOOBIG;
		out->icmp6_mtu = htonl(clat_mtu46(ntohs(in->un.frag.mtu), mtus,
						  quoted));
		return 0;
	}
	if (in->code >= ARRAY_SIZE(clat_unreach46) ||
	    clat_unreach46[in->code] < 0)
		return -CLAT_DROP_ICMP46;
	out->icmp6_type = ICMPV6_DEST_UNREACH;
	out->icmp6_code = clat_unreach46[in->code];
	return 0;
}

/**
 * clat_icmp46() - translate the first 8 octets of an ICMPv4 error
 * @in:		the header
 * @mtus:	of the next hops
 * @quoted:	total length of the quoted packet
 * @out:	written whole, with checksum and length octet 0
 *
 * Return: 0 or a negative drop reason.
 */
int clat_icmp46(const struct icmphdr *in, const struct clat_mtus *mtus,
		unsigned int quoted, struct icmp6hdr *out)
{
	u8 pointer = ntohl(in->un.gateway) >> 24;

	memset(out, 0, sizeof(*out));
	switch (in->type) {
	case ICMP_DEST_UNREACH:
		return clat_icmp46_unreach(in, mtus, quoted, out);
	case ICMP_TIME_EXCEEDED:
		out->icmp6_type = ICMPV6_TIME_EXCEED;
		out->icmp6_code = in->code;
		return 0;
	case ICMP_PARAMETERPROB:
		/* 0: pointer indicates the error, 2: bad length */
		if ((in->code != 0 && in->code != 2) ||
		    pointer >= ARRAY_SIZE(clat_pointer46) ||
		    clat_pointer46[pointer] < 0)
			return -CLAT_DROP_ICMP46;
		out->icmp6_type = ICMPV6_PARAMPROB;
		out->icmp6_code = ICMPV6_HDR_FIELD;
		out->icmp6_pointer = htonl(clat_pointer46[pointer]);
		return 0;
	default:
		return -CLAT_DROP_ICMP46;
	}
}

static int clat_icmp64_paramprob(const struct icmp6hdr *in,
				 struct icmphdr *out)
{
	u32 pointer = ntohl(in->icmp6_pointer);

	if (in->icmp6_code == ICMPV6_UNK_NEXTHDR) {
		out->type = ICMP_DEST_UNREACH;
		out->code = ICMP_PROT_UNREACH;
		return 0;
	}
	if (in->icmp6_code != ICMPV6_HDR_FIELD ||
	    pointer >= ARRAY_SIZE(clat_pointer64) ||
	    clat_pointer64[pointer] < 0)
		return -CLAT_DROP_ICMP64;
	out->type = ICMP_PARAMETERPROB;
	out->un.gateway = htonl((u32)clat_pointer64[pointer] << 24);
	return 0;
}

/**
 * clat_icmp64() - translate the first 8 octets of an ICMPv6 error
 * @in:		the header
 * @mtus:	of the next hops
 * @quoted_frag: the quoted packet has a Fragment header
 * @out:	written whole, with checksum and length octet 0
 *
 * Return: 0 or a negative drop reason.
 */
int clat_icmp64(const struct icmp6hdr *in, const struct clat_mtus *mtus,
		bool quoted_frag, struct icmphdr *out)
{
	memset(out, 0, sizeof(*out));
	switch (in->icmp6_type) {
	case ICMPV6_DEST_UNREACH:
		if (in->icmp6_code >= ARRAY_SIZE(clat_unreach64))
			return -CLAT_DROP_ICMP64;
		out->type = ICMP_DEST_UNREACH;
		out->code = clat_unreach64[in->icmp6_code];
		return 0;
	case ICMPV6_PKT_TOOBIG:
		out->type = ICMP_DEST_UNREACH;
		out->code = ICMP_FRAG_NEEDED;
		out->un.frag.mtu = htons(clat_mtu64(ntohl(in->icmp6_mtu), mtus,
						    quoted_frag));
		return 0;
	case ICMPV6_TIME_EXCEED:
		out->type = ICMP_TIME_EXCEEDED;
		out->code = in->icmp6_code;
		return 0;
	case ICMPV6_PARAMPROB:
		return clat_icmp64_paramprob(in, out);
	default:
		return -CLAT_DROP_ICMP64;
	}
}
