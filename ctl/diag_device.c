// SPDX-License-Identifier: GPL-2.0
/* The CLAT itself: its IPv6 address, device, IPv4 address, routes, MTU, and whether answers come. Pure functions. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "ctl.h"
#include "diag.h"
#include "pref64.h"
#include "show.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define MTU_LEAST 1260
#define HEADERS 20
#define RP_STRICT 1

/* In words, for who has no daemon and for who has one. */
static const char again_hint[] = "clatctl up UPLINK sets it up again; the daemon does so by itself: systemctl start clat";

static const char *const names[] = {
	"address", "device", "ipv4-address", "route", "rules", "rp-filter", "mtu", "ingress", "answers",
};

static bool told(const struct diag_uplink *u, enum why why)
{
	return u->told && !strcmp(json_text(u->told, "state", ""), why_name(why));
}

static void rest_untested(struct findings *f, size_t from)
{
	size_t i;

	for (i = from; i < COUNT(names); i++)
		found_untested(f, names[i], "because of what is broken before");
}

/* Where the network is none for CLAT, nothing of this is of use. */
void diag_device_untested(struct findings *f)
{
	rest_untested(f, 0);
}

/* --- IPv6 address and device -------------------------------------------------------------------------------------- */

static bool found_duplicate(const struct diag_uplink *u, const char *text, struct findings *f)
{
	found_broken(f, "address", why_code(WHY_DUPLICATE), "find the other host: ip -6 neigh on the router; or choose an "
		     "address: \"address\" in clat.conf, clatctl up --address", "duplicate address detection failed: another "
		     "host on %s has %s", u->link->ifname, text);
	return false;
}

/* Where the address is a route to the device and none of the uplink's: for what passes the ingress hook by. */
static bool is_routed(const struct diag *d, const struct diag_uplink *u, const struct in6_addr *v6)
{
	size_t i;

	for (i = 0; i < d->world.nroutes6; i++) {
		const struct route *r = &d->world.routes6[i];

		if (r->len == 128 && r->ifindex == (int)u->dev->ifindex && !memcmp(&r->dst, v6, sizeof(*v6)))
			return true;
	}
	return false;
}

static bool check_there(const struct diag *d, const struct diag_uplink *u, const struct in6_addr *v6, struct findings *f)
{
	const struct addr *addr = world_addr6(&d->world, u->link->ifindex, v6);
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, v6, text, sizeof(text));
	if (!addr && is_routed(d, u, v6)) {
		found_ok(f, "address", "%s is routed to %s", text, u->dev->ifname);
		return true;
	}
	if (!addr)
		found_broken(f, "address", CTL_NOADDR, again_hint, "%s is not on %s: what the NAT64 answers reaches nobody",
			     text, u->link->ifname);
	else if (addr->flags & IFA_F_DADFAILED)
		return found_duplicate(u, text, f);
	else if (addr->flags & IFA_F_TENTATIVE)
		found_broken(f, "address", CTL_INACTIVE, "wait for the end of duplicate address detection, a second or two",
			     "%s is tentative yet", text);
	else
		found_ok(f, "address", "%s is on %s", text, u->link->ifname);
	return addr && !(addr->flags & IFA_F_TENTATIVE);
}

/* The one that is in use; where there is no device yet, what the daemon says, or one that is left of an attempt. */
static bool check_address(const struct diag *d, const struct diag_uplink *u, struct findings *f)
{
	const struct pair *pair = u->dev ? dev_pair(u->dev) : NULL;
	char text[INET6_ADDRSTRLEN];
	size_t i;

	if (told(u, WHY_DUPLICATE))
		return found_duplicate(u, "each address that was tried", f);
	for (i = 0; i < d->world.naddrs6; i++) {
		const struct addr *a = &d->world.addrs6[i];

		if (a->ifindex == u->link->ifindex && a->len == 128 && a->flags & IFA_F_DADFAILED) {
			inet_ntop(AF_INET6, &a->v6, text, sizeof(text));
			return found_duplicate(u, text, f);
		}
	}
	if (pair)
		return check_there(d, u, &pair->v6, f);
	if (told(u, WHY_TENTATIVE)) {
		found_broken(f, "address", CTL_INACTIVE, "wait for the end of duplicate address detection, a second or two",
			     "%s", why_words(WHY_TENTATIVE));
		return false;
	}
	found_untested(f, "address", "none is chosen yet");
	return true;
}

static bool no_device(const struct diag_uplink *u, struct findings *f)
{
	const char *error = u->told ? json_text(u->told, "last_error", "") : "";

	found_broken(f, "device", CTL_INACTIVE, u->told ? "see: clatctl status; journalctl -u clat" : again_hint,
		     "%s has no clat device%s%s", u->link->ifname, error[0] ? ": " : "", error);
	return false;
}

