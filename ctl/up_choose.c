// SPDX-License-Identifier: GPL-2.0
/* The choices of "clatctl up": PLAT prefixes, the device's name and IPv4 address, the IPv6 address. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "pref64.h"
#include "up.h"
#include "world.h"

#define DAD_ATTEMPTS 3
/* The kernel waits up to 1 s before it probes (RFC 4862), then 1 s for each probe; networks set one to three. */
#define DAD_TIMEOUT_MS 8000

/* 192.0.0.0/29, of RFC 7335: .1 to .6 can be addresses of a host. */
#define V4_BASE 0xc0000000u
#define V4_COUNT 6

/* The prefix in use stays first while the network still announces it: its flows live, whatever order answers have. */
static void keep_first(struct up *up)
{
	struct plat *list = up->want.plat, first;
	size_t i;

	for (i = 1; up->before.nplat && i < up->want.nplat; i++) {
		if (!plat_equal(&list[i], &up->before.plat[0]))
			continue;
		first = list[i];
		memmove(&list[1], &list[0], i * sizeof(first));
		list[0] = first;
	}
}

int up_choose_plat(const struct command *cmd, struct up *up)
{
	int code;

	up->want.has |= DEV_HAS(CLAT_A_DEV_PLAT);
	if (up->plat.has) {
		memcpy(up->want.plat, up->plat.plat, sizeof(up->want.plat));
		up->want.nplat = up->plat.nplat;
		return CTL_OK;
	}
	code = ask_run(cmd, &up->ask, up->uplink_name, (unsigned int)up->uplink.ifindex, &up->discovery);
	if (code)
		return code;
	memcpy(up->want.plat, up->discovery.prefixes, sizeof(up->want.plat));
	up->want.nplat = up->discovery.count;
	keep_first(up);
	return CTL_OK;
}

static bool taken(const struct addr *list, size_t count, struct in_addr v4, uint32_t by_other_than)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i].v4.s_addr == v4.s_addr && list[i].ifindex != (int)by_other_than)
			return true;
	return false;
}

static int pick_v4(const struct up *up, const struct addr *list, size_t count, struct in_addr *v4)
{
	const struct pair *old = dev_pair(&up->before);
	uint32_t i;

	if (old && (ntohl(old->v4.s_addr) & ~7u) == V4_BASE && !taken(list, count, old->v4, up->before.ifindex)) {
		*v4 = old->v4;
		return CTL_OK;
	}
	for (i = 1; i <= V4_COUNT; i++) {
		v4->s_addr = htonl(V4_BASE + i);
		if (!taken(list, count, *v4, up->before.ifindex))
			return CTL_OK;
	}
	return fail(CTL_NOADDR, "see: ip -4 address; is another CLAT at work?",
		    "all addresses of 192.0.0.0/29 are taken by other interfaces");
}

/* 192.0.0.1, or the next of 192.0.0.0/29 that no other interface has; the one in use stays. */
int up_choose_v4(struct up *up)
{
	struct addr *list;
	size_t count;
	int code = addr_list(AF_INET, 0, &list, &count);

	up->v4 = (struct addr){ .family = AF_INET, .len = 32, .scope = RT_SCOPE_UNIVERSE, .preferred = UINT32_MAX,
				.valid = UINT32_MAX };
	if (!code)
		code = pick_v4(up, list, count, &up->v4.v4);
	free(list);
	return code;
}

static const struct addr *find_v6(const struct addr *list, size_t count, const struct in6_addr *v6)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!memcmp(&list[i].v6, v6, sizeof(*v6)))
			return &list[i];
	return NULL;
}

/* The address is on the uplink, as up adds it, and the kernel has found no duplicate. */
static bool in_place(const struct addr *list, size_t count, const struct in6_addr *v6)
{
	const struct addr *addr = find_v6(list, count, v6);

	return addr && addr->len == 128 && !(addr->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED));
}

static bool in_a_prefix(const struct up *up, const struct in6_addr *v6)
{
	size_t i;

	for (i = 0; i < up->nprefixes; i++)
		if (!memcmp(&up->prefixes[i].addr, v6, 8))
			return true;
	return false;
}

/* The address of the run before stays, also when the PLAT prefix has changed: connections keep their addresses. */
static bool keep_v6(struct up *up, const struct addr *list, size_t count)
{
	const struct pair *old = dev_pair(&up->before);

	if (!old || up->have_address || up->before.shared || !in_a_prefix(up, &old->v6) || !in_place(list, count, &old->v6))
		return false;
	up->v6.v6 = old->v6;
	return true;
}

static void show(const struct in6_addr *v6, char buf[INET6_ADDRSTRLEN])
{
	inet_ntop(AF_INET6, v6, buf, INET6_ADDRSTRLEN);
}

