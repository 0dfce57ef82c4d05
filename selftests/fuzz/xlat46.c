// SPDX-License-Identifier: GPL-2.0
/*
 * Target: IPv4 packets to IPv6, and back again. A packet that comes back must
 * be the one that left, but for what RFC 7915 takes away: options, the
 * reserved flag, Don't Fragment of a fragment, the absence of a UDP checksum.
 * (The identification and Don't Fragment of other packets are new ones of the
 * module's; here the old ones are put in.)
 */
#include "step.h"

static void fz_want_head(u8 *head, const u8 *in, const struct ref_ip *ip)
{
	memcpy(head, in, 20);
	head[0] = 0x45;
	fz_put16(head + 2, 20 + ip->len - ip->l4);
	head[6] &= ip->frag ? 0x3f : 0x7f;
	fz_put16(head + 10, 0);
	fz_put16(head + 10, (65535 - ref_sum(head, 20)) % 65535);
}

static void fz_round_trip(const struct fz_config *cfg,
			  const struct fz_packet *in,
			  const struct fz_packet *mid, bool partial)
{
	struct fz_packet back;
	struct ref_ip ip;
	u8 head[20];
	int at;

	ref_read4(in->data, in->len, false, &ip);
	back = fz_step64(cfg, mid, true, partial, ip.id, ip.df);
	if (!back.data)
		return;

	fz_want_head(head, in->data, &ip);
	fz_check_same("IPv4 header that came back", back.data, 20, head, 20);
	fz_check(back.len - 20 == ip.len - ip.l4);
	at = ip.off ? -1 : ref_check_at(ip.proto, false);
	if (at >= 0) {
		u8 *old = in->data + ip.l4 + at, *new = back.data + 20 + at;

		/* A sum of zero can be written in two ways. */
		if (ip.proto != 17 || partial || fz_get16(old))
			fz_check(fz_get16(old) % 65535 ==
				 fz_get16(new) % 65535);
		memcpy(new, old, 2);
	}
	fz_check_same("payload that came back", back.data + 20, back.len - 20,
		      in->data + ip.l4, ip.len - ip.l4);
	fz_packet_free(&back);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fz_input input = { data, size };
	struct fz_packet in, out;
	struct fz_config cfg;
	unsigned int flags;

	fz_config_read(&input, &cfg);
	flags = fz_u16(&input);
	in = fz_packet_read(&input);
	fz_shape4(in.data, in.len, &cfg, flags, true);

	out = fz_step46(&cfg, &in, true, flags & FZ_PARTIAL);
	if (out.data)
		fz_round_trip(&cfg, &in, &out, flags & FZ_PARTIAL);
	fz_packet_free(&out);
	fz_packet_free(&in);
	return 0;
}
