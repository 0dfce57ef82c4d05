// SPDX-License-Identifier: GPL-2.0
/*
 * Packet injector of the benchmark: feeds unshared packets into the receive path
 * of a device, in batches, and tells how long each took until another device had
 * sent all of it.
 *
 * Write a struct bench_request and the packet's headers to
 * /sys/kernel/debug/clat-bench, then read the answer there as text: packets
 * injected, packets and octets that were sent, nanoseconds of each batch.
 */
#include <linux/debugfs.h>
#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/seq_file.h>
#include <linux/skbuff.h>
#include <net/ip.h>

#include "mark.h"

/* Longer softirqs than those of so many packets move to ksoftirqd. */
#define BENCH_BATCH	64
/* What a driver has before the IP header: NET_SKB_PAD and an Ethernet header */
#define BENCH_HEADROOM	78
#define BENCH_HEADERS	128
#define BENCH_BATCHES	128

/**
 * struct bench_request - what to measure, in the byte order of the machine
 * @in:		name of the device that receives
 * @out:	name of the device that sends; empty: packets are freed where they
 *		would have been received, which gives the injector's own cost
 * @batches:	batches of BENCH_BATCH packets, at most BENCH_BATCHES
 * @mark:	1: what is measured is to be counted by function, see count.c
 * @len:	octets of the packet, IP header included
 * @gso_type:	SKB_GSO_*
 * @gso_size:	octets of a segment's payload, 0 if it is no superframe
 * @l4_off:	octets before the transport header
 * @check_off:	offset of the checksum in the transport header
 * @vary_off:	offset of the 32-bit word that differs between packets
 * @vary_n:	number of its values
 * @header:	octets of the headers that follow
 */
struct bench_request {
	char in[IFNAMSIZ];
	char out[IFNAMSIZ];
	u32 batches;
	u32 mark;
	u32 len;
	u32 gso_type;
	u16 gso_size;
	u16 l4_off;
	u16 check_off;
	u16 vary_off;
	u16 vary_n;
	u16 header;
};

static struct {
	struct bench_request req;
	u8 header[BENCH_HEADERS];
	struct net_device *in, *out;
	unsigned int next;		/* value of the word that varies */
	u64 packets, bytes;
	u64 ns[BENCH_BATCHES];
} bench;
/* One request at a time, and its answer */
static DEFINE_MUTEX(bench_lock);
static struct dentry *bench_file;
static struct page *bench_page;

/* The payload is one page, over and over: nothing on the way reads it. */
static int bench_fill(struct sk_buff *skb, unsigned int len)
{
	while (len) {
		unsigned int n = min_t(unsigned int, len, PAGE_SIZE);
		int i = skb_shinfo(skb)->nr_frags;

		if (i == MAX_SKB_FRAGS)
			return -EMSGSIZE;
		get_page(bench_page);
		skb_add_rx_frag(skb, i, bench_page, 0, n, n);
		len -= n;
	}
	return 0;
}

static void bench_vary(struct sk_buff *skb)
{
	struct iphdr *ip = (struct iphdr *)skb->data;
	__be32 *word = (__be32 *)(skb->data + bench.req.vary_off);

	if (bench.req.vary_n < 2)
		return;
	*word = htonl(ntohl(*word) + bench.next);
	bench.next = (bench.next + 1) % bench.req.vary_n;
	if (ip->version == 4)
		ip_send_check(ip);
}

static struct sk_buff *bench_skb(void)
{
	const struct bench_request *req = &bench.req;
	unsigned int linear = req->gso_size ? req->header : req->len;
	struct sk_buff *skb;

	skb = alloc_skb(BENCH_HEADROOM + linear, GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, BENCH_HEADROOM);
	skb_put_zero(skb, linear);
	memcpy(skb->data, bench.header, req->header);
	if (bench_fill(skb, req->len - linear)) {
		kfree_skb(skb);
		return NULL;
	}
	bench_vary(skb);

	skb->dev = bench.in;
	skb->pkt_type = PACKET_HOST;
	skb->protocol = *skb->data >> 4 == 4 ? htons(ETH_P_IP) :
					       htons(ETH_P_IPV6);
	skb_set_mac_header(skb, -ETH_HLEN);
	skb->mac_len = ETH_HLEN;
	skb_reset_network_header(skb);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (req->gso_size) {
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb->data + req->l4_off - skb->head;
		skb->csum_offset = req->check_off;
		skb_shinfo(skb)->gso_size = req->gso_size;
		skb_shinfo(skb)->gso_type = req->gso_type;
		skb_shinfo(skb)->gso_segs =
			DIV_ROUND_UP(req->len - req->header, req->gso_size);
	}
	return skb;
}

