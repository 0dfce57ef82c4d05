// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon: which uplinks there are, and when what the kernel has is compared with what is wanted. Events only say
 * that something has changed; a pass reads all of it anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/socket.h>

#include "ctl.h"
#include "daemon.h"
#include "daemon_tether.h"
#include "genl.h"
#include "ifnames.h"
#include "leftovers.h"
#include "notify.h"
#include "offload.h"
#include "show.h"
#include "up.h"
#include "uplink.h"

/* Between two passes, so that a storm of events costs little; it grows while the storm lasts. */
#define GAP_MIN_MS 20
#define GAP_MAX_MS 400
#define CALM_MS 2000

static struct {
	struct conf conf;
	struct uplink *uplinks;
	struct ifnames up, down;	/* what "up" and "down" were said of */
	struct nl_sock *rtnl, *genl;
	struct watch on_rtnl, on_genl;
	struct timer pass;
	bool dirty;
	int64_t last_pass;
	int64_t gap;
	bool ready;
	char trouble[512];		/* that keeps every uplink from working */
	struct backoff retry;		/* after that */
} d;

struct uplink *daemon_uplinks(void)
{
	return d.uplinks;
}

/* Text for status: what is wrong with all of it, or "". */
const char *daemon_trouble(void)
{
	return d.trouble;
}

/* --- when --------------------------------------------------------------------------------------------------------- */

/* Something is or may be different: a pass comes, soon. */
void daemon_changed(void)
{
	int64_t now = loop_now(), at = d.last_pass + loop_real_ms(d.gap);

	if (d.dirty)
		return;
	d.dirty = true;
	timer_set(&d.pass, at > now ? at : now);
}

static void pace(int64_t now)
{
	if (now - d.last_pass > loop_real_ms(CALM_MS))
		d.gap = GAP_MIN_MS;
	else if (d.gap < GAP_MAX_MS)
		d.gap += d.gap / 4;
	d.last_pass = now;
}

/* --- uplinks ------------------------------------------------------------------------------------------------------ */

static struct uplink *find_index(int ifindex)
{
	struct uplink *u;

	for (u = d.uplinks; u && u->ifindex != ifindex; u = u->next)
		;
	return u;
}

/* The uplink of a name, or NULL. */
struct uplink *daemon_find(const char *name)
{
	struct uplink *u;

	for (u = d.uplinks; u && strcmp(u->ifname, name); u = u->next)
		;
	return u;
}

static void add_uplink(const struct link *link)
{
	struct settings settings;
	struct uplink *u, **end = &d.uplinks;

	conf_settings(&d.conf, link->ifname, &settings);
	u = uplink_new(link, &settings);
	if (!u) {
		warning("%s: out of memory", link->ifname);
		return;
	}
	while (*end)
		end = &(*end)->next;
	*end = u;
	verbose("%s: looking after it", link->ifname);
}

static void check_name(struct uplink *u, const struct link *link)
{
	struct settings settings;

	if (!strcmp(u->ifname, link->ifname))
		return;
	notice("%s is now called %s", u->ifname, link->ifname);
	uplink_rename(u, link->ifname);
	conf_settings(&d.conf, link->ifname, &settings);
	uplink_configure(u, &settings);
}

/* Which uplinks there are. */
static void find_uplinks(const struct world *w)
{
	struct uplink *u;
	size_t i;

	for (u = d.uplinks; u; u = u->next)
		u->seen = u->wanted = false;
	for (i = 0; i < w->nlinks; i++) {
		const struct link *link = &w->links[i];
		bool wanted = ifnames_have(&d.up, link->ifname) ?
			plan_fit(w, link) : plan_candidate(w, &d.conf, link) && !daemon_tether_is(link->ifname);

		if (wanted && !find_index(link->ifindex))
			add_uplink(link);
		u = find_index(link->ifindex);
		if (!u)
			continue;
		check_name(u, link);
		u->seen = true;
		u->wanted = wanted;
		u->held = ifnames_have(&d.down, link->ifname);
	}
}

/* Whether nothing of it is left that would have to be taken away. */
static bool is_over(const struct uplink *u)
{
	return !u->seen || (!u->wanted && !u->v4.s_addr && u->leave_at == LOOP_NEVER);
}

static void drop_uplinks(void)
{
	struct uplink **place = &d.uplinks, *u;

	while ((u = *place)) {
		if (!is_over(u)) {
			place = &u->next;
			continue;
		}
		verbose("%s: not looked after any more", u->ifname);
		if (!u->seen)
			offload_restore(u->ifindex);
		*place = u->next;
		uplink_free(u);
	}
}

/* --- a pass ------------------------------------------------------------------------------------------------------- */

static void tell(const struct uplink *u, enum why before)
{
	char text[INET6_ADDRSTRLEN + 8];

	if (u->why == before)
		return;
	if (u->why == WHY_ACTIVE)
		notice("%s: active by %s (%s)", u->ifname, show_plat(&u->disc.prefix[0].plat, text, sizeof(text)),
		       source_name(u->disc.source));
	else
		notice("%s: %s: %s%s%s", u->ifname, why_name(u->why), why_words(u->why), u->detail[0] ? ": " : "",
		       u->detail);
}

static void reconcile(struct uplink *u, struct world *w, int64_t now)
{
	const struct link *link = world_link(w, u->ifindex);
	enum why before = u->why;
	struct plan plan;

	instance_adopt_shared(u, world_dev_of(w, u->ifindex));
	plan_network(w, link, &u->settings, &plan);
	if (u->held || !u->wanted) {
		plan.why = u->held || plan.why == WHY_ACTIVE ? WHY_OFF : plan.why;
		snprintf(plan.detail, sizeof(plan.detail), "%s", u->held ? "by clatctl down" : "");
	}
	uplink_follow(u, &plan, world_dev_of(w, u->ifindex));
	plan_prefix(&u->disc, &plan);
	instance_reconcile(u, w, &plan, d.uplinks, now);
	uplink_set_timer(u);
	tell(u, before);
}

