// SPDX-License-Identifier: GPL-2.0
/* clatctl status: is IPv4 going through, by what way, and how much. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attr.h"
#include "client.h"
#include "genl.h"
#include "rates.h"
#include "rtnl.h"
#include "show.h"

/* A device that goes away while it is read is left out. */
static void add_instance(struct json_object *instances, const struct dev *dev)
{
	struct json_object *object;
	struct stats stats;
	struct link link;

	if (link_get(dev->ifname, &link) || genl_stats_get(dev->ifindex, &stats))
		return;
	object = json_dev(dev, link.mtu);
	json_object_object_add(object, "counters", json_counters(&stats));
	json_object_array_add(instances, object);
}

/* What the kernel tells, where there is no daemon. */
static int ask_kernel(struct json_object **root)
{
	struct json_object *instances;
	size_t i, count;
	struct dev *list;
	int code = genl_dev_list(&list, &count);

	if (code)
		return code;
	*root = json_schema();
	instances = json_instances(*root);
	for (i = 0; i < count; i++)
		add_instance(instances, &list[i]);
	free(list);
	return CTL_OK;
}

static bool has(struct json_object *instance, const char *key, const char *value)
{
	return !strcmp(json_text(instance, key, ""), value);
}

/* Takes out what was not asked for. Returns whether one of those left is active. */
static bool select_instances(struct json_object *instances, const char *name)
{
	bool active = false;
	size_t i = 0;

	while (i < json_object_array_length(instances)) {
		struct json_object *instance = json_object_array_get_idx(instances, i);

		if (name && !has(instance, "ifname", name) && !has(instance, "uplink", name)) {
			json_object_array_del_idx(instances, i, 1);
			continue;
		}
		active |= has(instance, "state", "active");
		i++;
	}
	return active;
}

static int inactive(const char *name, size_t shown)
{
	static const struct failure none;

	/* What was shown says it; a device that went away while it was read is no failure. */
	failure_set(&none);
	if (shown)
		return CTL_INACTIVE;
	return fail(CTL_INACTIVE, "clatctl up UPLINK gets IPv4 over an IPv6-only network", "CLAT is not up%s%s",
		    name ? " on " : "", name ? name : "");
}

static int ask_anybody(struct json_object **root)
{
	int code = client_ask(client_request("status"), root);

	return code == CLIENT_NO_DAEMON ? ask_kernel(root) : code;
}

/* What was asked for of @root; returns how many instances that are, and whether one is active. */
static size_t show_all(struct json_object *root, const char *name, bool *active)
{
	struct json_object *instances = json_object_object_get(root, "instances");
	size_t i, shown;

	*active = select_instances(instances, name);
	shown = json_object_array_length(instances);
	for (i = 0; i < shown && !opts.json && !opts.quiet; i++)
		show_instance(json_object_array_get_idx(instances, i));
	return shown;
}

static int show_once(const char *name)
{
	struct json_object *root = NULL;
	int code = ask_anybody(&root);
	bool active;
	size_t shown;

	if (code)
		return code;
	shown = show_all(root, name, &active);
	if (opts.json && shown)
		json_print(root);
	else
		json_object_put(root);
	return active ? CTL_OK : inactive(name, shown);
}

/* One sheet over the other on a terminal, one after the other elsewhere. */
static void show_sheet(struct json_object *root, const char *name, bool first, bool *active)
{
	if (isatty(STDOUT_FILENO))
		say("\033[H\033[J");
	else if (!first)
		say("\n");
	if (!show_all(root, name, active))
		say("CLAT is not up%s%s\n", name ? " on " : "", name ? name : "");
	if (opts.json)
		json_print(json_object_get(root));
}

/* Until it is interrupted, or nobody reads any more. */
static int watch(const char *name, unsigned int seconds)
{
	struct json_object *root = NULL, *before = NULL;
	int64_t then = 0, now = now_ms();
	bool active = false;
	int code;

	wait_catch_signals();
	do {
		code = ask_anybody(&root);
		if (code)
			break;
		if (before)
			rates_add(root, before, now - then);
		show_sheet(root, name, !before, &active);
		json_object_put(before);
		before = root;
		then = now;
		if (fflush(stdout) || ferror(stdout))
			break;
		wait_events(NULL, 0, now + seconds * 1000);
		now = now_ms();
	} while (!interrupted);
	json_object_put(before);
	if (!code && !active)
		code = CTL_INACTIVE;
	return code;
}

static const struct option options[] = {
	{ "watch", optional_argument, NULL, 'w' },
	{ 0 },
};

static int parse(int argc, char **argv, unsigned int *seconds)
{
	unsigned long value = 1;
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c != 'w')
			return usage(&cmd_status, "unknown option '%s'", argv[optind - 1]);
		if (optarg && (attr_number(optarg, 3600, &value) || !value))
			return usage(&cmd_status, "--watch takes seconds from 1 to 3600, not '%s'", optarg);
		*seconds = (unsigned int)value;
	}
	if (argc - optind > 1)
		return usage(&cmd_status, "one UPLINK at a time, then '%s'", argv[optind + 1]);
	return CTL_OK;
}

static int run(int argc, char **argv)
{
	unsigned int seconds = 0;
	int code = parse(argc, argv, &seconds);
	const char *name;

	if (code)
		return code;
	name = optind < argc ? argv[optind] : NULL;
	return seconds ? watch(name, seconds) : show_once(name);
}

const struct command cmd_status = {
	.name = "status",
	.args = "[UPLINK] [--watch[=SECONDS]]",
	.summary = "show whether IPv4 goes through, and how much",
	.help =
"Shows for each CLAT, or for the one on UPLINK (the name of the clat device will do as well), its state, the NAT64\n"
"prefix, addresses, traffic both ways, and what was dropped and why. Where the daemon runs, also uplinks without a\n"
"CLAT, and why they have none.\n"
"\n"
"  --watch[=SECONDS]  again every second, or every SECONDS, with what flows now, until it is interrupted; with -j an\n"
"                     object a line\n"
"\n"
"Exit codes: 0 at least one is active; 3 none is.\n",
	.run = run,
};
