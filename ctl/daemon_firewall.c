// SPDX-License-Identifier: GPL-2.0
/*
 * The firewalls of this machine, as the daemon tells them of the hotspot: firewalld when it says that something is
 * different there, ufw when the kernel says so of its rules, both when the hotspot is another one. And a while after the
 * last change of rules it looks whether some of others stop the clients all the same, and says so once.
 */
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "bus.h"
#include "child.h"
#include "ctl.h"
#include "daemon.h"
#include "daemon_firewall.h"
#include "firewalld.h"
#include "ufw.h"
#include "uplink.h"

/* A firewall that starts changes a hundred things, and it takes a while until it says that it has done so. */
#define CALM_MS 1000
#define SURE_MS 5000
#define CLATS_MAX 8

/* For whom it is to be open: names of interfaces. */
struct served {
	char tethers[TETHERS_MAX][IF_NAMESIZE], clats[CLATS_MAX][IF_NAMESIZE];
	bool there[TETHERS_MAX];
	size_t ntethers, nclats;
};

static struct {
	struct tether_state *state;
	struct served served;
	struct bus_peer firewalld;
	bool bus;			/* there has been one */
	bool zones_due, ufw_due;	/* at first: whoever was here before us may have left something */
	struct backoff zones_trouble;
	struct child ufw;
	struct ufw_task task, failed;	/* the one that runs, and one that is not tried again for nothing */
	struct timer look;
	char trouble[192];
	char seen[512];			/* the chains that stop clients, as seen last */
	char warned[512];		/* and those that were warned of */
} f = { .zones_due = true, .ufw_due = true };

/* Whether nothing is left to be told, or nobody takes it. */
bool daemon_firewall_settled(void)
{
	bool zones_due = f.zones_due && f.bus && !f.zones_trouble.next;

	return !zones_due && !f.ufw_due && !f.ufw.pid && !firewalld_is_busy();
}

static void look_soon(void)
{
	timer_set(&f.look, loop_now() + loop_real_ms(CALM_MS));
}

/* To be called when the kernel's rules, or the list of hotspots, are different. */
void daemon_firewall_changed(void)
{
	f.ufw_due = true;
	memset(&f.failed, 0, sizeof(f.failed));
	look_soon();
	daemon_changed();
}

/* --- firewalld ---------------------------------------------------------------------------------------------------- */

static void on_firewalld(struct bus_peer *peer)
{
	(void)peer;
	f.bus = f.zones_due = true;
	f.zones_trouble = (struct backoff){ 0 };
	daemon_changed();
}

static void on_zoned(const struct zoning *zoning)
{
	if (zoning->trouble[0] && strcmp(f.trouble, zoning->trouble))
		warning("hotspot: %s", zoning->trouble);
	/* A round that has only noted something does not know yet. */
	if (zoning->trouble[0] || !zoning->changed)
		snprintf(f.trouble, sizeof(f.trouble), "%s", zoning->trouble);
	if (zoning->changed && tether_state_save(f.state))
		warning("hotspot: %s", failure_get().message);
	if (zoning->failed)
		backoff_next(&f.zones_trouble, loop_now());
	else if (!zoning->changed)
		f.zones_trouble = (struct backoff){ 0 };
	f.zones_due = f.zones_due || zoning->changed || zoning->failed;
	look_soon();
	daemon_changed();
}

/* What is noted in this pass is done in the next one, when our rules are there. Returns when to try again. */
static int64_t tell_firewalld(const struct world *w, int64_t now)
{
	if (firewalld_is_busy() || !f.zones_due || !f.bus)
		return LOOP_NEVER;
	if (f.zones_trouble.next > now)
		return f.zones_trouble.next;
	f.zones_due = false;
	firewalld_begin(f.state, w, on_zoned);
	return LOOP_NEVER;
}

/* --- ufw ---------------------------------------------------------------------------------------------------------- */

static void on_ufw(struct child *child, const char *error)
{
	(void)child;
	if (error) {
		warning("hotspot: ufw: %s", error);
		f.failed = f.task;
	}
	f.ufw_due = true;
	look_soon();
	daemon_changed();
}

static void run_ufw(void)
{
	const char *words[UFW_WORDS];
	int err;

	ufw_words(&f.task, words);
	f.ufw.ended = on_ufw;
	err = child_start(&f.ufw, words);
	if (!err)
		return;
	warning("hotspot: cannot run %s: %s", words[0], strerror(-err));
	f.failed = f.task;
}

