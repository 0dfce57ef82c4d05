// SPDX-License-Identifier: GPL-2.0
/*
 * The CLAT on an uplink: what the kernel has is compared with what is wanted, and the difference applied. Each pass
 * goes as far as it can; what it waits for (duplicate address detection, the end of a pause) brings the next one. So
 * nothing has to be remembered, and a start adopts what a run before has left.
 */
#include <stdio.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "ctl.h"
#include "daemon.h"
#include "daemon_tether.h"
#include "instance.h"
#include "offload.h"
#include "pref64.h"
#include "tether_map.h"
#include "up.h"

/* How long a CLAT that is not needed any more serves the connections that it has. */
#define LEAVE_MS (5 * 60 * 1000)
#define RP_STRICT 1
#define RP_LOOSE 2

/* Why the uplink is as it is, with who or what in @detail. */
void instance_say(struct uplink *u, enum why why, const char *detail)
{
	u->why = why;
	snprintf(u->detail, sizeof(u->detail), "%s", detail);
}

/* --- the device --------------------------------------------------------------------------------------------------- */

/*
 * Made by a run that was killed before it could say what for: clatctl alone names a device so and leaves it bare, and
 * changes one at a time (lock_netns()).
 */
static bool is_unfinished(const struct world *w, const struct dev *dev)
{
	const struct link *link = world_link(w, (int)dev->ifindex);
	unsigned int number;
	char rest;

	return !dev->uplink && !dev->nplat && !dev->nmap && !dev->tayga && link && !(link->flags & IFF_UP) &&
	       sscanf(dev->ifname, UP_NAME "%c", &number, &rest) == 1;
}

/* One that lost its uplink, made by clatctl, and that nobody else has taken over in this pass; else an unfinished one. */
static struct dev *find_orphan(struct world *w)
{
	struct dev *unfinished = NULL;
	size_t i;

	for (i = 0; i < w->ndevs; i++) {
		if (dev_is_orphan(&w->devs[i]))
			return &w->devs[i];
		if (!unfinished && is_unfinished(w, &w->devs[i]))
			unfinished = &w->devs[i];
	}
	return unfinished;
}

static void describe(const struct uplink *u, const struct world *w, const struct dev *dev, struct up *up)
{
	size_t i;

	memset(up, 0, sizeof(*up));
	up->uplink_name = u->ifname;
	up->uplink = *world_link(w, u->ifindex);
	if (dev)
		up->before = *dev;
	up->v4 = (struct addr){ .family = AF_INET, .v4 = u->v4, .len = 32, .scope = RT_SCOPE_UNIVERSE,
				.preferred = UINT32_MAX, .valid = UINT32_MAX };
	up->v6 = instance_v6(u);
	up->shared = u->v6_shared;
	up->want.has = DEV_HAS(CLAT_A_DEV_PLAT);
	up->want.nplat = u->disc.nprefix;
	for (i = 0; i < u->disc.nprefix; i++)
		up->want.plat[i] = u->disc.prefix[i].plat;
	up_describe_device(up);
	daemon_tether_map(w, &up->before, &up->want);
}

static bool configured_so(const struct dev *is, const struct dev *want)
{
	size_t i;

	if (is->uplink != want->uplink || is->nplat != want->nplat || !tether_map_same(is, want) ||
	    is->lowest_ipv6_mtu != want->lowest_ipv6_mtu || is->shared != want->shared)
		return false;
	for (i = 0; i < want->nplat; i++)
		if (!plat_equal(&is->plat[i], &want->plat[i]))
			return false;
	return true;
}

static bool several(const struct uplink *others)
{
	size_t count = 0;

	for (; others; others = others->next)
		count += others->v4.s_addr != 0;
	return count > 1;
}

/* Where several paths lead to the same host, answers may come by another one than packets would go. */
static int set_rp_filter(const struct uplink *u, const struct uplink *others, const struct world *w,
			 const struct dev *dev)
{
	const struct link *link = world_link(w, (int)dev->ifindex);
	int wanted = u->settings.mode == MODE_FORCE || several(others) ? RP_LOOSE : RP_STRICT;

	if (link && (link->rp_filter == wanted || link->rp_filter < 0))
		return CTL_OK;
	return link_set_rp_filter((int)dev->ifindex, dev->ifname, wanted);
}

/* The device, its configuration, MTU and IPv4 address. */
static int make_device(struct up *up, const struct uplink *others, const struct world *w, const struct uplink *u)
{
	int code = up_make_device(up);

	if (!code && !configured_so(&up->before, &up->want))
		code = genl_dev_set(&up->want);
	if (!code)
		code = up_raise_link(up);
	if (!code)
		code = set_rp_filter(u, others, w, &up->want);
	if (!code)
		code = up_address_link(up);
	return code;
}

