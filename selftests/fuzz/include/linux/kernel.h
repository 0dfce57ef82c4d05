/* SPDX-License-Identifier: GPL-2.0 */
/* In place of the kernel's: the macros that kernel/core/ uses. */
#ifndef _FUZZ_LINUX_KERNEL_H
#define _FUZZ_LINUX_KERNEL_H

#include <linux/types.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min3(a, b, c)		min(min(a, b), c)
#define max_t(type, a, b)	max((type)(a), (type)(b))

#define round_down(x, unit)	((x) & ~((unit) - 1))
#define round_up(x, unit)	round_down((x) + (unit) - 1, unit)

#endif /* _FUZZ_LINUX_KERNEL_H */
