// SPDX-License-Identifier: GPL-2.0
/* Where CLAT runs: a decision over what the kernel has and what is configured. Pure functions. */
#include <arpa/inet.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "ctl.h"
#include "plan.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name;
	const char *words;
	int code;			/* exit code of an "up" that this ends, or -1 to wait on */
} whys[] = {
	[WHY_ACTIVE] = { "active", "translating both ways", CTL_OK },
	[WHY_STALLED] = { "stalled", "packets go out, and none comes back", CTL_OK },
	[WHY_OFF] = { "off", "switched off", CTL_INACTIVE },
	[WHY_UNFIT] = { "unfit", "cannot be an uplink", CTL_REFUSED },
	[WHY_NO_IPV6] = { "no-ipv6", "the uplink has no IPv6 default route", CTL_NOADDR },
	[WHY_FOREIGN] = { "foreign-clat", "another CLAT is at work", CTL_REFUSED },
	[WHY_NATIVE4] = { "native-ipv4", "the uplink has an IPv4 default route of its own", CTL_NATIVE4 },
	[WHY_NO_ADDRESS] = { "no-address", "the uplink has no preferred IPv6 address in a /64", CTL_NOADDR },
	[WHY_NO_DNS] = { "no-dns", "no DNS server is known to ask for the NAT64 prefix", -1 },
	[WHY_SEARCHING] = { "searching", "no NAT64 prefix is known yet", -1 },
	[WHY_NO_NAT64] = { "no-nat64", "DNS says that this network has no NAT64", CTL_NONAT64 },
	[WHY_TENTATIVE] = { "tentative", "the IPv6 address waits for duplicate address detection", -1 },
	[WHY_DUPLICATE] = { "duplicate", "IPv6 addresses were tried, and other hosts have them", CTL_NOADDR },
	[WHY_REMOVED] = { "removed", "somebody takes away what was set up; it comes back after a pause", -1 },
	[WHY_FAILED] = { "failed", "the kernel refused", CTL_REFUSED },
};

const char *why_name(enum why why)
{
	return whys[why].name;
}

const char *why_words(enum why why)
{
	return whys[why].words;
}

int why_code(enum why why)
{
	return whys[why].code;
}