/* --- routes ------------------------------------------------------------------------------------------------------- */

static bool is_wanted(const struct route *r, const struct uplink *u, uint32_t table)
{
	return r->table == table && r->src.s_addr == u->v4.s_addr &&
	       r->metric == (table == RT_TABLE_MAIN ? u->settings.metric : 0);
}

static bool has_route(const struct world *w, int ifindex, const struct uplink *u, uint32_t table)
{
	size_t i;

	for (i = 0; i < w->nroutes4; i++)
		if (!w->routes4[i].len && w->routes4[i].ifindex == ifindex && is_wanted(&w->routes4[i], u, table))
			return true;
	return false;
}

/* Deletes the device's default routes of the main table, but for the one wanted unless @all. */
static int drop_routes(const struct world *w, const struct dev *dev, const struct uplink *u, bool all)
{
	int code = CTL_OK;
	size_t i;

	for (i = 0; i < w->nroutes4 && !code; i++) {
		const struct route *r = &w->routes4[i];

		if (!r->len && r->ifindex == (int)dev->ifindex && r->table == RT_TABLE_MAIN &&
		    (all || !is_wanted(r, u, RT_TABLE_MAIN)))
			code = route_default4_del(r, dev->ifname);
	}
	return code;
}

static int make_routes(const struct uplink *u, const struct world *w, const struct dev *dev)
{
	uint32_t table = rule_table(u->v4);
	int code = rules_sync(u->v4, w->rules, w->nrules);

	if (!code && !has_route(w, (int)dev->ifindex, u, table))
		code = route_default4_add((int)dev->ifindex, dev->ifname, u->v4, 0, table);
	if (!code && !has_route(w, (int)dev->ifindex, u, RT_TABLE_MAIN))
		code = route_default4_add((int)dev->ifindex, dev->ifname, u->v4, u->settings.metric, RT_TABLE_MAIN);
	if (!code)
		code = drop_routes(w, dev, u, false);
	return code;
}

/* --- a pass ------------------------------------------------------------------------------------------------------- */

/* Something that was in its place is not, although it is wanted as it was. */
static bool was_removed(const struct uplink *u, const struct world *w, const struct dev *dev)
{
	size_t i;

	if (!u->settled)
		return false;
	if (!dev || !world_addr6(w, u->ifindex, &u->v6) || !has_route(w, (int)dev->ifindex, u, RT_TABLE_MAIN) ||
	    !has_route(w, (int)dev->ifindex, u, rule_table(u->v4)))
		return true;
	for (i = 0; i < w->naddrs4; i++)
		if (w->addrs4[i].ifindex == (int)dev->ifindex && w->addrs4[i].v4.s_addr == u->v4.s_addr)
			return false;
	return true;
}

/* The first time it comes back at once, then after pauses. */
static bool must_pause(struct uplink *u, const struct world *w, const struct dev *dev, int64_t now)
{
	if (was_removed(u, w, dev)) {
		if (now >= u->repair.next) {
			warning("%s: somebody has taken away what was set up: setting it up again", u->ifname);
			backoff_next(&u->repair, now);
			u->settled = false;
			return false;
		}
		instance_say(u, WHY_REMOVED, "");
		u->retry_at = u->repair.next;
		return true;
	}
	u->retry_at = u->trouble.next > now ? u->trouble.next : LOOP_NEVER;
	return u->trouble.next > now;
}

/* Who looks at the device later in this pass sees it as it is now. */
static void note_map(struct dev *dev, const struct dev *want)
{
	memcpy(dev->map, want->map, sizeof(dev->map));
	dev->nmap = want->nmap;
}

static int activate(struct uplink *u, struct world *w, const struct plan *plan, const struct uplink *others,
		    int64_t now)
{
	struct dev *dev = world_dev_of(w, u->ifindex), *own = dev ? dev : find_orphan(w);
	struct in6_addr before = u->v6;
	struct in_addr before4 = u->v4;
	struct up up;
	int code;

	if (!instance_choose_v4(u, others, w, own) || instance_choose_v6(u, w, plan, own))
		return -1;
	if (memcmp(&before, &u->v6, sizeof(before)) || before4.s_addr != u->v4.s_addr)
		u->settled = false;
	if (must_pause(u, w, dev, now))
		return -1;
	code = instance_have_v6(u, w, now);
	if (code)
		return code;
	describe(u, w, own, &up);
	/* Nobody else is to take it. */
	if (own)
		own->uplink = (uint32_t)u->ifindex;
	code = make_device(&up, others, w, u);
	if (own && !code)
		note_map(own, &up.want);
	snprintf(u->clat, sizeof(u->clat), "%s", up.want.ifname);
	if (!code)
		code = make_routes(u, w, &up.want);
	if (!code)
		code = instance_drop_stale_v6(u, w, false);
	return code;
}

