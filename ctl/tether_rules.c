// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of the hotspot as text for nftables: a table of our own, written whole each time. Pure functions.
 *
 *   forward      between hotspot and CLAT: MSS clamped both ways, connections handed to the flowtable; from outside only
 *                what belongs to a connection of a client
 *   input        closed for what comes by a CLAT that has come into a hotspot's zone of firewalld, where there is one;
 *                and for what comes from outside to the phone's own address of a subnet that is mapped
 *   postrouting  clients take the CLAT's address, and keep their ports where they are free (no "random": calls and
 *                games find their way through NAT44 and NAT64)
 *
 * and for clients whose subnet a CLAT maps, so that each has an address of its own there:
 *
 *   untracked    what they send by that CLAT, and what comes for them, makes no entry in conntrack
 *   inbound      so nobody knows what belongs to a connection of theirs: from outside none is begun by TCP, and nothing
 *                is asked by echo requests. Other datagrams, and fragments, pass.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tether.h"
#include "tether_map.h"

#define UNASKED "ct state != { established, related }"

/* What stands between quotes in nftables, where a star at the end would mean any name that begins so. */
static bool can_be_quoted(const char *ifname)
{
	return !strpbrk(ifname, "\"\\*");
}

/* The interface of a hotspot that is there, or NULL. */
const struct link *tether_link(const struct world *w, const struct tether *tether)
{
	size_t i;

	for (i = 0; i < w->nlinks; i++) {
		const struct link *link = &w->links[i];

		if (!strcmp(link->ifname, tether->ifname))
			return link->flags & IFF_LOOPBACK || !strcmp(link->kind, "clat") || !can_be_quoted(link->ifname) ?
				       NULL : link;
	}
	return NULL;
}

bool tether_wants_rules(const struct tether_state *state, const struct world *w)
{
	size_t i;

	for (i = 0; i < state->count; i++)
		if (tether_link(w, &state->list[i]))
			return true;
	return state->nbound;
}

/* Whether a CLAT can have clients. */
bool tether_serves(const struct dev *dev)
{
	return dev_pair(dev) && can_be_quoted(dev->ifname);
}

static bool serves(const struct dev *dev, const struct tether *tether, const struct world *w, bool mapped)
{
	return tether_serves(dev) && tether_is_mapped(tether, w, dev) == mapped;
}

/* Those that map the clients of a hotspot, or those that do not. */
static size_t count_serving(const struct world *w, const struct tether *tether, bool mapped)
{
	size_t i, count = 0;

	for (i = 0; i < w->ndevs && tether_link(w, tether); i++)
		count += serves(&w->devs[i], tether, w, mapped);
	return count;
}

/* Whether there are clients whose connections are tracked. */
static bool any_tracked(const struct tether_state *state, const struct world *w)
{
	size_t i;

	for (i = 0; i < state->count; i++)
		if (count_serving(w, &state->list[i], false))
			return true;
	return false;
}

static bool any_mapped(const struct tether_state *state, const struct world *w)
{
	size_t i;

	for (i = 0; i < state->count; i++)
		if (count_serving(w, &state->list[i], true))
			return true;
	return false;
}

/* { "clat0", "clat1" } */
static void print_clats(FILE *out, const struct world *w, const struct tether *tether, bool mapped)
{
	const char *comma = "{ ";
	size_t i;

	for (i = 0; i < w->ndevs; i++) {
		if (!serves(&w->devs[i], tether, w, mapped))
			continue;
		fprintf(out, "%s\"%s\"", comma, w->devs[i].ifname);
		comma = ", ";
	}
	fprintf(out, " }");
}

/* { 192.168.43.0/24 } */
static void print_subnets(FILE *out, const struct world *w, const struct tether *tether)
{
	struct pair subnets[SUBNETS_MAX];
	char text[INET_ADDRSTRLEN];
	size_t i, count = tether_subnets(tether, w, subnets);

	for (i = 0; i < count; i++) {
		inet_ntop(AF_INET, &subnets[i].v4, text, sizeof(text));
		fprintf(out, "%s%s/%u", i ? ", " : "{ ", text, subnets[i].v4_len);
	}
	fprintf(out, " }");
}

