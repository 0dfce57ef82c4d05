// SPDX-License-Identifier: GPL-2.0
/*
 * The switches of the hotspot: IPv4 forwarding of its interfaces and of the clat devices, GRO for UDP that is forwarded,
 * IPv6 forwarding where it was asked for, and answers for the IPv6 addresses that CLATs map. Each value that changes is
 * written down first; the last one changed is the first one restored.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "offload.h"
#include "sysctl.h"
#include "tether.h"
#include "tether_map.h"

#define LOOPBACK 1

static void forget(struct tether_state *state, struct saved *saved)
{
	memmove(saved, saved + 1, (size_t)(&state->saved[--state->nsaved] - saved) * sizeof(*saved));
}

/* An interface that has just gone needs no value any more. */
static int set(enum knob knob, int ifindex, const char *ifname, int value)
{
	int code;

	switch (knob) {
	case KNOB_ACCEPT_RA:
		return sysctl6_set(ifname, "accept_ra", value);
	case KNOB_FORWARDING6:
		return sysctl6_set(ifname, "forwarding", value);
	case KNOB_PROXY_NDP:
		return sysctl6_set(ifname, "proxy_ndp", value);
	case KNOB_PROXY_DELAY:
		return sysctl6_set(ifname, "proxy_delay", value);
	case KNOB_GRO:
		if (value)
			offload_forward_udp(ifindex, ifname);
		else
			offload_restore(ifindex);
		return CTL_OK;
	default:
		code = link_set_forwarding(ifindex, ifname, value);
		return code == CTL_NODEV ? CTL_OK : code;
	}
}

/* Makes @is, the present value, to @wanted, and @was what is restored later. */
static int change(struct tether_state *state, enum knob knob, int ifindex, const char *ifname, int is, int was, int wanted)
{
	struct saved *saved;
	int code = CTL_OK;

	if (!tether_saved(state, knob, ifindex, ifname)) {
		if (state->nsaved == SAVED_MAX)
			return fail(CTL_REFUSED, NULL, "too many interfaces to change, from %s on", ifname);
		saved = &state->saved[state->nsaved++];
		*saved = (struct saved){ .knob = knob, .ifindex = ifindex, .value = was };
		snprintf(saved->ifname, sizeof(saved->ifname), "%s", ifname);
		code = tether_state_save(state);
	}
	if (code || is == wanted)
		return code;
	code = set(knob, ifindex, ifname, wanted);
	/* Another interface may have got the name meanwhile, and the value with it, which nobody would restore. */
	if (ifindex && if_nametoindex(ifname) != (unsigned int)ifindex)
		set(knob, ifindex, ifname, is);
	return code;
}

/* --- IPv4 --------------------------------------------------------------------------------------------------------- */

/* A manager that switches forwarding on for everything does so for the loopback, which nobody else cares about. */
bool tether_forwards_all(const struct world *w)
{
	const struct link *lo = world_link(w, LOOPBACK);

	return lo && lo->forwarding > 0;
}

static bool is_tethered(const struct tether_state *state, const struct world *w, int ifindex)
{
	size_t i;

	for (i = 0; i < state->count; i++) {
		const struct link *link = tether_link(w, &state->list[i]);

		if (link && link->ifindex == ifindex)
			return true;
	}
	return false;
}

static bool is_clat(const struct world *w, int ifindex)
{
	size_t i;

	for (i = 0; i < w->ndevs; i++)
		if (w->devs[i].ifindex == (uint32_t)ifindex && dev_pair(&w->devs[i]))
			return true;
	return false;
}

static bool wants_ipv4(const struct tether_state *state, const struct world *w, int ifindex)
{
	return is_tethered(state, w, ifindex) || (state->count && is_clat(w, ifindex));
}

