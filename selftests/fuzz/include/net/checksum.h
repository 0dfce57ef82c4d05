/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In place of the kernel's: sums in one's complement (RFC 1071), with the
 * kernel's interface and its promise only: what is returned is right modulo
 * 65535.
 */
#ifndef _FUZZ_NET_CHECKSUM_H
#define _FUZZ_NET_CHECKSUM_H

#include <linux/types.h>
#include <string.h>

static inline __wsum csum_add(__wsum a, __wsum b)
{
	u64 sum = (u64)a + b;

	return sum + (sum >> 32);
}

static inline __wsum csum_sub(__wsum a, __wsum b)
{
	return csum_add(a, ~b);
}

static inline __wsum csum_unfold(__sum16 sum)
{
	return sum;
}

static inline __sum16 csum_fold(__wsum sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static inline __wsum csum_partial(const void *data, int len, __wsum sum)
{
	const u8 *octet = data;
	u16 word;

	for (; len > 1; len -= 2, octet += 2) {
		memcpy(&word, octet, 2);
		sum = csum_add(sum, word);
	}
	if (len) {
		word = 0;
		memcpy(&word, octet, 1);
		sum = csum_add(sum, word);
	}
	return sum;
}

static inline __sum16 ip_fast_csum(const void *ip, unsigned int words)
{
	return csum_fold(csum_partial(ip, words * 4, 0));
}

#endif /* _FUZZ_NET_CHECKSUM_H */
