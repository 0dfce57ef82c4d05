// SPDX-License-Identifier: GPL-2.0
/* clatctl log-level: how much the daemon tells, from now on. */
#include "client.h"
#include "ctl.h"
#include "log.h"

static int run(int argc, char **argv)
{
	struct json_object *request, *answer;
	enum level level;
	int code;

	if (argc != 2)
		return usage(&cmd_log_level, "one LEVEL");
	if (level_parse(argv[1], &level))
		return usage(&cmd_log_level, "'%s' is none of error, warning, info, debug", argv[1]);
	request = client_request("log-level");
	json_object_object_add(request, "level", json_object_new_string(argv[1]));
	code = client_ask(request, &answer);
	if (code == CLIENT_NO_DAEMON)
		return fail(CTL_INACTIVE, "start it: systemctl start clat, or clatctl daemon", "no daemon is running");
	if (code)
		return code;
	say("log level: %s\n", argv[1]);
	if (opts.json)
		return json_print(answer);
	json_object_put(answer);
	return CTL_OK;
}

const struct command cmd_log_level = {
	.name = "log-level",
	.args = "LEVEL",
	.summary = "let the daemon tell more, or less, of what it does",
	.help =
"LEVEL is error, warning, info or debug. It holds until the daemon's next start, which is at info, or at debug with -v.\n"
"Whatever the level, the daemon keeps the last 64 KiB of its lines in memory, those of debug too: \"diag -o\" has them.\n"
"\n"
"Exit codes: 0 done; 3 no daemon is running.\n",
	.run = run,
};
