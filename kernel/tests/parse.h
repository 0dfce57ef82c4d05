/* SPDX-License-Identifier: GPL-2.0 */
/* What the suites of both parsers share: parsers are shown parts of packets. */
#ifndef _CLAT_TEST_PARSE_H
#define _CLAT_TEST_PARSE_H

#include <kunit/test.h>
#include <linux/prandom.h>

#include "core/core.h"
#include "ref.h"

#define PARSE_PATCHES	4

typedef int (*parse_fn)(const void *data, unsigned int linear,
			unsigned int total, struct clat_packet *pkt);

/**
 * struct parse_patch - octets of a good packet that are replaced
 * @at:		offset of the first
 * @len:	how many, 0 if none
 * @put:	by what
 */
struct parse_patch {
	u16 at;
	u8 len;
	u8 put[6];
};

int parse_part(struct kunit *test, parse_fn parse, const u8 *data,
	       unsigned int linear, unsigned int total,
	       struct clat_packet *pkt);
int parse_by_need(struct kunit *test, parse_fn parse, const u8 *data,
		  unsigned int len, unsigned int total,
		  struct clat_packet *pkt);
void parse_every_part(struct kunit *test, parse_fn parse, const u8 *data,
		      unsigned int len, unsigned int headers, int truncated);
void parse_patch(u8 *data, const struct parse_patch *patch, unsigned int n);
void parse_expect_l4(struct kunit *test, const struct clat_packet *pkt,
		     u8 proto, bool icmp, bool later);
void parse_random(struct rnd_state *rnd, u8 *data, unsigned int len,
		  unsigned int headers);

#endif /* _CLAT_TEST_PARSE_H */