static void tell_ufw(const struct world *w)
{
	bool before = f.state->ufw, wanted;

	if (f.ufw.pid || !f.ufw_due)
		return;
	f.ufw_due = false;
	wanted = ufw_next(f.state, w, &f.task);
	if (before != f.state->ufw && tether_state_save(f.state)) {
		warning("hotspot: %s", failure_get().message);
		return;
	}
	if (wanted && memcmp(&f.task, &f.failed, sizeof(f.task)))
		run_ufw();
	else if (before != f.state->ufw)
		daemon_changed();
}

/* --- others ------------------------------------------------------------------------------------------------------- */

/* Adds "DEV CLAT CHAIN, " to @seen; what was seen the last time, too, is warned of once. */
static void look_at(const struct tether_flow *flow, char *seen, size_t size)
{
	struct json_object *chains = tether_dropping_chains(flow), *chain;
	size_t i, used;

	for (i = 0; i < json_object_array_length(chains); i++) {
		chain = json_object_array_get_idx(chains, i);
		used = strlen(seen);
		snprintf(seen + used, size - used, "%s %s %s, ", flow->in, flow->out, json_text(chain, "chain", ""));
		if (strstr(f.seen, seen + used) && !strstr(f.warned, seen + used))
			warning("hotspot: %s: the chain %s drops what clients send to %s; %s", flow->in,
				json_text(chain, "chain", ""), flow->out, json_text(chain, "hint", ""));
	}
	json_object_put(chains);
}

static void on_look(struct timer *timer)
{
	static const struct failure none;
	char seen[sizeof(f.seen)] = "";
	size_t i, j;

	if (!daemon_firewall_settled()) {
		look_soon();
		return;
	}
	for (i = 0; i < f.served.ntethers; i++)
		for (j = 0; j < f.served.nclats && f.served.there[i]; j++)
			look_at(&(struct tether_flow){ .in = f.served.tethers[i], .out = f.served.clats[j] }, seen,
				sizeof(seen));
	if (strcmp(seen, f.seen))
		timer_set(timer, loop_now() + loop_real_ms(SURE_MS));
	else
		memcpy(f.warned, seen, sizeof(f.warned));
	memcpy(f.seen, seen, sizeof(f.seen));
	failure_set(&none);
}

/* --- a pass ------------------------------------------------------------------------------------------------------- */

static void note_served(const struct world *w)
{
	struct served served = { 0 };
	size_t i;

	for (i = 0; i < f.state->count; i++) {
		served.there[i] = tether_link(w, &f.state->list[i]);
		memcpy(served.tethers[served.ntethers++], f.state->list[i].ifname, IF_NAMESIZE);
	}
	for (i = 0; i < w->ndevs && served.nclats < CLATS_MAX; i++)
		if (tether_serves(&w->devs[i]))
			memcpy(served.clats[served.nclats++], w->devs[i].ifname, IF_NAMESIZE);
	if (!memcmp(&served, &f.served, sizeof(served)))
		return;
	f.served = served;
	f.zones_due = true;
	daemon_firewall_changed();
}

/**
 * daemon_firewall_pass - tell firewalls what they do not know yet
 * @state: what is on, as daemon_firewall_open() got it
 * @w: what the kernel has
 * @now: on the loop's clock
 *
 * To be called when our own rules are in place. Returns when there is something to do next, or LOOP_NEVER.
 */
int64_t daemon_firewall_pass(const struct tether_state *state, const struct world *w, int64_t now)
{
	if (tether_is_idle(state) && !f.served.ntethers) {
		f.zones_due = f.ufw_due = false;
		return LOOP_NEVER;
	}
	note_served(w);
	tell_ufw(w);
	return tell_firewalld(w, now);
}

/* To be called when the loop is open; the daemon that ran before may have left something to be taken back. */
void daemon_firewall_open(struct tether_state *state)
{
	static const char *const signals[] = {
		"interface='" FIREWALLD "',member='Reloaded'", "interface='" FIREWALLD "',member='DefaultZoneChanged'",
		"interface='" FIREWALLD ".zone',member='InterfaceAdded'",
		"interface='" FIREWALLD ".zone',member='InterfaceRemoved'",
		"interface='" FIREWALLD ".zone',member='ZoneOfInterfaceChanged'", NULL,
	};

	f.state = state;
	f.look.due = on_look;
	f.firewalld = (struct bus_peer){ .name = FIREWALLD, .signals = signals, .changed = on_firewalld };
	bus_follow(&f.firewalld);
}
