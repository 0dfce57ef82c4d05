// SPDX-License-Identifier: GPL-2.0
/*
 * Target: ICMP errors with the packets they quote, both ways. What comes out
 * must be, octet for octet, what the reference says: type, code, MTU, pointer,
 * length of the quote (RFC 4884), the quoted packet, padding, extensions; with
 * a checksum that is right, and in 1280 or 576 octets with its header.
 */
#include "step.h"

/* A direction: how the new message says how long its quote is. */
struct fz_way {
	bool v6;		/* of the message that comes in */
	unsigned int unit;	/* that the new message counts its quote in */
	unsigned int length_at;	/* octet for that in the new message */
	unsigned int hlen;	/* of the new message's IP header */
	unsigned int max;	/* octets of the new packet */
};

static const struct fz_way fz_way46 = {
	.unit = 8, .length_at = 4, .hlen = 40, .max = 1280,
};

static const struct fz_way fz_way64 = {
	.v6 = true, .unit = 4, .length_at = 5, .hlen = 20, .max = 576,
};

/* What an error must become. */
struct fz_error {
	const struct fz_way *way;
	const u8 *quote, *ext;
	unsigned int quote_len, ext_len;
	struct ref_error head;
	struct ref_ip ip;	/* of the quoted packet */
	u8 quote_head[48];
	unsigned int quote_hlen;
};

/* RFC 4884, section 4: without a length there are no extensions. */
static void fz_split(const u8 *msg, unsigned int len, struct fz_error *err)
{
	unsigned int quote = msg[5] * 4;

	if (err->way->v6)
		quote = msg[0] == 1 || msg[0] == 3 ? msg[4] * 8 : 0;
	err->quote = msg + 8;
	err->quote_len = len - 8;
	err->ext_len = 0;
	if (quote && quote < len - 8) {
		err->quote_len = quote;
		err->ext = msg + 8 + quote;
		err->ext_len = len - 8 - quote;
	}
}

static bool fz_want46(const struct fz_config *cfg,
		      const struct clat_mtus *mtus, const u8 *msg,
		      unsigned int len, struct fz_error *err)
{
	struct ref_ends ends;

	if (ref_sum(msg, len))
		return false;
	fz_split(msg, len, err);
	if (!ref_read4(err->quote, err->quote_len, true, &err->ip) ||
	    !ref_icmp46(msg, mtus, err->ip.len, &err->head) ||
	    !ref_ends46(cfg, fz_get32(err->quote + 16),
			fz_get32(err->quote + 12), &ends))
		return false;
	err->quote_hlen = ref_head46(err->quote_head, &err->ip, ends.far6,
				     ends.local6);
	return true;
}

static bool fz_want64(const struct fz_config *cfg,
		      const struct clat_mtus *mtus, const u8 *head,
		      const u8 *msg, unsigned int len, struct fz_error *err)
{
	struct ref_ends ends;

	if ((ref_sum(msg, len) + ref_pseudo6(head, 58, len)) % 65535)
		return false;
	fz_split(msg, len, err);
	if (!ref_read6(err->quote, err->quote_len, true, &err->ip) ||
	    !ref_icmp64(msg, mtus, err->ip.frag, &err->head) ||
	    !ref_ends64(cfg, err->quote + 8, err->quote + 24, &ends))
		return false;
	err->quote_hlen = 20;
	ref_head64(err->quote_head, &err->ip, ends.local4, ends.far4, 0,
		   err->ip.len - err->ip.l4 + 20 > 1260);
	return true;
}

/* The quoted packet, as much of it as there is, and as there is room for. */
static unsigned int fz_check_quote(const struct fz_error *err, const u8 *out,
				   unsigned int room)
{
	const struct fz_way *way = err->way;
	struct ref_part a, b;

	a.data = err->quote + err->ip.l4;
	a.len = min3(err->quote_len - err->ip.l4, err->ip.len - err->ip.l4,
		     room - err->quote_hlen);
	b.data = out + err->quote_hlen;
	b.len = a.len;
	a.pseudo = ref_pseudo(err->quote, &err->ip, way->v6);
	b.pseudo = ref_pseudo(out, &err->ip, !way->v6);

	fz_check_same("quoted header", out, err->quote_hlen, err->quote_head,
		      err->quote_hlen);
	ref_check_l4(&err->ip, way->v6, &a, &b, false, true);
	return err->quote_hlen + a.len;
}