/* Numbers too: a device of the same name that is another one is to be hooked anew. */
static void print_devices(FILE *out, const struct tether_state *state, const struct world *w)
{
	size_t i;

	fprintf(out, "\t#");
	for (i = 0; i < state->count; i++) {
		const struct link *link = tether_link(w, &state->list[i]);

		if (link)
			fprintf(out, " %s %d", link->ifname, link->ifindex);
	}
	for (i = 0; i < w->ndevs; i++)
		if (tether_serves(&w->devs[i]))
			fprintf(out, " %s %u", w->devs[i].ifname, w->devs[i].ifindex);
	fprintf(out, "\n");
}

static void print_flowtable(FILE *out, const struct tether_state *state, const struct world *w)
{
	const char *comma = "";
	size_t i;

	fprintf(out, "\tflowtable fast {\n\t\thook ingress priority 0\n\t\tdevices = { ");
	for (i = 0; i < state->count; i++)
		if (count_serving(w, &state->list[i], false))
			fprintf(out, "\"%s\", ", state->list[i].ifname);
	for (i = 0; i < w->ndevs; i++) {
		if (!tether_serves(&w->devs[i]))
			continue;
		fprintf(out, "%s\"%s\"", comma, w->devs[i].ifname);
		comma = ", ";
	}
	fprintf(out, " }\n\t}\n");
}

#define CLAMP "\t\ttcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu\n"

static void print_between(FILE *out, bool flowtable)
{
	fprintf(out, "\tchain between {\n" CLAMP);
	if (flowtable)
		fprintf(out, "\t\tmeta l4proto { tcp, udp } flow add @fast\n");
	fprintf(out, "\t\taccept\n\t}\n");
}

/* Whether nothing was forwarded before us that came in by an interface, so that only what is ours may be now. */
static bool was_closed(const struct tether_state *state, const struct world *w, int ifindex)
{
	/* Where all is forwarded, what else is forwarded is the business of whoever wants that. */
	return !tether_forwards_all(w) && tether_saved(state, KNOB_FORWARDING4, ifindex, "");
}

/* A second fragment that would write over the flags of the first is none that anybody needs (RFC 3128). */
static void print_inbound(FILE *out)
{
	fprintf(out, "\tchain mapped {\n" CLAMP "\t\taccept\n\t}\n"
		"\tchain inbound {\n\t\ttcp flags & (syn | ack) == syn drop\n"
		"\t\tip protocol tcp ip frag-off & 0x1fff == 1 drop\n\t\tgoto mapped\n\t}\n");
}

static void print_untracked(FILE *out, const struct tether_state *state, const struct world *w)
{
	size_t i;

	fprintf(out, "\tchain untracked {\n\t\ttype filter hook prerouting priority raw; policy accept;\n");
	for (i = 0; i < state->count; i++) {
		const struct tether *tether = &state->list[i];

		if (!count_serving(w, tether, true))
			continue;
		fprintf(out, "\t\tiifname \"%s\" ip saddr ", tether->ifname);
		print_subnets(out, w, tether);
		fprintf(out, " fib daddr oifname ");
		print_clats(out, w, tether, true);
		fprintf(out, " notrack\n\t\tiifname ");
		print_clats(out, w, tether, true);
		fprintf(out, " ip daddr ");
		print_subnets(out, w, tether);
		fprintf(out, " notrack\n");
	}
	fprintf(out, "\t}\n");
}

/* From a CLAT to clients that it maps. */
static void print_to_mapped(FILE *out, const struct tether *tether, const struct world *w, const char *what)
{
	fprintf(out, "\t\tiifname ");
	print_clats(out, w, tether, true);
	fprintf(out, " oifname \"%s\" ip daddr ", tether->ifname);
	print_subnets(out, w, tether);
	fprintf(out, " %s\n", what);
}

static void print_mapped_ways(FILE *out, const struct tether *tether, const struct world *w)
{
	if (!count_serving(w, tether, true))
		return;
	fprintf(out, "\t\tiifname \"%s\" oifname ", tether->ifname);
	print_clats(out, w, tether, true);
	fprintf(out, " ip saddr ");
	print_subnets(out, w, tether);
	fprintf(out, " goto mapped\n");
	if (!tether->settings.ping)
		print_to_mapped(out, tether, w, "icmp type echo-request drop");
	print_to_mapped(out, tether, w, "goto inbound");
}

static void print_ways(FILE *out, const struct tether *tether, const struct world *w)
{
	if (!count_serving(w, tether, false))
		return;
	fprintf(out, "\t\tiifname \"%s\" oifname ", tether->ifname);
	print_clats(out, w, tether, false);
	fprintf(out, " goto between\n\t\tiifname ");
	print_clats(out, w, tether, false);
	fprintf(out, " oifname \"%s\" ct state established,related goto between\n", tether->ifname);
}

