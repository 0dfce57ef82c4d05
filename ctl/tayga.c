// SPDX-License-Identifier: GPL-2.0
/*
 * clat-tayga: what is called as TAYGA is, reads a tayga.conf, and has the kernel translate. ConnMan's CLAT plugin, which
 * starts TAYGA, gets a clat device that way. This is its command line; see clat-tayga.8.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "rtnl.h"
#include "tayga.h"

#define CONF_FILE "/etc/tayga.conf"

static const char help[] =
"usage: clat-tayga [OPTION]...           translate, until told to stop\n"
"       clat-tayga --mktun [OPTION]...   make the device and end\n"
"       clat-tayga --rmtun [OPTION]...   delete the device and end\n"
"\n"
"Does what TAYGA does for a CLAT, with a clat device of the kernel: for ConnMan, whose clat.conf names it by Tayga=.\n"
"\n"
"  -c, --config FILE     read FILE; " CONF_FILE " if it is not given\n"
"  -n, --nodetach        stay in the foreground; this or -d must be given, for there is nothing else\n"
"  -d                    the same\n"
"  -p, --pidfile FILE    write the process ID to FILE\n"
"  -u, --user ID         ignored: it needs CAP_NET_ADMIN for as long as it runs\n"
"  -g, --group ID        ignored, likewise\n"
"  -r, --chroot          ignored: nothing is in data-dir\n"
"      --help, --version\n"
"\n"
"Exit codes are those of clatctl.\n";

enum { OPTION_MKTUN = 256, OPTION_RMTUN, OPTION_HELP, OPTION_VERSION };

static const struct option long_options[] = {
	{ "mktun", no_argument, NULL, OPTION_MKTUN },
	{ "rmtun", no_argument, NULL, OPTION_RMTUN },
	{ "config", required_argument, NULL, 'c' },
	{ "nodetach", no_argument, NULL, 'n' },
	{ "user", required_argument, NULL, 'u' },
	{ "group", required_argument, NULL, 'g' },
	{ "chroot", no_argument, NULL, 'r' },
	{ "pidfile", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ 0 },
};

static const char see_help[] = "see: clat-tayga --help";

struct call {
	int action;			/* OPTION_MKTUN, OPTION_RMTUN, or 0 to translate */
	const char *config;
	const char *pidfile;
	bool stay;
};

static int set_action(struct call *call, int action)
{
	if (call->action && call->action != action)
		return fail(CTL_USAGE, see_help, "--mktun and --rmtun contradict each other");
	call->action = action;
	return -1;
}

/* Returns -1 to go on, else the exit code. */
static int take_option(struct call *call, int c, const char *word)
{
	switch (c) {
	case OPTION_MKTUN:
	case OPTION_RMTUN:
		return set_action(call, c);
	case 'c':
		call->config = optarg;
		return -1;
	case 'p':
		call->pidfile = optarg;
		return -1;
	case 'd':
	case 'n':
		call->stay = true;
		return -1;
	case 'u':
	case 'g':
		warning("-%c %s is ignored: CAP_NET_ADMIN is needed for as long as it runs", c, optarg);
		return -1;
	case 'r':
		warning("--chroot is ignored: nothing is in data-dir");
		return -1;
	case OPTION_HELP:
		fputs(help, stdout);
		return CTL_OK;
	case OPTION_VERSION:
		printf("clat-tayga %s\n", clat_version);
		return CTL_OK;
	case ':':
		return fail(CTL_USAGE, see_help, "option '%s' needs a value", word);
	default:
		return fail(CTL_USAGE, see_help, "unknown option '%s'", word);
	}
}

static int parse_options(int argc, char **argv, struct call *call)
{
	int c, code = -1;

	opterr = 0;
	while (code < 0 && (c = getopt_long(argc, argv, ":c:dnu:g:rp:", long_options, NULL)) != -1)
		code = take_option(call, c, argv[optind - 1]);
	if (code < 0 && optind < argc)
		return fail(CTL_USAGE, see_help, "takes no argument, but got '%s'", argv[optind]);
	if (code < 0 && !call->action && !call->stay)
		return fail(CTL_USAGE, see_help, "cannot detach: have a service manager run it, with --nodetach");
	return code;
}

/* What cannot be had, of what ConnMan always writes. */
static void warn_of(const struct tayga_conf *conf)
{
	if (conf->dynamic_pool[0])
		warning("dynamic-pool %s is ignored: hosts that have no map need NAT44, as ConnMan's hotspot has it",
			conf->dynamic_pool);
	if (conf->strict_frag_hdr)
		warning("strict-frag-hdr on is ignored: only fragments get a fragment header (RFC 7915)");
}

static int write_pid(const char *path)
{
	FILE *file = fopen(path, "we");
	bool failed = !file || fprintf(file, "%d\n", (int)getpid()) < 0;

	if (file && fclose(file))
		failed = true;
	return failed ? fail(CTL_REFUSED, NULL, "cannot write %s: %s", path, strerror(errno)) : CTL_OK;
}

static int translate(const struct call *call, const struct tayga_conf *conf)
{
	bool made = false;
	int ifindex, code;

	warn_of(conf);
	code = tayga_hold(conf);
	if (!code)
		code = tayga_make(conf, &ifindex, &made);
	if (code)
		return code;
	if (call->pidfile)
		code = write_pid(call->pidfile);
	if (!code)
		code = tayga_run(conf, ifindex);
	if (call->pidfile)
		unlink(call->pidfile);
	/* As TAYGA does: the device stays only if --mktun has made it. */
	if (made && code != CTL_NODEV)
		link_del(ifindex, conf->dev.ifname);
	return code;
}

static int act(const struct call *call)
{
	struct tayga_conf conf;
	bool made;
	int ifindex, code = tayga_load(call->config, &conf);

	if (code)
		return code;
	if (call->action == OPTION_MKTUN)
		return tayga_make(&conf, &ifindex, &made);
	if (call->action == OPTION_RMTUN)
		return tayga_remove(&conf);
	return translate(call, &conf);
}

int main(int argc, char **argv)
{
	struct call call = { .config = CONF_FILE };
	int code;

	program = "clat-tayga";
	/* A line at a time, for a parent that reads it; and it may go away without us. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	wait_catch_signals();
	code = parse_options(argc, argv, &call);
	if (code < 0)
		code = act(&call);
	/* No line ends in what the kernel calls an error, which ConnMan would take for a request: but for the hints that are. */
	if (code)
		failure_print(": giving up");
	return code;
}
