// SPDX-License-Identifier: GPL-2.0
/* clatctl tether: the hotspot on, off, and what is missing for it to work. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "show.h"
#include "tether.h"

enum action { ACTION_ON, ACTION_OFF, ACTION_STATUS };

static const char *const actions[] = { [ACTION_ON] = "on", [ACTION_OFF] = "off", [ACTION_STATUS] = "status" };

#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

struct order {
	enum action action;
	struct tether tether;		/* its name "" for all */
};

static int parse_name(const char *word, struct order *order)
{
	if (order->tether.ifname[0])
		return usage(&cmd_tether, "one DEV at a time, then '%s'", word);
	if (strlen(word) >= IF_NAMESIZE || strpbrk(word, "/\"\\* \t"))
		return usage(&cmd_tether, "'%s' is no name of a hotspot interface", word);
	snprintf(order->tether.ifname, sizeof(order->tether.ifname), "%s", word);
	return CTL_OK;
}

static int parse_nat44(const char *word, struct tether_settings *settings)
{
	return !word || nat44_parse(word, &settings->nat44) ? usage(&cmd_tether, "--nat44 is one of yes, no, system") : CTL_OK;
}

static int parse_own_prefix(const char *word, struct tether_settings *settings)
{
	return !word || own_prefix_parse(word, settings->own_prefix) ?
		       usage(&cmd_tether, "--own-prefix is the name of an uplink, or a pattern") : CTL_OK;
}

/* Returns how many words it took, or 0 with the failure recorded. */
static int parse_option(int argc, char **argv, struct order *order)
{
	struct tether_settings *settings = &order->tether.settings;
	const char *value = argc > 1 ? argv[1] : NULL;

	if (order->action == ACTION_ON && !strcmp(argv[0], "--ipv6"))
		return settings->ipv6 = true;
	if (order->action == ACTION_ON && !strcmp(argv[0], "--ping"))
		return settings->ping = true;
	if (order->action == ACTION_ON && !strcmp(argv[0], "--nat44"))
		return parse_nat44(value, settings) ? 0 : 2;
	if (order->action == ACTION_ON && !strcmp(argv[0], "--own-prefix"))
		return parse_own_prefix(value, settings) ? 0 : 2;
	usage(&cmd_tether, "unknown option '%s'", argv[0]);
	return 0;
}

static int parse(int argc, char **argv, struct order *order)
{
	int i, code = CTL_OK, used;

	if (argc < 2)
		return usage(&cmd_tether, "on, off or status?");
	while (order->action < (enum action)ACTIONS && strcmp(actions[order->action], argv[1]))
		order->action++;
	if (order->action == (enum action)ACTIONS)
		return usage(&cmd_tether, "'%s' is none of on, off, status", argv[1]);
	for (i = 2; i < argc && !code; i += used) {
		used = 1;
		if (argv[i][0] == '-')
			used = parse_option(argc - i, argv + i, order);
		else
			code = parse_name(argv[i], order);
		if (!used)
			return failure_get().code;
	}
	if (!code && order->action != ACTION_STATUS && !order->tether.ifname[0])
		return usage(&cmd_tether, "no DEV: which interface do the clients come by?");
	return code;
}

/* --- one shot ----------------------------------------------------------------------------------------------------- */

static int refuse_name(const struct world *w, const struct tether *tether)
{
	size_t i;

	for (i = 0; i < w->nlinks; i++)
		if (!strcmp(w->links[i].ifname, tether->ifname))
			return fail(CTL_REFUSED, "name the interface that the clients come by",
				    "%s can be no hotspot", tether->ifname);
	return fail(CTL_NODEV, "see: ip link; the daemon waits for an interface that comes later", "no interface '%s'",
		    tether->ifname);
}

static int uplink_of_clat(const struct world *w, const struct tether *tether)
{
	const struct link *link = tether_link(w, tether);

	return link && world_dev_of(w, link->ifindex) ?
		       fail(CTL_REFUSED, "name the interface that the clients come by", "%s is the uplink of %s",
			    tether->ifname, world_dev_of(w, link->ifindex)->ifname) : CTL_OK;
}

/* What was begun is undone, the one that was on before comes back. */
static int switch_on(struct tether_state *state, const struct world *w, const struct tether *tether)
{
	struct tether_state before = *state;
	struct failure cause;
	int code = tether_link(w, tether) ? uplink_of_clat(w, tether) : refuse_name(w, tether);

	if (!code)
		code = tether_put(state, tether);
	if (!code)
		code = tether_state_save(state);
	if (code)
		return code;
	code = tether_sync(state, w);
	if (!code)
		return CTL_OK;
	cause = failure_get();
	memcpy(state->list, before.list, sizeof(state->list));
	state->count = before.count;
	tether_sync(state, w);
	failure_set(&cause);
	return code;
}

static int switch_off(struct tether_state *state, const struct world *w, const struct tether *tether)
{
	int code = tether_remove(state, tether->ifname);

	if (!code)
		code = tether_state_save(state);
	return code ? code : tether_sync(state, w);
}

static int act(const struct order *order, struct tether_state *state, const struct world *w)
{
	switch (order->action) {
	case ACTION_ON:
		return switch_on(state, w, &order->tether);
	case ACTION_OFF:
		return switch_off(state, w, &order->tether);
	default:
		return CTL_OK;
	}
}