static bool in_words(const char *const *words, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

/* A bridge port or a slave of a bond is no interface of its own. */
static bool enslaved(const struct world *w, const struct link *link)
{
	static const char *const masters[] = { "bridge", "bond", "team", "openvswitch" };
	const struct link *master = link->master ? world_link(w, link->master) : NULL;

	return master && in_words(masters, COUNT(masters), master->kind);
}

/* Whether the module takes it as an uplink. */
bool plan_fit(const struct world *w, const struct link *link)
{
	return !(link->flags & IFF_LOOPBACK) && strcmp(link->kind, "clat") && !enslaved(w, link);
}

/* Whether IPv6 over it is a network's own: tunnels carry somebody else's, bridges are for hotspots and guests. */
bool plan_leads_outside(const struct link *link)
{
	static const char *const kinds[] = {
		"bridge", "tun", "wireguard", "ipip", "sit", "gre", "gretap", "ip6tnl", "ip6gre", "ip6gretap", "erspan",
		"ip6erspan", "vti", "vti6", "xfrm", "vxlan", "geneve", "l2tp", "ovpn", "nlmon", "ifb", "vcan",
	};

	return !in_words(kinds, COUNT(kinds), link->kind) && link->type != ARPHRD_TUNNEL &&
	       link->type != ARPHRD_TUNNEL6 && link->type != ARPHRD_SIT && link->type != ARPHRD_IPGRE;
}

/* Whether an interface is an uplink to look after: named, or found to be one. A CLAT that is there is looked after. */
bool plan_candidate(const struct world *w, const struct conf *conf, const struct link *link)
{
	const struct dev *dev = world_dev_of(w, link->ifindex);

	if (!plan_fit(w, link) || conf_excludes(conf, link->ifname))
		return false;
	if (conf->nuplinks)
		return conf_names(conf, link->ifname);
	return plan_leads_outside(link) &&
	       ((dev && dev_pair(dev)) || world_default_route(w->routes6, w->nroutes6, link->ifindex));
}

/* The /64s an address for the CLAT can be chosen from. Sets @others to whether the uplink has global addresses. */
static void find_prefixes(const struct world *w, int ifindex, struct plan *plan, bool *others, bool *preferred)
{
	size_t i, j;

	for (i = 0; i < w->naddrs6; i++) {
		const struct addr *a = &w->addrs6[i];
		bool deprecated = a->flags & IFA_F_DEPRECATED;

		if (a->ifindex != ifindex || a->scope != RT_SCOPE_UNIVERSE ||
		    a->flags & (IFA_F_DADFAILED | IFA_F_TENTATIVE) || (a->len == 128 && !a->preferred))
			continue;
		*others = true;
		*preferred |= !deprecated;
		if (a->len != 64 || a->flags & IFA_F_TEMPORARY)
			continue;
		for (j = 0; j < plan->nprefixes && memcmp(&plan->prefixes[j].addr, &a->v6, 8); j++)
			;
		if (j < plan->nprefixes)
			plan->prefixes[j].deprecated &= deprecated;
		else if (j < PLAN_PREFIXES_MAX)
			plan->prefixes[plan->nprefixes++] = (struct prefix64){ .addr = a->v6, .deprecated = deprecated };
	}
}

/* Where no address is in a /64, one that router advertisements say is on the link. */
static void find_onlink(const struct world *w, int ifindex, struct plan *plan)
{
	size_t i;

	for (i = 0; i < w->nroutes6 && !plan->nprefixes; i++) {
		const struct route *r = &w->routes6[i];

		if (r->ifindex == ifindex && r->len == 64 && !r->gateway && !IN6_IS_ADDR_LINKLOCAL(&r->dst) &&
		    !IN6_IS_ADDR_MULTICAST(&r->dst))
			plan->prefixes[plan->nprefixes++] = (struct prefix64){ .addr = r->dst };
	}
}

/* The addresses of the uplink itself that can be shared: preferred, and not about to be replaced by others. */
static void find_shared(const struct world *w, int ifindex, struct plan *plan)
{
	size_t i;

	for (i = 0; i < w->naddrs6 && plan->nprefixes < PLAN_PREFIXES_MAX; i++) {
		const struct addr *a = &w->addrs6[i];

		if (a->ifindex == ifindex && address_can_be_shared(a))
			plan->prefixes[plan->nprefixes++] = (struct prefix64){ .addr = a->v6 };
	}
}

/* Without a /64 there may be an address all the same, as DHCPv6 gives them. */
static void say_single(const struct world *w, int ifindex, struct plan *plan)
{
	char text[INET6_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < w->naddrs6 && !plan->nprefixes; i++) {
		const struct addr *a = &w->addrs6[i];

		if (a->ifindex != ifindex || !address_can_be_shared(a))
			continue;
		inet_ntop(AF_INET6, &a->v6, text, sizeof(text));
		snprintf(plan->detail, sizeof(plan->detail), "it has %s, which can be used by address = shared", text);
		return;
	}
}

/*
 * Without a preferred address besides, programs would pick the CLAT's as their source; so it goes when the last one
 * goes. An uplink that never has one, only a /64 on the link, cannot be served otherwise.
 */
static bool find_addresses(const struct world *w, const struct link *link, struct plan *plan)
{
	bool others = false, preferred = false;

	if (plan->shared) {
		find_shared(w, link->ifindex, plan);
		return plan->nprefixes;
	}
	find_prefixes(w, link->ifindex, plan, &others, &preferred);
	if (!plan->nprefixes)
		find_onlink(w, link->ifindex, plan);
	return plan->nprefixes && (preferred || !others);
}

static bool has_clat_v4(const struct world *w, const struct link *link)
{
	size_t i;

	for (i = 0; i < w->naddrs4; i++)
		if (w->addrs4[i].ifindex == link->ifindex && is_clat_v4(w->addrs4[i].v4))
			return true;
	return false;
}

/*
 * A device that translates for somebody else: it has an address of 192.0.0.0/29, or is a tunnel that is called as
 * CLATs call theirs (clatd, ConnMan: clat; Android: v4-IF; TAYGA: nat64) and IPv4 leaves by it.
 */
static bool is_translator(const struct world *w, const struct link *link)
{
	static const char *const kinds[] = { "tun", "nat46", "nat64" };

	if (!(link->flags & IFF_UP) || !strcmp(link->kind, "clat"))
		return false;
	if (has_clat_v4(w, link))
		return true;
	return in_words(kinds, COUNT(kinds), link->kind) &&
	       (!strncmp(link->ifname, "clat", 4) || !strncmp(link->ifname, "v4-", 3) ||
		!strncmp(link->ifname, "nat", 3)) &&
	       world_default_route(w->routes4, w->nroutes4, link->ifindex);
}

static bool shares_prefix(const struct plan *plan, const struct in6_addr *addr)
{
	size_t i;

	for (i = 0; i < plan->nprefixes; i++)
		if (!memcmp(&plan->prefixes[i].addr, addr, 8))
			return true;
	return false;
}

/* Whether a translator's own IPv6 address, which is routed to it, says that it works on another uplink. */
static bool works_elsewhere(const struct world *w, const struct link *translator, const struct plan *plan)
{
	bool routed = false;
	size_t i;

	for (i = 0; i < w->nroutes6; i++) {
		const struct route *r = &w->routes6[i];

		if (r->ifindex != translator->ifindex || r->len <= 64 || IN6_IS_ADDR_LINKLOCAL(&r->dst) ||
		    IN6_IS_ADDR_MULTICAST(&r->dst))
			continue;
		if (shares_prefix(plan, &r->dst))
			return false;
		routed = true;
	}
	return routed;
}

/* Another CLAT at work on the uplink, or one of which nothing says where it works. */
static bool find_foreign(const struct world *w, const struct link *link, struct plan *plan)
{
	size_t i;

	for (i = 0; i < w->ndevs; i++) {
		const struct dev *dev = &w->devs[i];

		if (dev->uplink != (uint32_t)link->ifindex || !dev->nmap || dev_pair(dev))
			continue;
		snprintf(plan->detail, sizeof(plan->detail), "%s, which was set up by %s", dev->ifname,
			 dev->tayga ? "clat-tayga, for ConnMan say" : "hand");
		return true;
	}
	for (i = 0; i < w->nlinks; i++) {
		const struct link *other = &w->links[i];

		if (!is_translator(w, other) || (other != link && works_elsewhere(w, other, plan)))
			continue;
		if (other == link)
			snprintf(plan->detail, sizeof(plan->detail), "an address of 192.0.0.0/29 on %s", link->ifname);
		else
			snprintf(plan->detail, sizeof(plan->detail), "%s%s%s%s", other->ifname, other->kind[0] ? " (" : "",
				 other->kind, other->kind[0] ? ")" : "");
		return true;
	}
	return false;
}

/**
 * plan_network - whether the network on an uplink is one for CLAT
 * @w: what the kernel has
 * @link: the uplink
 * @settings: what is configured for it
 * @plan: filled in; WHY_ACTIVE if it is
 */
void plan_network(const struct world *w, const struct link *link, const struct settings *settings, struct plan *plan)
{
	bool addresses;

	memset(plan, 0, sizeof(*plan));
	plan->shared = settings->shared;
	addresses = find_addresses(w, link, plan);
	if (!plan_fit(w, link))
		plan->why = WHY_UNFIT;
	else if (settings->mode == MODE_OFF)
		plan->why = WHY_OFF;
	else if (!(link->flags & IFF_UP) || !world_default_route(w->routes6, w->nroutes6, link->ifindex))
		plan->why = WHY_NO_IPV6;
	else if (find_foreign(w, link, plan))
		plan->why = WHY_FOREIGN;
	else if (settings->mode != MODE_FORCE && world_default_route(w->routes4, w->nroutes4, link->ifindex))
		plan->why = WHY_NATIVE4;
	else if (!addresses)
		plan->why = WHY_NO_ADDRESS;
	if (plan->why == WHY_NO_ADDRESS && !plan->shared)
		say_single(w, link->ifindex, plan);
}

/* What discovery knows, where the network is one for CLAT. */
void plan_prefix(const struct discoverer *disc, struct plan *plan)
{
	if (plan->why != WHY_ACTIVE || disc->nprefix)
		return;
	if (disc->denied || disc->denier)
		plan->why = WHY_NO_NAT64;
	else
		plan->why = disc->nresolvers ? WHY_SEARCHING : WHY_NO_DNS;
}
