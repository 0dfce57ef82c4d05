// SPDX-License-Identifier: GPL-2.0
/* clatctl status: is IPv4 going through, by what way, and how much. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "genl.h"
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

static int show_all(struct json_object *root, const char *name)
{
	struct json_object *instances;
	size_t i, shown;
	bool active;

	json_object_object_get_ex(root, "instances", &instances);
	active = select_instances(instances, name);
	shown = json_object_array_length(instances);
	for (i = 0; i < shown && !opts.json && !opts.quiet; i++)
		show_instance(json_object_array_get_idx(instances, i));
	if (opts.json && shown)
		json_print(root);
	else
		json_object_put(root);
	return active ? CTL_OK : inactive(name, shown);
}

static int run(int argc, char **argv)
{
	struct json_object *root = NULL;
	int code;

	if (argc > 2)
		return usage(&cmd_status, "one UPLINK at a time, then '%s'", argv[2]);
	code = client_ask(client_request("status"), &root);
	if (code == CLIENT_NO_DAEMON)
		code = ask_kernel(&root);
	return code ? code : show_all(root, argc == 2 ? argv[1] : NULL);
}

const struct command cmd_status = {
	.name = "status",
	.args = "[UPLINK]",
	.summary = "show whether IPv4 goes through, and how much",
	.help =
"Shows for each CLAT, or for the one on UPLINK (the name of the clat device will do as well), its state, the NAT64\n"
"prefix, addresses, traffic both ways, and what was dropped and why. Where the daemon runs, also uplinks without a\n"
"CLAT, and why they have none.\n"
"\n"
"Exit codes: 0 at least one is active; 3 none is.\n",
	.run = run,
};
