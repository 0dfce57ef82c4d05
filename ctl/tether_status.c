// SPDX-License-Identifier: GPL-2.0
/*
 * What a hotspot is doing, and what its clients still need: as JSON, and as text out of that. Addresses, DHCP and DNS are
 * other programs' business: what is missing of them is named.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "ctl.h"
#include "nft.h"
#include "show.h"
#include "tether.h"
#include "tether_map.h"

#define DHCP_PORT 67

static void miss(struct json_object *missing, const char *what, const char *text, const char *hint)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "what", json_object_new_string(what));
	json_object_object_add(object, "text", json_object_new_string(text));
	json_object_object_add(object, "hint", hint ? json_object_new_string(hint) : NULL);
	json_object_array_add(missing, object);
}

/* --- what there is ------------------------------------------------------------------------------------------------ */

static bool has_address(const struct world *w, int ifindex)
{
	size_t i;

	for (i = 0; i < w->naddrs4; i++)
		if (w->addrs4[i].ifindex == ifindex)
			return true;
	return false;
}

static bool hears(const struct world *w, int ifindex, uint32_t address)
{
	size_t i;

	for (i = 0; i < w->naddrs4; i++)
		if (w->addrs4[i].ifindex == ifindex && w->addrs4[i].v4.s_addr == address)
			return true;
	return !address;
}

/* A program that listens where DHCP servers do, on all addresses or one of the interface. */
static bool has_dhcp(const struct world *w, int ifindex)
{
	FILE *file = fopen("/proc/net/udp", "re");
	unsigned int address, port;
	bool found = false;
	char line[256];

	while (file && !found && fgets(line, sizeof(line), file))
		if (sscanf(line, " %*u: %8x:%4x", &address, &port) == 2)
			found = port == DHCP_PORT && hears(w, ifindex, address);
	if (file)
		fclose(file);
	return found;
}

static bool has_default(const struct world *w, const struct dev *dev)
{
	size_t i;

	for (i = 0; i < w->nroutes4; i++)
		if (!w->routes4[i].len && w->routes4[i].ifindex == (int)dev->ifindex && w->routes4[i].table == RT_TABLE_MAIN)
			return true;
	return false;
}

/* The CLATs that clients can use, in an array. Sets @forwarding to whether all of them forward. */
static struct json_object *list_clats(const struct world *w, bool *forwarding)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	*forwarding = true;
	for (i = 0; i < w->ndevs; i++) {
		const struct link *link = world_link(w, (int)w->devs[i].ifindex);

		if (!dev_pair(&w->devs[i]) || !has_default(w, &w->devs[i]))
			continue;
		json_object_array_add(array, json_object_new_string(w->devs[i].ifname));
		*forwarding = *forwarding && link && link->forwarding > 0;
	}
	return array;
}

/* --- what is missing ---------------------------------------------------------------------------------------------- */

static void check_link(struct json_object *missing, const struct world *w, const struct link *link)
{
	char text[128];

	if (!link) {
		miss(missing, "device", "the interface is not there", "it is served when it comes; see: ip link");
		return;
	}
	if (!(link->flags & IFF_UP))
		miss(missing, "up", "the interface is down", "who makes the hotspot brings it up; see: ip link");
	if (!has_address(w, link->ifindex)) {
		snprintf(text, sizeof(text), "%s has no IPv4 address", link->ifname);
		miss(missing, "address", text, "ip address add 192.168.43.1/24 dev DEV, or a connection manager's sharing");
	}
	if (!has_dhcp(w, link->ifindex)) {
		snprintf(text, sizeof(text), "no DHCP server listens on %s", link->ifname);
		miss(missing, "dhcp", text, "start one, such as dnsmasq, or give the clients their addresses by hand");
	}
}

/* The kernel's rules, read once for all hotspots. */
struct ruleset {
	bool available;
	char *table;			/* ours, or NULL */
	bool others;			/* chains of others are to be looked at too */
};

