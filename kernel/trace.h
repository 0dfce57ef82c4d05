/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: what becomes of packets that don't become packets. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM clat

#if !defined(_CLAT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _CLAT_TRACE_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tracepoint.h>

#include <uapi/linux/clat.h>

/* The names that the netlink specification has for them. */
#define CLAT_DROP_REASONS				\
	EM(HEADER46, "header46")			\
	EM(CHECKSUM46, "checksum46")			\
	EM(SOURCE46, "source46")			\
	EM(DEST46, "dest46")				\
	EM(SOURCE_ROUTE46, "source-route46")		\
	EM(ICMP_FRAGMENT46, "icmp-fragment46")		\
	EM(PROTOCOL46, "protocol46")			\
	EM(ICMP46, "icmp46")				\
	EM(ICMP_CHECKSUM46, "icmp-checksum46")		\
	EM(QUOTE46, "quote46")				\
	EM(UDP46, "udp46")				\
	EM(TRANSPORT46, "transport46")			\
	EM(TOO_BIG46, "too-big46")			\
	EM(GSO46, "gso46")				\
	EM(ROUTE46, "route46")				\
	EM(INACTIVE46, "inactive46")			\
	EM(MEMORY46, "memory46")			\
	EM(NOT_IP, "not-ip")				\
	EM(HEADER64, "header64")			\
	EM(SOURCE64, "source64")			\
	EM(ICMP_FRAGMENT64, "icmp-fragment64")		\
	EM(EXTENSION64, "extension64")			\
	EM(ROUTING64, "routing64")			\
	EM(TOO_BIG64, "too-big64")			\
	EM(PROTOCOL64, "protocol64")			\
	EM(ICMP64, "icmp64")				\
	EM(ICMP_CHECKSUM64, "icmp-checksum64")		\
	EM(QUOTE64, "quote64")				\
	EM(TRANSPORT64, "transport64")			\
	EM(GSO64, "gso64")				\
	EM(DOWN64, "down64")				\
	EM(MEMORY64, "memory64")			\
	EM(NOT_OURS64, "not-ours64")			\
	EM_END(NATIVE46, "native46")

/* For tools that read the trace, and don't know the enum */
#undef EM
#undef EM_END
#define EM(reason, name)	TRACE_DEFINE_ENUM(CLAT_DROP_##reason);
#define EM_END(reason, name)	TRACE_DEFINE_ENUM(CLAT_DROP_##reason);
CLAT_DROP_REASONS

#undef EM
#undef EM_END
#define EM(reason, name)	{ CLAT_DROP_##reason, name },
#define EM_END(reason, name)	{ CLAT_DROP_##reason, name }

TRACE_EVENT(clat_drop,
	TP_PROTO(const struct net_device *dev, const struct sk_buff *skb,
		 unsigned int reason),
	TP_ARGS(dev, skb, reason),

	TP_STRUCT__entry(
		__array(char, name, IFNAMSIZ)
		__field(unsigned int, reason)
		__field(unsigned int, len)
		__field(unsigned int, linear)
		__field(unsigned int, gso_size)
	),

	TP_fast_assign(
		strscpy(__entry->name, dev->name, IFNAMSIZ);
		__entry->reason = reason;
		__entry->len = skb ? skb->len : 0;
		__entry->linear = skb ? skb_headlen(skb) : 0;
		__entry->gso_size = skb ? skb_shinfo(skb)->gso_size : 0;
	),

	TP_printk("dev=%s reason=%s len=%u linear=%u gso_size=%u",
		  __entry->name,
		  __print_symbolic(__entry->reason, CLAT_DROP_REASONS),
		  __entry->len, __entry->linear, __entry->gso_size)
);

#endif /* _CLAT_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