static void fz_check_error(struct fz_error *err, const u8 *out,
			   unsigned int out_len, unsigned int out_max)
{
	unsigned int unit = err->way->unit, room = out_max - 8;
	unsigned int len, padded, i;

	if (!err->head.extends || err->ext_len + 128 > room)
		err->ext_len = 0;
	if (err->ext_len)
		room = (room - err->ext_len) / unit * unit;
	len = fz_check_quote(err, out + 8, room);

	padded = len;
	if (err->ext_len) {
		padded = max((len + unit - 1) / unit * unit, 128U);
		err->head.head[err->way->length_at] = padded / unit;
	}
	fz_check(out_len == 8 + padded + err->ext_len);
	for (i = len; i < padded; i++)
		fz_check(!out[8 + i]);
	if (err->ext_len)
		fz_check_same("extensions", out + 8 + padded, err->ext_len,
			      err->ext, err->ext_len);
	memcpy(err->head.head + 2, out + 2, 2);
	fz_check_same("ICMP header", out, 8, err->head.head, 8);
}

/* As error.c makes the packet that the message leaves in. */
static void fz_check_whole(const struct fz_way *way, struct fz_packet *whole,
			   struct clat_packet pkt, struct clat_ends *ends,
			   unsigned int len)
{
	struct ref_ip ip;
	u32 pseudo = 0;

	pkt.len = pkt.l4_off + len;
	if (way->v6)
		clat_hdr64((struct iphdr *)whole->data, &pkt, ends->far4,
			   ends->local4, 0, false);
	else
		clat_hdr46(whole->data, &pkt, &ends->local6, &ends->far6);
	fz_check(way->hlen + len <= way->max);
	if (way->v6) {
		fz_check(ref_read4(whole->data, way->hlen + len, false, &ip));
	} else {
		fz_check(ref_read6(whole->data, way->hlen + len, false, &ip));
		pseudo = ref_pseudo6(whole->data, 58, len);
	}
	fz_check(ip.len == way->hlen + len && ip.l4 == way->hlen);
	fz_check((ref_sum(whole->data + way->hlen, len) + pseudo) % 65535 == 0);
}

static void fz_error(const struct fz_config *cfg, const struct clat_mtus *mtus,
		     const struct fz_packet *in, unsigned int less,
		     const struct fz_way *way)
{
	unsigned int out_max = way->max - way->hlen - less, len;
	struct fz_error err = { .way = way };
	struct clat_packet pkt;
	struct fz_packet whole;
	struct clat_ends ends;
	struct ref_ip ip;
	const u8 *msg;
	bool legal;
	int ret;

	if (!(way->v6 ? fz_accept64(cfg, in, false, &pkt, &ip, &ends) :
			fz_accept46(cfg, in, true, &pkt, &ip, &ends)) ||
	    pkt.l4 != CLAT_L4_ERROR)
		return;

	msg = in->data + pkt.l4_off;
	len = pkt.len - pkt.l4_off;
	whole = fz_packet_new(way->hlen + out_max);
	if (way->v6) {
		legal = fz_want64(cfg, mtus, in->data, msg, len, &err);
		ret = clat_error64(&cfg->xlat, mtus, msg, len, &ends.far6,
				   &ends.local6, whole.data + way->hlen,
				   out_max);
	} else {
		legal = fz_want46(cfg, mtus, msg, len, &err);
		ret = clat_error46(&cfg->xlat, mtus, msg, len, &ends.local6,
				   &ends.far6, whole.data + way->hlen,
				   out_max);
	}
	fz_check((ret > 0) == legal);
	fz_check(legal || ret < 0);
	if (legal) {
		fz_check_error(&err, whole.data + way->hlen, ret, out_max);
		fz_check_whole(way, &whole, pkt, &ends, ret);
	}
	fz_packet_free(&whole);
}

