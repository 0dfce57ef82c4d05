// SPDX-License-Identifier: GPL-2.0
/*
 * The hotspot without NAT44: which subnets of clients a CLAT maps to a part of its uplink's /64, and why it cannot. What
 * is mapped is read from the device itself.
 */
#include <arpa/inet.h>
#include <fnmatch.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "address.h"
#include "ctl.h"
#include "tether_map.h"
#include "tether_masquerade.h"

/* --- subnets ------------------------------------------------------------------------------------------------------ */

static struct in_addr net_of(struct in_addr v4, uint8_t len)
{
	return (struct in_addr){ htonl(ntohl(v4.s_addr) & (uint32_t)(UINT64_C(0xffffffff) << (32 - len))) };
}

static bool overlap(const struct pair *a, const struct pair *b)
{
	uint8_t len = a->v4_len < b->v4_len ? a->v4_len : b->v4_len;

	return net_of(a->v4, len).s_addr == net_of(b->v4, len).s_addr;
}

/* Three addresses or less, one of them the phone's, are none for clients. */
static bool has_clients(const struct addr *a, int ifindex)
{
	return a->ifindex == ifindex && a->scope == RT_SCOPE_UNIVERSE && a->len && a->len <= 30 && !is_clat_v4(a->v4);
}

/**
 * tether_subnets - the IPv4 subnets of a hotspot
 * @tether: the hotspot
 * @w: what the kernel has
 * @list: filled in with address and length
 *
 * Returns how many there are, 0 also where its interface is not there.
 */
size_t tether_subnets(const struct tether *tether, const struct world *w, struct pair list[SUBNETS_MAX])
{
	const struct link *link = tether_link(w, tether);
	size_t i, j, count = 0;

	for (i = 0; link && i < w->naddrs4 && count < SUBNETS_MAX; i++) {
		const struct addr *a = &w->addrs4[i];

		if (!has_clients(a, link->ifindex))
			continue;
		list[count] = (struct pair){ .v4 = net_of(a->v4, a->len), .v4_len = a->len,
					     .v6_len = (uint8_t)(96 + a->len) };
		/* A second address in the same one is nothing new. */
		for (j = 0; j < count && !overlap(&list[j], &list[count]); j++)
			;
		count += j == count;
	}
	return count;
}

static const struct pair *find_pair(const struct dev *dev, const struct pair *subnet)
{
	size_t i;

	for (i = 0; i < dev->nmap; i++)
		if (dev->map[i].v4.s_addr == subnet->v4.s_addr && dev->map[i].v4_len == subnet->v4_len)
			return &dev->map[i];
	return NULL;
}

/* Whether the clients of a hotspot get no NAT44 at a CLAT: the device maps all their addresses. */
bool tether_is_mapped(const struct tether *tether, const struct world *w, const struct dev *dev)
{
	struct pair subnets[SUBNETS_MAX];
	size_t i, count;

	if (tether->settings.nat44 != NAT44_NO)
		return false;
	count = tether_subnets(tether, w, subnets);
	for (i = 0; i < count && find_pair(dev, &subnets[i]); i++)
		;
	return count && i == count;
}

/* --- whose the /64 is --------------------------------------------------------------------------------------------- */

/* Nobody else is on such a link, and all of the /64 is sent to us: 3GPP networks are so (RFC 6459). */
static bool is_alone(const struct link *link)
{
	return link->flags & (IFF_POINTOPOINT | IFF_NOARP) || link->type == ARPHRD_RAWIP || link->type == ARPHRD_NONE ||
	       link->type == ARPHRD_PPP;
}

static bool is_ours(const struct tether *tether, const struct link *uplink)
{
	return is_alone(uplink) ||
	       (tether->settings.own_prefix[0] && !fnmatch(tether->settings.own_prefix, uplink->ifname, 0));
}