/* Whether no client of a hotspot needs NAT44. */
static bool all_mapped(const struct tether *tether, const struct world *w)
{
	size_t i;

	for (i = 0; i < w->ndevs; i++)
		if (dev_pair(&w->devs[i]) && !tether_is_mapped(tether, w, &w->devs[i]))
			return false;
	return true;
}

static void check_rules(struct json_object *missing, const struct tether *tether, const struct world *w,
			const struct ruleset *rules)
{
	bool mapped = all_mapped(tether, w);

	if (tether->settings.nat44 == NAT44_SYSTEM)
		return;
	if (!rules->available)
		miss(missing, "nf_tables", "no nf_tables in this kernel, or no permission to read them",
		     "run clatctl as root; or a kernel with CONFIG_NF_TABLES; or nat44 = system");
	else if (!rules->table || !strstr(rules->table, mapped ? "notrack" : "masquerade"))
		miss(missing, "nat", mapped ? "the rules are not there" : "the rules for NAT44 are not there",
		     "clatctl tether on DEV");
}

static void check_way(struct json_object *missing, const struct tether_flow *flow)
{
	struct json_object *chains = tether_dropping_chains(flow), *chain;
	char text[384];
	size_t i;

	for (i = 0; i < json_object_array_length(chains); i++) {
		chain = json_object_array_get_idx(chains, i);
		if (flow->untracked)
			snprintf(text, sizeof(text), "the chain %s drops what %s sends to clients that it maps",
				 json_text(chain, "chain", ""), flow->in);
		else if (flow->out)
			snprintf(text, sizeof(text), "the chain %s drops what clients send to %s",
				 json_text(chain, "chain", ""), flow->out);
		else
			snprintf(text, sizeof(text), "the chain %s drops what clients ask the DHCP server",
				 json_text(chain, "chain", ""));
		miss(missing, "dropped", text, json_text(chain, "hint", NULL));
	}
	json_object_put(chains);
}

/* To each CLAT, since another one may be let through, back where no connection is known, and to the DHCP server. */
static void check_firewall(struct json_object *missing, const struct tether *tether, const struct world *w,
			   const struct link *link, struct json_object *clats)
{
	size_t i;

	for (i = 0; i < json_object_array_length(clats); i++)
		check_way(missing, &(struct tether_flow){
			.in = link->ifname, .out = json_object_get_string(json_object_array_get_idx(clats, i)) });
	for (i = 0; i < w->ndevs; i++)
		if (tether_is_mapped(tether, w, &w->devs[i]))
			check_way(missing, &(struct tether_flow){
				.in = w->devs[i].ifname, .out = link->ifname, .untracked = true });
	if (has_dhcp(w, link->ifindex))
		check_way(missing, &(struct tether_flow){ .in = link->ifname });
}

static const char *describe_state(struct json_object *missing, bool on)
{
	if (!on)
		return "off";
	return json_object_array_length(missing) ? "incomplete" : "active";
}

/* What is done, which is not what was asked for where that cannot be. */
static void describe_nat(struct json_object *object, const struct tether_state *state, const struct tether *tether,
			 const struct world *w)
{
	enum nat44 nat44 = tether->settings.nat44;
	char why[WHY_SIZE];
	const char *clat;

	tether_map_why(state, tether, w, &clat, why);
	if (nat44 == NAT44_NO && why[0])
		nat44 = NAT44_YES;
	json_object_object_add(object, "nat44", json_object_new_string(nat44_name(nat44)));
	json_object_object_add(object, "fallback", why[0] ? json_object_new_string(why) : NULL);
	json_object_object_add(object, "ping", json_object_new_boolean(nat44 == NAT44_NO && tether->settings.ping));
}