/*
 * A CLAT that has come into a hotspot's zone of firewalld: what the zone forwards to the interfaces in it is kept out. By
 * name, so that it is closed before the device is there.
 */
static void print_bound(FILE *out, const struct tether_state *state)
{
	size_t i;

	for (i = 0; i < state->nbound; i++)
		if (can_be_quoted(state->bound[i].ifname))
			fprintf(out, "\t\tiifname \"%s\" " UNASKED " drop\n", state->bound[i].ifname);
}

/* What comes last: nothing else is forwarded because of us. */
static void print_end(FILE *out, const struct tether_state *state, const struct world *w)
{
	size_t i;

	for (i = 0; i < state->count; i++) {
		const struct link *link = tether_link(w, &state->list[i]);

		if (link && was_closed(state, w, link->ifindex) && state->list[i].settings.nat44 != NAT44_SYSTEM)
			fprintf(out, "\t\tiifname \"%s\" drop\n", link->ifname);
	}
	for (i = 0; i < w->ndevs && !tether_all_by_system(state); i++)
		if (tether_serves(&w->devs[i]) && was_closed(state, w, (int)w->devs[i].ifindex))
			fprintf(out, "\t\tiifname \"%s\" drop\n", w->devs[i].ifname);
	print_bound(out, state);
}

static void print_forward(FILE *out, const struct tether_state *state, const struct world *w)
{
	size_t i;

	fprintf(out, "\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n");
	for (i = 0; i < state->count; i++) {
		print_mapped_ways(out, &state->list[i], w);
		print_ways(out, &state->list[i], w);
	}
	print_end(out, state, w);
	fprintf(out, "\t}\n");
}

static bool has_strange(const struct tether_state *state)
{
	size_t i;

	for (i = 0; i < state->nbound && !state->bound[i].strange; i++)
		;
	return i < state->nbound;
}

/* What listens on the hotspot's address does so for its clients. */
static void print_closed(FILE *out, const struct tether *tether, const struct world *w)
{
	if (!count_serving(w, tether, true))
		return;
	fprintf(out, "\t\tiifname ");
	print_clats(out, w, tether, true);
	fprintf(out, " ip daddr ");
	print_subnets(out, w, tether);
	fprintf(out, " drop\n");
}

/* And what a zone lets the phone itself be asked by a CLAT that has come into it. */
static void print_input(FILE *out, const struct tether_state *state, const struct world *w)
{
	size_t i;

	fprintf(out, "\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n");
	for (i = 0; i < state->count; i++)
		print_closed(out, &state->list[i], w);
	for (i = 0; i < state->nbound; i++)
		if (state->bound[i].strange && can_be_quoted(state->bound[i].ifname))
			fprintf(out, "\t\tiifname \"%s\" " UNASKED " drop\n", state->bound[i].ifname);
	fprintf(out, "\t}\n");
}

static void print_postrouting(FILE *out, const struct tether_state *state, const struct world *w)
{
	size_t i;

	fprintf(out, "\tchain postrouting {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n");
	for (i = 0; i < state->count; i++) {
		if (state->list[i].settings.nat44 == NAT44_SYSTEM || !count_serving(w, &state->list[i], false))
			continue;
		fprintf(out, "\t\tiifname \"%s\" oifname ", state->list[i].ifname);
		print_clats(out, w, &state->list[i], false);
		fprintf(out, " masquerade\n");
	}
	fprintf(out, "\t}\n");
}

/**
 * tether_rules - the commands that replace the table
 * @state: what is on, after tether_forward()
 * @w: what the kernel has
 * @flowtable: with one
 *
 * Returns text to be freed, or NULL when out of memory.
 */
char *tether_rules(const struct tether_state *state, const struct world *w, bool flowtable)
{
	size_t size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	flowtable = flowtable && any_tracked(state, w);
	fprintf(out, TETHER_NO_RULES "table ip clat {\n");
	print_devices(out, state, w);
	if (flowtable)
		print_flowtable(out, state, w);
	if (any_tracked(state, w))
		print_between(out, flowtable);
	if (any_mapped(state, w)) {
		print_inbound(out);
		print_untracked(out, state, w);
	}
	print_forward(out, state, w);
	if (any_mapped(state, w) || has_strange(state))
		print_input(out, state, w);
	if (any_tracked(state, w) && !tether_all_by_system(state))
		print_postrouting(out, state, w);
	fprintf(out, "}\n");
	return fclose(out) ? NULL : text;
}
