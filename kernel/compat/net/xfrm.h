/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _CLAT_COMPAT_NET_XFRM_H
#define _CLAT_COMPAT_NET_XFRM_H

#include_next <net/xfrm.h>
#include <linux/version.h>

/* Any IPsec policy for outgoing packets in this namespace? */
static inline bool xfrm_policies_out(const struct net *net)
{
#ifdef CONFIG_XFRM
	return net->xfrm.policy_count[XFRM_POLICY_OUT];
#else
	return false;
#endif
}

/* Any IPsec policy that may concern a forwarded packet? */
static inline bool xfrm_policies_forward(const struct net *net)
{
#ifdef CONFIG_XFRM
	return net->xfrm.policy_count[XFRM_POLICY_FWD] ||
	       net->xfrm.policy_count[XFRM_POLICY_OUT];
#else
	return false;
#endif
}

#ifndef CONFIG_XFRM
#define xfrm_decode_session(net, skb, fl, family)	(-EOPNOTSUPP)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define xfrm_decode_session(net, skb, fl, family) \
	xfrm_decode_session(skb, fl, family)
#endif

#endif
