// SPDX-License-Identifier: GPL-2.0
/* What a CLAT needs of the network on an uplink: from the interface to the NAT64 prefix. Pure functions. */
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "diag.h"
#include "show.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What plan_network() looks at, in its order. */
static const struct {
	enum why why;
	const char *what;
	const char *ok;
	const char *hint;
} steps[] = {
	{ WHY_UNFIT, "fit", "can be an uplink", "the uplink is the bridge or bond itself, not a part of it" },
	{ WHY_OFF, "wanted", "CLAT is wanted here", "clatctl up UPLINK, or \"mode\" in clat.conf" },
	{ WHY_NO_IPV6, "ipv6-route", "there is an IPv6 default route",
	  "does the network give IPv6? see: ip -6 route show default; sysctl net.ipv6.conf.all.accept_ra; the APN's PDP type" },
	{ WHY_FOREIGN, "foreign-clat", "no other CLAT is at work",
	  "switch the other one off (of NetworkManager, systemd-networkd, clatd, TAYGA), or leave it to it" },
	{ WHY_NATIVE4, "native-ipv4", "no IPv4 default route of its own",
	  "the network has IPv4, and CLAT is not needed; to run it beside: mode = force in clat.conf, or clatctl up --force" },
	{ WHY_NO_ADDRESS, "ipv6-address", "there is a preferred IPv6 address in a /64",
	  "see: ip -6 address; does the router announce a prefix, and has the uplink taken an address of it?" },
};

/* The reason that the daemon tells, or WHY_ACTIVE where it has none. */
static enum why told_why(const struct diag_uplink *u)
{
	const char *state = u->told ? json_text(u->told, "state", "") : "";
	enum why why;

	for (why = WHY_STALLED; why <= WHY_FAILED; why++)
		if (!strcmp(state, why_name(why)))
			return why;
	return WHY_ACTIVE;
}

static const char *last_error(const struct diag_uplink *u)
{
	return u->told ? json_text(u->told, "last_error", "") : "";
}

/* Whether IPv4 goes through here, as far as daemon and kernel tell. */
bool diag_uplink_works(const struct diag_uplink *u)
{
	return u->dev && u->dev->state == CLAT_STATE_ACTIVE && u->plan.why == WHY_ACTIVE && told_why(u) == WHY_ACTIVE;
}

static bool another_works(const struct diag *d, const struct diag_uplink *u)
{
	size_t i;

	for (i = 0; i < d->nuplinks; i++)
		if (&d->uplinks[i] != u && diag_uplink_works(&d->uplinks[i]))
			return true;
	return false;
}

static bool check_link(const struct diag_uplink *u, struct findings *f)
{
	if (!(u->link->flags & IFF_UP))
		found_broken(f, "link", CTL_INACTIVE, "connect it, or: ip link set UPLINK up", "%s is down", u->link->ifname);
	else if (!(u->link->flags & IFF_RUNNING))
		found_broken(f, "link", CTL_INACTIVE, "is the cable in, is the modem connected?", "%s has no carrier",
			     u->link->ifname);
	else
		found_ok(f, "link", "%s is up", u->link->ifname);
	return (u->link->flags & IFF_UP) && (u->link->flags & IFF_RUNNING);
}

/* Because of the network, of the configuration, or because somebody has said "down". */
static enum why network_why(const struct diag_uplink *u, const char **detail)
{
	enum why why = u->plan.why;

	*detail = u->plan.detail;
	if (why == WHY_ACTIVE && told_why(u) == WHY_OFF) {
		why = WHY_OFF;
		*detail = "by clatctl down";
	}
	return why;
}

/* That one uplink needs no CLAT is nothing broken as long as another has one. */
static void found_step(const struct diag *d, const struct diag_uplink *u, size_t step, const char *detail,
		       struct findings *f)
{
	enum why why = steps[step].why;
	const char *colon = detail[0] ? ": " : "";

	if ((why == WHY_NATIVE4 || why == WHY_OFF) && another_works(d, u))
		found_untested(f, steps[step].what, "%s%s%s", why_words(why), colon, detail);
	else
		found_broken(f, steps[step].what, why_code(why), steps[step].hint, "%s%s%s", why_words(why), colon, detail);
}

