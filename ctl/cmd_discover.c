// SPDX-License-Identifier: GPL-2.0
/* clatctl discover: find the NAT64 prefix of the network, and change nothing. */
#include <getopt.h>
#include <net/if.h>
#include <stdio.h>

#include "ask.h"
#include "show.h"

static const struct option options[] = {
	{ "server", required_argument, NULL, 's' },
	{ "timeout", required_argument, NULL, 't' },
	{ 0 },
};

static int parse(int argc, char **argv, struct ask *ask)
{
	int c, code = CTL_OK;

	optind = 0;
	while (!code && (c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 's')
			code = ask_server(&cmd_discover, ask, optarg);
		else if (c == 't')
			code = ask_timeout(&cmd_discover, ask, optarg);
		else
			code = usage(&cmd_discover, c == ':' ? "option '%s' needs a value" : "unknown option '%s'",
				     argv[optind - 1]);
	}
	if (!code && argc - optind > 1)
		code = usage(&cmd_discover, "one UPLINK at a time, then '%s'", argv[optind + 1]);
	return code;
}

static void print(const struct discovery *d)
{
	char buf[64];
	size_t i;

	for (i = 0; i < d->count; i++)
		say("%s ttl %u server %s\n", show_plat(&d->prefixes[i], buf, sizeof(buf)), d->ttl, d->server);
}

static void json(const struct discovery *d, const char *uplink)
{
	struct json_object *root = json_schema(), *object = json_object_new_object(), *plat = json_object_new_array();
	size_t i;

	for (i = 0; i < d->count; i++)
		json_object_array_add(plat, json_plat(&d->prefixes[i], "dns", d->ttl));
	json_object_object_add(object, "uplink", uplink ? json_object_new_string(uplink) : NULL);
	json_object_object_add(object, "plat", plat);
	json_object_object_add(object, "ttl", json_object_new_int64(d->ttl));
	json_object_object_add(object, "server", json_object_new_string(d->server));
	json_object_array_add(json_instances(root), object);
	json_print(root);
}

static int run(int argc, char **argv)
{
	const char *uplink = NULL;
	unsigned int ifindex = 0;
	struct discovery d;
	struct ask ask = { 0 };
	int code = parse(argc, argv, &ask);

	if (code)
		return code;
	if (optind < argc) {
		uplink = argv[optind];
		ifindex = if_nametoindex(uplink);
		if (!ifindex)
			return fail(CTL_NODEV, "see: ip link", "no interface '%s'", uplink);
	}
	code = ask_run(&cmd_discover, &ask, uplink, ifindex, &d);
	if (code)
		return code;
	if (opts.json)
		json(&d, uplink);
	else
		print(&d);
	return CTL_OK;
}

const struct command cmd_discover = {
	.name = "discover",
	.args = "[UPLINK] [OPTIONS]",
	.summary = "find the NAT64 prefix of the network by DNS",
	.help =
"Asks DNS servers for the AAAA records of ipv4only.arpa, which only a network with NAT64 has (RFC 7050), and prints\n"
"the prefixes in them, how long they hold (TTL, seconds) and which server told. Changes nothing. With UPLINK it asks\n"
"by that interface, which needs root on old kernels.\n"
"\n"
"Options:\n" ASK_HELP
"\n"
"Examples:\n"
"  clatctl discover\n"
"  clatctl discover wwan0 --server 2001:4860:4860::64\n"
"\n"
"Exit codes: 0 found; 4 no usable answer in time (silence, SERVFAIL, garbage); 11 the servers deny: no NAT64 here.\n",
	.run = run,
};
