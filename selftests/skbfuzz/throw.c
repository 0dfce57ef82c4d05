// SPDX-License-Identifier: GPL-2.0
/*
 * Throws a packet, in two shapes one after the other, and sees that each is
 * counted, ends, and leaves nothing behind; and that both fare the same.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <net/dst.h>
#include <net/sock.h>

#include "skbfuzz.h"

static void fuzz_destruct(struct sk_buff *skb)
{
	if (fuzz_running)
		fuzz_running->stats.ended++;
}

static void draw_way(struct fuzz *f)
{
	static const u8 types[] = { PACKET_OTHERHOST, PACKET_MULTICAST,
				    PACKET_BROADCAST };
	struct fuzz_way *way = &f->way;

	memset(way, 0, sizeof(*way));
	way->xmit = !f->in.ipv6;
	way->protocol = htons(f->in.ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	if (fuzz_one_in(f, f->in.ipv6 ? 6 : 128))
		way->xmit = !way->xmit;
	if (fuzz_one_in(f, 128))
		way->protocol = htons(f->in.ipv6 ? ETH_P_IP : ETH_P_IPV6);
	way->to6 = way->xmit && way->protocol != htons(ETH_P_IPV6);
	way->from_uplink = fuzz_rnd(f, 8);
	/*
	 * That takes no empty packet, and its own segmentation spoils a jumbo
	 * header that no Ethernet header precedes.
	 */
	way->queue = way->xmit && fuzz_one_in(f, 8) && f->in.len &&
		     f->in.super != FUZZ_BIG;
	way->route = way->to6 && fuzz_rnd(f, 2);
	way->pkt_type = PACKET_HOST;
	if (!way->xmit && fuzz_one_in(f, 64))
		way->pkt_type = types[fuzz_rnd(f, ARRAY_SIZE(types))];
	way->vlan = -1;
	if (!way->xmit && fuzz_one_in(f, 32))
		way->vlan = fuzz_rnd(f, 2) ? 0 : fuzz_rnd(f, 65536);
	way->hash = fuzz_rnd(f, 2) ? prandom_u32_state(&f->rnd) : 0;
	way->pass = fuzz_one_in(f, 16);
}

static void dress(struct fuzz *f, struct sk_buff *skb)
{
	const struct fuzz_way *way = &f->way;

	skb->protocol = way->protocol;
	skb->pkt_type = way->pkt_type;
	skb->mark = f->mark;
	skb->priority = fuzz_rnd(f, 8);
	skb->dev = way->xmit ? f->clat : f->uplink;
	skb->skb_iif = way->from_uplink ? f->uplink->ifindex : 0;
	/* It has what the last who used it has left. */
	fuzz_payload(f, skb->cb, sizeof(skb->cb));
	if (way->hash)
		__skb_set_sw_hash(skb, way->hash, way->hash & 1);
	if (way->vlan >= 0)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), way->vlan);
	if (way->route)
		skb_dst_set(skb, dst_clone(f->route));
	/* The owner of a shared skb is who else has it. */
	if (f->shape.sock && f->shape.witness != FUZZ_SHARED) {
		skb_set_owner_w(skb, f->sock->sk);
	} else {
		skb->destructor = fuzz_destruct;
		f->stats.owned++;
	}
}

static void let_go(struct fuzz *f, struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct netdev_queue *txq;

	if (f->way.queue) {
		dev_queue_xmit(skb);
		return;
	}
	local_bh_disable();
	if (!f->way.xmit) {
		netif_receive_skb(skb);
	} else {
		txq = skb_get_tx_queue(dev, skb);
		HARD_TX_LOCK(dev, txq, smp_processor_id());
		netdev_start_xmit(skb, dev, txq, false);
		HARD_TX_UNLOCK(dev, txq);
	}
	local_bh_enable();
}

/* Adds up, or takes away: drops by reason, what was translated in [0]. */
static void count(struct fuzz *f, unsigned long *counts, int sign)
{
	const struct clat_dev *clat = netdev_priv(f->clat);
	const struct pcpu_sw_netstats *stats;
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		stats = per_cpu_ptr(f->clat->tstats, cpu);
		counts[0] += sign * (u64_stats_read(&stats->tx_packets) +
				     u64_stats_read(&stats->rx_packets));
		for (i = 1; i < __CLAT_DROP_MAX; i++)
			counts[i] += sign * per_cpu_ptr(clat->drops, cpu)->n[i];
	}
}

