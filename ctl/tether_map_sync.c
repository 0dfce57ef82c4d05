// SPDX-License-Identifier: GPL-2.0
/*
 * The hotspot without NAT44 as it is compared with how it should be, and the difference applied: the maps of the CLATs;
 * and then, for whatever they map, routes to nowhere for what is not theirs, and proxy neighbours.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "ctl.h"
#include "genl.h"
#include "tether_map.h"

/* --- what is said of it ------------------------------------------------------------------------------------------- */

/* The last thing that was said of each hotspot. */
static struct {
	char ifname[IF_NAMESIZE];
	char why[WHY_SIZE];
} said[TETHERS_MAX];

static void say_once(size_t at, const char *ifname, const char *clat, const char *why)
{
	if (!strcmp(said[at].ifname, ifname) && !strcmp(said[at].why, why))
		return;
	if (why[0])
		warning("hotspot: %s: NAT44 at %s, although none is wanted: %s", ifname, clat, why);
	else
		verbose("hotspot: %s: no NAT44 at %s", ifname, clat);
	snprintf(said[at].ifname, sizeof(said[at].ifname), "%s", ifname);
	snprintf(said[at].why, sizeof(said[at].why), "%s", why);
}

/**
 * tether_map_why - why clients of a hotspot get NAT44 at a CLAT although none is wanted
 * @state: what is on
 * @tether: the hotspot
 * @w: what the kernel has
 * @clat: set to the first such device
 * @why: set to the reason, "" if there is none
 */
void tether_map_why(const struct tether_state *state, const struct tether *tether, const struct world *w,
		    const char **clat, char why[WHY_SIZE])
{
	size_t i;

	why[0] = '\0';
	*clat = "";
	for (i = 0; i < w->ndevs && tether->settings.nat44 == NAT44_NO; i++) {
		if (!dev_pair(&w->devs[i]))
			continue;
		*clat = w->devs[i].ifname;
		if (tether_is_mapped(tether, w, &w->devs[i]))
			continue;
		if (tether_map_judge(state, tether, w, &w->devs[i], why))
			snprintf(why, WHY_SIZE, "%s does not map its subnet: another one overlaps, or the kernel refused",
				 w->devs[i].ifname);
		return;
	}
}

static void say_all(const struct tether_state *state, const struct world *w)
{
	char why[WHY_SIZE];
	const char *clat;
	size_t i;

	for (i = 0; i < state->count; i++) {
		tether_map_why(state, &state->list[i], w, &clat, why);
		if (clat[0])
			say_once(i, state->list[i].ifname, clat, why);
	}
}

/* --- maps --------------------------------------------------------------------------------------------------------- */

/* A kernel that refuses leaves the clients to NAT44, which is better than nothing. */
static void sync_map(const struct tether_state *state, const struct world *w, struct dev *dev)
{
	struct failure before = failure_get();
	struct dev want = *dev;

	want.map[0] = *dev_pair(dev);
	want.nmap = 1;
	want.has = DEV_HAS(CLAT_A_DEV_MAP);
	tether_map_pairs(state, w, dev, &want);
	if (tether_map_same(dev, &want))
		return;
	if (genl_dev_set(&want)) {
		verbose("hotspot: %s", failure_get().message);
		failure_set(&before);
		return;
	}
	memcpy(dev->map, want.map, sizeof(dev->map));
	dev->nmap = want.nmap;
}

/* A device without an uplink waits for one, and keeps what it has. */
static void sync_maps(const struct tether_state *state, const struct world *w)
{
	size_t i;

	for (i = 0; i < w->ndevs; i++)
		if (w->devs[i].uplink && dev_pair(&w->devs[i]))
			sync_map(state, w, &w->devs[i]);
}

/**
 * tether_map_fill - one shot: what a device maps for the hotspots that are on
 * @before: the device as it is
 * @want: the device as it shall be, to which it is added
 */
void tether_map_fill(const struct dev *before, struct dev *want)
{
	struct tether_state state;
	struct world w = { 0 };

	if (tether_state_load(&state) || !tether_wants_map(&state))
		return;
	if (!tether_world(&w))
		tether_map_pairs(&state, &w, before, want);
	world_free(&w);
}

/* --- routes ------------------------------------------------------------------------------------------------------- */