/* Adds the candidate in up->v6. DAD_DUPLICATE has its failure recorded too, for the last attempt. */
static enum dad try_v6(struct up *up)
{
	char text[INET6_ADDRSTRLEN];
	enum dad dad;

	show(&up->v6.v6, text);
	verbose("adding %s to %s", text, up->uplink_name);
	dad = addr_add_dad(&up->v6, up->uplink_name, now_ms() + DAD_TIMEOUT_MS, &up->made_v6);
	if (dad == DAD_DUPLICATE) {
		verbose("%s is a duplicate", text);
		fail(CTL_NOADDR, "choose another one: --address ADDR", "%s is used by another host on the network of %s",
		     text, up->uplink_name);
	}
	if (dad == DAD_TIMEOUT && interrupted)
		fail(CTL_TIMEOUT, NULL, "interrupted while %s waited for duplicate address detection of %s",
		     up->uplink_name, text);
	else if (dad == DAD_TIMEOUT)
		fail(CTL_TIMEOUT, "does the uplink have a carrier? see: ip link",
		     "duplicate address detection of %s on %s did not end in %d s", text, up->uplink_name,
		     DAD_TIMEOUT_MS / 1000);
	return dad;
}

static int given_v6(struct up *up, const struct addr *list, size_t count)
{
	char text[INET6_ADDRSTRLEN];

	up->v6.v6 = up->address;
	if (in_place(list, count, &up->address))
		return CTL_OK;
	if (find_v6(list, count, &up->address)) {
		show(&up->address, text);
		return fail(CTL_NOADDR, "choose another one, leave out --address, or share it: --address shared",
			    "%s is an address of %s itself", text, up->uplink_name);
	}
	return try_v6(up) == DAD_OK ? CTL_OK : failure_get().code;
}

static int no_candidate(const struct up *up, int err)
{
	if (err == -ENOTSUP)
		return fail(CTL_NOADDR, "is OpenSSL broken or restricted? choose an address: --address ADDR",
			    "libcrypto has no HMAC-SHA256 to make an address with");
	return fail(CTL_NOADDR, "choose an address: --address ADDR", "no usable IPv6 address in the /64 of %s",
		    up->uplink_name);
}

static int stable_v6(struct up *up, const struct addr *list, size_t count)
{
	int best = address_pick_prefix(up->prefixes, up->nprefixes, &up->want.plat[0]);
	uint8_t secret[SECRET_SIZE];
	enum dad dad = DAD_DUPLICATE;
	unsigned int attempt;
	int err = secret_load(SECRET_PATH, secret);

	if (err)
		warning("cannot use %s (%s): the IPv6 address will be another one next time", SECRET_PATH, strerror(-err));
	for (attempt = 0; attempt < DAD_ATTEMPTS && dad == DAD_DUPLICATE; attempt++) {
		err = address_stable(secret, &up->prefixes[best].addr, up->uplink_name, attempt, up->v4.v4,
				     &up->want.plat[0], &up->v6.v6);
		if (err)
			return no_candidate(up, err);
		if (in_place(list, count, &up->v6.v6))
			return CTL_OK;
		dad = try_v6(up);
	}
	if (dad == DAD_DUPLICATE)
		return fail(CTL_NOADDR, "choose an address: --address ADDR",
			    "%d IPv6 addresses tried on %s, all used by other hosts", DAD_ATTEMPTS, up->uplink_name);
	return dad == DAD_OK ? CTL_OK : failure_get().code;
}

/* The one in use, or the best of those that can be shared; nothing is added. */
static int shared_v6(struct up *up)
{
	int best = address_pick_prefix(up->prefixes, up->nprefixes, &up->want.plat[0]);
	const struct pair *old = up->before.shared ? dev_pair(&up->before) : NULL;
	size_t i;

	up->v6.v6 = up->prefixes[best].addr;
	for (i = 0; old && i < up->nprefixes; i++)
		if (!memcmp(&up->prefixes[i].addr, &old->v6, sizeof(old->v6)))
			up->v6.v6 = old->v6;
	return CTL_OK;
}

/*
 * Chooses the IPv6 address and adds it to the uplink: deprecated, so that nothing else picks it as a source. One that is
 * shared is there already.
 */
int up_choose_v6(struct up *up)
{
	struct addr *list;
	size_t count;
	int code;

	up->v6 = (struct addr){ .family = AF_INET6, .ifindex = up->uplink.ifindex, .len = 128,
				.scope = RT_SCOPE_UNIVERSE, .flags = IFA_F_NOPREFIXROUTE, .preferred = 0,
				.valid = UINT32_MAX };
	code = addr_list(AF_INET6, up->uplink.ifindex, &list, &count);
	if (code)
		return code;
	if (up->shared)
		code = shared_v6(up);
	else if (up->have_address)
		code = given_v6(up, list, count);
	else if (!keep_v6(up, list, count))
		code = stable_v6(up, list, count);
	free(list);
	return code;
}
