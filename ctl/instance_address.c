// SPDX-License-Identifier: GPL-2.0
/*
 * The address pair of the CLAT on an uplink: which one, and whether it is there. What is in use stays as long as it is
 * good, whatever else changes: connections keep their addresses.
 */
#include <arpa/inet.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "ctl.h"
#include "instance.h"

#define DAD_ATTEMPTS 3
#define V4_BASE 0xc0000000u
#define V4_COUNT 6

static bool v4_taken(const struct uplink *u, const struct uplink *others, const struct world *w, const struct dev *dev,
		     struct in_addr v4)
{
	const struct uplink *o;
	size_t i;

	for (o = others; o; o = o->next)
		if (o != u && o->seen && o->v4.s_addr == v4.s_addr)
			return true;
	for (i = 0; i < w->ndevs; i++)
		if (&w->devs[i] != dev && dev_pair(&w->devs[i]) && dev_pair(&w->devs[i])->v4.s_addr == v4.s_addr)
			return true;
	for (i = 0; i < w->naddrs4; i++)
		if (w->addrs4[i].v4.s_addr == v4.s_addr && (!dev || w->addrs4[i].ifindex != (int)dev->ifindex))
			return true;
	return false;
}

/* The one in use, else the first of 192.0.0.1 to .6 that is free. */
bool instance_choose_v4(struct uplink *u, const struct uplink *others, const struct world *w, const struct dev *dev)
{
	const struct pair *pair = dev ? dev_pair(dev) : NULL;
	struct in_addr v4;
	uint32_t i;

	if (!u->v4.s_addr && pair)
		u->v4 = pair->v4;
	if (u->v4.s_addr && !v4_taken(u, others, w, dev, u->v4))
		return true;
	for (i = 1; i <= V4_COUNT; i++) {
		v4.s_addr = htonl(V4_BASE + i);
		if (v4_taken(u, others, w, dev, v4))
			continue;
		u->v4 = v4;
		return true;
	}
	instance_say(u, WHY_NO_ADDRESS, "all of 192.0.0.0/29 are taken by other interfaces");
	return false;
}

struct addr instance_v6(const struct uplink *u)
{
	return (struct addr){
		.family = AF_INET6, .ifindex = u->ifindex, .v6 = u->v6, .len = 128, .scope = RT_SCOPE_UNIVERSE,
		.flags = IFA_F_NOPREFIXROUTE, .preferred = 0, .valid = UINT32_MAX,
	};
}

/* As addresses look that clatctl adds to uplinks. */
static bool has_our_mark(const struct addr *a)
{
	return a->family == AF_INET6 && a->len == 128 && !a->preferred && a->valid == UINT32_MAX &&
	       a->flags & IFA_F_NOPREFIXROUTE;
}

/* The /64 is one to choose from; a deprecated one only if all are. */
static bool good_prefix(const struct plan *plan, const struct in6_addr *v6)
{
	bool deprecated = true, found = false;
	size_t i;

	for (i = 0; i < plan->nprefixes; i++) {
		if (!memcmp(&plan->prefixes[i].addr, v6, 8)) {
			found = true;
			if (!plan->prefixes[i].deprecated)
				return true;
		}
		deprecated &= plan->prefixes[i].deprecated;
	}
	return found && deprecated;
}

static int stable_v6(struct uplink *u, const struct plan *plan)
{
	const struct plat *plat = &u->disc.prefix[0].plat;
	const struct in6_addr *prefix = &plan->prefixes[address_pick_prefix(plan->prefixes, plan->nprefixes, plat)].addr;
	uint8_t secret[SECRET_SIZE];
	int err;

	err = secret_load(SECRET_PATH, secret);
	if (err)
		warning("cannot use %s (%s): the IPv6 address will be another one next time", SECRET_PATH, strerror(-err));
	do {
		err = address_stable(secret, prefix, u->ifname, u->attempt + u->moves, u->v4, plat, &u->v6);
		/* The one that was given up may be a later one, chosen by a run before. */
	} while (!err && u->moves && !memcmp(&u->v6, &u->given_up, sizeof(u->v6)) && ++u->moves);
	if (!err)
		return 0;
	instance_say(u, WHY_NO_ADDRESS, "no usable address in the /64 of the uplink");
	return -1;
}

static bool failed_dad(const struct world *w, const struct uplink *u, const struct in6_addr *v6)
{
	const struct addr *a = world_addr6(w, u->ifindex, v6);

	return a && a->flags & IFA_F_DADFAILED;
}

/* A device of the run before whose address is shared keeps it, unless the configuration says otherwise. */
void instance_adopt_shared(struct uplink *u, const struct dev *dev)
{
	if (!u->v4.s_addr && !u->settings.shared && dev && dev->shared && dev_pair(dev))
		uplink_share(u, true);
}

