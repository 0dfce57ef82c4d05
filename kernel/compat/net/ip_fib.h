/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _CLAT_COMPAT_NET_IP_FIB_H
#define _CLAT_COMPAT_NET_IP_FIB_H

#include_next <net/ip_fib.h>
#include <linux/version.h>
#include <uapi/linux/ip.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <net/inet_dscp.h>
#endif

/* The DSCP that routes of received packets are looked up with; of old only 3 bits of it. */
static inline void flowi4_set_dscp(struct flowi4 *fl4, u8 dsfield)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	fl4->flowi4_dscp = inet_dsfield_to_dscp(dsfield);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	fl4->flowi4_tos = dsfield & INET_DSCP_MASK;
#else
	fl4->flowi4_tos = dsfield & IPTOS_TOS_MASK & ~3;
#endif
}

#endif
