// SPDX-License-Identifier: GPL-2.0
/* clatctl reload: the daemon reads its configuration anew. */
#include "client.h"
#include "ctl.h"

static int run(int argc, char **argv)
{
	struct json_object *answer;
	int code;

	if (argc > 1)
		return usage(&cmd_reload, "takes no argument, but got '%s'", argv[1]);
	code = client_ask(client_request("reload"), &answer);
	if (code == CLIENT_NO_DAEMON)
		return fail(CTL_INACTIVE, "start it: systemctl start clat, or clatctl daemon", "no daemon is running");
	if (code)
		return code;
	say("configuration read\n");
	if (opts.json)
		return json_print(answer);
	json_object_put(answer);
	return CTL_OK;
}

const struct command cmd_reload = {
	.name = "reload",
	.args = "",
	.summary = "let the daemon read its configuration anew",
	.help =
"If a file has an error, it is told with file and line, and the daemon goes on as before.\n"
"\n"
"Exit codes: 0 done; 3 no daemon is running; 9 the configuration has an error.\n",
	.run = run,
};