/* What the daemon sends to, where it runs, is what the device has. */
static bool has_told_prefix(const struct diag_uplink *u)
{
	struct json_object *plats = u->told ? json_object_object_get(u->told, "plat") : NULL, *first;
	char text[64], wanted[64];

	if (!plats || !json_object_array_length(plats) || !u->dev->nplat)
		return true;
	first = json_object_array_get_idx(plats, 0);
	snprintf(wanted, sizeof(wanted), "%.45s/%.3s", json_text(first, "prefix", ""), json_text(first, "len", ""));
	return !strcmp(show_plat(&u->dev->plat[0], text, sizeof(text)), wanted);
}

static bool check_device(const struct diag_uplink *u, struct findings *f)
{
	const struct dev *dev = u->dev;

	if (!dev)
		return no_device(u, f);
	if (dev->state == CLAT_STATE_DOWN)
		found_broken(f, "device", CTL_INACTIVE, again_hint, "%s is down", dev->ifname);
	else if (dev->state != CLAT_STATE_ACTIVE)
		found_broken(f, "device", CTL_INACTIVE, again_hint, "%s: %s", dev->ifname, state_words(dev->state));
	else if (!has_told_prefix(u))
		found_broken(f, "device", CTL_INACTIVE, "somebody has set another one: see clatctl show, clatctl reload",
			     "%s sends to another prefix than the network's", dev->ifname);
	else if (told(u, WHY_FAILED) || told(u, WHY_REMOVED))
		found_broken(f, "device", CTL_REFUSED, "see: clatctl status; journalctl -u clat", "%s: %s: %s", dev->ifname,
			     why_words(told(u, WHY_FAILED) ? WHY_FAILED : WHY_REMOVED), json_text(u->told, "last_error", ""));
	else
		found_ok(f, "device", "%s is up and has prefix, address pair and uplink", dev->ifname);
	return !findings_broken(f, u->link->ifname);
}

/* --- IPv4 --------------------------------------------------------------------------------------------------------- */

static void check_v4(const struct diag *d, const struct dev *dev, struct in_addr v4, struct findings *f)
{
	char text[INET_ADDRSTRLEN];
	size_t i;

	inet_ntop(AF_INET, &v4, text, sizeof(text));
	for (i = 0; i < d->world.naddrs4; i++) {
		if (d->world.addrs4[i].ifindex == (int)dev->ifindex && d->world.addrs4[i].v4.s_addr == v4.s_addr) {
			found_ok(f, "ipv4-address", "%s is on %s", text, dev->ifname);
			return;
		}
	}
	found_broken(f, "ipv4-address", CTL_INACTIVE, again_hint, "%s, which is translated, is not on %s", text, dev->ifname);
}

static const struct route *find_default(const struct world *w, int ifindex, uint32_t table)
{
	size_t i;

	for (i = 0; i < w->nroutes4; i++)
		if (!w->routes4[i].len && w->routes4[i].ifindex == ifindex && w->routes4[i].table == table)
			return &w->routes4[i];
	return NULL;
}

/* A default route that is taken before the CLAT's: a VPN's, say. */
static const struct link *goes_before(const struct world *w, const struct route *own)
{
	size_t i;

	for (i = 0; i < w->nroutes4; i++) {
		const struct route *r = &w->routes4[i];

		if (!r->len && r->table == RT_TABLE_MAIN && r->ifindex != own->ifindex && r->metric < own->metric)
			return world_link(w, r->ifindex);
	}
	return NULL;
}

static void check_route(const struct diag *d, const struct dev *dev, struct findings *f)
{
	const struct route *own = find_default(&d->world, (int)dev->ifindex, RT_TABLE_MAIN);
	const struct link *before = own ? goes_before(&d->world, own) : NULL;

	if (!own)
		found_broken(f, "route", CTL_INACTIVE, again_hint, "no IPv4 default route leads to %s", dev->ifname);
	else if (before)
		found_ok(f, "route", "IPv4 default route by %s; the one by %s is taken before it", dev->ifname, before->ifname);
	else
		found_ok(f, "route", "IPv4 default route by %s, metric %" PRIu32, dev->ifname, own->metric);
}

static void check_rules(const struct diag *d, const struct dev *dev, struct in_addr v4, bool daemon, struct findings *f)
{
	bool route = find_default(&d->world, (int)dev->ifindex, rule_table(v4));

	if (rules_have(v4, d->world.rules, d->world.nrules) == ADDRESS_RULES && route)
		found_ok(f, "rules", "what leaves from its address takes %s", dev->ifname);
	else if (!daemon && !route && !rules_have(v4, d->world.rules, d->world.nrules))
		found_untested(f, "rules", "none, as \"clatctl up\" leaves it; the daemon adds them");
	else
		found_broken(f, "rules", CTL_INACTIVE, "the daemon sets them: systemctl start clat, or clatctl reload",
			     "the rules of priority 4640 and 4641 for %s, or the route in their table, are not there",
			     dev->ifname);
}

static bool several_paths(const struct diag *d, const struct diag_uplink *u)
{
	size_t i, count = 0;

	for (i = 0; i < d->world.ndevs; i++)
		count += dev_pair(&d->world.devs[i]) != NULL;
	return count > 1 || (u->settings.mode == MODE_FORCE &&
			     world_default_route(d->world.routes4, d->world.nroutes4, u->link->ifindex));
}