/* The message is the input's: an IP header comes before it. */
static struct fz_packet fz_wrap(const struct fz_packet *msg, u32 random,
				unsigned int hlen)
{
	unsigned int len = min(msg->len, 65535 - hlen);
	struct fz_packet in = fz_packet_new(hlen + len);

	memset(in.data, 0, hlen);
	memcpy(in.data + hlen, msg->data, len);
	if (hlen == 20) {
		in.data[0] = 0x45;
		in.data[8] = 64;
		in.data[9] = 1;
		fz_put32(in.data + 12, random);
		fz_put32(in.data + 16, 0x08080808);
	} else {
		in.data[6] = 58;
		in.data[7] = 64;
		fz_put32(in.data + 8, random);
		fz_put32(in.data + 20, 0x08080808);
		fz_put32(in.data + 36, random);
	}
	return in;
}

/* Types that are errors, and codes and pointers that may mean something. */
static void fz_shape_head(u8 *msg, bool v6)
{
	static const u8 types4[] = { 3, 3, 11, 12 };

	msg[0] = v6 ? 1 + msg[0] % 4 : types4[msg[0] % 4];
	msg[1] %= 18;
	if (msg[0] == 12)
		msg[4] %= 22;
	if (v6 && msg[0] == 4)
		fz_put32(msg + 4, msg[7] % 42);
}

static void fz_shape_message(struct fz_packet *msg, const struct fz_config *cfg,
			     unsigned int flags, bool v6)
{
	unsigned int some = FZ_ADDRESS | (flags & ~FZ_TRANSPORT);
	u8 *quote = msg->data + 8;

	if (msg->len < 8 || !(flags & FZ_QUOTE))
		return;
	fz_shape_head(msg->data, v6);
	if (msg->len < 8 + (v6 ? 40 : 20))
		return;
	if (v6) {
		quote[0] = 0x60 | (quote[0] & 15);
		fz_shape6(quote, msg->len - 8, cfg, some, true);
	} else {
		quote[0] = 0x40 | max(quote[0] & 15, 5);
		fz_shape4(quote, msg->len - 8, cfg, some, false);
	}
}

static void fz_shape_outer(struct fz_packet *in, const struct fz_config *cfg,
			   unsigned int flags, bool v6)
{
	unsigned int some = FZ_LENGTH | FZ_ADDRESS | FZ_CHECKSUM;
	unsigned int len = in->len - (v6 ? 40 : 20);
	u8 *msg = in->data + (v6 ? 40 : 20);
	u32 pseudo;

	if (v6)
		fz_shape6(in->data, in->len, cfg, some, false);
	else
		fz_shape4(in->data, in->len, cfg, some, true);
	if (len < 4 || !(flags & FZ_TRANSPORT))
		return;
	pseudo = v6 ? ref_pseudo6(in->data, 58, len) : 0;
	fz_put16(msg + 2, 0);
	fz_put16(msg + 2, 65535 - (ref_sum(msg, len) + pseudo) % 65535);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fz_input input = { data, size };
	struct fz_packet msg, in;
	struct clat_mtus mtus;
	struct fz_config cfg;
	unsigned int flags, less;
	u32 random;
	bool v6;

	fz_config_read(&input, &cfg);
	flags = fz_u16(&input);
	v6 = flags & FZ_V6;
	mtus.v4 = 1260 + fz_u16(&input) % (65536 - 1260);
	mtus.v6 = 1280 + fz_u16(&input);
	/* Room for less than the most: 200 octets at least */
	less = fz_u8(&input) * 4 % (v6 ? 356 : 1040);
	random = (u32)fz_u16(&input) << 16 | 0x4711;

	msg = fz_packet_read(&input);
	fz_shape_message(&msg, &cfg, flags, v6);
	in = fz_wrap(&msg, random, v6 ? 40 : 20);
	fz_packet_free(&msg);
	fz_shape_outer(&in, &cfg, flags, v6);
	fz_error(&cfg, &mtus, &in, less, v6 ? &fz_way64 : &fz_way46);
	fz_packet_free(&in);
	return 0;
}
