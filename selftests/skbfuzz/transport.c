// SPDX-License-Identifier: GPL-2.0
/* Makes what follows an IP header: every transport, and ICMP errors with quotes. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>

#include "skbfuzz.h"

/* Most are small; some are about as large as a link takes, some as IP does. */
static unsigned int draw_size(struct fuzz *f)
{
	unsigned int r = fuzz_rnd(f, 128);

	if (r < 80)
		return fuzz_rnd(f, 100);
	if (r < 112)
		return fuzz_rnd(f, 1472);
	if (r < 123)
		return 1200 + fuzz_rnd(f, 300);
	if (r < 127)
		return fuzz_rnd(f, 9000);
	return fuzz_rnd(f, 65000);
}

static unsigned int make_tcp(struct fuzz *f, u8 *at)
{
	unsigned int hlen = 20 + 4 * (fuzz_rnd(f, 2) ? 3 : fuzz_rnd(f, 11));
	unsigned int len = hlen + draw_size(f);

	fuzz_payload(f, at, len);
	memset(at + 20, 1, hlen - 20);
	at[12] = hlen / 4 << 4;
	at[13] = fuzz_rnd(f, 8) ? 0x10 : fuzz_rnd(f, 256);
	return len;
}

static unsigned int make_udp(struct fuzz *f, u8 *at, bool lite,
			     unsigned int *cover)
{
	unsigned int len = 8 + draw_size(f);

	fuzz_payload(f, at, len);
	fuzz_put16(at + 4, len);
	if (lite && fuzz_rnd(f, 2)) {
		*cover = 8 + fuzz_rnd(f, len - 7);
		fuzz_put16(at + 4, *cover);
	} else if (lite) {
		fuzz_put16(at + 4, 0);
	}
	return len;
}

static unsigned int make_dccp(struct fuzz *f, u8 *at)
{
	unsigned int len = 16 + draw_size(f);

	fuzz_payload(f, at, len);
	at[4] = 4;
	at[5] = 0;	/* the checksum covers all of it */
	return len;
}

static unsigned int make_echo(struct fuzz *f, u8 *at, bool ipv6)
{
	unsigned int len = 8 + draw_size(f);

	fuzz_payload(f, at, len);
	if (ipv6)
		at[0] = ICMPV6_ECHO_REQUEST + fuzz_rnd(f, 2);
	else
		at[0] = fuzz_rnd(f, 2) ? ICMP_ECHO : ICMP_ECHOREPLY;
	at[1] = 0;
	return len;
}

/* Whatever else ICMP can say */
static unsigned int make_icmp(struct fuzz *f, u8 *at)
{
	unsigned int len = 4 + draw_size(f);

	fuzz_payload(f, at, len);
	at[0] = fuzz_rnd(f, 2) ? 128 + fuzz_rnd(f, 32) : fuzz_rnd(f, 256);
	return len;
}

static void make_error_head(struct fuzz *f, u8 *at, bool ipv6)
{
	static const u8 types4[] = { 3, 3, 3, 11, 12 };
	static const u8 types6[] = { 1, 1, 2, 3, 4 };

	memset(at, 0, 8);
	at[0] = ipv6 ? types6[fuzz_rnd(f, 5)] : types4[fuzz_rnd(f, 5)];
	at[1] = fuzz_rnd(f, ipv6 ? 6 : 17);
	if (ipv6 && at[0] == ICMPV6_PKT_TOOBIG) {
		at[1] = 0;
		put_unaligned_be32(fuzz_rnd(f, 8) ? fuzz_rnd(f, 9000) :
				   prandom_u32_state(&f->rnd), at + 4);
	} else if (ipv6 && at[0] == ICMPV6_PARAMPROB) {
		at[1] = fuzz_rnd(f, 3);
		put_unaligned_be32(fuzz_rnd(f, 44), at + 4);
	} else if (!ipv6 && at[0] == ICMP_PARAMETERPROB) {
		at[1] = fuzz_rnd(f, 3);
		at[4] = fuzz_rnd(f, 24);
	} else if (!ipv6 && at[0] == ICMP_DEST_UNREACH &&
		   at[1] == ICMP_FRAG_NEEDED && fuzz_rnd(f, 4)) {
		fuzz_put16(at + 6, fuzz_rnd(f, 4) ? fuzz_rnd(f, 1600) :
						    fuzz_rnd(f, 65536));
	}
}