/* The kernel takes the stricter of the interface's value and of the one for all. */
static void check_rp_filter(const struct diag *d, const struct diag_uplink *u, const struct link *link,
			    struct findings *f)
{
	int value = link->rp_filter > d->rp_filter_all ? link->rp_filter : d->rp_filter_all;

	if (value == RP_STRICT && several_paths(d, u))
		found_broken(f, "rp-filter", CTL_INACTIVE, "sysctl net.ipv4.conf.all.rp_filter=2, or 0; the daemon sets that of "
			     "its devices", "rp_filter of %s is strict, and several paths lead to the same host: answers are "
			     "dropped", link->ifname);
	else
		found_ok(f, "rp-filter", "%d", value);
}

static void check_mtu(const struct diag_uplink *u, const struct link *link, struct findings *f)
{
	uint32_t most = u->link->mtu6 > MTU_LEAST + HEADERS ? u->link->mtu6 - HEADERS : MTU_LEAST;

	if (!u->link->mtu6)
		found_untested(f, "mtu", "%s tells no IPv6 MTU", u->link->ifname);
	else if (link->mtu > most)
		found_broken(f, "mtu", CTL_INACTIVE, "clatctl up UPLINK fits it; the daemon does so by itself",
			     "%s takes packets of %" PRIu32 " octets, and %s takes %" PRIu32 " once the header has grown: "
			     "large ones are lost", link->ifname, link->mtu, u->link->ifname, most);
	else
		found_ok(f, "mtu", "%" PRIu32 ", and %s takes %" PRIu32, link->mtu, u->link->ifname, most);
}

/* --- the way back ------------------------------------------------------------------------------------------------- */

static void check_ingress(const struct diag *d, const struct diag_uplink *u, const struct in6_addr *v6,
			  struct findings *f)
{
	if (is_routed(d, u, v6))
		found_ok(f, "ingress", "what comes is routed to %s", u->dev->ifname);
	else if (u->redirect[0])
		found_broken(f, "ingress", CTL_INACTIVE, "before it, let pass what the NAT64 sends: tc filter add dev UPLINK parent "
			     "ffff: protocol ipv6 prio 1 u32 match ip6 src PREFIX action pass; or shape on the clat device",
			     "tc redirects what comes in by %s to %s, before the module sees it", u->link->ifname, u->redirect);
	else
		found_ok(f, "ingress", "taken by the %s way", path_name(u->dev->path));
}

static void list_drops(const struct stats *stats, char *buf, size_t size)
{
	size_t i, len = 0;
	char name[16];

	buf[0] = '\0';
	for (i = 0; i < DROPS_MAX && len < size; i++)
		if (stats->drop[i])
			len += (size_t)snprintf(buf + len, size - len, "%s%s %" PRIu64 " (%s)", len ? ", " : "",
						show_drop((unsigned int)i, name, sizeof(name)), stats->drop[i],
						drop_words((unsigned int)i));
}

/* Silence is a cause where nothing before is one. Counters go back to the device's making: they tell, and judge nothing. */
static void check_answers(const struct diag_uplink *u, struct findings *f)
{
	bool silent = u->dev->silent || told(u, WHY_STALLED);
	char drops[384] = "";

	if (u->has_stats)
		list_drops(&u->stats, drops, sizeof(drops));
	if (silent && findings_broken(f, u->link->ifname))
		found_untested(f, "answers", "none come, because of what is broken before");
	else if (silent)
		found_broken(f, "answers", CTL_TIMEOUT, "does IPv6 work? try: ping -6; is the prefix the network's? see: clatctl "
			     "discover UPLINK; else the NAT64 is its operator's to mend", "packets go out, and the NAT64 answers "
			     "none%s%s", drops[0] ? "; dropped: " : "", drops);
	else if (u->has_stats)
		found_ok(f, "answers", "%" PRIu64 " packets sent, %" PRIu64 " received%s%s", u->stats.packets46,
			 u->stats.packets64, drops[0] ? "; dropped: " : "", drops);
	else
		found_untested(f, "answers", "no counters");
}

/**
 * diag_device - test the CLAT on an uplink whose network is one for it
 * @d: the snapshot
 * @u: the uplink
 * @f: the list to add to
 */
void diag_device(const struct diag *d, const struct diag_uplink *u, struct findings *f)
{
	const struct pair *pair = u->dev ? dev_pair(u->dev) : NULL;
	const struct link *link = u->dev ? world_link(&d->world, (int)u->dev->ifindex) : NULL;

	if (!check_address(d, u, f)) {
		rest_untested(f, 1);
		return;
	}
	if (!check_device(u, f) || !pair || !link) {
		rest_untested(f, 2);
		return;
	}
	check_v4(d, u->dev, pair->v4, f);
	check_route(d, u->dev, f);
	check_rules(d, u->dev, pair->v4, u->told, f);
	check_rp_filter(d, u, link, f);
	check_mtu(u, link, f);
	check_ingress(d, u, &pair->v6, f);
	check_answers(u, f);
}