/* Whether clients on a link have addresses of the /64 too (RFC 7278). */
static bool is_shared_to(const struct world *w, const struct link *link, const struct in6_addr *v6)
{
	size_t i;

	for (i = 0; i < w->naddrs6; i++)
		if (w->addrs6[i].ifindex == link->ifindex && !memcmp(&w->addrs6[i].v6, v6, 8))
			return true;
	for (i = 0; i < w->nroutes6; i++)
		if (w->routes6[i].ifindex == link->ifindex && w->routes6[i].len >= 64 &&
		    !memcmp(&w->routes6[i].dst, v6, 8))
			return true;
	return false;
}

static void defend(struct defended list[DEFENDED_MAX], size_t *count, const struct link *link, const struct pair *pair)
{
	if (*count < DEFENDED_MAX && pair->v4_len >= DEFENDED_SUBNET_MIN)
		list[(*count)++] = (struct defended){ .link = link, .first = pair->v6, .len = pair->v6_len };
}

static void defend_of(const struct tether_state *state, const struct world *w, const struct dev *dev,
		      struct defended list[DEFENDED_MAX], size_t *count)
{
	const struct link *uplink = world_link(w, (int)dev->uplink);
	const struct pair *own = dev_pair(dev);
	size_t i, t;

	for (i = 0; uplink && i < dev->nmap; i++) {
		/* Where it is an address of the uplink, the kernel itself sees to the CLAT's own. */
		if (&dev->map[i] != own && !is_alone(uplink))
			defend(list, count, uplink, &dev->map[i]);
		for (t = 0; t < state->count; t++) {
			const struct link *link = tether_link(w, &state->list[t]);

			if (link && is_shared_to(w, link, &own->v6))
				defend(list, count, link, &dev->map[i]);
		}
	}
}

/* Lists what others on a link could take for free, and are not to: what CLATs map. Returns how many. */
size_t tether_defended(const struct tether_state *state, const struct world *w, struct defended list[DEFENDED_MAX])
{
	size_t i, count = 0;

	for (i = 0; i < w->ndevs && state->count; i++)
		if (dev_pair(&w->devs[i]))
			defend_of(state, w, &w->devs[i], list, &count);
	return count;
}

/* The largest subnet that is mapped: where others could claim its addresses, each is answered for. */
static uint8_t subnet_min(const struct tether_state *state, const struct world *w, const struct link *uplink,
			  const struct pair *own)
{
	size_t i;

	if (!is_alone(uplink))
		return DEFENDED_SUBNET_MIN;
	for (i = 0; i < state->count; i++) {
		const struct link *link = tether_link(w, &state->list[i]);

		if (link && is_shared_to(w, link, &own->v6))
			return DEFENDED_SUBNET_MIN;
	}
	return ADDRESS_SUBNET_MIN;
}

/* --- what is wanted ----------------------------------------------------------------------------------------------- */

static bool judge_subnet(const struct tether *tether, const struct dev *dev, const struct pair *subnet, uint8_t min,
			 char why[WHY_SIZE])
{
	const struct masquerade *list;
	char text[INET_ADDRSTRLEN];
	size_t i, count;

	inet_ntop(AF_INET, &subnet->v4, text, sizeof(text));
	if (subnet->v4_len < min) {
		snprintf(why, WHY_SIZE, "the subnet %s/%u is larger than a /%u", text, subnet->v4_len, min);
		return false;
	}
	list = masquerade_list(&count);
	for (i = 0; i < count; i++) {
		if (!masquerade_takes(&list[i], tether->ifname, dev->ifname, subnet->v4, subnet->v4_len))
			continue;
		snprintf(why, WHY_SIZE, "a rule in the chain %s masquerades %s/%u", list[i].chain, text, subnet->v4_len);
		return false;
	}
	return true;
}

/**
 * tether_map_judge - whether the clients of a hotspot can do without NAT44 at a CLAT
 * @state: what is on
 * @tether: the hotspot
 * @w: what the kernel has
 * @dev: the clat device, clatctl's own
 * @why: set to the reason if they cannot
 */
