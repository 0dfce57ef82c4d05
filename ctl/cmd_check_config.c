// SPDX-License-Identifier: GPL-2.0
/* clatctl check-config: would the daemon take the configuration? */
#include <json-c/json.h>

#include "conf.h"
#include "ctl.h"

static int run(int argc, char **argv)
{
	struct conf conf;
	int code;

	if (argc > 2)
		return usage(&cmd_check_config, "one FOLDER at a time, then '%s'", argv[2]);
	code = conf_load(argc == 2 ? argv[1] : CONF_FOLDER, &conf);
	if (code)
		return code;
	say("the configuration is good\n");
	return opts.json ? json_print(json_schema()) : CTL_OK;
}

const struct command cmd_check_config = {
	.name = "check-config",
	.args = "[FOLDER]",
	.summary = "check the daemon's configuration, and change nothing",
	.help =
"Reads clat.conf and conf.d/*.conf in FOLDER, /etc/clat by default, and tells the first error with file and line.\n"
"\n"
"Exit codes: 0 the configuration is good; 9 it has an error.\n",
	.run = run,
};
