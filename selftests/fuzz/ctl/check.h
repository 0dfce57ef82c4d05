/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzzers of clatctl share: how a finding is told, and a copy of the input that ends where it ends. */
#ifndef CTL_CHECK_H
#define CTL_CHECK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libFuzzer keeps the input of a program that aborts. */
#define check(condition)										\
	do {												\
		if (!(condition)) {									\
			fprintf(stderr, "%s:%d: FINDING: not so: %s\n", __FILE__, __LINE__, #condition);	\
			abort();									\
		}											\
	} while (0)

/* Of exactly that size, so that a look behind its end is seen; the caller frees it. */
static inline uint8_t *copy_of(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	check(copy);
	memcpy(copy, data, size);
	return copy;
}

static inline int find(const uint8_t *data, size_t size, const void *what, size_t len)
{
	return memmem(data, size, what, len) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
