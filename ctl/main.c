// SPDX-License-Identifier: GPL-2.0
/* clatctl: the table of its commands, and the options that come before one. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

static const struct command *const commands[] = {
	&cmd_up, &cmd_down, &cmd_status, &cmd_tether, &cmd_diag, &cmd_discover, &cmd_daemon, &cmd_reload,
	&cmd_check_config, &cmd_log_level,
	&cmd_add, &cmd_set, &cmd_del, &cmd_show, &cmd_stats, &cmd_monitor,
	NULL,
};

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "netns", required_argument, NULL, 'n' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static const char see_help[] = "see: clatctl --help";

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* Returns -1 to go on with a command, else the exit code. */
static int parse_options(int argc, char **argv)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:jpn:qvhV", long_options, NULL)) != -1) {
		switch (c) {
		case 'p':
			opts.pretty = true;
			/* fallthrough */
		case 'j':
			opts.json = true;
			break;
		case 'n':
			opts.netns = optarg;
			break;
		case 'q':
			opts.quiet = true;
			break;
		case 'v':
			opts.verbose = true;
			break;
		case 'h':
			help_general(commands);
			return CTL_OK;
		case 'V':
			printf("clatctl %s\n", clat_version);
			return CTL_OK;
		case ':':
			return fail(CTL_USAGE, see_help, "option '%s' needs a value", argv[optind - 1]);
		default:
			if (optopt)
				return fail(CTL_USAGE, see_help, "unknown option '-%c'", optopt);
			return fail(CTL_USAGE, see_help, "unknown option '%s'", argv[optind - 1]);
		}
	}
	if (opts.quiet && opts.verbose)
		return fail(CTL_USAGE, see_help, "-q and -v contradict each other");
	if (optind == argc)
		return fail(CTL_USAGE, see_help, "no command given");
	return -1;
}

/* Options of clatctl itself are not looked for behind the command, where a value may look like one. */
static bool is_global_option(const char *word)
{
	size_t i;

	for (i = 0; long_options[i].name; i++)
		if (word[0] == '-' && ((word[1] == long_options[i].val && !word[2]) ||
				       (word[1] == '-' && !strcmp(word + 2, long_options[i].name))))
			return true;
	return false;
}

static int run_command(int argc, char **argv)
{
	const struct command *cmd;
	int code, i;

	if (!strcmp(argv[0], "help")) {
		cmd = argc > 1 ? find_command(argv[1]) : NULL;
		if (cmd)
			help_command(cmd);
		else
			help_general(commands);
		return CTL_OK;
	}
	cmd = find_command(argv[0]);
	if (!cmd)
		return fail(CTL_USAGE, see_help, "unknown command '%s'", argv[0]);
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			help_command(cmd);
			return CTL_OK;
		}
		if (is_global_option(argv[i]))
			return fail(CTL_USAGE, see_help, "option '%s' goes before the command: clatctl %s %s", argv[i],
				    argv[i], argv[0]);
	}
	if (opts.netns) {
		code = netns_enter(opts.netns);
		if (code)
			return code;
	}
	wait_catch_signals();
	return cmd->run(argc, argv);
}

int main(int argc, char **argv)
{
	int code = parse_options(argc, argv);

	if (code < 0)
		code = run_command(argc - optind, argv + optind);
	if (code)
		failure_report();
	code = output_done(code);
	if (interrupted && code) {
		/* Die of the signal, as the caller expects, now that all is undone. */
		sigset_t all;

		signal(interrupted, SIG_DFL);
		raise(interrupted);
		sigfillset(&all);
		sigprocmask(SIG_UNBLOCK, &all, NULL);
	}
	return code;
}
