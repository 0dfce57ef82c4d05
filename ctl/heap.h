/* SPDX-License-Identifier: GPL-2.0 */
/* The heap of a process that runs for long: what is freed goes back to the kernel. */
#ifndef HEAP_H
#define HEAP_H

#include <malloc.h>

#define HEAP_OWN_PAGES (32 * 1024)

/*
 * glibc gives big buffers pages of their own, and counts as big what is bigger than all that were freed so far: the heap
 * would grow by each dump of a bigger table than the one before. Other libraries have a limit that stays.
 */
static inline void heap_give_back(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, HEAP_OWN_PAGES);
	mallopt(M_TRIM_THRESHOLD, HEAP_OWN_PAGES);
#endif
}

#endif
