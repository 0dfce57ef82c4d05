// SPDX-License-Identifier: GPL-2.0
/*
 * firewalld, which has to let clients of the hotspot through to the CLATs. It forwards between the interfaces of one zone,
 * and from a zone whose target is ACCEPT to all. So where the hotspot's zone is no such zone, a CLAT that has none comes
 * into it; a hotspot without a zone is in the default one, as all are who have none. Nothing else is moved: what clients
 * may ask the phone (DHCP, DNS) is what their zone says. What the zone lets through from the CLAT is dropped by our own
 * rules (tether_rules.c), which are there before. All of it is of firewalld's run time: it forgets it when it is reloaded,
 * and then is told again.
 *
 * A round asks what there is, a question after the other, and changes what is not as wanted. In the daemon answers come by
 * the loop, a command without a loop waits for each.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "bus.h"
#include "ctl.h"
#include "firewalld.h"

#define PATH "/org/fedoraproject/FirewallD1"
#define ZONES FIREWALLD ".zone"
/* Python on a phone that has much to do. */
#define ANSWER_MS 20000
#define CLATS_MAX 8
/* More than any round needs: whoever has the name may say anything. */
#define QUESTIONS_MAX 128

typedef int asker(const struct bus_method *method, bus_done *done, void *owner, const char *types, ...);

/* Hotspots first; then what is not wanted any more, so that a CLAT can go from one zone to another; then the CLATs. */
enum stage { STAGE_DEFAULT, STAGE_TETHER, STAGE_TARGET, STAGE_LEFT, STAGE_CLAT, STAGE_OVER };

static struct {
	asker *ask;
	firewalld_done *done;
	struct tether_state *state;
	struct zoning zoning;
	char tethers[TETHERS_MAX][IF_NAMESIZE], clats[CLATS_MAX][IF_NAMESIZE];
	size_t ntethers, nclats;
	enum stage stage;
	size_t questions;
	size_t at;			/* which hotspot, note or CLAT */
	char zone[ZONE_SIZE];		/* that it is in, once that is known */
	bool known;
	bool waiting;
	bool driving;
	char usual[ZONE_SIZE];		/* the zone of who has none */
	char join[ZONE_SIZE];		/* the zone that CLATs come into, or "" */
} r;

static const char *const settings_kept[] = { "target", "forward", NULL };

static const struct bus_method get_default = { FIREWALLD, PATH, FIREWALLD, "getDefaultZone", NULL, ANSWER_MS };
static const struct bus_method get_zone = { FIREWALLD, PATH, ZONES, "getZoneOfInterface", NULL, ANSWER_MS };
static const struct bus_method get_settings = { FIREWALLD, PATH, ZONES, "getZoneSettings2", settings_kept, ANSWER_MS };
static const struct bus_method add = { FIREWALLD, PATH, ZONES, "addInterface", NULL, ANSWER_MS };
static const struct bus_method take_away = { FIREWALLD, PATH, ZONES, "removeInterface", NULL, ANSWER_MS };

bool firewalld_is_busy(void)
{
	return r.stage != STAGE_OVER && r.state;
}

/* --- questions ---------------------------------------------------------------------------------------------------- */

static void drive(void);

static void next(void)
{
	r.at++;
	r.known = false;
}

static void next_stage(enum stage stage)
{
	r.stage = stage;
	r.at = 0;
	r.known = false;
}

