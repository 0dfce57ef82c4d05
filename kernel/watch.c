// SPDX-License-Identifier: GPL-2.0
/*
 * Watches for a PLAT that doesn't answer: packets go out, and none comes back.
 *
 * The fast path knows nothing of it. The watch looks at the counters while
 * packets flow, and is started by a packet that finds no route in the cache.
 * When nothing has flowed for a while it makes the cached routes stale, so that
 * the next packet starts it again, and sleeps: an idle phone is not woken.
 */
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>

#include "clat.h"

#define CLAT_WATCH_INTERVAL	(5 * HZ)

/* Intervals in which packets went out and none came: 10 seconds. */
#define CLAT_WATCH_SILENT	2

static void clat_watch_again(struct clat_watch *watch, unsigned long delay)
{
	queue_delayed_work(system_power_efficient_wq, &watch->work, delay);
}

static bool clat_watch_told(struct clat_dev *clat, bool silent)
{
	if (clat->watch.silent == silent)
		return true;
	/* Who deletes the device waits for us with RTNL held. */
	if (!rtnl_trylock())
		return false;
	clat->watch.silent = silent;
	clat_netlink_notify(clat);
	rtnl_unlock();
	return true;
}

static void clat_watch_look(struct work_struct *work)
{
	struct clat_watch *watch = container_of(to_delayed_work(work),
						struct clat_watch, work);
	struct clat_dev *clat = container_of(watch, struct clat_dev, watch);
	struct rtnl_link_stats64 stats = {};
	const struct clat_config *cfg;
	bool sent, received, silent;
	unsigned int unanswered;

	dev_fetch_sw_netstats(&stats, clat->dev->tstats);
	sent = stats.tx_packets != watch->sent;
	received = stats.rx_packets != watch->received;

	unanswered = received ? 0 : watch->unanswered + sent;
	silent = unanswered >= CLAT_WATCH_SILENT ||
		 (watch->silent && !received);
	if (!clat_watch_told(clat, silent)) {
		clat_watch_again(watch, 1);
		return;
	}

	watch->sent = stats.tx_packets;
	watch->received = stats.rx_packets;
	watch->unanswered = unanswered;
	if (sent || received) {
		clat_watch_again(watch, CLAT_WATCH_INTERVAL);
		return;
	}
	watch->unanswered = 0;
	rcu_read_lock();
	cfg = rcu_dereference(clat->config);
	if (cfg->uplink)
		clat_routes_stale(cfg->routes);
	rcu_read_unlock();
}

/**
 * clat_watch_init() - prepare the watch of a device
 * @clat:	the device
 */
void clat_watch_init(struct clat_dev *clat)
{
	INIT_DEFERRABLE_WORK(&clat->watch.work, clat_watch_look);
}

/**
 * clat_watch_start() - watch, as packets flow
 * @clat:	the device
 *
 * Context: any.
 */
void clat_watch_start(struct clat_dev *clat)
{
	if (!delayed_work_pending(&clat->watch.work))
		clat_watch_again(&clat->watch, CLAT_WATCH_INTERVAL);
}

/**
 * clat_watch_stop() - end the watch of a device that sends no more
 * @clat:	the device
 *
 * Context: RTNL.
 */
void clat_watch_stop(struct clat_dev *clat)
{
	cancel_delayed_work_sync(&clat->watch.work);
}
