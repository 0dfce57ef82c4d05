/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzers share: reading the input, a configuration drawn from it,
 * packets made plausible, and how a finding is told.
 *
 * An input begins with the configuration and a few flags, so that mutations of
 * the octets that follow meet all kinds of them.
 */
#ifndef _FUZZ_H
#define _FUZZ_H

#include <linux/kernel.h>

#include "core/core.h"

#define FZ_PLAT_MAX	4
#define FZ_PAIR_MAX	8

/* What shape.c puts right in a packet, and what else flags say. */
#define FZ_LENGTH	0x0001	/* version and lengths */
#define FZ_ADDRESS	0x0002	/* both ends: ones that are translated */
#define FZ_CHECKSUM	0x0004	/* checksum of the IPv4 header */
#define FZ_TRANSPORT	0x0008	/* that of the transport, length of UDP */
#define FZ_PARTIAL	0x0010	/* only the pseudo header is summed up yet */
#define FZ_HAIRPIN	0x0020	/* the far end is in the map as well */
#define FZ_DF		0x0040	/* Don't Fragment is set going from 6 to 4 */
#define FZ_PADDED	0x0080	/* link padding follows */
#define FZ_V6		0x0100	/* IPv6, where a fuzzer takes both */
#define FZ_QUOTE	0x0200	/* put the quoted packet right */
#define FZ_NEAR		0x0400	/* a bit of the local end is another */
#define FZ_FAR		0x0800	/* a bit of the far IPv6 address is another */
#define FZ_EDGE		0x1000	/* the far end is at the edge of a special range */

/**
 * struct fz_input - what is left of the input
 * @data:	the next octet
 * @left:	octets there are
 */
struct fz_input {
	const u8 *data;
	size_t left;
};

/* The configuration as the fuzzer knows it, and as core/ made it. */
struct fz_plat {
	u8 addr[16];
	unsigned int len;
};

struct fz_pair {
	u32 v4;
	unsigned int v4_len;
	u8 v6[16];
};

struct fz_config {
	unsigned int n_plat, n_pair;
	bool strict;
	struct fz_plat plat[FZ_PLAT_MAX];
	struct fz_pair pair[FZ_PAIR_MAX];
	struct clat_xlat xlat;
};

/* Octets on the heap, so that the sanitizer sees one too many. */
struct fz_packet {
	u8 *data;
	unsigned int len;
};

/* input.c */
u8 fz_u8(struct fz_input *in);
u16 fz_u16(struct fz_input *in);
void fz_config_read(struct fz_input *in, struct fz_config *cfg);
struct fz_packet fz_packet_new(unsigned int len);
struct fz_packet fz_packet_read(struct fz_input *in);
void fz_packet_free(struct fz_packet *pkt);

/* shape.c */
void fz_shape4(u8 *p, unsigned int len, const struct fz_config *cfg,
	       unsigned int flags, bool src_local);
void fz_shape6(u8 *p, unsigned int len, const struct fz_config *cfg,
	       unsigned int flags, bool src_local);

/* fail.c */
void fz_fail(const char *file, int line, const char *what)
	__attribute__((noreturn));
void fz_same(const char *file, int line, const char *what, const void *got,
	     unsigned int got_len, const void *want, unsigned int want_len);

/* A finding, if it isn't so. */
#define fz_check(so)							\
	do {								\
		if (!(so))						\
			fz_fail(__FILE__, __LINE__, #so);		\
	} while (0)

#define fz_check_same(what, got, got_len, want, want_len)		\
	fz_same(__FILE__, __LINE__, what, got, got_len, want, want_len)

static inline u16 fz_get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline u32 fz_get32(const u8 *p)
{
	return (u32)fz_get16(p) << 16 | fz_get16(p + 2);
}

static inline void fz_put16(u8 *p, u16 value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static inline void fz_put32(u8 *p, u32 value)
{
	fz_put16(p, value >> 16);
	fz_put16(p + 2, value);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif /* _FUZZ_H */