/* A line for the log, whatever it says. */
static void __attribute__((format(printf, 1, 2))) trouble(const char *fmt, ...)
{
	va_list args;
	char *c;

	va_start(args, fmt);
	vsnprintf(r.zoning.trouble, sizeof(r.zoning.trouble), fmt, args);
	va_end(args);
	for (c = r.zoning.trouble; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
}

/* Without firewalld, what it was told is gone with it. */
static void give_up(int err, const char *error)
{
	if (err != -ENOENT) {
		r.zoning.failed = true;
		trouble("firewalld: %s", error[0] ? error : strerror(-err));
	} else if (!r.state->count && r.state->nbound) {
		r.state->nbound = 0;
		r.zoning.changed = true;
	}
	next_stage(STAGE_OVER);
}

/* What it has refused is not noted; what it may have done is. */
static void refused(const char *ifname, const struct bus_answer *answer)
{
	struct bound *bound = tether_bound(r.state, ifname);

	if (r.stage == STAGE_LEFT || answer->err == -ETIMEDOUT || answer->err == -ENOENT || !bound)
		return;
	tether_unbind(r.state, bound);
	r.zoning.changed = true;
}

static bool is_answered(const struct bus_answer *answer)
{
	r.waiting = false;
	if (!answer->err)
		return true;
	give_up(answer->err, answer->error);
	return false;
}

static void go_on(void)
{
	if (!r.driving)
		drive();
}

static struct json_object *value_of(const struct bus_answer *answer)
{
	return json_object_is_type(answer->values, json_type_array) ? json_object_array_get_idx(answer->values, 0) : NULL;
}

static void on_zone(void *owner, const struct bus_answer *answer)
{
	struct json_object *zone = value_of(answer);

	(void)owner;
	if (is_answered(answer)) {
		snprintf(r.zone, sizeof(r.zone), "%s",
			 json_object_is_type(zone, json_type_string) ? json_object_get_string(zone) : "");
		r.known = true;
	}
	go_on();
}

/* By @arg if the method takes one. */
static void question(const struct bus_method *method, bus_done *done, const char *arg)
{
	int err;

	if (r.questions++ == QUESTIONS_MAX) {
		give_up(-EPROTO, "");
		return;
	}
	r.waiting = true;
	err = arg ? r.ask(method, done, NULL, "s", arg) : r.ask(method, done, NULL, NULL);
	if (err && r.waiting) {
		r.waiting = false;
		give_up(err, "");
	}
}

static void ask_zone(const char *ifname)
{
	question(&get_zone, on_zone, ifname);
}

static void on_changed(void *owner, const struct bus_answer *answer)
{
	if (answer->err)
		refused(owner, answer);
	if (is_answered(answer))
		r.known = false;
	go_on();
}

/* Asked again afterwards, so that what counts is what firewalld says. */
static void change(const struct bus_method *method, const char *zone, const char *ifname)
{
	static char name[IF_NAMESIZE];
	int err;

	verbose("firewalld: %s %s %s", method->member, zone, ifname);
	snprintf(name, sizeof(name), "%s", ifname);
	r.waiting = true;
	err = r.ask(method, on_changed, name, "ss", zone, ifname);
	if (err && r.waiting) {
		r.waiting = false;
		give_up(err, "");
	}
}

/* --- what is wanted ----------------------------------------------------------------------------------------------- */

static void note(const char *ifname)
{
	if (tether_bind(r.state, ifname, r.join, strcmp(r.join, r.usual)))
		r.zoning.changed = true;
	else
		trouble("firewalld: no more interfaces can be noted, from %s on", ifname);
}

/* Our rules are to be there first: it is only noted in this round, and done in the next. */
static void enter(const char *ifname)
{
	const struct bound *bound = tether_bound(r.state, ifname);

	if (bound && !strcmp(bound->zone, r.join) && bound->strange == !!strcmp(r.join, r.usual)) {
		change(&add, r.join, ifname);
		return;
	}
	note(ifname);
	next();
}

static void forget(struct bound *bound)
{
	tether_unbind(r.state, bound);
	r.zoning.changed = true;
	r.known = false;
}

static void check_default(void)
{
	if (!r.known) {
		question(&get_default, on_zone, NULL);
		return;
	}
	memcpy(r.usual, r.zone, sizeof(r.usual));
	next_stage(STAGE_TETHER);
}

static void check_tether(void)
{
	const char *ifname = r.tethers[r.at];

	/* It may have been switched off since the round began. */
	if (!tether_find(r.state, ifname)) {
		next();
		return;
	}
	if (!r.known) {
		ask_zone(ifname);
		return;
	}
	if (!r.zone[0])
		memcpy(r.zone, r.usual, sizeof(r.zone));
	r.stage = STAGE_TARGET;
}

static void join_zone(bool forwards)
{
	if (!forwards)
		trouble("firewalld: the zone %s of %s forwards nothing", r.zone, r.tethers[r.at]);
	else if (r.join[0] && strcmp(r.join, r.zone))
		trouble("firewalld: hotspots in the zones %s and %s, and a CLAT can be in one", r.join, r.zone);
	else
		memcpy(r.join, r.zone, sizeof(r.join));
}

static void on_settings(void *owner, const struct bus_answer *answer)
{
	struct json_object *settings = value_of(answer), *forward = NULL;

	(void)owner;
	if (is_answered(answer)) {
		r.stage = STAGE_TETHER;
		json_object_object_get_ex(settings, "forward", &forward);
		if (strcmp(json_text(settings, "target", ""), "ACCEPT"))
			join_zone(json_object_get_boolean(forward));
		next();
	}
	go_on();
}

/* What was noted and is still right stays; of the rest, what somebody else has changed is his. */
static void check_left(void)
{
	struct bound *bound = &r.state->bound[r.at];

	if (r.state->count && !strcmp(bound->zone, r.join))
		next();
	else if (!r.known)
		ask_zone(bound->ifname);
	else if (!strcmp(bound->zone, r.zone))
		change(&take_away, bound->zone, bound->ifname);
	else
		forget(bound);
}

static void check_clat(void)
{
	const char *ifname = r.clats[r.at];
	const struct bound *bound = tether_bound(r.state, ifname);

	if (!r.known) {
		ask_zone(ifname);
	} else if (!r.zone[0]) {
		enter(ifname);
	} else {
		if (strcmp(r.zone, r.join))
			trouble("firewalld: %s is in the zone %s, and the hotspot in %s", ifname, r.zone, r.join);
		else if (bound && bound->strange != !!strcmp(r.join, r.usual))
			note(ifname);
		next();
	}
}

/* --- a round ------------------------------------------------------------------------------------------------------ */

static void step(void)
{
	switch (r.stage) {
	case STAGE_DEFAULT:
		check_default();
		break;
	case STAGE_TETHER:
		if (r.at < r.ntethers)
			check_tether();
		else
			next_stage(STAGE_LEFT);
		break;
	case STAGE_TARGET:
		question(&get_settings, on_settings, r.zone);
		break;
	case STAGE_LEFT:
		if (r.at < r.state->nbound)
			check_left();
		else
			next_stage(STAGE_CLAT);
		break;
	case STAGE_CLAT:
		if (r.join[0] && r.at < r.nclats)
			check_clat();
		else
			next_stage(STAGE_OVER);
		break;
	default:
		break;
	}
}

static void drive(void)
{
	struct zoning zoning;

	r.driving = true;
	while (!r.waiting && r.stage != STAGE_OVER)
		step();
	r.driving = false;
	if (r.waiting || !r.state)
		return;
	zoning = r.zoning;
	r.state = NULL;
	r.done(&zoning);
}

static void begin(struct tether_state *state, const struct world *w, asker *ask, firewalld_done *done)
{
	size_t i;

	memset(&r, 0, sizeof(r));
	r.state = state;
	r.ask = ask;
	r.done = done;
	for (i = 0; i < state->count; i++)
		memcpy(r.tethers[r.ntethers++], state->list[i].ifname, IF_NAMESIZE);
	for (i = 0; i < w->ndevs && r.nclats < CLATS_MAX; i++)
		if (tether_serves(&w->devs[i]))
			memcpy(r.clats[r.nclats++], w->devs[i].ifname, IF_NAMESIZE);
	drive();
}

/**
 * firewalld_begin - begin a round, and go on
 * @state: what is on, which may change meanwhile, and what was noted, which may not; stays the caller's until @done
 * @w: what the kernel has
 * @done: called with what came of it, perhaps before this returns
 */
void firewalld_begin(struct tether_state *state, const struct world *w, firewalld_done *done)
{
	begin(state, w, bus_call, done);
}

static struct zoning *waited;

static void keep(const struct zoning *zoning)
{
	*waited = *zoning;
}

/* The same for a command without a loop: sets @zoning to what came of it. */
void firewalld_wait(struct tether_state *state, const struct world *w, struct zoning *zoning)
{
	waited = zoning;
	begin(state, w, bus_ask, keep);
}
