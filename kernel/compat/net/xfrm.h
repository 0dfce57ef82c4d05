/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _CLAT_COMPAT_NET_XFRM_H
#define _CLAT_COMPAT_NET_XFRM_H

#include_next <net/xfrm.h>
#include <linux/version.h>

#ifdef CONFIG_XFRM
/* Any policy for a direction, or a default to refuse what has none (since 5.14)? */
static inline bool xfrm_decides(const struct net *net, int dir)
{
#ifdef XFRM_USERPOLICY_ACCEPT
	if (READ_ONCE(net->xfrm.policy_default[dir]) != XFRM_USERPOLICY_ACCEPT)
		return true;
#endif
	return net->xfrm.policy_count[dir];
}
#endif

/* Has IPsec a say in outgoing packets of this namespace? */
static inline bool xfrm_policies_out(const struct net *net)
{
#ifdef CONFIG_XFRM
	return xfrm_decides(net, XFRM_POLICY_OUT);
#else
	return false;
#endif
}

/* Or in a forwarded packet? */
static inline bool xfrm_policies_forward(const struct net *net)
{
#ifdef CONFIG_XFRM
	return xfrm_decides(net, XFRM_POLICY_FWD) ||
	       xfrm_decides(net, XFRM_POLICY_OUT);
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
