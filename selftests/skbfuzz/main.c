// SPDX-License-Identifier: GPL-2.0
/*
 * The module: two files in debugfs.
 *
 *   skbfuzz/run     write "CLAT SEED FIRST COUNT" to throw packets FIRST to
 *                   FIRST + COUNT - 1 of that seed at the device CLAT of the
 *                   writer's namespace; its uplink must be of kind skbfuzz
 *   skbfuzz/result  what the last run added up to, a name and a number a line;
 *                   "routes" are the IPv6 routes there are now, beyond those
 *                   when the first run began
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/seq_file.h>
#include <linux/vmalloc.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/sock.h>

#include "skbfuzz.h"

/* An address that no packet is made for, behind the device */
#define FUZZ_ROUTE_TO	0xc0586301U	/* 192.88.99.1 */

struct fuzz *fuzz_running;

static DEFINE_MUTEX(run_lock);
static struct fuzz_stats last;
static struct dentry *dir;

static void tell_shape(const char *turn, const struct fuzz_shape *shape)
{
	pr_err("skbfuzz: %s shape: layout %u linear %u headroom %u%s, checksum %u at %u+%u, witness %u%s\n",
	       turn, shape->layout, shape->linear, shape->headroom,
	       shape->tight ? " tight" : "", shape->sum, shape->csum_start,
	       shape->csum_off, shape->witness, shape->sock ? ", socket" : "");
}

/**
 * fuzz_finding() - something is wrong
 * @f:		the run, @n its packet
 * @fmt:	what
 *
 * The first are told in full, so that they can be thrown again.
 */
void fuzz_finding(struct fuzz *f, const char *fmt, ...)
{
	const struct fuzz_packet *in = &f->in;
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	if (f->stats.findings++ >= FUZZ_REPORTS)
		return;
	va_start(args, fmt);
	vaf.va = &args;
	pr_err("skbfuzz: seed %llu packet %llu: %pV\n", f->seed, f->n, &vaf);
	va_end(args);
	pr_err("skbfuzz: %s%s, %s%u octets, superframe %u type %#x size %u, vlan %d\n",
	       f->way.to6 ? "xmit" : f->way.xmit ? "routed" : "ingress",
	       f->way.queue ? ", queue" : "",
	       in->spoiled ? "spoiled, " : "", in->len, in->super, in->gso_type,
	       in->gso_size, f->way.vlan);
	if (f->log == &f->logs[1])
		tell_shape("first", &f->first);
	tell_shape("this", &f->shape);
	print_hex_dump(KERN_ERR, "skbfuzz: ", DUMP_PREFIX_OFFSET, 16, 1,
		       in->data, min(in->len, 192U), false);
}

static rx_handler_result_t on_clat(struct sk_buff **pskb)
{
	struct fuzz *f = fuzz_running;

	if (!f)
		return RX_HANDLER_PASS;
	fuzz_arrive(f, *pskb, f->clat);
	if (f->way.pass)
		return RX_HANDLER_PASS;
	consume_skb(*pskb);
	return RX_HANDLER_CONSUMED;
}

static rx_handler_result_t on_uplink(struct sk_buff **pskb)
{
	struct fuzz *f = fuzz_running;

	if (!f)
		return RX_HANDLER_PASS;
	fuzz_pass(f, *pskb);
	consume_skb(*pskb);
	return RX_HANDLER_CONSUMED;
}

/* Mixes well: packets of neighbouring numbers have nothing in common. */
static void seed_packet(struct fuzz *f)
{
	u64 x = f->seed * 0x9e3779b97f4a7c15ULL + f->n;
	unsigned int i;

	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebULL;
	x ^= x >> 31;
	prandom_seed_state(&f->rnd, x);
	for (i = 0; i < 6; i++)
		prandom_u32_state(&f->rnd);
}

