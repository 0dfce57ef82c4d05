// SPDX-License-Identifier: GPL-2.0
/*
 * clat-tayga at work: tayga.conf names no uplink, so it is the interface that the route to the prefix leaves by. Each
 * change of the network has the kernel asked again; in between nothing wakes us.
 */
#include <arpa/inet.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "genl.h"
#include "rtnl.h"
#include "tayga.h"
#include "up.h"

struct run {
	const struct tayga_conf *conf;
	int ifindex;			/* of the device */
	char prefix[INET6_ADDRSTRLEN + 4];
	char told[512];			/* last, so that it is not told again with each change of the network */
};

static bool is_news(struct run *run, const char *text)
{
	if (!strcmp(run->told, text))
		return false;
	snprintf(run->told, sizeof(run->told), "%s", text);
	return true;
}

/* What fails now may work after the next change: nothing is given up. */
static void tell_failure(struct run *run)
{
	struct failure failure = failure_get();

	if (is_news(run, failure.message))
		warning("%s: trying again when the network changes", failure.message);
}

static void tell_route(struct run *run, const char *uplink)
{
	char text[128];

	if (uplink)
		snprintf(text, sizeof(text), "%s: %s is reached by %s", run->conf->dev.ifname, run->prefix, uplink);
	else
		snprintf(text, sizeof(text), "%s: no route to %s, waiting for one", run->conf->dev.ifname, run->prefix);
	if (is_news(run, text))
		say("%s\n", text);
}

/* The interface that packets to the prefix would leave by; its ifindex is 0 if there is none. */
static int find_uplink(const struct run *run, struct link *uplink)
{
	const struct dev *dev = &run->conf->dev;
	char name[IF_NAMESIZE];
	int ifindex, code;

	uplink->ifindex = 0;
	code = route_lookup6(&dev->plat[0].addr, dev->map[0].v6_len == 128 ? &dev->map[0].v6 : NULL, &ifindex);
	if (code || !ifindex || !if_indextoname((unsigned int)ifindex, name))
		return code;
	code = link_get(name, uplink);
	return code == CTL_NODEV ? CTL_OK : code;
}

static int attach(const struct run *run, const struct link *uplink)
{
	struct dev want = { .has = DEV_HAS(CLAT_A_DEV_UPLINK) | DEV_HAS(CLAT_A_DEV_LOWEST_IPV6_MTU) }, have;
	int code = genl_dev_get((uint32_t)run->ifindex, &have);

	if (code)
		return code;
	want.ifindex = have.ifindex;
	memcpy(want.ifname, have.ifname, sizeof(want.ifname));
	want.uplink = (uint32_t)uplink->ifindex;
	want.lowest_ipv6_mtu = run->conf->dev.has & DEV_HAS(CLAT_A_DEV_LOWEST_IPV6_MTU) ?
			       run->conf->dev.lowest_ipv6_mtu : up_lowest_mtu(uplink);
	if (have.uplink == want.uplink && have.lowest_ipv6_mtu == want.lowest_ipv6_mtu)
		return CTL_OK;
	return genl_dev_set(&want);
}

static int check_there(const struct run *run)
{
	struct link link;
	int code = link_get(run->conf->dev.ifname, &link);

	if (code == CTL_NODEV || (!code && link.ifindex != run->ifindex))
		return fail(CTL_NODEV, TAYGA_GONE, "somebody has taken %s away", run->conf->dev.ifname);
	return CTL_OK;
}

/* Without a route the uplink stays as it was: what is under way may still come, and the sender gets an error. */
static int pass(struct run *run)
{
	struct link uplink;
	int code = check_there(run);

	if (code)
		return code;
	code = find_uplink(run, &uplink);
	if (!code && uplink.ifindex)
		code = attach(run, &uplink);
	if (code)
		tell_failure(run);
	else
		tell_route(run, uplink.ifindex ? uplink.ifname : NULL);
	return CTL_OK;
}

static int follow(struct run *run, struct nl_sock *events)
{
	struct pollfd pfd = { .fd = nl_socket_get_fd(events), .events = POLLIN };
	int code = pass(run);

	while (!code && !interrupted) {
		if (wait_events(&pfd, 1, -1) <= 0)
			continue;
		if (!rtnl_events_drain(events))
			return fail(CTL_REFUSED, NULL, "cannot listen to changes of the network any more");
		code = pass(run);
	}
	return code;
}

/**
 * tayga_run - keep the device on its uplink until a signal ends it, then take it off
 * @conf: the configuration, which the device has
 * @ifindex: of the device
 *
 * Returns CTL_OK after a signal, or an exit code with the failure recorded.
 */
int tayga_run(const struct tayga_conf *conf, int ifindex)
{
	struct dev off = { .has = DEV_HAS(CLAT_A_DEV_UPLINK), .ifindex = (uint32_t)ifindex };
	struct run run = { .conf = conf, .ifindex = ifindex };
	struct nl_sock *events = rtnl_events();
	char addr[INET6_ADDRSTRLEN];
	int code;

	if (!events)
		return failure_get().code;
	inet_ntop(AF_INET6, &conf->dev.plat[0].addr, addr, sizeof(addr));
	snprintf(run.prefix, sizeof(run.prefix), "%s/%u", addr, conf->dev.plat[0].len);
	code = follow(&run, events);
	nl_socket_free(events);
	if (!code)
		genl_dev_set(&off);
	return code;
}
