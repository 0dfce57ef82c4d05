/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _CLAT_COMPAT_NET_GSO_H
#define _CLAT_COMPAT_NET_GSO_H

/* Before 6.5 all of it was in linux/skbuff.h and linux/netdevice.h. */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include_next <net/gso.h>
#endif

#endif
