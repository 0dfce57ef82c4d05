// SPDX-License-Identifier: GPL-2.0
/*
 * Target: the parsers over any octets. They read nothing beyond what they were
 * told is linear, ask for more until they know, and say the same however much
 * was linear; and they accept what the reference accepts.
 */
#include "step.h"

typedef int (*fz_parse_t)(const void *data, unsigned int linear,
			  unsigned int total, struct clat_packet *pkt);

/* Gives a parser what it asks for, as the module does, and no octet more. */
static int fz_parse_pulled(fz_parse_t parse, const struct fz_packet *in,
			   unsigned int linear, struct clat_packet *pkt)
{
	for (;;) {
		struct fz_packet part = fz_packet_new(linear);
		int ret;

		memcpy(part.data, in->data, linear);
		memset(pkt, 0, sizeof(*pkt));
		ret = parse(part.data, linear, in->len, pkt);
		fz_packet_free(&part);
		if (ret < 0)
			return ret;
		if (!ret) {
			fz_check(pkt->l4_off + pkt->l4_len <= linear);
			fz_check(pkt->l4_off + pkt->l4_len <= pkt->len);
			return 0;
		}
		fz_check((unsigned int)ret > linear);
		fz_check((unsigned int)ret <= in->len);
		linear = ret;
	}
}

static void fz_parse(const struct fz_packet *in, unsigned int linear, bool v6)
{
	fz_parse_t parse = v6 ? clat_parse6 : clat_parse4;
	struct clat_packet whole, pkt;
	struct ref_ip ip;
	int ret = fz_parse_pulled(parse, in, in->len, &whole);
	bool legal = v6 ? ref_read6(in->data, in->len, false, &ip) :
			  ref_read4(in->data, in->len, false, &ip);

	fz_check(fz_parse_pulled(parse, in, linear, &pkt) == ret);
	fz_check(!ret == legal);
	if (!ret) {
		fz_check_packet(&whole, &ip, v6);
		fz_check_same("result of the parser", &pkt, sizeof(pkt),
			      &whole, sizeof(whole));
	}
	/* The octet that the sender is told of: segments left */
	if (ret == -CLAT_DROP_ROUTING64) {
		fz_check(pkt.l4_off == whole.l4_off);
		fz_check(pkt.l4_off < in->len && in->data[pkt.l4_off]);
	}
}

static void fz_parse_quoted(const struct fz_packet *in, unsigned int len,
			    bool v6)
{
	struct fz_packet part = fz_packet_new(len);
	struct clat_packet pkt;
	struct ref_ip ip;
	bool legal;
	int ret;

	memcpy(part.data, in->data, len);
	ret = v6 ? clat_parse6_quoted(part.data, len, &pkt) :
		   clat_parse4_quoted(part.data, len, &pkt);
	legal = v6 ? ref_read6(part.data, len, true, &ip) :
		     ref_read4(part.data, len, true, &ip);
	fz_check(!ret == legal);
	fz_check(legal ||
		 ret == (v6 ? -CLAT_DROP_QUOTE64 : -CLAT_DROP_QUOTE46));
	if (legal)
		fz_check_packet(&pkt, &ip, v6);
	fz_packet_free(&part);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fz_input input = { data, size };
	unsigned int flags = fz_u16(&input) &
			     ~(FZ_ADDRESS | FZ_HAIRPIN | FZ_EDGE);
	unsigned int linear = fz_u16(&input);
	struct fz_packet in = fz_packet_read(&input);

	if (flags & FZ_V6)
		fz_shape6(in.data, in.len, NULL, flags, false);
	else
		fz_shape4(in.data, in.len, NULL, flags, false);
	linear %= in.len + 1;
	fz_parse(&in, linear, flags & FZ_V6);
	fz_parse_quoted(&in, linear, flags & FZ_V6);
	fz_packet_free(&in);
	return 0;
}