static int run_packets(struct fuzz *f, u64 first, u64 n)
{
	for (f->n = first; f->n < first + n; f->n++) {
		if (signal_pending(current))
			return -EINTR;
		seed_packet(f);
		fuzz_packet_make(f);
		fuzz_throw_packet(f);
		cond_resched();
	}
	return 0;
}

static void free_buffers(struct fuzz *f)
{
	vfree(f->join.data);
	vfree(f->logs[1].data);
	vfree(f->logs[0].data);
	vfree(f->snapshot);
	vfree(f->scratch);
	vfree(f->answer);
	vfree(f->blob);
	vfree(f->in.data);
	kfree(f->cfg);
	if (f->pool)
		put_page(f->pool);
	kfree(f);
}

static struct fuzz *alloc_buffers(u64 seed)
{
	struct fuzz *f = kzalloc(sizeof(*f), GFP_KERNEL);

	if (!f)
		return NULL;
	f->seed = seed;
	f->in.data = vzalloc(FUZZ_MAX);
	f->blob = vmalloc(FUZZ_BLOB);
	f->answer = vmalloc(FUZZ_MAX);
	f->scratch = vmalloc(FUZZ_MAX);
	f->snapshot = vmalloc(FUZZ_HEAD);
	f->logs[0].data = vmalloc(FUZZ_LOG);
	f->logs[1].data = vmalloc(FUZZ_LOG);
	f->join.data = vmalloc(FUZZ_MAX);
	f->pool = alloc_pages(GFP_KERNEL | __GFP_COMP, FUZZ_POOL_ORDER);
	if (!f->in.data || !f->blob || !f->answer || !f->scratch ||
	    !f->snapshot || !f->logs[0].data || !f->logs[1].data || !f->join.data || !f->pool) {
		free_buffers(f);
		return NULL;
	}
	prandom_seed_state(&f->rnd, seed);
	prandom_bytes_state(&f->rnd, f->blob, FUZZ_BLOB);
	return f;
}

/* Tells the allocator of IPv6 routes, which the device caches. */
static void watch_routes(struct net *net)
{
	struct flowi6 fl6 = { .daddr = in6addr_loopback };
	struct dst_entry *dst = ip6_route_output(net, NULL, &fl6);

	fuzz_leak_watch_routes(dst->ops->kmem_cachep);
	dst_release(dst);
}

static struct dst_entry *find_route(struct net *net, struct net_device *clat)
{
	struct rtable *rt;

	rt = ip_route_output(net, htonl(FUZZ_ROUTE_TO), 0, 0, clat->ifindex);
	return IS_ERR(rt) ? NULL : &rt->dst;
}

/* Under RTNL. The devices stay: whoever deletes them waits for us. */
static int attach(struct fuzz *f, struct net *net, const char *name)
{
	struct net_device *dev = __dev_get_by_name(net, name);
	const struct clat_config *cfg;
	struct clat_dev *clat;
	int err;

	if (!dev || !dev->rtnl_link_ops || strcmp(dev->rtnl_link_ops->kind, "clat"))
		return -ENODEV;
	clat = netdev_priv(dev);
	cfg = rtnl_dereference(clat->config);
	if (!cfg->uplink || !fuzz_device_is(cfg->uplink) ||
	    !cfg->xlat.n_plat || !cfg->xlat.map.n)
		return -EINVAL;
	f->cfg = kmemdup(cfg, sizeof(*cfg), GFP_KERNEL);
	f->route = find_route(net, dev);
	if (!f->cfg || !f->route)
		return -ENETUNREACH;

	err = netdev_rx_handler_register(dev, on_clat, f);
	if (err)
		return err;
	err = netdev_rx_handler_register(cfg->uplink, on_uplink, f);
	if (err) {
		netdev_rx_handler_unregister(dev);
		return err;
	}
	f->clat = dev;
	f->uplink = cfg->uplink;
	dev_hold(f->clat);
	dev_hold(f->uplink);
	return 0;
}

