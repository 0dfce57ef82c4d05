// SPDX-License-Identifier: GPL-2.0
/*
 * The hotspot as the daemon keeps it: what the configuration and "tether on" want, compared with each pass. The kernel
 * tells when its rules change, so that ours come back when somebody flushes them.
 */
#include <stdio.h>
#include <string.h>

#include <linux/netfilter/nfnetlink.h>
#include <netlink/socket.h>

#include "ctl.h"
#include "daemon.h"
#include "daemon_firewall.h"
#include "daemon_tether.h"
#include "ifnames.h"
#include "nl.h"
#include "tether_map.h"
#include "uplink.h"

static struct {
	struct tether_state state;
	struct ifnames held;		/* what "off" was said of */
	struct nl_sock *rules;		/* open while a hotspot is on */
	struct watch on_rules;
	struct backoff trouble;
	char error[512];
	bool asked;			/* by a command, and no pass has come since */
} t;

/* --- what is wanted ----------------------------------------------------------------------------------------------- */

bool daemon_tether_is_on(void)
{
	return t.state.count;
}

/* Whether an interface serves clients, and so is no uplink. */
bool daemon_tether_is(const char *ifname)
{
	return tether_find(&t.state, ifname);
}

/* Adds to what a clat device shall map the subnets of clients. */
void daemon_tether_map(const struct world *w, const struct dev *before, struct dev *want)
{
	tether_map_pairs(&t.state, w, before, want);
}

/* Of the sections, for the interfaces that are there; what was asked for by command counts before them. */
static void follow_conf(const struct conf *conf, const struct world *w)
{
	struct tether tether = { .configured = true };
	const struct tether *is;
	size_t i;

	for (i = t.state.count; i-- > 0; )
		if (t.state.list[i].configured)
			tether_remove(&t.state, t.state.list[i].ifname);
	for (i = 0; i < w->nlinks; i++) {
		snprintf(tether.ifname, sizeof(tether.ifname), "%s", w->links[i].ifname);
		is = tether_find(&t.state, tether.ifname);
		if (!is && !ifnames_have(&t.held, tether.ifname) && conf_tether(conf, tether.ifname, &tether.settings) &&
		    tether_link(w, &tether))
			tether_put(&t.state, &tether);
	}
}

/* --- when --------------------------------------------------------------------------------------------------------- */

static void on_rules(struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
	rtnl_events_drain(t.rules);
	tether_rules_changed();
	daemon_firewall_changed();
}

static struct nl_sock *open_rules(void)
{
	struct nl_sock *sock = nl_open(NETLINK_NETFILTER);

	if (sock && !nl_socket_add_membership(sock, NFNLGRP_NFTABLES))
		return sock;
	nl_socket_free(sock);
	return NULL;
}

/* Rules are listened to while some are ours. */
static void follow_rules(bool on)
{
	if (on == !!t.rules)
		return;
	if (!on) {
		loop_unwatch(&t.on_rules);
		nl_socket_free(t.rules);
		t.rules = NULL;
		return;
	}
	t.rules = open_rules();
	t.on_rules.ready = on_rules;
	if (t.rules && loop_watch(&t.on_rules, nl_socket_get_fd(t.rules), EPOLLIN)) {
		nl_socket_free(t.rules);
		t.rules = NULL;
	}
}

static void note(const char *message)
{
	if (message[0] && strcmp(t.error, message))
		warning("hotspot: %s", message);
	snprintf(t.error, sizeof(t.error), "%s", message);
}

/**
 * daemon_tether_pass - make the hotspot what is wanted
 * @conf: the configuration
 * @w: what the kernel has, after the CLATs were seen to
 * @now: on the loop's clock
 *
 * Returns when there is something to do next, or LOOP_NEVER.
 */
int64_t daemon_tether_pass(const struct conf *conf, const struct world *w, int64_t now)
{
	size_t before = t.state.count;

	follow_conf(conf, w);
	if (before != t.state.count)
		verbose("hotspot: %zu interfaces", t.state.count);
	follow_rules(t.state.count);
	t.asked = false;
	if (tether_is_idle(&t.state))
		return daemon_firewall_pass(&t.state, w, now);
	if (!tether_sync(&t.state, w)) {
		t.trouble = (struct backoff){ 0 };
		note("");
		return daemon_firewall_pass(&t.state, w, now);
	}
	/* Firewalls are told when our own rules are there. */
	note(failure_get().message);
	if (t.trouble.next <= now)
		backoff_next(&t.trouble, now);
	return t.trouble.next;
}

/* Whether all that was asked for is done, as far as it can be. */
bool daemon_tether_settled(void)
{
	return daemon_trouble()[0] || (!t.asked && (t.error[0] || daemon_firewall_settled()));
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

/* Does now what the next pass would do, so that the answer is about what there is. */
static int sync_now(void)
{
	int code = tether_apply(&t.state);

	t.asked = true;
	daemon_changed();
	return code;
}

/* Serves an interface, which may come later. Returns an exit code with the failure recorded; it goes on trying. */
int daemon_tether_on(const struct tether *tether)
{
	int code;

	if (daemon_find(tether->ifname) && daemon_find(tether->ifname)->clat[0])
		return fail(CTL_REFUSED, "name the interface that the clients come by", "%s is the uplink of %s",
			    tether->ifname, daemon_find(tether->ifname)->clat);
	code = tether_put(&t.state, tether);
	if (code)
		return code;
	ifnames_remove(&t.held, tether->ifname);
	return sync_now();
}

int daemon_tether_off(const char *ifname)
{
	int code = tether_remove(&t.state, ifname);

	if (code)
		return code;
	ifnames_add(&t.held, ifname);
	return sync_now();
}

/* For "down --all": also those of the configuration stay off, until "tether on" or the next start. */
void daemon_tether_hold_all(void)
{
	while (t.state.count) {
		ifnames_add(&t.held, t.state.list[0].ifname);
		tether_remove(&t.state, t.state.list[0].ifname);
	}
	sync_now();
}

int daemon_tether_describe(struct json_object *array, const char *ifname, bool firewall)
{
	struct world w = { 0 };
	int code = tether_world(&w);

	if (!code)
		tether_describe(array, &t.state, &w, ifname, firewall);
	world_free(&w);
	return code;
}

/* Adopts what is on. Returns an exit code with the failure recorded. */
int daemon_tether_open(void)
{
	int code = tether_state_load(&t.state);

	daemon_firewall_open(&t.state);
	return code;
}
