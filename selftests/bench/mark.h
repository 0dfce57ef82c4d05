/* SPDX-License-Identifier: GPL-2.0 */
/* Instructions that do nothing, and tell count.c when the measuring begins and ends. */
#ifndef _BENCH_MARK_H
#define _BENCH_MARK_H

static inline void bench_mark_begin(void)
{
	asm volatile("hint #0x70" : : : "memory");
}

static inline void bench_mark_end(void)
{
	asm volatile("hint #0x71" : : : "memory");
}

#endif /* _BENCH_MARK_H */