static struct json_object *describe(const struct tether_state *state, const struct tether *tether, const struct world *w,
				    bool on, const struct ruleset *rules)
{
	struct json_object *object = json_object_new_object(), *missing = json_object_new_array();
	const struct link *link = tether_link(w, tether);
	bool forwarding, flowtable = rules->table && strstr(rules->table, "flow add");
	struct json_object *clats = list_clats(w, &forwarding);

	check_link(missing, w, link);
	if (!json_object_array_length(clats))
		miss(missing, "clat", "there is no CLAT", "clatctl up UPLINK, or see: clatctl status");
	if (on && link && (link->forwarding <= 0 || !forwarding))
		miss(missing, "forwarding", "IPv4 forwarding is off", "somebody has switched it off: clatctl tether on DEV");
	if (on && link && json_object_array_length(clats))
		check_rules(missing, tether, w, rules);
	if (rules->others && link)
		check_firewall(missing, tether, w, link, clats);
	json_object_object_add(object, "ifname", json_object_new_string(tether->ifname));
	json_object_object_add(object, "state", json_object_new_string(describe_state(missing, on)));
	json_object_object_add(object, "clat", clats);
	describe_nat(object, state, tether, w);
	json_object_object_add(object, "ipv6", json_object_new_boolean(tether->settings.ipv6));
	json_object_object_add(object, "flowtable", json_object_new_boolean(flowtable));
	json_object_object_add(object, "mss", json_object_new_boolean(rules->table && strstr(rules->table, "maxseg")));
	json_object_object_add(object, "missing", missing);
	return object;
}

/**
 * tether_describe - tell what hotspots do
 * @array: they are added to it
 * @state: what is on
 * @w: what the kernel has
 * @ifname: the only one to tell of, which may be off, or NULL
 * @firewall: look for rules of others that stop them, in all of the ruleset: too much work for whoever may ask
 *
 * What could not be read is told as missing.
 */
void tether_describe(struct json_object *array, const struct tether_state *state, const struct world *w,
		     const char *ifname, bool firewall)
{
	static const struct failure none;
	struct ruleset rules = { .available = nft_available(), .others = firewall };
	struct tether off = { 0 };
	bool found = false;
	size_t i;

	if (rules.available)
		rules.table = nft_list("table ip clat");

	for (i = 0; i < state->count; i++) {
		if (ifname && strcmp(state->list[i].ifname, ifname))
			continue;
		json_object_array_add(array, describe(state, &state->list[i], w, true, &rules));
		found = true;
	}
	if (ifname && !found) {
		snprintf(off.ifname, sizeof(off.ifname), "%s", ifname);
		json_object_array_add(array, describe(state, &off, w, false, &rules));
	}
	free(rules.table);
	failure_set(&none);
}

/* --- text --------------------------------------------------------------------------------------------------------- */

/* A hotspot of "tether status -j", as text. */
void tether_show(struct json_object *tether)
{
	struct json_object *clats = json_object_object_get(tether, "clat");
	struct json_object *missing = json_object_object_get(tether, "missing");
	size_t i;

	printf("tether: %s\n  state: %s\n", json_text(tether, "ifname", ""), json_text(tether, "state", ""));
	for (i = 0; i < json_object_array_length(clats); i++)
		printf("  clat: %s\n", json_object_get_string(json_object_array_get_idx(clats, i)));
	printf("  nat44: %s", json_text(tether, "nat44", ""));
	if (json_object_object_get(tether, "fallback"))
		printf(" (fallback: %s)", json_text(tether, "fallback", ""));
	printf("\n  flowtable: %s\n  ipv6: %s\n",
	       json_object_get_boolean(json_object_object_get(tether, "flowtable")) ? "yes" : "no",
	       json_object_get_boolean(json_object_object_get(tether, "ipv6")) ? "forwarded" : "left alone");
	for (i = 0; i < json_object_array_length(missing); i++) {
		struct json_object *item = json_object_array_get_idx(missing, i);

		printf("  missing: %s\n", json_text(item, "text", ""));
		if (json_object_object_get(item, "hint"))
			printf("    %s\n", json_text(item, "hint", ""));
	}
}
