// SPDX-License-Identifier: GPL-2.0
/* clatctl up: IPv4 over an IPv6-only uplink, in one shot. Running it again keeps what is right and repairs the rest. */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "client.h"
#include "conf.h"
#include "show.h"
#include "tether.h"
#include "up.h"

static const struct option options[] = {
	{ "server", required_argument, NULL, 's' },
	{ "timeout", required_argument, NULL, 't' },
	{ "plat", required_argument, NULL, 'p' },
	{ "address", required_argument, NULL, 'a' },
	{ "dev", required_argument, NULL, 'd' },
	{ "metric", required_argument, NULL, 'm' },
	{ "force", no_argument, NULL, 'f' },
	{ 0 },
};

static int parse_address(const char *text, struct up *up)
{
	const struct in6_addr *a = &up->address;

	up->shared = !strcmp(text, "shared");
	up->have_address = !up->shared && strcmp(text, "stable");
	if (!up->have_address)
		return CTL_OK;
	if (inet_pton(AF_INET6, text, &up->address) != 1 || IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_LOOPBACK(a) ||
	    IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_MULTICAST(a))
		return usage(&cmd_up, "--address '%s' is neither stable, shared nor a global IPv6 address", text);
	return CTL_OK;
}

static int parse_metric(const char *text, struct up *up)
{
	unsigned long value;

	if (attr_number(text, UINT32_MAX, &value))
		return usage(&cmd_up, "--metric '%s' is no number", text);
	up->metric = (uint32_t)value;
	return CTL_OK;
}

static int parse_plat(const char *text, struct up *up)
{
	int code = attr_plat(text, &up->plat);

	if (!code && !up->plat.nplat)
		return usage(&cmd_up, "--plat '%s' names no prefix", text);
	return code;
}

static int parse_option(int c, char **argv, struct up *up)
{
	switch (c) {
	case 's':
		return ask_server(&cmd_up, &up->ask, optarg);
	case 't':
		return ask_timeout(&cmd_up, &up->ask, optarg);
	case 'p':
		return parse_plat(optarg, up);
	case 'a':
		return parse_address(optarg, up);
	case 'd':
		up->dev_name = optarg;
		return CTL_OK;
	case 'm':
		return parse_metric(optarg, up);
	case 'f':
		up->force = true;
		return CTL_OK;
	case ':':
		return usage(&cmd_up, "option '%s' needs a value", argv[optind - 1]);
	default:
		return usage(&cmd_up, "unknown option '%s'", argv[optind - 1]);
	}
}

static int parse(int argc, char **argv, struct up *up)
{
	int c, code = CTL_OK;

	optind = 0;
	while (!code && (c = getopt_long(argc, argv, ":", options, NULL)) != -1)
		code = parse_option(c, argv, up);
	if (code)
		return code;
	if (optind == argc)
		return usage(&cmd_up, "no UPLINK given");
	if (argc - optind > 1)
		return usage(&cmd_up, "one UPLINK at a time, then '%s'", argv[optind + 1]);
	up->uplink_name = argv[optind];
	return CTL_OK;
}

static void print(const struct up *up)
{
	const struct dev *dev = &up->want;
	char v4[INET_ADDRSTRLEN], v6[INET6_ADDRSTRLEN], plat[64];
	size_t i;

	inet_ntop(AF_INET, &up->v4.v4, v4, sizeof(v4));
	inet_ntop(AF_INET6, &up->v6.v6, v6, sizeof(v6));
	say("%s: up on %s\n", dev->ifname, up->uplink_name);
	for (i = 0; i < dev->nplat; i++) {
		show_plat(&dev->plat[i], plat, sizeof(plat));
		if (up->discovery.count)
			say("  plat   %s, from DNS server %s, ttl %u\n", plat, up->discovery.server, up->discovery.ttl);
		else
			say("  plat   %s, as given\n", plat);
	}
	say("  ipv4   %s on %s\n", v4, dev->ifname);
	say("  ipv6   %s on %s%s%s\n", v6, up->uplink_name, up->shared ? ", shared with IPv6 itself" : "",
	    address_is_neutral(&up->v6.v6, up->v4.v4, &dev->plat[0]) ? ", checksum-neutral" : "");
	say("  route  default dev %s src %s metric %u\n", dev->ifname, v4, up->metric);
}

