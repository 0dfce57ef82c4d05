// SPDX-License-Identifier: GPL-2.0
/* Drops, counted by reason, and the sums that "ip -s link" shows. */
#include "clat.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * clat_drop() - drop a packet: count it, tell who traces, free it
 * @clat:	the device
 * @skb:	the packet, consumed; %NULL if it is gone already
 * @reason:	enum clat_drop, or its negative as the parsers return it
 *
 * Context: any, preemption disabled.
 */
void clat_drop(const struct clat_dev *clat, struct sk_buff *skb, int reason)
{
	reason = abs(reason);
	this_cpu_inc(clat->drops->n[reason]);
	trace_clat_drop(clat->dev, skb, reason);
	kfree_skb(skb);
}

/**
 * clat_drops_sum() - add up drop counters over all CPUs
 * @clat:	the device
 * @first:	first reason
 * @last:	last reason
 */
u64 clat_drops_sum(const struct clat_dev *clat, unsigned int first,
		   unsigned int last)
{
	unsigned int i;
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		for (i = first; i <= last; i++)
			sum += READ_ONCE(per_cpu_ptr(clat->drops, cpu)->n[i]);
	return sum;
}

/**
 * clat_get_stats64() - ndo_get_stats64
 * @dev:	the device
 * @stats:	filled in; tx is 4 to 6, rx is 6 to 4
 */
void clat_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	const struct clat_dev *clat = netdev_priv(dev);

	dev_fetch_sw_netstats(stats, dev->tstats);
	stats->tx_dropped = clat_drops_sum(clat, CLAT_DROP_HEADER46,
					   CLAT_DROP_NOT_IP) +
			    clat_drops_sum(clat, CLAT_DROP_NATIVE46,
					   CLAT_DROP_NATIVE46);
	stats->rx_dropped = clat_drops_sum(clat, CLAT_DROP_HEADER64,
					   CLAT_DROP_NOT_OURS64);
}