static void bench_stats(u64 *packets, u64 *bytes)
{
	struct rtnl_link_stats64 stats = {};

	if (bench.out)
		dev_get_stats(bench.out, &stats);
	*packets = stats.tx_packets;
	*bytes = stats.tx_bytes;
}

/* Only what happens between the two looks at the clock counts. */
static int bench_batch(u64 *ns)
{
	u64 packets, bytes, packets0, bytes0, start;
	struct sk_buff_head queue;
	struct sk_buff *skb;
	unsigned int i;

	__skb_queue_head_init(&queue);
	for (i = 0; i < BENCH_BATCH; i++) {
		skb = bench_skb();
		if (!skb) {
			__skb_queue_purge(&queue);
			return -ENOMEM;
		}
		__skb_queue_tail(&queue, skb);
	}
	bench_stats(&packets0, &bytes0);

	if (bench.req.mark)
		bench_mark_begin();
	start = ktime_get_ns();
	local_bh_disable();
	while ((skb = __skb_dequeue(&queue))) {
		if (bench.out)
			netif_receive_skb(skb);
		else
			kfree_skb(skb);
	}
	local_bh_enable();
	*ns = ktime_get_ns() - start;
	if (bench.req.mark)
		bench_mark_end();

	/* What is still under way counts as lost: its cost would be missing. */
	bench_stats(&packets, &bytes);
	bench.packets += packets - packets0;
	bench.bytes += bytes - bytes0;
	return 0;
}

static int bench_run(void)
{
	unsigned int i;
	int err = 0;

	bench.next = 0;
	bench.packets = 0;
	bench.bytes = 0;
	for (i = 0; i < bench.req.batches && !err; i++)
		err = bench_batch(&bench.ns[i]);
	return err;
}

/* What cannot be injected is refused: the answer to it would be no figure. */
static bool bench_valid(const struct bench_request *req, size_t header)
{
	return req->header == header && req->len >= header &&
	       header >= sizeof(struct iphdr) &&
	       req->vary_off <= header - sizeof(__be32) &&
	       req->batches && req->batches <= BENCH_BATCHES &&
	       strnlen(req->in, IFNAMSIZ) < IFNAMSIZ &&
	       strnlen(req->out, IFNAMSIZ) < IFNAMSIZ;
}

static ssize_t bench_write(struct file *file, const char __user *data,
			   size_t len, loff_t *pos)
{
	struct net *net = current->nsproxy->net_ns;
	struct bench_request *req = &bench.req;
	int err = -EFAULT;

	if (len < sizeof(*req) || len > sizeof(*req) + BENCH_HEADERS)
		return -EINVAL;
	mutex_lock(&bench_lock);
	if (copy_from_user(req, data, sizeof(*req)) ||
	    copy_from_user(bench.header, data + sizeof(*req),
			   len - sizeof(*req)))
		goto out;
	err = -EINVAL;
	if (!bench_valid(req, len - sizeof(*req)))
		goto out;

	bench.in = dev_get_by_name(net, req->in);
	bench.out = dev_get_by_name(net, req->out);
	err = -ENODEV;
	if (bench.in && (bench.out || !req->out[0]))
		err = bench_run();
	dev_put(bench.out);
	dev_put(bench.in);
out:
	if (err)
		req->batches = 0;
	mutex_unlock(&bench_lock);
	return err ?: len;
}

static int bench_show(struct seq_file *seq, void *v)
{
	unsigned int i, n;

	mutex_lock(&bench_lock);
	n = bench.req.batches;
	seq_printf(seq, "%u %llu %llu", n * BENCH_BATCH, bench.packets,
		   bench.bytes);
	for (i = 0; i < n; i++)
		seq_printf(seq, " %llu", bench.ns[i]);
	seq_putc(seq, '\n');
	mutex_unlock(&bench_lock);
	return 0;
}

static int bench_open(struct inode *inode, struct file *file)
{
	return single_open(file, bench_show, NULL);
}

static const struct file_operations bench_fops = {
	.owner		= THIS_MODULE,
	.open		= bench_open,
	.release	= single_release,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.write		= bench_write,
};

static int __init bench_init(void)
{
	bench_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!bench_page)
		return -ENOMEM;
	bench_file = debugfs_create_file("clat-bench", 0600, NULL, NULL,
					 &bench_fops);
	if (IS_ERR(bench_file)) {
		put_page(bench_page);
		return PTR_ERR(bench_file);
	}
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(bench_file);
	put_page(bench_page);
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Packet injector of clat's benchmark");
