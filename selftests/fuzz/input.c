// SPDX-License-Identifier: GPL-2.0
/* From the octets of the fuzzer to a configuration and a packet. */
#include <stdlib.h>

#include "ref.h"

/* An input that ends early goes on with zeros. */
u8 fz_u8(struct fz_input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->data++;
}

u16 fz_u16(struct fz_input *in)
{
	u8 high = fz_u8(in);

	return high << 8 | fz_u8(in);
}

static struct in6_addr fz_in6(const u8 *addr)
{
	struct in6_addr in6;

	memcpy(&in6, addr, sizeof(in6));
	return in6;
}

/* Octets that add up to all kinds of sums, octet 8 (RFC 6052) left zero. */
static void fz_plat_fill(struct fz_plat *plat, unsigned int len, u8 seed)
{
	unsigned int i;

	memset(plat, 0, sizeof(*plat));
	plat->len = len;
	plat->addr[0] = 0x20;
	for (i = 1; i < len / 8; i++)
		plat->addr[i] = i == 8 ? 0 : seed * (2 * i + 1) + i;
}

static void fz_plat_add(struct fz_input *in, struct fz_config *cfg, bool wkp)
{
	static const u8 lens[] = { 96, 32, 40, 48, 56, 64 };
	static const u8 wkp_addr[16] = { 0, 0x64, 0xff, 0x9b };
	struct fz_plat *plat = &cfg->plat[cfg->n_plat];
	u8 len = fz_u8(in), seed = fz_u8(in);
	struct in6_addr addr;

	fz_plat_fill(plat, lens[len % ARRAY_SIZE(lens)], seed);
	if (wkp) {
		plat->len = 96;
		memcpy(plat->addr, wkp_addr, 16);
	}
	addr = fz_in6(plat->addr);
	fz_check(clat_plat_init(&cfg->xlat.plat[cfg->n_plat], &addr,
				plat->len));
	cfg->xlat.n_plat = ++cfg->n_plat;
}

static void fz_pair_fill(struct fz_input *in, struct fz_pair *pair)
{
	/* Nothing of these is never translated. */
	static const u8 nets[] = { 10, 192, 172, 100, 198, 203, 1, 223 };
	u8 len = fz_u8(in), a = fz_u8(in), b = fz_u8(in);
	u8 seed = fz_u8(in);
	unsigned int i;

	pair->v4_len = 8 + len % 25;
	pair->v4 = (u32)nets[len >> 5] << 24 | a << 16 | b << 8 | (a ^ b);
	pair->v4 &= ~0U << (32 - pair->v4_len);
	pair->v6[0] = 0x2a;
	for (i = 1; i < 16; i++)
		pair->v6[i] = seed * (i + 3) + i;
	fz_put32(pair->v6 + 12, fz_get32(pair->v6 + 12) &
				~0U << (32 - pair->v4_len));
}

/* Checksums of what is between it and the first prefix change by nothing. */
static void fz_pair_neutral(struct fz_pair *pair, const struct fz_plat *plat)
{
	u8 v4[4];

	fz_put32(v4, pair->v4);
	fz_put16(pair->v6 + 10, 0);
	fz_put16(pair->v6 + 10, (2 * 65535 + ref_sum(v4, 4) -
				 ref_sum(pair->v6, 16) -
				 ref_sum(plat->addr, 16)) % 65535);
}

/* The core must refuse a pair that overlaps with another, and no other. */
static void fz_pair_add(struct fz_input *in, struct fz_config *cfg,
			bool neutral)
{
	struct fz_pair *pair = &cfg->pair[cfg->n_pair];
	struct clat_pair made;
	bool overlap = false;
	unsigned int i;

	fz_pair_fill(in, pair);
	if (neutral)
		fz_pair_neutral(pair, &cfg->plat[0]);
	for (i = 0; i < cfg->n_pair; i++)
		overlap |= ref_overlap(pair, &cfg->pair[i]);

	made.v4 = htonl(pair->v4);
	made.v6 = fz_in6(pair->v6);
	made.mask = htonl(~0U << (32 - pair->v4_len));
	made.delta46 = csum_sub(csum_partial(&made.v6, 16, 0), made.v4);
	fz_check(!clat_map_add(&cfg->xlat.map, &made) == !overlap);
	cfg->n_pair += !overlap;
	fz_check(cfg->xlat.map.n == cfg->n_pair);
}

/**
 * fz_config_read() - draw a configuration
 * @in:		the input
 * @cfg:	filled in
 */
void fz_config_read(struct fz_input *in, struct fz_config *cfg)
{
	u8 head = fz_u8(in);
	unsigned int i;

	memset(cfg, 0, sizeof(*cfg));
	cfg->strict = head & 0x40;
	cfg->xlat.wkp_strict = cfg->strict;
	for (i = 0; i <= head % FZ_PLAT_MAX; i++)
		fz_plat_add(in, cfg, !i && (head & 0x80));
	for (i = 0; i <= (head >> 2) % FZ_PAIR_MAX; i++)
		fz_pair_add(in, cfg, head & 0x20);
}

/**
 * fz_packet_new() - make a packet
 * @len:	its octets
 *
 * Nothing can be read or written behind it without a report; before it there
 * are a few octets, for its alignment is that of a header.
 *
 * Return: a packet to be freed with fz_packet_free().
 */
struct fz_packet fz_packet_new(unsigned int len)
{
	struct fz_packet pkt = { .len = len };
	u8 *room = malloc(4 + len);

	if (!room)
		abort();
	pkt.data = room + 4;
	return pkt;
}

/**
 * fz_packet_free() - free a packet
 * @pkt:	the packet; there may be none in it
 */
void fz_packet_free(struct fz_packet *pkt)
{
	if (pkt->data)
		free(pkt->data - 4);
	pkt->data = NULL;
}

/**
 * fz_packet_read() - the rest of the input is a packet
 * @in:		the input
 *
 * Two octets first say by how much it is longer: large packets from small
 * inputs.
 *
 * Return: a packet to be freed with fz_packet_free().
 */
struct fz_packet fz_packet_read(struct fz_input *in)
{
	unsigned int more = fz_u16(in), i;
	struct fz_packet pkt;

	/* Few are very large, for they take long. */
	if (more < 0xf800)
		more &= 0x7ff;
	else
		more += 0x800;
	pkt = fz_packet_new(in->left + more);
	memcpy(pkt.data, in->data, in->left);
	for (i = in->left; i < pkt.len; i++)
		pkt.data[i] = i * 7;
	in->left = 0;
	return pkt;
}
