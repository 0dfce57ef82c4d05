// SPDX-License-Identifier: GPL-2.0
/* What holds for every configuration that was accepted. */
#include "netlink.h"

static u32 fz_mask(unsigned int len)
{
	return len ? ~0U << (32 - len) : 0;
}

/* Multicast, link-local, and ::/96 */
static bool fz_v6_never(const u8 *addr)
{
	static const u8 zero[12];

	return addr[0] == 0xff || (addr[0] == 0xfe && addr[1] >> 6 == 2) ||
	       !memcmp(addr, zero, 12);
}

/**
 * fz_plat_legal() - tell whether it is a prefix that can lead to a PLAT
 * @addr:	the prefix
 * @len:	its length
 */
bool fz_plat_legal(const u8 *addr, unsigned int len)
{
	unsigned int i;

	if (len != 96 && (len % 8 || len < 32 || len > 64))
		return false;
	for (i = len / 8; i < 16; i++)
		if (addr[i])
			return false;
	return !addr[8] && !fz_v6_never(addr);
}

/* The first and the last address decide: what is never is wide and aligned. */
static bool fz_v4_never(u32 net, unsigned int len)
{
	static const u32 never[][2] = {
		{ 0x00000000, 0x00ffffff }, { 0x7f000000, 0x7fffffff },
		{ 0xa9fe0000, 0xa9feffff }, { 0xe0000000, 0xffffffff },
	};
	u32 last = net | ~fz_mask(len);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(never); i++)
		if (net <= never[i][1] && last >= never[i][0])
			return true;
	return false;
}

/**
 * fz_pair_legal() - tell whether it is a pair of equally long prefixes
 * @pair:	the pair; @v4_len may be anything
 * @v6_len:	length of its IPv6 prefix
 */
bool fz_pair_legal(const struct fz_pair *pair, unsigned int v6_len)
{
	return pair->v4_len <= 32 && v6_len == 96 + pair->v4_len &&
	       !(pair->v4 & ~fz_mask(pair->v4_len)) &&
	       !(fz_get32(pair->v6 + 12) & ~fz_mask(pair->v4_len)) &&
	       !fz_v4_never(pair->v4, pair->v4_len) && !fz_v6_never(pair->v6);
}

static void fz_check_plat(const struct clat_plat *plat)
{
	static const u8 wkp[16] = { 0, 0x64, 0xff, 0x9b };
	const u8 *addr = plat->addr.s6_addr;

	fz_check(fz_plat_legal(addr, plat->len));
	fz_check(plat->wkp == (plat->len == 96 && !memcmp(addr, wkp, 16)));
	fz_check(ntohs(~csum_fold(plat->sum)) % 65535 == ref_sum(addr, 16));
}

/* As the fuzzer knows pairs, to compare them by the reference. */
static struct fz_pair fz_pair_of(const struct clat_pair *pair)
{
	struct fz_pair known = { .v4 = ntohl(pair->v4) };

	while (known.v4_len < 32 && fz_mask(known.v4_len) != ntohl(pair->mask))
		known.v4_len++;
	fz_check(fz_mask(known.v4_len) == ntohl(pair->mask));
	memcpy(known.v6, &pair->v6, 16);
	return known;
}

static void fz_check_pair(const struct clat_pair *pair)
{
	struct fz_pair known = fz_pair_of(pair);
	u8 v4[4];
	u32 delta;

	fz_check(fz_pair_legal(&known, 96 + known.v4_len));
	fz_put32(v4, known.v4);
	delta = ref_sum(known.v6, 16) + 65535 - ref_sum(v4, 4);
	fz_check(ntohs(~csum_fold(pair->delta46)) % 65535 == delta % 65535);
}

/* Both lists have the same pairs, each in its order; none meets another. */
static void fz_check_map(const struct clat_map *map)
{
	struct fz_pair pairs[CLAT_MAP_MAX];
	unsigned int i, j, same;

	fz_check(map->n <= CLAT_MAP_MAX);
	for (i = 0; i < map->n; i++) {
		const struct clat_pair *pair = &map->by4[i];

		fz_check_pair(pair);
		pairs[i] = fz_pair_of(pair);
		fz_check(!i || pairs[i - 1].v4 < pairs[i].v4);
		fz_check(!i || memcmp(&map->by6[i - 1].v6, &map->by6[i].v6,
				      16) < 0);
		for (j = 0; j < i; j++)
			fz_check(!ref_overlap(&pairs[i], &pairs[j]));
		for (j = 0, same = 0; j < map->n; j++)
			same += !memcmp(pair, &map->by6[j], sizeof(*pair));
		fz_check(same == 1);
	}
}

/**
 * fz_check_config() - check what must hold for every configuration
 * @xlat:	prefixes and map
 */
void fz_check_config(const struct clat_xlat *xlat)
{
	unsigned int i, j;

	fz_check(xlat->n_plat <= CLAT_PLAT_MAX);
	for (i = 0; i < xlat->n_plat; i++) {
		fz_check_plat(&xlat->plat[i]);
		for (j = 0; j < i; j++)
			fz_check(xlat->plat[i].len != xlat->plat[j].len ||
				 memcmp(&xlat->plat[i].addr,
					&xlat->plat[j].addr, 16));
	}
	fz_check_map(&xlat->map);
}

/**
 * fz_check_made() - check that a configuration is what was asked for
 * @req:	the request, known
 * @xlat:	what became of it
 */
void fz_check_made(const struct fz_request *req, const struct clat_xlat *xlat)
{
	unsigned int i, j;

	if (req->given & 1 << CLAT_A_DEV_PLAT) {
		fz_check(xlat->n_plat == req->n_plat);
		for (i = 0; i < req->n_plat; i++) {
			fz_check(xlat->plat[i].len == req->plat[i].len);
			fz_check_same("prefix", &xlat->plat[i].addr, 16,
				      req->plat[i].addr, 16);
		}
	}
	if (!(req->given & 1 << CLAT_A_DEV_MAP))
		return;
	fz_check(xlat->map.n == req->n_pair);
	for (i = 0; i < req->n_pair; i++) {
		const struct fz_pair *want = &req->pair[i];

		for (j = 0; j < xlat->map.n; j++) {
			struct fz_pair got = fz_pair_of(&xlat->map.by4[j]);

			if (got.v4 == want->v4 && got.v4_len == want->v4_len &&
			    !memcmp(got.v6, want->v6, 16))
				break;
		}
		fz_check(j < xlat->map.n);
	}
}
