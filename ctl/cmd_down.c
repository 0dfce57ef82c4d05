// SPDX-License-Identifier: GPL-2.0
/*
 * clatctl down: take away what up made. Nothing is remembered between the two: the device's map names the addresses,
 * and addresses and routes of the device go with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "genl.h"
#include "rtnl.h"
#include "show.h"

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

/* The address first: as long as the device is there, another run can finish what this one could not. */
static int take_down(const struct dev *dev)
{
	char uplink[32];
	int code = remove_addresses(dev);

	if (!code)
		code = link_del((int)dev->ifindex, dev->ifname);
	if (!code && dev->uplink)
		say("%s: down on %s\n", dev->ifname, show_uplink(dev, uplink, sizeof(uplink)));
	else if (!code)
		say("%s: down\n", dev->ifname);
	return code;
}

static bool wanted(const struct dev *dev, const char *name)
{
	return !name || !strcmp(dev->ifname, name) || (dev->uplink && !strcmp(dev->uplink_name, name));
}

/* Takes down what @name names, or all. One that fails does not stop the others. */
static int down(const struct dev *list, size_t count, const char *name)
{
	struct json_object *root = json_schema(), *instances = json_instances(root);
	struct failure cause = { 0 };
	size_t i, done = 0;

	for (i = 0; i < count; i++) {
		if (!wanted(&list[i], name))
			continue;
		done++;
		if (take_down(&list[i]))
			cause = failure_get();
		else
			json_object_array_add(instances, json_dev(&list[i], 0));
	}
	if (!cause.code && done && opts.json)
		json_print(root);
	else
		json_object_put(root);
	if (cause.code) {
		failure_set(&cause);
		return cause.code;
	}
	if (done)
		return CTL_OK;
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

static int run(int argc, char **argv)
{
	const char *name = NULL;
	bool all = false;
	struct dev *list;
	size_t count;
	int code = parse(argc, argv, &all, &name);

	if (code)
		return code;
	/* Without permission there is nothing to lock, and the kernel says so. */
	if (geteuid() == 0)
		code = lock_netns();
	if (code)
		return code;
	code = genl_dev_list(&list, &count);
	if (!code && count > 1 && !all && !name)
		code = usage(&cmd_down, "%zu clat devices are there: name an UPLINK, or say --all", count);
	if (!code)
		code = down(list, count, name);
	free(list);
	return code;
}

const struct command cmd_down = {
	.name = "down",
	.args = "[UPLINK|--all]",
	.summary = "take away what up made",
	.help =
"Removes the IPv4 default route, the clat device with its addresses, and the IPv6 address that up gave to UPLINK. The\n"
"name of the clat device will do as well. Without a name it takes down the only one there is; --all takes down every\n"
"clat device of the network namespace.\n"
"\n"
"Exit codes: 0 done; 3 nothing was up.\n",
	.run = run,
};
