/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _CLAT_COMPAT_NET_IP6_FIB_H
#define _CLAT_COMPAT_NET_IP6_FIB_H

#include_next <net/ip6_fib.h>

/* Since 6.10, and in stable kernels before */
#ifndef dst_rt6_info
#define dst_rt6_info(_dst) container_of(_dst, struct rt6_info, dst)
#endif

#endif
