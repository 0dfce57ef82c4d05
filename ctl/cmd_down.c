// SPDX-License-Identifier: GPL-2.0
/*
 * clatctl down: take away what up made. Nothing is remembered between the two: the device's map names the addresses,
 * and addresses and routes of the device go with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "genl.h"
#include "offload.h"
#include "show.h"
#include "tether.h"
#include "up.h"
#include "world.h"

static bool is_ours(const struct addr *addr, const struct dev *dev)
{
	size_t i;

	for (i = 0; i < dev->nmap; i++)
		if (dev->map[i].v6_len == 128 && !memcmp(&addr->v6, &dev->map[i].v6, sizeof(addr->v6)))
			return addr->len == 128 && !addr->preferred;
	return false;
}

/* The addresses that the device's map names, where an interface has them as the deprecated /128 that up adds: the
 * uplink, or one that was the uplink before it was detached. */
static int remove_addresses(const struct dev *dev)
{
	char ifname[IF_NAMESIZE];
	struct addr *list;
	size_t i, count;
	int code = addr_list(AF_INET6, 0, &list, &count);

	for (i = 0; !code && i < count; i++)
		if (is_ours(&list[i], dev) && if_indextoname((unsigned int)list[i].ifindex, ifname))
			code = addr_del(&list[i], ifname);
	free(list);
	return code;
}

/* The device last: as long as it is there, another run can finish what this one could not. */
int down_device(const struct dev *dev)
{
	const struct pair *pair = dev_pair(dev);
	int code = dev->shared ? CTL_OK : remove_addresses(dev);

	if (!code && pair)
		code = rules_del(pair->v4);
	if (!code && dev->uplink)
		offload_restore((int)dev->uplink);
	return code ? code : link_del((int)dev->ifindex, dev->ifname);
}

static bool wanted(const struct dev *dev, const char *name)
{
	return !name || !strcmp(dev->ifname, name) || (dev->uplink && !strcmp(dev->uplink_name, name));
}

/**
 * down_devices - take down clat devices
 * @name: of the device or of its uplink, or NULL for all
 * @all: for all even if there are several
 * @instances: JSON array, told of each that was taken down
 *
 * One that fails does not stop the others. Returns an exit code with the failure recorded, CTL_INACTIVE if there was
 * none.
 */
int down_devices(const char *name, bool all, struct json_object *instances)
{
	struct failure cause = { 0 };
	size_t i, count, done = 0;
	struct dev *list;
	int code = genl_dev_list(&list, &count);

	if (!code && count > 1 && !all && !name)
		code = usage(&cmd_down, "%zu clat devices are there: name an UPLINK, or say --all", count);
	for (i = 0; !code && i < count; i++) {
		if (!wanted(&list[i], name))
			continue;
		done++;
		if (down_device(&list[i]))
			cause = failure_get();
		else
			json_object_array_add(instances, json_dev(&list[i], 0));
	}
	free(list);
	if (all)
		offload_restore_all();
	if (cause.code) {
		failure_set(&cause);
		return cause.code;
	}
	if (code || done)
		return code;
	if (name && !if_nametoindex(name))
		return fail(CTL_NODEV, "see: clatctl status", "no interface '%s', and no CLAT on it", name);
	return fail(CTL_INACTIVE, NULL, "CLAT is not up%s%s: nothing to take down", name ? " on " : "", name ? name : "");
}

static int parse(int argc, char **argv, bool *all, const char **name)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--all"))
			*all = true;
		else if (argv[i][0] == '-')
			return usage(&cmd_down, "unknown option '%s'", argv[i]);
		else if (*name)
			return usage(&cmd_down, "one UPLINK at a time, then '%s'", argv[i]);
		else
			*name = argv[i];
	}
	if (*all && *name)
		return usage(&cmd_down, "--all and '%s' contradict each other", *name);
	return CTL_OK;
}

static void print(struct json_object *instances)
{
	struct json_object *uplink, *ifname;
	size_t i;

	for (i = 0; i < json_object_array_length(instances); i++) {
		struct json_object *instance = json_object_array_get_idx(instances, i);

		json_object_object_get_ex(instance, "ifname", &ifname);
		json_object_object_get_ex(instance, "uplink", &uplink);
		say("%s: down%s%s\n", json_object_get_string(ifname), uplink ? " on " : "",
		    uplink ? json_object_get_string(uplink) : "");
	}
}

/* By ourselves: no daemon is there. */
static int one_shot(const char *name, bool all, struct json_object *instances)
{
	/* Without permission there is nothing to lock, and the kernel says so. */
	int code = geteuid() == 0 ? lock_netns() : CTL_OK;
	struct failure cause;
	bool hotspot = false;
	int err;

	if (code)
		return code;
	code = down_devices(name, all, instances);
	if (!all)
		return code ? code : tether_follow();
	cause = failure_get();
	err = tether_drop_all(&hotspot);
	/* A CLAT that could not be taken away is told, but does not keep the hotspot on. */
	if (code && code != CTL_INACTIVE && code != CTL_NOMODULE) {
		failure_set(&cause);
		return code;
	}
	return err || hotspot ? err : code;
}

static int by_daemon(const char *name, bool all, struct json_object **answer)
{
	struct json_object *request = client_request("down");

	if (name)
		json_object_object_add(request, "uplink", json_object_new_string(name));
	json_object_object_add(request, "all", json_object_new_boolean(all));
	return client_ask(request, answer);
}

static int run(int argc, char **argv)
{
	struct json_object *root, *instances;
	const char *name = NULL;
	bool all = false;
	int code = parse(argc, argv, &all, &name);

	if (code)
		return code;
	code = by_daemon(name, all, &root);
	if (code == CLIENT_NO_DAEMON) {
		root = json_schema();
		code = one_shot(name, all, json_instances(root));
	}
	/* As text, what was done is told also where something else failed. */
	if (root && json_object_object_get_ex(root, "instances", &instances))
		print(instances);
	if (opts.json && !code)
		json_print(root);
	else
		json_object_put(root);
	return code;
}

const struct command cmd_down = {
	.name = "down",
	.args = "[UPLINK|--all]",
	.summary = "take away what up made",
	.help =
"Removes the IPv4 default route, the clat device with its addresses, and the IPv6 address that up gave to UPLINK. The\n"
"name of the clat device will do as well. Without a name it takes down the only one there is; --all takes down every\n"
"clat device of the network namespace, and switches hotspots off.\n"
"\n"
"Exit codes: 0 done; 3 nothing was up.\n",
	.run = run,
};
