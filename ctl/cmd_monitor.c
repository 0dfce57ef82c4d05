// SPDX-License-Identifier: GPL-2.0
/* clatctl monitor: tell of changes as they happen. */
#include <stdio.h>

#include "genl.h"
#include "show.h"

static void print_event(bool deleted, const struct dev *dev)
{
	char buf[128];
	size_t i;

	if (deleted) {
		printf("deleted %s\n", dev->ifname);
		return;
	}
	printf("changed %s: uplink %s state %s plat ", dev->ifname, show_uplink(dev, buf, sizeof(buf)),
	       state_name(dev->state));
	for (i = 0; i < dev->nplat; i++)
		printf("%s%s", i ? "," : "", show_plat(&dev->plat[i], buf, sizeof(buf)));
	printf("%s map ", dev->nplat ? "" : "none");
	for (i = 0; i < dev->nmap; i++)
		printf("%s%s", i ? "," : "", show_pair(&dev->map[i], buf, sizeof(buf)));
	printf("%s\n", dev->nmap ? "" : "none");
}

static void json_event(bool deleted, const struct dev *dev)
{
	struct json_object *root = json_schema(), *object;

	json_object_object_add(root, "event", json_object_new_string(deleted ? "deleted" : "changed"));
	if (deleted) {
		object = json_object_new_object();
		json_object_object_add(object, "ifname", json_object_new_string(dev->ifname));
		json_object_object_add(object, "ifindex", json_object_new_int64(dev->ifindex));
	} else {
		object = json_dev(dev, 0);
	}
	json_object_array_add(json_instances(root), object);
	json_print(root);
}

/* Stops when nobody reads any more. */
static bool on_event(bool deleted, const struct dev *dev)
{
	if (opts.json)
		json_event(deleted, dev);
	else
		print_event(deleted, dev);
	return fflush(stdout) == 0 && !ferror(stdout);
}

static int run(int argc, char **argv)
{
	if (argc > 1)
		return usage(&cmd_monitor, "takes no argument, but got '%s'", argv[1]);
	return genl_monitor(on_event);
}

const struct command cmd_monitor = {
	.name = "monitor",
	.args = "",
	.summary = "print changes of clat devices as they happen",
	.help =
"Prints a line for each device that is made, changed or deleted, until it is interrupted; with -j an object a line.\n"
"With -v it says \"listening\" on stderr once no change can be missed.\n",
	.run = run,
};