static void read_again(struct world *w)
{
	world_free(w);
	if (tether_world(w))
		world_free(w);
}

static int one_shot(const struct order *order, struct json_object **root)
{
	const char *ifname = order->tether.ifname[0] ? order->tether.ifname : NULL;
	struct json_object *array = json_object_new_array();
	struct tether_state state;
	struct world w = { 0 };
	/* Without permission there is nothing to lock, and the kernel says so. */
	int code = order->action != ACTION_STATUS && geteuid() == 0 ? lock_netns() : CTL_OK;

	if (!code)
		code = tether_state_load(&state);
	if (!code)
		code = tether_world(&w);
	if (!code)
		code = act(order, &state, &w);
	if (!code && order->action != ACTION_STATUS)
		code = tether_settle(&state);
	if (!code) {
		read_again(&w);
		tether_describe(array, &state, &w, ifname, true);
	}
	world_free(&w);
	*root = json_schema();
	json_object_object_add(*root, "tethers", array);
	return code;
}

/* --- by the daemon, or by ourselves ------------------------------------------------------------------------------- */

static int by_daemon(const struct order *order, struct json_object **root)
{
	struct json_object *request = client_request("tether");

	json_object_object_add(request, "action", json_object_new_string(actions[order->action]));
	if (order->tether.ifname[0])
		json_object_object_add(request, "dev", json_object_new_string(order->tether.ifname));
	json_object_object_add(request, "nat44", json_object_new_string(nat44_name(order->tether.settings.nat44)));
	json_object_object_add(request, "ipv6", json_object_new_boolean(order->tether.settings.ipv6));
	json_object_object_add(request, "ping", json_object_new_boolean(order->tether.settings.ping));
	json_object_object_add(request, "own-prefix", json_object_new_string(order->tether.settings.own_prefix));
	return client_ask(request, root);
}

/* Whether each hotspot shown has all that its clients need. */
static bool all_active(struct json_object *array)
{
	struct json_object *state;
	size_t i, count = json_object_array_length(array);

	for (i = 0; i < count; i++) {
		json_object_object_get_ex(json_object_array_get_idx(array, i), "state", &state);
		if (strcmp(json_object_get_string(state), "active"))
			return false;
	}
	return count > 0;
}

static int show(const struct order *order, struct json_object *root)
{
	struct json_object *array;
	size_t i, count;
	bool active;

	json_object_object_get_ex(root, "tethers", &array);
	active = all_active(array);
	count = json_object_array_length(array);
	for (i = 0; i < count && !opts.json && !opts.quiet && order->action != ACTION_OFF; i++)
		tether_show(json_object_array_get_idx(array, i));
	if (order->action == ACTION_OFF)
		say("%s: off\n", order->tether.ifname);
	if (opts.json)
		json_print(root);
	else
		json_object_put(root);
	if (order->action != ACTION_STATUS || active)
		return CTL_OK;
	return count ? CTL_INACTIVE : fail(CTL_INACTIVE, "clatctl tether on DEV", "no hotspot is on");
}

static int run(int argc, char **argv)
{
	struct order order = { 0 };
	struct json_object *root = NULL;
	int code = parse(argc, argv, &order);

	if (code)
		return code;
	code = by_daemon(&order, &root);
	if (code == CLIENT_NO_DAEMON)
		code = one_shot(&order, &root);
	if (!code)
		return show(&order, root);
	json_object_put(root);
	return code;
}

const struct command cmd_tether = {
	.name = "tether",
	.args = "on|off|status [DEV] [OPTIONS]",
	.summary = "give the clients of a hotspot IPv4 by the CLATs",
	.help =
"DEV is the interface that the clients come by: wlan0, a bridge, usb0. \"on\" lets IPv4 be forwarded between DEV and the\n"
"clat devices, and between nothing else; gives clients the CLAT's IPv4 address (NAT44, ports kept where free), fits the\n"
"segments of their TCP to the path, and hands their connections to a flowtable, where the kernel has one. It may be\n"
"switched on before there is a CLAT, and stays when the CLAT goes. \"off\" restores every value that was changed. Addresses,\n"
"DHCP and DNS for the clients are other programs' business: \"status\" names what is missing. firewalld and ufw are told to\n"
"let the clients through to the clat devices, and nothing else; what drops them besides is named.\n"
"Where the daemon runs, it keeps all this right, also when DEV comes later.\n"
"Without NAT44 each client has an IPv6 address of its own at the NAT64, of the uplink's /64, where that is ours: a mobile\n"
"network's. No connection is tracked, so from outside none can be begun by TCP, while other datagrams pass. Where it\n"
"cannot be, there is NAT44, and \"status\" says why.\n"
"\n"
"Options of \"on\":\n"
"  --nat44 yes|no|system   NAT44 by us, none, or by rules that somebody else makes\n"
"  --own-prefix UPLINK     without NAT44: all of UPLINK's /64 is ours, although others are on its link; a name or pattern\n"
"  --ping                  without NAT44: clients may be pinged from outside\n"
"  --ipv6                  forward IPv6 too: all interfaces that take router advertisements go on taking them\n"
"\n"
"Exit codes: 0 done, or all there; 2 the kernel refused; 3 off, or something is missing; 10 no such interface.\n",
	.run = run,
};