static void detach(struct fuzz *f)
{
	if (f->route)
		dst_release(f->route);
	if (!f->clat)
		return;
	netdev_rx_handler_unregister(f->uplink);
	netdev_rx_handler_unregister(f->clat);
	dev_put(f->uplink);
	dev_put(f->clat);
}

static int run(const char *name, u64 seed, u64 first, u64 n)
{
	struct net *net = current->nsproxy->net_ns;
	struct fuzz *f = alloc_buffers(seed);
	int err;

	if (!f)
		return -ENOMEM;
	err = sock_create_kern(net, AF_INET, SOCK_DGRAM, 0, &f->sock);
	if (err)
		goto out;
	rtnl_lock();
	err = attach(f, net, name);
	rtnl_unlock();
	if (!err) {
		u64 start = ktime_get_ns();

		watch_routes(net);
		fuzz_running = f;
		err = run_packets(f, first, n);
		fuzz_running = NULL;
		f->stats.ms = div_u64(ktime_get_ns() - start, NSEC_PER_MSEC);
		last = f->stats;
	}
	rtnl_lock();
	detach(f);
	rtnl_unlock();
	sock_release(f->sock);
out:
	free_buffers(f);
	return err;
}

static ssize_t run_write(struct file *file, const char __user *from,
			 size_t len, loff_t *pos)
{
	unsigned long long seed, first, n;
	char text[128], name[IFNAMSIZ];
	int err;

	if (len >= sizeof(text))
		return -E2BIG;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	text[len] = 0;
	if (sscanf(text, "%15s %llu %llu %llu", name, &seed, &first, &n) != 4)
		return -EINVAL;
	if (mutex_lock_interruptible(&run_lock))
		return -EINTR;
	err = run(name, seed, first, n);
	mutex_unlock(&run_lock);
	return err ?: len;
}

static const struct file_operations run_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= run_write,
};

static int result_show(struct seq_file *seq, void *v)
{
	static const char * const layouts[] = { "linear", "paged", "list" };
	static const char * const sums[] = {
		"none", "unnecessary", "complete", "partial",
	};
	static const char * const witnesses[] = {
		"alone", "clone", "payload-clone", "shared",
	};
	unsigned int i;

	seq_printf(seq, "thrown %llu\ntranslated46 %llu\ntranslated64 %llu\n",
		   last.thrown, last.translated[0], last.translated[1]);
	seq_printf(seq, "dropped %llu\npassed %llu\nanswers %llu\n",
		   last.dropped, last.passed, last.answers);
	seq_printf(seq, "superframes %llu\n", last.super);
	seq_printf(seq, "compared %llu\n", last.twins);
	for (i = 0; i < FUZZ_LAYOUTS; i++)
		seq_printf(seq, "layout-%s %llu\n", layouts[i],
			   last.layouts[i]);
	for (i = 0; i < FUZZ_SUMS; i++)
		seq_printf(seq, "sum-%s %llu\n", sums[i], last.sums[i]);
	for (i = 0; i < FUZZ_WITNESSES; i++)
		seq_printf(seq, "witness-%s %llu\n", witnesses[i],
			   last.witnesses[i]);
	seq_printf(seq, "routes %ld\n", fuzz_leak_routes());
	seq_printf(seq, "milliseconds %llu\nfindings %llu\n", last.ms,
		   last.findings);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(result);

static int __init fuzz_init(void)
{
	int err = fuzz_leak_init();

	if (err)
		return err;
	err = fuzz_device_init();
	if (err) {
		fuzz_leak_exit();
		return err;
	}
	dir = debugfs_create_dir("skbfuzz", NULL);
	debugfs_create_file("run", 0200, dir, NULL, &run_fops);
	debugfs_create_file("result", 0400, dir, NULL, &result_fops);
	return 0;
}

static void __exit fuzz_exit(void)
{
	debugfs_remove_recursive(dir);
	fuzz_device_exit();
	fuzz_leak_exit();
}

module_init(fuzz_init);
module_exit(fuzz_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Packet fuzzer for clat devices");