/* Listens to the module, which may have been loaded only now. */
static void follow_module(bool there)
{
	if (there == !!d.genl)
		return;
	if (there) {
		d.genl = genl_events();
		if (d.genl)
			loop_watch(&d.on_genl, nl_socket_get_fd(d.genl), EPOLLIN);
		return;
	}
	loop_unwatch(&d.on_genl);
	nl_socket_free(d.genl);
	d.genl = NULL;
}

static void note_trouble(const char *message)
{
	if (strcmp(d.trouble, message) && message[0])
		warning("%s", message);
	snprintf(d.trouble, sizeof(d.trouble), "%s", message);
}

static int64_t pass(struct world *w, int64_t now)
{
	int64_t next, tether;
	struct uplink *u;
	int code = world_read(w);

	follow_module(!code);
	if (code) {
		note_trouble(failure_get().message);
		backoff_next(&d.retry, now);
		return d.retry.next;
	}
	note_trouble("");
	d.retry = (struct backoff){ 0 };
	find_uplinks(w);
	for (u = d.uplinks; u; u = u->next)
		if (u->seen)
			reconcile(u, w, now);
	next = leftovers_clear(w, d.uplinks, now);
	drop_uplinks();
	/* The world of before the CLATs were seen to: what has changed since then brings the next pass. */
	tether = daemon_tether_pass(&d.conf, w, now);
	return tether < next ? tether : next;
}

static void on_pass(struct timer *timer)
{
	int64_t now = loop_now(), next;
	struct world w;

	pace(now);
	d.dirty = false;
	next = pass(&w, now);
	world_free(&w);
	control_tell();
	if (!d.ready) {
		d.ready = true;
		notify_ready();
	}
	if (!d.dirty)
		timer_set(timer, next);
}

static void on_rtnl(struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
	if (!rtnl_events_drain(d.rtnl)) {
		warning("the kernel tells of no changes any more");
		loop_stop();
	}
	daemon_changed();
}

static void on_genl(struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
	rtnl_events_drain(d.genl);
	daemon_changed();
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

/* Looks after an interface, whether or not the configuration names it, until the daemon ends. */
int daemon_up(const char *ifname)
{
	struct uplink *u = daemon_find(ifname);

	if (!if_nametoindex(ifname))
		return fail(CTL_NODEV, "see: ip link", "no interface '%s'", ifname);
	ifnames_remove(&d.down, ifname);
	ifnames_add(&d.up, ifname);
	if (u) {
		u->trouble = (struct backoff){ 0 };
		uplink_resume(u);
	}
	daemon_changed();
	return CTL_OK;
}

/* The uplink itself, or the one that has a clat device of that name. */
static bool is_meant(const struct uplink *u, const char *name)
{
	return !name || !strcmp(u->ifname, name) || (u->clat[0] && !strcmp(u->clat, name));
}

/**
 * daemon_down - take away CLATs, and keep them away until "up" or the next start
 * @name: of the uplink or the clat device, or NULL
 * @all: NULL means all, also if there are several
 * @instances: JSON array, told of the devices
 *
 * Returns an exit code with the failure recorded.
 */
int daemon_down(const char *name, bool all, struct json_object *instances)
{
	bool found = false;
	struct uplink *u;
	int code = down_devices(name, all, instances);

	if (code == CTL_USAGE)
		return code;
	if (all) {
		found = daemon_tether_is_on();
		daemon_tether_hold_all();
	}
	for (u = d.uplinks; u; u = u->next) {
		if (!is_meant(u, name))
			continue;
		found = true;
		ifnames_remove(&d.up, u->ifname);
		ifnames_add(&d.down, u->ifname);
	}
	daemon_changed();
	/* An uplink that had no device yet does not get one any more: that is done, too. */
	return found && (code == CTL_INACTIVE || code == CTL_NODEV || code == CTL_NOMODULE) ? CTL_OK : code;
}

/* Reads the configuration anew. On failure all stays as it was. */
int daemon_reload(void)
{
	struct settings settings;
	struct conf conf;
	struct uplink *u;
	int code = conf_load(CONF_FOLDER, &conf);

	if (code)
		return code;
	d.conf = conf;
	for (u = d.uplinks; u; u = u->next) {
		conf_settings(&d.conf, u->ifname, &settings);
		uplink_configure(u, &settings);
	}
	daemon_changed();
	return CTL_OK;
}

/* Another resolv.conf, or a machine that was asleep. */
void daemon_resolvers_changed(void)
{
	struct uplink *u;

	for (u = d.uplinks; u; u = u->next)
		uplink_read_resolvers(u);
	daemon_changed();
}

void daemon_resumed(void)
{
	struct uplink *u;

	for (u = d.uplinks; u; u = u->next)
		uplink_resume(u);
	daemon_changed();
}

/* Starts the work in the loop, which is open. Returns an exit code with the failure recorded. */
int daemon_open(const struct conf *conf)
{
	int code = daemon_tether_open();

	if (code)
		return code;
	d.conf = *conf;
	d.gap = GAP_MIN_MS;
	d.pass.due = on_pass;
	d.on_rtnl.ready = on_rtnl;
	d.on_genl.ready = on_genl;
	d.rtnl = rtnl_events();
	if (!d.rtnl)
		return failure_get().code;
	if (loop_watch(&d.on_rtnl, nl_socket_get_fd(d.rtnl), EPOLLIN))
		return fail(CTL_REFUSED, NULL, "cannot listen to changes of the network");
	daemon_changed();
	return CTL_OK;
}
