// SPDX-License-Identifier: GPL-2.0
/* Addresses by the book: RFC 6052, RFC 7757, and those never translated. */
#include "ref.h"

struct ref_net {
	u32 net;
	unsigned int len;
};

static u32 ref_mask(unsigned int len)
{
	return len ? ~0U << (32 - len) : 0;
}

static bool ref_in(u32 addr, const struct ref_net *nets, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if ((addr & ref_mask(nets[i].len)) == nets[i].net)
			return true;
	return false;
}

/* Neither end may be one of these, nor what a CLAT has for itself. */
static const struct ref_net ref_never[] = {
	{ 0x00000000, 8 }, { 0x7f000000, 8 }, { 0xa9fe0000, 16 },
	{ 0xe0000000, 4 }, { 0xf0000000, 4 },
	{ 0xc0000000, 29 }, { 0xc0000008, 32 },
};

/* RFC 6890: of those that are left, the ones that aren't global. */
static const struct ref_net ref_local_use[] = {
	{ 0x0a000000, 8 }, { 0x64400000, 10 }, { 0xac100000, 12 },
	{ 0xc0000000, 24 }, { 0xc0000200, 24 }, { 0xc0a80000, 16 },
	{ 0xc6120000, 15 }, { 0xc6336400, 24 }, { 0xcb007100, 24 },
};

/**
 * ref_edge() - an address where one of these lists begins or ends
 * @random:	chooses the address
 *
 * Return: the first or last address of an entry, or the one beside it.
 */
u32 ref_edge(unsigned int random)
{
	unsigned int n = ARRAY_SIZE(ref_never), which = random / 4 % 16;
	const struct ref_net *net = which < n ? &ref_never[which] :
						&ref_local_use[which - n];
	u32 edge = net->net + (random & 1 ? ~ref_mask(net->len) : 0);

	if (random & 2)
		edge += random & 1 ? 1 : -1;
	return edge;
}

/**
 * ref_find4() - find the pair of an IPv4 address
 * @cfg:	the configuration
 * @addr:	the address
 *
 * Return: the pair or %NULL.
 */
const struct fz_pair *ref_find4(const struct fz_config *cfg, u32 addr)
{
	unsigned int i;

	for (i = 0; i < cfg->n_pair; i++)
		if (!((addr ^ cfg->pair[i].v4) & ref_mask(cfg->pair[i].v4_len)))
			return &cfg->pair[i];
	return NULL;
}

static bool ref_same_bits(const u8 *a, const u8 *b, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

static const struct fz_pair *ref_find6(const struct fz_config *cfg,
				       const u8 *addr)
{
	unsigned int i;

	for (i = 0; i < cfg->n_pair; i++)
		if (ref_same_bits(addr, cfg->pair[i].v6,
				  96 + cfg->pair[i].v4_len))
			return &cfg->pair[i];
	return NULL;
}

/**
 * ref_overlap() - tell whether two pairs have an address in common
 * @a:	one pair
 * @b:	the other
 */
bool ref_overlap(const struct fz_pair *a, const struct fz_pair *b)
{
	unsigned int len = min(a->v4_len, b->v4_len);

	return !((a->v4 ^ b->v4) & ref_mask(len)) ||
	       ref_same_bits(a->v6, b->v6, 96 + len);
}

/**
 * ref_embed() - RFC 6052, section 2.2: the table
 * @plat:	prefix
 * @v4:		IPv4 address
 * @v6:		its IPv6 address
 */
void ref_embed(const struct fz_plat *plat, u32 v4, u8 *v6)
{
	unsigned int at = plat->len / 8, i;

	memcpy(v6, plat->addr, 16);
	for (i = 0; i < 4; i++, at++) {
		if (at == 8)
			at++;
		v6[at] = v4 >> (24 - 8 * i);
	}
}

static u32 ref_extract(const struct fz_plat *plat, const u8 *v6)
{
	unsigned int at = plat->len / 8, i;
	u32 v4 = 0;

	for (i = 0; i < 4; i++, at++) {
		if (at == 8)
			at++;
		v4 = v4 << 8 | v6[at];
	}
	return v4;
}

static const struct fz_plat *ref_plat(const struct fz_config *cfg,
				      const u8 *addr)
{
	unsigned int i;

	for (i = 0; i < cfg->n_plat; i++)
		if (!addr[8] &&
		    ref_same_bits(addr, cfg->plat[i].addr, cfg->plat[i].len))
			return &cfg->plat[i];
	return NULL;
}

static bool ref_far_ok(const struct fz_config *cfg, const struct fz_plat *plat,
		       u32 far)
{
	static const u8 wkp[16] = { 0, 0x64, 0xff, 0x9b };

	if (ref_in(far, ref_never, ARRAY_SIZE(ref_never)) ||
	    ref_find4(cfg, far))
		return false;
	return !cfg->strict || plat->len != 96 ||
	       memcmp(plat->addr, wkp, 16) ||
	       !ref_in(far, ref_local_use, ARRAY_SIZE(ref_local_use));
}

/**
 * ref_ends46() - translate both ends from IPv4
 * @cfg:	the configuration
 * @local:	the local end
 * @far:	the far end
 * @ends:	filled in
 *
 * Return: false if they aren't translated.
 */
bool ref_ends46(const struct fz_config *cfg, u32 local, u32 far,
		struct ref_ends *ends)
{
	const struct fz_pair *pair = ref_find4(cfg, local);
	u32 suffix;

	if (!pair || !ref_far_ok(cfg, &cfg->plat[0], far))
		return false;
	ends->local4 = local;
	ends->far4 = far;
	suffix = local & ~ref_mask(pair->v4_len);
	memcpy(ends->local6, pair->v6, 16);
	fz_put32(ends->local6 + 12, fz_get32(pair->v6 + 12) + suffix);
	ref_embed(&cfg->plat[0], far, ends->far6);
	return true;
}

/**
 * ref_ends64() - translate both ends from IPv6
 * @cfg:	the configuration
 * @local:	the local end
 * @far:	the far end
 * @ends:	filled in
 *
 * Return: false if they aren't translated.
 */
bool ref_ends64(const struct fz_config *cfg, const u8 *local, const u8 *far,
		struct ref_ends *ends)
{
	const struct fz_pair *pair = ref_find6(cfg, local);
	const struct fz_plat *plat = ref_plat(cfg, far);

	if (!pair || !plat)
		return false;
	memcpy(ends->local6, local, 16);
	memcpy(ends->far6, far, 16);
	ends->local4 = pair->v4 +
		       (fz_get32(local + 12) & ~ref_mask(pair->v4_len));
	ends->far4 = ref_extract(plat, far);
	return ref_far_ok(cfg, plat, ends->far4);
}