static bool maps(const struct world *w, const struct unreachable *route)
{
	size_t i, p;

	for (i = 0; i < w->ndevs; i++)
		for (p = 0; p < w->devs[i].nmap && dev_pair(&w->devs[i]); p++)
			if (w->devs[i].map[p].v6_len == route->len && route->len < 128 &&
			    !memcmp(&w->devs[i].map[p].v6, &route->dst, sizeof(route->dst)))
				return true;
	return false;
}

static int add_routes(const struct dev *dev, const struct unreachable *list, size_t count)
{
	int code = CTL_OK;
	size_t i, p;

	for (p = 0; p < dev->nmap && !code; p++) {
		struct unreachable route = { .dst = dev->map[p].v6, .len = dev->map[p].v6_len };

		for (i = 0; i < count && (list[i].len != route.len || memcmp(&list[i].dst, &route.dst, 16)); i++)
			;
		if (i == count && route.len < 128)
			code = unreachable_add(&route);
	}
	return code;
}

static int sync_routes(const struct world *w)
{
	struct unreachable *list;
	size_t i, count;
	int code = unreachable_list(&list, &count);

	for (i = 0; i < w->ndevs && !code; i++)
		if (dev_pair(&w->devs[i]))
			code = add_routes(&w->devs[i], list, count);
	for (i = 0; i < count && !code; i++)
		if (!maps(w, &list[i]))
			code = unreachable_del(&list[i]);
	free(list);
	return code;
}

/* --- neighbours --------------------------------------------------------------------------------------------------- */

static bool defends(const struct defended *defended, const struct proxy *proxy)
{
	return defended->link->ifindex == proxy->ifindex && address_in(&proxy->v6, &defended->first, defended->len);
}

static int add_proxies(const struct defended *defended, const struct proxy *list, size_t count)
{
	unsigned int host, hosts = 1u << (128 - defended->len);
	struct proxy proxy = { .ifindex = defended->link->ifindex, .v6 = defended->first };
	bool there[256] = { false };
	int code = CTL_OK;
	size_t i;

	for (i = 0; i < count; i++)
		if (defends(defended, &list[i]))
			there[list[i].v6.s6_addr[15] - defended->first.s6_addr[15]] = true;
	for (host = 0; host < hosts && !code; host++) {
		proxy.v6.s6_addr[15] = (uint8_t)(defended->first.s6_addr[15] + host);
		if (!there[host])
			code = proxy_add(&proxy, defended->link->ifname);
	}
	return code;
}

static int sync_proxies(const struct defended *defended, size_t ndefended)
{
	struct proxy *list;
	size_t i, d, count;
	int code = proxy_list(&list, &count);

	for (d = 0; d < ndefended && !code; d++)
		code = add_proxies(&defended[d], list, count);
	for (i = 0; i < count && !code; i++) {
		for (d = 0; d < ndefended && !defends(&defended[d], &list[i]); d++)
			;
		if (d == ndefended)
			code = proxy_del(&list[i]);
	}
	free(list);
	return code;
}

static bool maps_any(const struct world *w)
{
	size_t i;

	for (i = 0; i < w->ndevs; i++)
		if (dev_pair(&w->devs[i]) && w->devs[i].nmap > 1)
			return true;
	return false;
}

/**
 * tether_map_sync - make maps, routes and neighbours what hotspots without NAT44 want
 * @state: what is on; told of what is changed, and to be saved by the caller
 * @w: what the kernel has; told of the maps
 *
 * Returns an exit code with the failure recorded.
 */
int tether_map_sync(struct tether_state *state, const struct world *w)
{
	struct defended list[DEFENDED_MAX];
	size_t count = tether_defended(state, w, list);
	int code = CTL_OK;

	if (!state->mapped && !count && !tether_wants_map(state))
		return CTL_OK;
	if (!state->mapped) {
		state->mapped = true;
		code = tether_state_save(state);
	}
	if (code)
		return code;
	sync_maps(state, w);
	say_all(state, w);
	count = tether_defended(state, w, list);
	code = sync_routes(w);
	if (!code)
		code = sync_proxies(list, count);
	if (!code)
		state->mapped = count || maps_any(w) || tether_wants_map(state);
	return code;
}
