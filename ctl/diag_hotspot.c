// SPDX-License-Identifier: GPL-2.0
/* Each hotspot: what "tether status" misses, in the order in which a client's packet needs it. Pure functions. */
#include <string.h>

#include "ctl.h"
#include "diag.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What may be missing, and what it is where it is not. */
static const struct {
	const char *what;
	const char *ok;
	bool gate;			/* without it the rest cannot be judged */
} parts[] = {
	{ "device", "the interface is there", true },
	{ "up", "it is up", false },
	{ "address", "it has an IPv4 address", false },
	{ "clat", "there is a CLAT for its clients", true },
	{ "forwarding", "IPv4 is forwarded between it and the CLAT", false },
	{ "nf_tables", "the kernel has nf_tables", true },
	{ "nat", "its rules are there", false },
	{ "dropped", "no chain of others drops what is forwarded", false },
	{ "dhcp", "a DHCP server listens", false },
};

static struct json_object *find_missing(struct json_object *missing, const char *what)
{
	size_t i;

	for (i = 0; i < json_object_array_length(missing); i++)
		if (!strcmp(json_text(json_object_array_get_idx(missing, i), "what", ""), what))
			return json_object_array_get_idx(missing, i);
	return NULL;
}

static bool is_part(const char *what)
{
	size_t i;

	for (i = 0; i < COUNT(parts); i++)
		if (!strcmp(parts[i].what, what))
			return true;
	return false;
}

static void found_missing(struct json_object *item, struct findings *f)
{
	found_broken(f, json_text(item, "what", ""), CTL_INACTIVE, json_text(item, "hint", NULL), "%s",
		     json_text(item, "text", ""));
}

/* All chains that drop: each of them must let pass. */
static void found_all(struct json_object *missing, const char *what, struct findings *f)
{
	size_t i;

	for (i = 0; i < json_object_array_length(missing); i++) {
		struct json_object *item = json_object_array_get_idx(missing, i);

		if (!strcmp(json_text(item, "what", ""), what))
			found_missing(item, f);
	}
}

/* Who is not root sees no rules; and where no uplink works, that there is no CLAT is no news. */
static const char *cannot_test(const struct diag *d, const char *what, bool missing, bool uplinks_broken)
{
	if (!d->root && (!strcmp(what, "dropped") || (missing && !strcmp(what, "nf_tables"))))
		return "only root may see the rules";
	if (missing && uplinks_broken && !strcmp(what, "clat"))
		return "because of what is broken before";
	return NULL;
}

static void check_parts(const struct diag *d, struct json_object *missing, bool uplinks_broken, struct findings *f)
{
	const char *why, *gated = NULL;
	struct json_object *item;
	size_t i;

	for (i = 0; i < COUNT(parts); i++) {
		item = find_missing(missing, parts[i].what);
		why = gated ? gated : cannot_test(d, parts[i].what, item, uplinks_broken);
		if (why)
			found_untested(f, parts[i].what, "%s", why);
		else if (item)
			found_all(missing, parts[i].what, f);
		else
			found_ok(f, parts[i].what, "%s", parts[i].ok);
		if (item && parts[i].gate && !gated)
			gated = "because of what is broken before";
	}
	for (i = 0; i < json_object_array_length(missing); i++) {
		item = json_object_array_get_idx(missing, i);
		if (!is_part(json_text(item, "what", "")))
			found_missing(item, f);
	}
}

static bool flag(struct json_object *tether, const char *key)
{
	struct json_object *value = json_object_object_get(tether, key);

	return value && json_object_get_boolean(value);
}

/* What makes it slow or stalls large transfers, where the rest is there. */
static void check_rules(struct json_object *tether, struct findings *f)
{
	if (findings_broken(f, f->subject) || strcmp(json_text(tether, "state", ""), "active")) {
		found_untested(f, "mss", "because of what is broken before");
		return;
	}
	if (flag(tether, "mss"))
		found_ok(f, "mss", "segments of TCP are fitted to the path");
	else if (!strcmp(json_text(tether, "nat44", ""), "system"))
		found_untested(f, "mss", "left to the rules of others");
	else
		found_broken(f, "mss", CTL_INACTIVE, "clatctl tether on DEV", "segments of TCP are not fitted to the path: large "
			     "transfers may stall");
	found_ok(f, "flowtable", flag(tether, "flowtable") ? "connections take the fast way" :
		 "connections take the slow way: the kernel has no flowtable for it");
}

/**
 * diag_hotspots - test each hotspot that is on
 * @d: the snapshot
 * @f: the list to add to, which has what is of the uplinks
 */
void diag_hotspots(const struct diag *d, struct findings *f)
{
	bool uplinks_broken = findings_broken(f, NULL);
	size_t i;

	findings_about(f, "");
	if (!d->tethers || !json_object_array_length(d->tethers))
		found_untested(f, "hotspot", "none is on; if there should be one: clatctl tether on DEV");
	for (i = 0; d->tethers && i < json_object_array_length(d->tethers); i++) {
		struct json_object *tether = json_object_array_get_idx(d->tethers, i), *missing;

		findings_about(f, json_text(tether, "ifname", ""));
		if (!json_object_object_get_ex(tether, "missing", &missing))
			continue;
		check_parts(d, missing, uplinks_broken, f);
		check_rules(tether, f);
	}
}