static void note_failure(struct uplink *u, int64_t now)
{
	struct failure failure = failure_get();

	snprintf(u->last_error, sizeof(u->last_error), "%s", failure.message);
	warning("%s: %s", u->ifname, failure.message);
	instance_say(u, WHY_FAILED, "");
	backoff_next(&u->trouble, now);
}

static void run(struct uplink *u, struct world *w, const struct plan *plan, const struct uplink *others, int64_t now)
{
	const struct dev *dev = world_dev_of(w, u->ifindex);
	bool silent = instance_is_silent(u, w, dev, now);
	int code;

	u->leave_at = LOOP_NEVER;
	code = activate(u, w, plan, others, now);
	if (code > 0) {
		note_failure(u, now);
		u->settled = false;
		/* It was a try only, and this kernel may not do it. */
		if (u->share)
			uplink_share(u, false);
	} else if (!code) {
		instance_say(u, WHY_ACTIVE, "");
		if (!u->settled)
			offload_forward_udp(u->ifindex, u->ifname);
		u->settled = true;
		u->attempt = 0;
		u->trouble = (struct backoff){ 0 };
		if (silent)
			instance_stall(u, w, now);
	} else if (silent && u->why == WHY_TENTATIVE) {
		instance_say_stalled(u);
	}
	if (u->trouble.next > now)
		u->retry_at = u->trouble.next;
}

/* Takes away what is left. */
static void leave(struct uplink *u, const struct world *w, struct dev *dev, int64_t now)
{
	int code = dev ? down_device(dev) : CTL_OK;

	if (!code)
		code = instance_drop_stale_v6(u, w, true);
	if (code) {
		note_failure(u, now);
		u->leave_at = u->trouble.next;
		return;
	}
	if (dev) {
		notice("%s: %s is taken away", u->ifname, dev->ifname);
		/* It is gone, and no orphan for others. */
		dev->uplink = 0;
		dev->nmap = 0;
	}
	offload_restore(u->ifindex);
	u->v4.s_addr = 0;
	u->clat[0] = '\0';
	memset(&u->v6, 0, sizeof(u->v6));
	u->moves = 0;
	u->leave_at = LOOP_NEVER;
}

static void set_leave_at(struct uplink *u, enum why why, bool there, int64_t now)
{
	if (u->trouble.next > now)
		u->leave_at = u->trouble.next;
	else if (why == WHY_OFF || why == WHY_FOREIGN)
		u->leave_at = now;
	else if (!there)
		u->leave_at = u->v4.s_addr ? now : LOOP_NEVER;
	else if (u->leave_at == LOOP_NEVER)
		u->leave_at = now + LEAVE_MS;
}

/*
 * Not wanted now: the default route goes at once, the rest serves its connections for a while. Without other preferred
 * addresses the IPv6 address goes too, or programs would pick it as their source.
 */
static void retire(struct uplink *u, const struct world *w, const struct plan *plan, int64_t now)
{
	struct dev *dev = world_dev_of(w, u->ifindex);
	int code = CTL_OK;

	if (dev && !dev_pair(dev))
		dev = NULL;
	snprintf(u->clat, sizeof(u->clat), "%s", dev ? dev->ifname : "");
	if (u->why != plan->why && u->why != WHY_FAILED)
		u->trouble = (struct backoff){ 0 };
	instance_say(u, plan->why, plan->detail);
	u->settled = false;
	instance_end_silence(u);
	u->retry_at = LOOP_NEVER;
	if (dev)
		code = drop_routes(w, dev, u, true);
	if (!code && plan->why == WHY_NO_ADDRESS)
		code = instance_drop_stale_v6(u, w, true);
	if (code)
		note_failure(u, now);
	/* Without an address to share there may be one of our own. */
	if (plan->why == WHY_NO_ADDRESS && u->share) {
		uplink_share(u, false);
		daemon_changed();
	}
	set_leave_at(u, plan->why, dev, now);
	if (now >= u->leave_at)
		leave(u, w, dev, now);
}

/**
 * instance_reconcile - make of the CLAT on an uplink what it should be, as far as it goes now
 * @u: the uplink; its state is set, and when the next pass is due at the latest
 * @w: what the kernel has; told of devices that are taken over
 * @plan: what is wanted
 * @others: all uplinks
 * @now: on the loop's clock
 */
void instance_reconcile(struct uplink *u, struct world *w, const struct plan *plan, const struct uplink *others,
			int64_t now)
{
	if (plan->why == WHY_ACTIVE)
		run(u, w, plan, others, now);
	else
		retire(u, w, plan, now);
}