/* RFC 4884: extensions behind a quote of so many words. */
static unsigned int make_extensions(struct fuzz *f, u8 *at, bool ipv6,
				    unsigned int quote)
{
	unsigned int most = fuzz_rnd(f, 8) ? 40 : 400;
	unsigned int unit = ipv6 ? 8 : 4, len = 4 * (1 + fuzz_rnd(f, most));
	unsigned int padded = round_up(max(quote, 128U), unit);

	if (padded / unit > 255)
		return quote;
	if (fuzz_one_in(f, 8))
		padded = round_up(quote, unit);
	memset(at + 8 + quote, 0, padded - quote);
	fuzz_payload(f, at + 8 + padded, len);
	at[8 + padded] = 0x20;
	at[ipv6 ? 4 : 5] = padded / unit;
	return padded + len;
}

static unsigned int make_error(struct fuzz *f, u8 *at, bool ipv6)
{
	unsigned int len;

	make_error_head(f, at, ipv6);
	len = fuzz_ip_make(f, at + 8, ipv6, true);
	if (fuzz_rnd(f, 4))
		len = min(len, ipv6 ? 1232U : 548U);
	if (fuzz_one_in(f, 3))
		len = min(len, 28 + fuzz_rnd(f, 200));
	if (fuzz_one_in(f, 3))
		len = make_extensions(f, at, ipv6, len);
	return 8 + len;
}

static unsigned int make_opaque(struct fuzz *f, u8 *at, u8 *proto)
{
	static const u8 protos[] = {
		IPPROTO_SCTP, IPPROTO_ESP, IPPROTO_AH, IPPROTO_GRE,
		IPPROTO_IPIP, IPPROTO_IPV6, IPPROTO_MTP, IPPROTO_SCTP,
	};
	unsigned int len = draw_size(f);

	*proto = fuzz_rnd(f, 8) ? protos[fuzz_rnd(f, ARRAY_SIZE(protos))] :
				  fuzz_rnd(f, 256);
	fuzz_payload(f, at, len);
	return len;
}

/**
 * fuzz_l4_make() - make a transport header and what follows, without checksum
 * @f:		the run
 * @at:		where to
 * @ipv6:	family of the packet
 * @quoted:	it is quoted by an error; so it mostly is no error
 * @proto:	filled in
 * @cover:	filled in: octets that the checksum covers
 *
 * Return: its octets.
 */
unsigned int fuzz_l4_make(struct fuzz *f, u8 *at, bool ipv6, bool quoted,
			  u8 *proto, unsigned int *cover)
{
	unsigned int len, partly = 0;
	u32 r = fuzz_rnd(f, 32);

	*proto = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	if (r < 9) {
		*proto = IPPROTO_TCP;
		len = make_tcp(f, at);
	} else if (r < 18) {
		*proto = IPPROTO_UDP;
		len = make_udp(f, at, false, &partly);
	} else if (r < 19) {
		*proto = IPPROTO_UDPLITE;
		len = make_udp(f, at, true, &partly);
	} else if (r < 20) {
		*proto = IPPROTO_DCCP;
		len = make_dccp(f, at);
	} else if (r < 23) {
		len = make_opaque(f, at, proto);
	} else if (r < 27) {
		len = make_echo(f, at, ipv6);
	} else if (r < 28) {
		len = make_icmp(f, at);
	} else if (quoted && fuzz_rnd(f, 16)) {
		len = make_echo(f, at, ipv6);
	} else if (quoted) {
		/* An error about an error; not about one about one. */
		len = 8 + draw_size(f);
		fuzz_payload(f, at, len);
		make_error_head(f, at, ipv6);
	} else {
		len = make_error(f, at, ipv6);
	}
	*cover = partly ?: len;
	return len;
}
