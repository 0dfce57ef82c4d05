// SPDX-License-Identifier: GPL-2.0
/* How a finding is told: libFuzzer keeps the input of a program that aborts. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

/**
 * fz_fail() - tell of a finding, and end
 * @file:	where it was found
 * @line:	where it was found
 * @what:	should have been so
 */
void fz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: FINDING: not so: %s\n", file, line, what);
	abort();
}

static void fz_dump(const char *name, const u8 *data, unsigned int len,
		    unsigned int from)
{
	unsigned int i;

	fprintf(stderr, "%s", name);
	for (i = from; i < len && i < from + 48; i++)
		fprintf(stderr, " %02x", data[i]);
	fprintf(stderr, "\n");
}

/**
 * fz_same() - compare octets, tell where they differ
 * @file:	where
 * @line:	where
 * @what:	they are
 * @got:	octets
 * @got_len:	how many
 * @want:	octets expected
 * @want_len:	how many
 */
void fz_same(const char *file, int line, const char *what, const void *got,
	     unsigned int got_len, const void *want, unsigned int want_len)
{
	unsigned int i = 0;

	if (got_len == want_len && !memcmp(got, want, want_len))
		return;
	while (i < got_len && i < want_len &&
	       ((const u8 *)got)[i] == ((const u8 *)want)[i])
		i++;
	fprintf(stderr, "%s: differs at octet %u; length %u, expected %u\n",
		what, i, got_len, want_len);
	fz_dump("got     ", got, got_len, i & ~15U);
	fz_dump("expected", want, want_len, i & ~15U);
	fz_fail(file, line, what);
}