static int forward_ipv4(struct tether_state *state, const struct world *w)
{
	int code = CTL_OK;
	size_t i;

	for (i = 0; i < w->nlinks && !code; i++) {
		const struct link *link = &w->links[i];

		/* What forwards already does so because of us, or of somebody who wants it to stay. */
		if (!link->forwarding && wants_ipv4(state, w, link->ifindex))
			code = change(state, KNOB_FORWARDING4, link->ifindex, link->ifname, 0, 0, 1);
	}
	return code;
}

/* A device that cannot do it is asked once. */
static int merge_udp(struct tether_state *state, const struct world *w)
{
	int code = CTL_OK;
	size_t i;

	for (i = 0; i < state->count && !code; i++) {
		const struct link *link = tether_link(w, &state->list[i]);

		if (link && !tether_saved(state, KNOB_GRO, link->ifindex, ""))
			code = change(state, KNOB_GRO, link->ifindex, link->ifname, 0, 0, 1);
	}
	return code;
}

/* --- IPv6 --------------------------------------------------------------------------------------------------------- */

static bool wants_ipv6(const struct tether_state *state)
{
	size_t i;

	for (i = 0; i < state->count; i++)
		if (state->list[i].settings.ipv6)
			return true;
	return false;
}

/*
 * With forwarding, an interface whose accept_ra is 1 takes no router advertisements, and the kernel purges its default
 * routes; 2 keeps both. 0 stays: a manager handles them. An interface that came later has got 2 from "default".
 */
static int accept_ra(struct tether_state *state, int ifindex, const char *ifname)
{
	bool inherits = ifindex && tether_saved(state, KNOB_ACCEPT_RA, 0, "default");
	int is;

	if (sysctl6_get(ifname, "accept_ra", &is) || is == 0)
		return CTL_OK;
	if (is == 2 && inherits)
		return change(state, KNOB_ACCEPT_RA, ifindex, ifname, is, 1, 2);
	return is == 1 ? change(state, KNOB_ACCEPT_RA, ifindex, ifname, is, is, 2) : CTL_OK;
}

/* What each interface had is written down even if it stays: switching all of them off again changes it. */
static int forward6(struct tether_state *state, int ifindex, const char *ifname)
{
	bool later = tether_saved(state, KNOB_FORWARDING6, 0, "all");
	int is;

	if (sysctl6_get(ifname, "forwarding", &is) || (is && later))
		return CTL_OK;
	return change(state, KNOB_FORWARDING6, ifindex, ifname, is, later ? 0 : is, 1);
}

/* The switch for all is the one that counts, and it changes every interface. Where it was on before, nothing is ours. */
static int forward_ipv6(struct tether_state *state, const struct world *w)
{
	int code = CTL_OK, all;
	size_t i;

	if (sysctl6_get("all", "forwarding", &all))
		return fail(CTL_REFUSED, "leave out --ipv6, or ipv6 = yes", "cannot forward IPv6: this kernel has none");
	if (all && !tether_saved(state, KNOB_FORWARDING6, 0, "all"))
		return CTL_OK;
	for (i = 0; i < w->nlinks && !code; i++)
		code = accept_ra(state, w->links[i].ifindex, w->links[i].ifname);
	if (!code)
		code = accept_ra(state, 0, "default");
	for (i = 0; i < w->nlinks && !code; i++)
		code = forward6(state, w->links[i].ifindex, w->links[i].ifname);
	if (!code)
		code = forward6(state, 0, "default");
	if (!code)
		code = forward6(state, 0, "all");
	return code;
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

/* What is answered for on an interface, or NULL. */
static const struct defended *find_defended(const struct defended *list, size_t count, int ifindex)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i].link->ifindex == ifindex)
			return &list[i];
	return NULL;
}

static int answer_knob(struct tether_state *state, const struct link *link, enum knob knob, const char *key, int wanted)
{
	int is;

	if (sysctl6_get(link->ifname, key, &is) || (is == wanted && !tether_saved(state, knob, link->ifindex, "")))
		return CTL_OK;
	return change(state, knob, link->ifindex, link->ifname, is, is, wanted);
}

/*
 * The kernel answers for others at once, and only where it is a router by the interface's own switch. That one alone
 * forwards nothing; but it also ends default routes by interfaces whose accept_ra is 1.
 */