static void replace_plat(struct json_object *object, const struct up *up)
{
	struct json_object *array = json_object_new_array();
	bool dns = up->discovery.count;
	size_t i;

	for (i = 0; i < up->want.nplat; i++)
		json_object_array_add(array, json_plat(&up->want.plat[i], dns ? "dns" : "configured",
						       dns ? (int64_t)up->discovery.ttl : -1));
	json_object_object_add(object, "plat", array);
}

static int json(const struct up *up)
{
	struct json_object *root, *object;
	struct link link;
	struct dev dev;
	int code = genl_dev_get(up->want.ifindex, &dev);

	if (!code)
		code = link_get(dev.ifname, &link);
	if (code)
		return code;
	root = json_schema();
	object = json_dev(&dev, link.mtu);
	replace_plat(object, up);
	json_object_object_add(object, "metric", json_object_new_int64(up->metric));
	json_object_array_add(json_instances(root), object);
	return json_print(root);
}

static int one_shot(struct up *up)
{
	int code = up_check(up);

	if (!code)
		code = up_choose_plat(&cmd_up, up);
	if (!code)
		code = up_choose_v4(up);
	if (!code)
		code = up_choose_v6(up);
	if (!code)
		code = up_apply(up);
	if (!code)
		code = tether_follow();
	if (code)
		return code;
	if (opts.json)
		return json(up);
	print(up);
	return CTL_OK;
}

/* What the options say is for the daemon's configuration to say, where there is one. */
static int by_daemon(const char *uplink, bool has_options)
{
	struct json_object *request, *answer, *instances;
	int code;

	if (has_options && client_daemon_runs())
		return fail(CTL_USAGE, "say it in /etc/clat/clat.conf, or stop the daemon; see: man clat.conf",
			    "the daemon looks after %s, and \"up\" takes no options then", uplink);
	if (has_options)
		return CLIENT_NO_DAEMON;
	request = client_request("up");
	json_object_object_add(request, "uplink", json_object_new_string(uplink));
	code = client_ask(request, &answer);
	if (code)
		return code;
	if (opts.json)
		return json_print(answer);
	if (!opts.quiet && json_object_object_get_ex(answer, "instances", &instances))
		show_instance(json_object_array_get_idx(instances, 0));
	json_object_put(answer);
	return CTL_OK;
}

static int run(int argc, char **argv)
{
	struct up up = { .metric = METRIC_DEFAULT };
	int code = parse(argc, argv, &up);

	if (!code)
		code = by_daemon(up.uplink_name, argc > 2);
	return code == CLIENT_NO_DAEMON ? one_shot(&up) : code;
}

const struct command cmd_up = {
	.name = "up",
	.args = "UPLINK [OPTIONS]",
	.summary = "get IPv4 over the IPv6-only network on UPLINK",
	.help =
"Finds the network's NAT64 prefix by DNS, gives UPLINK one more IPv6 address for the translated packets, makes a clat\n"
"device with an IPv4 address of 192.0.0.0/29, and points the IPv4 default route to it. If a step fails, all steps\n"
"before it are undone. Run again, it keeps what is right and repairs the rest. \"down\" takes all of it away.\n"
"Where the daemon runs, it does all this, as its configuration says, and keeps it right.\n"
"\n"
"Options:\n" ASK_HELP
"  --plat PREFIX/LEN[,...]      use this NAT64 prefix and do not ask DNS\n"
"  --address ADDR|stable|shared use this IPv6 address for the translated packets, or make one, the default, or share\n"
"                               one that UPLINK has\n"
"  --dev DEV                    name of the clat device, clat0 or the next free by default\n"
"  --metric N                   metric of the IPv4 default route, 2048 by default\n"
"  --force                      go on although UPLINK has an IPv4 default route of its own\n"
"\n"
"Examples:\n"
"  clatctl up wwan0\n"
"  clatctl up wwan0 --plat 64:ff9b::/96\n"
"\n"
"Exit codes: 0 done; 4 DNS did not answer; 5 UPLINK has IPv4 of its own; 6 no IPv6 address to be had; 11 no NAT64.\n",
	.run = run,
};
