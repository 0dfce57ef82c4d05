// SPDX-License-Identifier: GPL-2.0
/*
 * Target: IPv6 packets to IPv4, and back again where IPv4 can say it. A packet
 * that comes back must be the one that left, but for what RFC 7915 takes away:
 * flow label, extension headers, the upper half of an identification, the
 * Fragment header of what is no fragment, what follows an embedded address, the
 * absence of a UDP checksum; and the far end comes back under the first prefix.
 */
#include "step.h"

/* Returns whether the far end is the one that it was. */
static bool fz_want_head(u8 *head, const struct fz_config *cfg, const u8 *in,
			 const u8 *mid, const struct ref_ip *ip)
{
	struct ref_ip want = *ip;
	u8 far6[16];

	want.frag = ip->off || ip->more;
	want.id &= 0xffff;
	ref_embed(&cfg->plat[0], fz_get32(mid + 12), far6);
	ref_head46(head, &want, far6, in + 24);
	return !memcmp(far6, in + 8, 16);
}

static void fz_round_trip(const struct fz_config *cfg,
			  const struct fz_packet *in,
			  const struct fz_packet *mid, bool partial)
{
	struct fz_packet back;
	unsigned int hlen;
	struct ref_ip ip;
	bool same_far;
	u8 head[48];
	int at;

	back = fz_step46(cfg, mid, false, partial);
	if (!back.data)
		return;

	ref_read6(in->data, in->len, false, &ip);
	same_far = fz_want_head(head, cfg, in->data, mid->data, &ip);
	hlen = back.len - (ip.len - ip.l4);
	fz_check(hlen == (ip.off || ip.more ? 48 : 40));
	fz_check_same("IPv6 header that came back", back.data, hlen, head, hlen);
	at = ip.off ? -1 : ref_check_at(ip.proto, true);
	if (at >= 0) {
		u8 *old = in->data + ip.l4 + at, *new = back.data + hlen + at;

		/* A sum of zero can be written in two ways. */
		if (same_far &&
		    (ip.proto != 17 || partial || fz_get16(old)))
			fz_check(fz_get16(old) % 65535 ==
				 fz_get16(new) % 65535);
		memcpy(new, old, 2);
	}
	fz_check_same("payload that came back", back.data + hlen,
		      back.len - hlen, in->data + ip.l4, ip.len - ip.l4);
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
	fz_shape6(in.data, in.len, &cfg, flags, false);

	out = fz_step64(&cfg, &in, false, flags & FZ_PARTIAL,
			0xa50f ^ in.len, flags & FZ_DF);
	if (out.data)
		fz_round_trip(&cfg, &in, &out, flags & FZ_PARTIAL);
	fz_packet_free(&out);
	fz_packet_free(&in);
	return 0;
}
