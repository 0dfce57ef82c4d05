// SPDX-License-Identifier: GPL-2.0
/*
 * Puts right in random packets what they would seldom have right, as far as
 * flags of the input say, so that more than the first check is met.
 */
#include "ref.h"

static u32 fz_local4(const struct fz_config *cfg, u32 random)
{
	const struct fz_pair *pair = &cfg->pair[(random >> 24) % cfg->n_pair];

	return pair->v4 | (random & ~(~0U << (32 - pair->v4_len)));
}

static void fz_local6(const struct fz_config *cfg, u8 *addr, u32 random)
{
	const struct fz_pair *pair = &cfg->pair[(random >> 24) % cfg->n_pair];

	memcpy(addr, pair->v6, 16);
	fz_put32(addr + 12, fz_get32(addr + 12) |
			    (random & ~(~0U << (32 - pair->v4_len))));
}

/* What follows an embedded address is ignored, but octet 8 isn't. */
static void fz_far6(const struct fz_config *cfg, u8 *addr, u32 random)
{
	const struct fz_plat *plat = &cfg->plat[addr[0] % cfg->n_plat];
	u8 how = addr[1], extra = addr[2];

	ref_embed(plat, random, addr);
	if (plat->len < 96 && how & 1)
		addr[15] = extra;
	if (plat->len < 96 && !(how & 0xe))
		addr[8] = extra;
}

static void fz_flip(u8 *addr, unsigned int bit)
{
	addr[bit / 8] ^= 0x80 >> bit % 8;
}

static void fz_transport(u8 *l4, unsigned int len, unsigned int proto, bool v6,
			 u32 pseudo, unsigned int flags)
{
	int at = ref_check_at(proto, v6);

	if (at < 0 || len < ref_l4_min(proto, v6))
		return;
	if (flags & FZ_LENGTH && proto == 17)
		fz_put16(l4 + 4, len);
	if (!(flags & FZ_TRANSPORT))
		return;
	if (flags & FZ_PARTIAL) {
		fz_put16(l4 + at, pseudo);
		return;
	}
	fz_put16(l4 + at, 0);
	fz_put16(l4 + at, 65535 - (ref_sum(l4, len) + pseudo) % 65535);
}

static void fz_length4(u8 *p, unsigned int len, unsigned int flags)
{
	unsigned int ihl = p[0] & 15;

	if (ihl < 5 || ihl * 4 > len)
		ihl = 5;
	if (flags & FZ_PADDED && len > ihl * 4 + 4)
		len -= 4;
	p[0] = 0x40 | ihl;
	fz_put16(p + 2, len > 65535 ? 65535 : len);
}

/**
 * fz_shape4() - put an IPv4 packet right
 * @p:		the packet
 * @len:	its octets
 * @cfg:	the configuration
 * @flags:	what to put right
 * @src_local:	the source is the local end
 */
void fz_shape4(u8 *p, unsigned int len, const struct fz_config *cfg,
	       unsigned int flags, bool src_local)
{
	u8 *local = p + (src_local ? 12 : 16), *far = p + (src_local ? 16 : 12);
	struct ref_ip ip;

	if (len < 20)
		return;
	if (flags & FZ_LENGTH)
		fz_length4(p, len, flags);
	if (flags & FZ_ADDRESS)
		fz_put32(local, fz_local4(cfg, fz_get32(local)));
	if (flags & FZ_HAIRPIN)
		fz_put32(far, fz_local4(cfg, fz_get32(far)));
	if (flags & FZ_EDGE)
		fz_put32(far, ref_edge(far[0]));
	if (flags & FZ_NEAR)
		fz_flip(local, p[8] % 32);

	ip.l4 = (p[0] & 15) * 4;
	ip.len = fz_get16(p + 2);
	if (ip.l4 < 20 || ip.len < ip.l4 || ip.len > len)
		return;
	if (!(fz_get16(p + 6) & 0x1fff)) {
		unsigned int size = ip.len - ip.l4;

		fz_transport(p + ip.l4, size, p[9], false, p[9] == 1 ? 0 :
			     ref_pseudo4(p, p[9], size), flags);
	}
	if (flags & FZ_CHECKSUM) {
		fz_put16(p + 10, 0);
		fz_put16(p + 10, 65535 - ref_sum(p, ip.l4));
	}
}

/**
 * fz_shape6() - put an IPv6 packet right
 * @p:		the packet
 * @len:	its octets
 * @cfg:	the configuration
 * @flags:	what to put right
 * @src_local:	the source is the local end
 */
void fz_shape6(u8 *p, unsigned int len, const struct fz_config *cfg,
	       unsigned int flags, bool src_local)
{
	u8 *local = p + (src_local ? 8 : 24), *far = p + (src_local ? 24 : 8);
	struct ref_ip ip;

	if (len < 40)
		return;
	if (flags & FZ_LENGTH) {
		unsigned int size = len - 40;

		if (flags & FZ_PADDED && size > 4)
			size -= 4;
		p[0] = 0x60 | (p[0] & 15);
		fz_put16(p + 4, size > 65535 ? 65535 : size);
	}
	if (flags & FZ_ADDRESS) {
		fz_local6(cfg, local, fz_get32(local + 12));
		fz_far6(cfg, far, fz_get32(far + 12));
	}
	if (flags & FZ_HAIRPIN)
		fz_far6(cfg, far, fz_local4(cfg, fz_get32(far + 12)));
	if (flags & FZ_EDGE)
		fz_far6(cfg, far, ref_edge(far[15]));
	if (flags & FZ_NEAR)
		fz_flip(local, p[7] % 128);
	if (flags & FZ_FAR)
		fz_flip(far, p[3] % 128);

	if (ref_read6(p, len, true, &ip) && !ip.off && ip.len <= len)
		fz_transport(p + ip.l4, ip.len - ip.l4, ip.proto, true,
			     ref_pseudo6(p, ip.proto, ip.len - ip.l4), flags);
}
