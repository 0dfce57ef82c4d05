/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _CLAT_COMPAT_NET_INET6_HASHTABLES_H
#define _CLAT_COMPAT_NET_INET6_HASHTABLES_H

#include_next <net/inet6_hashtables.h>
#include <linux/version.h>

/* Since 6.1 each namespace may have a table of its own, and since 6.18 it is not asked for. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#define __inet6_lookup(net, ...) \
	__inet6_lookup(net, &tcp_hashinfo, __VA_ARGS__)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define __inet6_lookup(net, ...) \
	__inet6_lookup(net, (net)->ipv4.tcp_death_row.hashinfo, __VA_ARGS__)
#endif

#endif
