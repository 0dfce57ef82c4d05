// SPDX-License-Identifier: GPL-2.0
/* clatctl del: delete a clat device. */
#include "genl.h"
#include "rtnl.h"
#include "show.h"

static int run(int argc, char **argv)
{
	struct dev dev;
	int code;

	if (argc != 2)
		return usage(&cmd_del, argc < 2 ? "no DEV given" : "one DEV at a time, then '%s'", argv[argc - 1]);
	code = genl_find(argv[1], &dev);
	if (!code)
		code = link_del((int)dev.ifindex, argv[1]);
	if (code || !opts.json)
		return code;
	return json_none();
}

const struct command cmd_del = {
	.name = "del",
	.args = "DEV",
	.summary = "delete the clat device DEV",
	.help =
"Deletes the device and nothing else; routes through it go with it. To undo \"up\", which also adds an IPv6\n"
"address to the uplink, use \"down\". Interfaces that are no clat devices are not touched.\n",
	.run = run,
};
