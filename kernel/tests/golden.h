/* SPDX-License-Identifier: GPL-2.0 */
/* Packets in both families, written out, without options or DF. */
#ifndef _CLAT_TEST_GOLDEN_H
#define _CLAT_TEST_GOLDEN_H

#include <kunit/test.h>
#include <linux/types.h>

#define GOLDENS		4

/**
 * struct golden - a packet and its translation
 * @name:	of the case
 * @v4:		as IPv4
 * @v6:		as IPv6
 * @v4_len:	octets of @v4
 * @v6_len:	octets of @v6
 */
struct golden {
	const char *name;
	u8 v4[80];
	u8 v6[100];
	unsigned int v4_len;
	unsigned int v6_len;
};

extern const struct golden goldens[GOLDENS];

const void *golden_gen_params(const void *prev, char *desc);

#endif /* _CLAT_TEST_GOLDEN_H */
