// SPDX-License-Identifier: GPL-2.0
/* clatctl daemon: looks after all uplinks, until it is told to stop; then everything stays as it is. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "attr.h"
#include "bus_dns.h"
#include "client.h"
#include "daemon.h"
#include "log.h"
#include "loop.h"
#include "notify.h"
#include "resolv_watch.h"
#include "resume.h"

#define SCALE_MAX 1000

static struct watch signals;

static void on_signal(struct watch *watch, uint32_t events)
{
	struct signalfd_siginfo info;

	(void)events;
	if (read(watch->fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo != SIGHUP) {
		notice("stopping: devices, addresses and routes stay, and so do connections");
		notify_stopping();
		loop_stop();
		return;
	}
	notify_reloading();
	if (daemon_reload())
		warning("%s: nothing is changed", failure_get().message);
	else
		notice("configuration read");
	notify_ready();
}

static int watch_signals(void)
{
	sigset_t set;
	int fd;

	/* Who reads our messages may go away; we stay. */
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	signals.ready = on_signal;
	return loop_watch(&signals, fd, EPOLLIN);
}

/* Tests run hours in minutes: CLAT_TIME_SCALE is how many times faster the daemon's clock runs. */
static int read_scale(unsigned int *scale)
{
	const char *text = getenv("CLAT_TIME_SCALE");
	unsigned long value = 1;

	if (text && (attr_number(text, SCALE_MAX, &value) || !value))
		return fail(CTL_USAGE, NULL, "CLAT_TIME_SCALE='%s' is no number from 1 to %d", text, SCALE_MAX);
	*scale = (unsigned int)value;
	return CTL_OK;
}

static int open_all(const struct conf *conf)
{
	unsigned int scale = 1;
	int code = read_scale(&scale), err;

	if (code)
		return code;
	log_keep();
	err = loop_open(scale);
	if (!err)
		err = watch_signals();
	if (err)
		return fail(CTL_REFUSED, NULL, "cannot wait for events: %s", strerror(-err));
	err = resume_open(daemon_resumed);
	if (err)
		warning("cannot learn of the end of a suspend: %s", strerror(-err));
	err = resolv_watch_open(opts.netns, daemon_resolvers_changed);
	if (err)
		warning("cannot watch resolv.conf: %s", strerror(-err));
	bus_dns_follow(daemon_resolvers_changed);
	code = control_open();
	if (code)
		return code;
	notify_open();
	return daemon_open(conf);
}

static int run(int argc, char **argv)
{
	struct conf conf;
	int code, err;

	if (argc > 1)
		return usage(&cmd_daemon, "takes no argument, but got '%s'", argv[1]);
	code = conf_load(CONF_FOLDER, &conf);
	if (!code && geteuid())
		code = fail(CTL_PERM, "run clatctl as root", "no permission to look after the network");
	if (!code && client_daemon_runs())
		code = fail(CTL_REFUSED, "see: clatctl status", "a daemon looks after this network already");
	if (!code)
		code = lock_netns();
	if (!code)
		code = open_all(&conf);
	if (code)
		return code;
	err = loop_run();
	control_close();
	return err ? fail(CTL_REFUSED, NULL, "cannot wait for events: %s", strerror(-err)) : CTL_OK;
}

const struct command cmd_daemon = {
	.name = "daemon",
	.args = "",
	.summary = "look after all uplinks, in the foreground",
	.help =
"Finds the uplinks with an IPv6-only network, sets up CLAT on each as \"up\" does, and keeps it right: prefixes,\n"
"addresses and routes that change, IPv4 that comes and goes, uplinks that come and go. Reads /etc/clat/clat.conf and\n"
"/etc/clat/conf.d/*.conf: see man clat.conf. \"up\", \"down\", \"status\" and \"reload\" talk to it.\n"
"\n"
"When it ends, all stays as it is, for the next start to adopt: \"down --all\" takes it away.\n"
"\n"
"Signals: SIGHUP reads the configuration anew; SIGTERM ends it.\n",
	.run = run,
};
