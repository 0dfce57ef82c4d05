/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _CLAT_COMPAT_NET_UDP_H
#define _CLAT_COMPAT_NET_UDP_H

#include_next <net/udp.h>
#include <linux/version.h>

/*
 * Modules have udp6_lib_lookup() where netfilter has a use for it. Elsewhere it is made of what it calls, which until 7.1 is
 * there for modules too; since 6.2 each namespace may have a table of its own.
 */
#if IS_ENABLED(CONFIG_NF_TPROXY_IPV6) || IS_ENABLED(CONFIG_NF_SOCKET_IPV6)
#define CLAT_HAVE_UDP6_LOOKUP true
#elif LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
#define CLAT_HAVE_UDP6_LOOKUP true
static inline struct sock *
clat_udp6_lib_lookup(struct net *net, const struct in6_addr *saddr,
		     __be16 sport, const struct in6_addr *daddr, __be16 dport,
		     int dif)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	struct udp_table *table = &udp_table;
#else
	struct udp_table *table = net->ipv4.udp_table;
#endif
	struct sock *sk = __udp6_lib_lookup(net, saddr, sport, daddr, dport,
					    dif, 0, table, NULL);

	return sk && refcount_inc_not_zero(&sk->sk_refcnt) ? sk : NULL;
}

#define udp6_lib_lookup clat_udp6_lib_lookup
#else
#define CLAT_HAVE_UDP6_LOOKUP false
#define udp6_lib_lookup(...) ((struct sock *)NULL)
#endif

#endif