bool tether_map_judge(const struct tether_state *state, const struct tether *tether, const struct world *w,
		      const struct dev *dev, char why[WHY_SIZE])
{
	const struct link *uplink = world_link(w, (int)dev->uplink);
	struct pair subnets[SUBNETS_MAX];
	size_t i, count = tether_subnets(tether, w, subnets);

	if (!uplink)
		snprintf(why, WHY_SIZE, "%s has no uplink", dev->ifname);
	else if (dev->shared)
		snprintf(why, WHY_SIZE, "%s shares an address of %s, and can map no other", dev->ifname, uplink->ifname);
	else if (!is_ours(tether, uplink))
		snprintf(why, WHY_SIZE, "others can be on the link of %s, and use its /64", uplink->ifname);
	else if (!count)
		snprintf(why, WHY_SIZE, "%s has no IPv4 subnet", tether->ifname);
	if (!uplink || dev->shared || !is_ours(tether, uplink) || !count)
		return false;
	for (i = 0; i < count; i++)
		if (!judge_subnet(tether, dev, &subnets[i], subnet_min(state, w, uplink, dev_pair(dev)), why))
			return false;
	return true;
}

/* The addresses in use stay as long as the /64 does, whatever else changes: connections keep theirs. */
static bool keep(const struct dev *before, const struct dev *want, struct pair *pair)
{
	const struct pair *own = &want->map[0], *is = find_pair(before, pair);

	if (!is || memcmp(&is->v6, &own->v6, 8) || address_in(&own->v6, &is->v6, is->v6_len))
		return false;
	pair->v6 = is->v6;
	return true;
}

static bool choose(const struct world *w, const struct dev *want, struct pair *pair)
{
	const struct link *uplink = world_link(w, (int)want->uplink);
	uint8_t secret[SECRET_SIZE];

	secret_load(SECRET_PATH, secret);
	return uplink && !address_slice(secret, &want->map[0].v6, uplink->ifname, pair->v4, pair->v4_len, &want->plat[0],
					&pair->v6);
}

static void add_pair(const struct world *w, const struct dev *before, struct dev *want, struct pair *pair)
{
	size_t i;

	for (i = 0; i < want->nmap; i++)
		if (overlap(&want->map[i], pair))
			return;
	if (want->nmap < CLAT_MAP_MAX && (keep(before, want, pair) || choose(w, want, pair)))
		want->map[want->nmap++] = *pair;
}

/**
 * tether_map_pairs - what a device maps besides the CLAT's own address
 * @state: what is on
 * @w: what the kernel has
 * @before: the device as it is
 * @want: the device as it shall be, with uplink, prefixes and its own pair; the others are added
 */
void tether_map_pairs(const struct tether_state *state, const struct world *w, const struct dev *before, struct dev *want)
{
	struct pair subnets[SUBNETS_MAX];
	char why[WHY_SIZE];
	size_t i, s, count;

	for (i = 0; i < state->count; i++) {
		if (state->list[i].settings.nat44 != NAT44_NO || !tether_map_judge(state, &state->list[i], w, want, why))
			continue;
		count = tether_subnets(&state->list[i], w, subnets);
		for (s = 0; s < count; s++)
			add_pair(w, before, want, &subnets[s]);
	}
}

/* Whether two devices map the same, in whatever order. */
bool tether_map_same(const struct dev *a, const struct dev *b)
{
	const struct pair *other;
	size_t i;

	for (i = 0; i < a->nmap; i++) {
		other = find_pair(b, &a->map[i]);
		if (!other || memcmp(&other->v6, &a->map[i].v6, sizeof(other->v6)) || other->v6_len != a->map[i].v6_len)
			return false;
	}
	return a->nmap == b->nmap;
}

/* Whether there is a hotspot that shall do without NAT44. */
bool tether_wants_map(const struct tether_state *state)
{
	size_t i;

	for (i = 0; i < state->count; i++)
		if (state->list[i].settings.nat44 == NAT44_NO)
			return true;
	return false;
}