static bool check_steps(const struct diag *d, const struct diag_uplink *u, struct findings *f)
{
	const char *detail;
	enum why why = network_why(u, &detail);
	size_t i;

	for (i = 0; i < COUNT(steps); i++) {
		if (steps[i].why == why) {
			found_step(d, u, i, detail, f);
			return false;
		}
		found_ok(f, steps[i].what, "%s", steps[i].ok);
	}
	return true;
}

/* --- the prefix --------------------------------------------------------------------------------------------------- */

static const char dns_hint[] =
	"is the server up, and to be reached by this uplink? see: clatctl discover UPLINK; name another one: dns in clat.conf";
static const char nat64_hint[] =
	"this network has no NAT64, or its DNS does not tell: ask its operator; if the prefix is known: plat in clat.conf";

/* "64:ff9b::/96 (dns)" of an array "plat". */
static void first_prefix(struct json_object *plats, char *buf, size_t size)
{
	struct json_object *plat = plats && json_object_array_length(plats) ? json_object_array_get_idx(plats, 0) : NULL;

	buf[0] = '\0';
	if (plat)
		snprintf(buf, size, "%s/%s (%s)", json_text(plat, "prefix", ""), json_text(plat, "len", ""),
			 json_text(plat, "source", "unknown source"));
}

static void found_prefix(const struct diag_uplink *u, const char *prefix, struct findings *f)
{
	const char *server = json_text(u->told, "server", ""), *trouble = last_error(u);

	if (server[0])
		found_ok(f, "dns", "%s has told the prefix%s%s", server, trouble[0] ? "; since then: " : "", trouble);
	else
		found_untested(f, "dns", "the prefix is not from DNS%s%s", trouble[0] ? "; last trouble: " : "", trouble);
	found_ok(f, "prefix", "%s", prefix);
}

/* Returns whether a prefix is known. */
static bool check_told_prefix(const struct diag_uplink *u, struct findings *f)
{
	const char *trouble = last_error(u);
	char prefix[96];

	switch (told_why(u)) {
	case WHY_NO_DNS:
		found_broken(f, "dns", CTL_BADCONF, "does resolv.conf name a server? name one: dns in clat.conf", "%s",
			     why_words(WHY_NO_DNS));
		return false;
	case WHY_NO_NAT64:
		found_ok(f, "dns", "%s", trouble[0] ? trouble : "answers");
		found_broken(f, "prefix", CTL_NONAT64, nat64_hint, "%s", why_words(WHY_NO_NAT64));
		return false;
	case WHY_SEARCHING:
		if (trouble[0])
			found_broken(f, "dns", CTL_TIMEOUT, dns_hint, "no prefix is known, and %s", trouble);
		else
			found_broken(f, "prefix", CTL_TIMEOUT, "wait some seconds; see: clatctl status", "%s: DNS is being asked",
				     why_words(WHY_SEARCHING));
		return false;
	default:
		first_prefix(json_object_object_get(u->told, "plat"), prefix, sizeof(prefix));
		found_prefix(u, prefix[0] ? prefix : "known", f);
		return true;
	}
}

/* Without a daemon: as the device has it, as configured, or as DNS says now. */
static bool check_own_prefix(const struct diag_uplink *u, struct findings *f)
{
	char text[64];

	if (u->dev && u->dev->nplat) {
		found_untested(f, "dns", "nobody asks without a daemon");
		found_ok(f, "prefix", "%s, as the device has it", show_plat(&u->dev->plat[0], text, sizeof(text)));
		return true;
	}
	if (u->settings.nplat) {
		found_untested(f, "dns", "not needed");
		found_ok(f, "prefix", "%s, as configured", show_plat(&u->settings.plat[0], text, sizeof(text)));
		return true;
	}
	if (u->asked < 0)
		found_untested(f, "dns", "nobody was asked");
	else if (!u->asked)
		found_ok(f, "prefix", "%s", u->answer);
	else if (u->asked == CTL_NONAT64)
		found_broken(f, "prefix", u->asked, nat64_hint, "%s", u->answer);
	else
		found_broken(f, "dns", u->asked, dns_hint, "%s", u->answer);
	return u->asked <= 0;
}

/**
 * diag_network - test what a CLAT needs of the network
 * @d: the snapshot
 * @u: the uplink
 * @f: the list to add to
 *
 * Returns whether all of it is there.
 */
bool diag_network(const struct diag *d, const struct diag_uplink *u, struct findings *f)
{
	if (!check_link(u, f) || !check_steps(d, u, f))
		return false;
	return u->told ? check_told_prefix(u, f) : check_own_prefix(u, f);
}
