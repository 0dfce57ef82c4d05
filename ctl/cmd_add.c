// SPDX-License-Identifier: GPL-2.0
/* clatctl add: make a clat device, configured, or not at all. */
#include <stdio.h>

#include "attr.h"
#include "genl.h"
#include "rtnl.h"
#include "show.h"

static int configure(const char *ifname, struct dev *dev)
{
	struct failure cause;
	struct link link;
	int code = link_get(ifname, &link);

	if (code || !dev->has)
		return code;
	dev->ifindex = (uint32_t)link.ifindex;
	snprintf(dev->ifname, sizeof(dev->ifname), "%s", ifname);
	code = genl_dev_set(dev);
	if (!code)
		return CTL_OK;
	cause = failure_get();
	link_del(link.ifindex, ifname);
	failure_set(&cause);
	return code;
}

static int run(int argc, char **argv)
{
	struct dev dev = { 0 };
	int code;

	if (argc < 2)
		return usage(&cmd_add, "no DEV given");
	code = attr_parse(&cmd_add, argc - 2, argv + 2, &dev);
	if (!code)
		code = link_add_clat(argv[1]);
	if (!code)
		code = configure(argv[1], &dev);
	if (code || !opts.json)
		return code;
	return json_one(argv[1]);
}

const struct command cmd_add = {
	.name = "add",
	.args = "DEV " ATTR_ARGS,
	.summary = "make the clat device DEV",
	.help =
"Makes the device, down, with the attributes given. If the kernel refuses one, no device is left.\n"
"It carries packets once it has an uplink, a PLAT prefix and a map, and is up: ip link set DEV up.\n"
"\n" ATTR_HELP
"\n"
"Example:\n"
"  clatctl add clat0 uplink wwan0 plat 64:ff9b::/96 map 192.0.0.1=2001:db8:1:2::c1a7\n",
	.run = run,
};