/* Each packet is translated, dropped and counted, or left to the stack. */
static void check_counts(struct fuzz *f)
{
	const struct fuzz_log *log = f->log;
	unsigned long dropped = 0;
	unsigned int i;

	for (i = 1; i < __CLAT_DROP_MAX; i++)
		dropped += log->counts[i];
	f->stats.translated[!f->way.to6] += !!log->counts[0];
	f->stats.dropped += !!dropped && !log->counts[0];
	f->stats.passed += log->passed;

	if (log->counts[CLAT_DROP_MEMORY46] || log->counts[CLAT_DROP_MEMORY64])
		fuzz_finding(f, "it is said to be out of memory");
	/* The stack segments what the device can't, or what is broken. */
	if (!(log->counts[0] + dropped + log->passed) &&
	    !(f->way.queue && f->in.gso_size))
		fuzz_finding(f, "neither translated, nor dropped, nor passed");
	if (!f->in.gso_size && log->counts[0] + dropped + log->passed > 1)
		fuzz_finding(f, "translated %lu times, dropped %lu times, passed %u times",
			     log->counts[0], dropped, log->passed);
	if (f->way.xmit && log->passed)
		fuzz_finding(f, "what was sent came back");
	if (!f->in.gso_size && !!log->counts[0] != !!log->packets)
		fuzz_finding(f, "%lu translated, %u seen", log->counts[0],
			     log->packets);
}

/* What goes by netif_rx() may wait for ksoftirqd when the machine is busy. */
static void settle(struct fuzz *f, long skbs)
{
	unsigned int i, tries = f->stats.findings < FUZZ_REPORTS ? 50 : 1;

	for (i = 0; i < tries && fuzz_leak_count() != skbs; i++)
		msleep(1);
}

static void check_ended(struct fuzz *f, long skbs)
{
	long left = fuzz_leak_count() - skbs;

	if (left)
		fuzz_finding(f, "%ld skbs are left", left);
	if (page_count(f->pool) != 1)
		fuzz_finding(f, "%d references to pages are left",
			     page_count(f->pool) - 1);
	if (f->stats.owned != f->stats.ended) {
		fuzz_finding(f, "%lld destructors were not called",
			     f->stats.owned - f->stats.ended);
		f->stats.ended = f->stats.owned;
	}
	if (refcount_read(&f->sock->sk->sk_wmem_alloc) != 1)
		fuzz_finding(f, "the socket still has %d octets out",
			     refcount_read(&f->sock->sk->sk_wmem_alloc) - 1);
}

static void log_clear(struct fuzz_log *log)
{
	u8 *data = log->data;

	memset(log, 0, sizeof(*log));
	log->data = data;
}

static void throw_once(struct fuzz *f, unsigned int turn)
{
	long skbs = fuzz_leak_count();
	struct sk_buff *skb;

	f->log = &f->logs[turn];
	log_clear(f->log);
	fuzz_shape_draw(f);
	skb = fuzz_shape_make(f);
	if (!skb) {
		fuzz_finding(f, "out of memory");
		return;
	}
	f->mark = (u32)(f->n * 2 + turn) | 1 << 31;
	dress(f, skb);
	f->join.active = false;

	count(f, f->log->counts, -1);
	let_go(f, skb);
	fuzz_shape_check(f);
	settle(f, skbs);
	count(f, f->log->counts, 1);
	fuzz_arrive_end(f);
	check_counts(f);
	check_ended(f, skbs);
	f->mark = 0;

	f->stats.thrown++;
	f->stats.super += !!f->in.gso_size;
	f->stats.layouts[f->shape.layout]++;
	f->stats.sums[f->shape.sum]++;
	f->stats.witnesses[f->shape.witness]++;
}

static void compare(struct fuzz *f)
{
	const struct fuzz_log *a = &f->logs[0], *b = &f->logs[1];
	unsigned int i;

	if (a->full || b->full)
		return;
	f->stats.twins++;
	for (i = 0; i < __CLAT_DROP_MAX; i++)
		if (a->counts[i] != b->counts[i])
			fuzz_finding(f, "count %u is %lu in one shape, %lu in another",
				     i, a->counts[i], b->counts[i]);
	if (a->passed != b->passed)
		fuzz_finding(f, "left to the stack in one shape only");
	if (a->packets != b->packets || a->len != b->len)
		fuzz_finding(f, "%u packets of %u octets in one shape, %u of %u in another",
			     a->packets, a->len, b->packets, b->len);
	else if (memcmp(a->data, b->data, a->len))
		for (i = 0; i < a->len; i++)
			if (a->data[i] != b->data[i]) {
				fuzz_finding(f, "octet %u of what comes out is %02x in one shape, %02x in another",
					     i, a->data[i], b->data[i]);
				break;
			}
}

/**
 * fuzz_throw_packet() - throw the packet of the run in two shapes
 * @f:		the run
 *
 * Context: process.
 */
void fuzz_throw_packet(struct fuzz *f)
{
	bool odd;

	draw_way(f);
	throw_once(f, 0);
	odd = f->shape.odd;
	f->first = f->shape;
	throw_once(f, 1);
	if (!odd && !f->shape.odd && !f->in.gso_size)
		compare(f);
}
