/* SPDX-License-Identifier: GPL-2.0 */
/* In place of the kernel's: names of its own that the exported headers lack. */
#ifndef _FUZZ_LINUX_TYPES_H
#define _FUZZ_LINUX_TYPES_H

#include_next <linux/types.h>

#include <asm/byteorder.h>
#include <linux/in.h>
#include <stdbool.h>
#include <stddef.h>

#define __force
#define noinline	__attribute__((__noinline__))

#define htons(x)	__cpu_to_be16(x)
#define htonl(x)	__cpu_to_be32(x)
#define ntohs(x)	__be16_to_cpu(x)
#define ntohl(x)	__be32_to_cpu(x)

typedef __s8 s8;
typedef __u8 u8;
typedef __s16 s16;
typedef __u16 u16;
typedef __u32 u32;
typedef __s32 s32;
typedef __u64 u64;
typedef __s64 s64;

#endif /* _FUZZ_LINUX_TYPES_H */