/* The address in use, as long as it is one of those to choose from. */
static int shared_v6(struct uplink *u, const struct plan *plan)
{
	int best = address_pick_prefix(plan->prefixes, plan->nprefixes, &u->disc.prefix[0].plat);
	size_t i;

	for (i = 0; i < plan->nprefixes; i++)
		if (!memcmp(&plan->prefixes[i].addr, &u->v6, sizeof(u->v6)))
			return 0;
	u->v6 = plan->prefixes[best].addr;
	return 0;
}

/* The address in use stays as long as its /64 does, whatever becomes of the PLAT prefix: connections keep theirs. */
int instance_choose_v6(struct uplink *u, const struct world *w, const struct plan *plan, const struct dev *dev)
{
	const struct pair *pair = dev ? dev_pair(dev) : NULL;
	static const struct in6_addr none;

	/* One of the other kind is of no use. */
	if (u->v6_shared != plan->shared)
		u->v6 = none;
	u->v6_shared = plan->shared;
	if (u->settings.have_address) {
		u->v6 = u->settings.address;
		return 0;
	}
	if (!memcmp(&u->v6, &none, sizeof(none)) && pair && !u->attempt && !u->moves &&
	    dev->shared == plan->shared)
		u->v6 = pair->v6;
	if (plan->shared)
		return shared_v6(u, plan);
	if (memcmp(&u->v6, &none, sizeof(none)) && !good_prefix(plan, &u->v6))
		u->moves = 0;
	else if (memcmp(&u->v6, &none, sizeof(none)) && !failed_dad(w, u, &u->v6))
		return 0;
	return stable_v6(u, plan);
}

static int duplicate(struct uplink *u, const struct addr *addr, int64_t now)
{
	char text[INET6_ADDRSTRLEN];
	int code;

	inet_ntop(AF_INET6, &u->v6, text, sizeof(text));
	warning("%s: %s is used by another host", u->ifname, text);
	code = addr_del(addr, u->ifname);
	u->attempt++;
	if (code)
		return code;
	if (u->settings.have_address || u->attempt == DAD_ATTEMPTS) {
		instance_say(u, WHY_DUPLICATE, text);
		u->attempt = 0;
		backoff_next(&u->trouble, now);
	} else {
		/* The deletion brings the next pass, which takes the next one. */
		instance_say(u, WHY_TENTATIVE, "");
	}
	memset(&u->v6, 0, sizeof(u->v6));
	return -1;
}

/* Whether the address is there and may be used. Returns 0, an exit code, or -1 to wait for the next pass. */
int instance_have_v6(struct uplink *u, const struct world *w, int64_t now)
{
	const struct addr *there = world_addr6(w, u->ifindex, &u->v6);
	struct addr wanted = instance_v6(u);
	char text[INET6_ADDRSTRLEN];
	bool made;

	/* It was chosen of those that are there, and is not ours to care for. */
	if (u->v6_shared)
		return CTL_OK;
	if (there && there->flags & IFA_F_DADFAILED)
		return duplicate(u, there, now);
	if (there && !(there->len == 128 && !there->preferred)) {
		inet_ntop(AF_INET6, &u->v6, text, sizeof(text));
		/* Not to be kept as the address in use once the configuration names another. */
		memset(&u->v6, 0, sizeof(u->v6));
		return fail(CTL_NOADDR, "choose another address in clat.conf, or address = shared",
			    "%s is an address of %s itself", text, u->ifname);
	}
	if (there && !(there->flags & IFA_F_TENTATIVE))
		return CTL_OK;
	instance_say(u, WHY_TENTATIVE, "");
	if (there)
		return -1;
	return addr_add(&wanted, u->ifname, &made) ? failure_get().code : -1;
}

/* Addresses that a run before, or a choice before, has left on the uplink. */
int instance_drop_stale_v6(const struct uplink *u, const struct world *w, bool all)
{
	size_t i, j;
	int code = CTL_OK;

	for (i = 0; i < w->naddrs6 && !code; i++) {
		const struct addr *a = &w->addrs6[i];

		if (a->ifindex != u->ifindex || !has_our_mark(a) || (!all && !memcmp(&a->v6, &u->v6, sizeof(a->v6))))
			continue;
		for (j = 0; j < w->ndevs; j++)
			if (w->devs[j].uplink != (uint32_t)u->ifindex && dev_pair(&w->devs[j]) &&
			    !memcmp(&dev_pair(&w->devs[j])->v6, &a->v6, sizeof(a->v6)))
				break;
		if (j == w->ndevs)
			code = addr_del(a, u->ifname);
	}
	return code;
}