static int answer_on(struct tether_state *state, const struct world *w, const struct link *link)
{
	bool uplink = world_dev_of(w, link->ifindex);
	int code = CTL_OK;
	size_t i;

	for (i = 0; i < w->nlinks && uplink && !code; i++)
		code = accept_ra(state, w->links[i].ifindex, w->links[i].ifname);
	if (uplink && !code)
		code = answer_knob(state, link, KNOB_FORWARDING6, "forwarding", 1);
	if (!code)
		code = answer_knob(state, link, KNOB_PROXY_DELAY, "proxy_delay", 0);
	if (!code)
		code = answer_knob(state, link, KNOB_PROXY_NDP, "proxy_ndp", 1);
	return code;
}

static int answer(struct tether_state *state, const struct world *w, const struct defended *list, size_t count)
{
	int code = CTL_OK;
	size_t i;

	for (i = 0; i < count && !code; i++)
		if (find_defended(list, count, list[i].link->ifindex) == &list[i])
			code = answer_on(state, w, list[i].link);
	return code;
}

static bool answers_on_uplink(const struct world *w, const struct defended *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (world_dev_of(w, list[i].link->ifindex))
			return true;
	return false;
}

/* --- back --------------------------------------------------------------------------------------------------------- */

static bool still_wanted(const struct tether_state *state, const struct world *w, const struct saved *saved)
{
	struct defended list[DEFENDED_MAX];
	size_t count = tether_defended(state, w, list);

	switch (saved->knob) {
	case KNOB_FORWARDING4:
		return wants_ipv4(state, w, saved->ifindex);
	case KNOB_GRO:
		return is_tethered(state, w, saved->ifindex);
	case KNOB_PROXY_NDP:
	case KNOB_PROXY_DELAY:
		return find_defended(list, count, saved->ifindex);
	case KNOB_FORWARDING6:
		return wants_ipv6(state) ||
		       (find_defended(list, count, saved->ifindex) && world_dev_of(w, saved->ifindex));
	default:
		return wants_ipv6(state) || answers_on_uplink(w, list, count);
	}
}

static int restore_one(const struct world *w, const struct saved *saved)
{
	const struct link *link = saved->ifindex ? world_link(w, saved->ifindex) : NULL;

	/* It went, and its sysctls with it; what offload.c has written down is still there. */
	if (saved->ifindex && !link && saved->knob != KNOB_GRO)
		return CTL_OK;
	if (saved->knob == KNOB_FORWARDING4 && tether_forwards_all(w))
		return CTL_OK;
	return set(saved->knob, saved->ifindex, link ? link->ifname : saved->ifname, saved->value);
}

/* Back to front; one that fails stays written down, and does not keep the others. */
static int restore(struct tether_state *state, const struct world *w)
{
	struct failure cause = { 0 };
	size_t i;

	for (i = state->nsaved; i-- > 0; ) {
		struct saved *saved = &state->saved[i];

		if (still_wanted(state, w, saved) && (!saved->ifindex || world_link(w, saved->ifindex)))
			continue;
		if (restore_one(w, saved))
			cause = failure_get();
		else
			forget(state, saved);
	}
	if (cause.code)
		failure_set(&cause);
	return cause.code;
}

/**
 * tether_forward - set the sysctls as the hotspot wants them, and restore those that it does not want any more
 * @state: what is on; told of what is changed, and to be saved by the caller
 * @w: what the kernel has
 *
 * Returns an exit code with the failure recorded.
 */
int tether_forward(struct tether_state *state, const struct world *w)
{
	struct defended list[DEFENDED_MAX];
	size_t count = tether_defended(state, w, list);
	int code = restore(state, w);

	if (!code)
		code = forward_ipv4(state, w);
	if (!code)
		code = merge_udp(state, w);
	if (!code && wants_ipv6(state))
		code = forward_ipv6(state, w);
	return code ? code : answer(state, w, list, count);
}
