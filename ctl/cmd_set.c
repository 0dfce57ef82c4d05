// SPDX-License-Identifier: GPL-2.0
/* clatctl set: change attributes of a clat device in one step. */
#include "attr.h"
#include "genl.h"
#include "show.h"

#include <stdio.h>

static int run(int argc, char **argv)
{
	struct dev dev = { 0 }, now;
	int code;

	if (argc < 2)
		return usage(&cmd_set, "no DEV given");
	if (argc < 3)
		return usage(&cmd_set, "no attribute given for '%s'", argv[1]);
	code = attr_parse(&cmd_set, argc - 2, argv + 2, &dev);
	if (!code)
		code = genl_find(argv[1], &now);
	if (code)
		return code;
	dev.ifindex = now.ifindex;
	snprintf(dev.ifname, sizeof(dev.ifname), "%s", now.ifname);
	code = genl_dev_set(&dev);
	if (code || !opts.json)
		return code;
	return json_one(argv[1]);
}

const struct command cmd_set = {
	.name = "set",
	.args = "DEV ATTR VALUE...",
	.summary = "change the clat device DEV in one step",
	.help =
"What is given replaces what was, what is not given stays. Traffic sees the old or the new, never a mix.\n"
"If the kernel refuses one attribute, nothing is changed.\n"
"\n" ATTR_HELP
"\n"
"Example:\n"
"  clatctl set clat0 plat 2001:db8:64::/96,64:ff9b::/96\n",
	.run = run,
};
