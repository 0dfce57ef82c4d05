// SPDX-License-Identifier: GPL-2.0
/*
 * What CLATs leave behind: devices whose uplink is gone, which wait a while for one to come back, and rules of addresses
 * that no device has any more.
 */
#include <linux/rtnetlink.h>

#include "ctl.h"
#include "leftovers.h"
#include "up.h"
#include "uplink.h"

/* How long a device waits for its uplink to come back. */
#define ORPHAN_MS (5 * 60 * 1000)
#define ORPHANS_MAX 16

static struct {
	uint32_t ifindex;
	int64_t until;
} orphans[ORPHANS_MAX];

static size_t norphans;

/* When a device was first seen without an uplink, it gets its time. */
static int64_t orphan_until(uint32_t ifindex, int64_t now)
{
	size_t i;

	for (i = 0; i < norphans; i++)
		if (orphans[i].ifindex == ifindex)
			return orphans[i].until;
	if (norphans == ORPHANS_MAX)
		return now;
	orphans[norphans].ifindex = ifindex;
	orphans[norphans].until = now + ORPHAN_MS;
	return orphans[norphans++].until;
}

static void forget_orphans(const struct world *w)
{
	size_t i, j, kept = 0;

	for (i = 0; i < norphans; i++) {
		for (j = 0; j < w->ndevs; j++)
			if (w->devs[j].ifindex == orphans[i].ifindex && dev_is_orphan(&w->devs[j]))
				break;
		if (j < w->ndevs)
			orphans[kept++] = orphans[i];
	}
	norphans = kept;
}

static void drop_orphan_routes(const struct world *w, const struct dev *dev)
{
	size_t i;

	for (i = 0; i < w->nroutes4; i++) {
		const struct route *r = &w->routes4[i];

		if (!r->len && r->ifindex == (int)dev->ifindex && r->table == RT_TABLE_MAIN)
			route_default4_del(r, dev->ifname);
	}
}

/* Nobody took them over: their routes lead nowhere, and after a time they go. Returns when the next is due. */
static int64_t care_for_orphans(const struct world *w, int64_t now)
{
	int64_t next = LOOP_NEVER, until;
	size_t i;

	forget_orphans(w);
	for (i = 0; i < w->ndevs; i++) {
		if (!dev_is_orphan(&w->devs[i]))
			continue;
		drop_orphan_routes(w, &w->devs[i]);
		until = orphan_until(w->devs[i].ifindex, now);
		if (until <= now && !down_device(&w->devs[i]))
			notice("%s: its uplink did not come back: taken away", w->devs[i].ifname);
		else if (until > now && until < next)
			next = until;
	}
	return next;
}

static bool serves(const struct world *w, const struct uplink *uplinks, struct in_addr v4)
{
	const struct uplink *u;
	size_t i;

	for (u = uplinks; u; u = u->next)
		if (u->seen && u->v4.s_addr == v4.s_addr)
			return true;
	for (i = 0; i < w->ndevs; i++)
		if (dev_pair(&w->devs[i]) && dev_pair(&w->devs[i])->v4.s_addr == v4.s_addr)
			return true;
	return false;
}

/* Rules of addresses that no CLAT has any more. */
static void drop_stale_rules(const struct world *w, const struct uplink *uplinks)
{
	size_t i;

	for (i = 0; i < w->nrules; i++)
		if (!serves(w, uplinks, w->rules[i].from))
			rules_del(w->rules[i].from);
}

/**
 * leftovers_clear - take away what CLATs have left behind
 * @w: what the kernel has
 * @uplinks: those that are looked after
 * @now: on the loop's clock
 *
 * Returns when there is something to do next, or LOOP_NEVER.
 */
int64_t leftovers_clear(const struct world *w, const struct uplink *uplinks, int64_t now)
{
	drop_stale_rules(w, uplinks);
	return care_for_orphans(w, now);
}
