/* SPDX-License-Identifier: GPL-2.0 */
/* The heap of a process that runs for long. */
#ifndef HEAP_H
#define HEAP_H

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

/*
 * What is freed goes back to the kernel. glibc alone gives back what lies at the end of the heap, where sooner or later
 * something lies that stays: then each new peak does. Other libraries do it by themselves.
 */
static inline void heap_give_back(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

#endif
