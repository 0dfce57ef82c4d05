// SPDX-License-Identifier: GPL-2.0
/*
 * Another program, run to its end: its descriptor tells the loop of it, a command without a loop waits. What it says is
 * kept only as far as it explains why it failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "ctl.h"

#define CHILD_MS 60000

static const char *const environment[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "HOME=/root", NULL,
};

/* Signals that we block or ignore are its own business again. */
static int spawn(struct child *child, const char *const argv[], int output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, pipes;
	int err;

	sigemptyset(&none);
	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &pipes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	err = posix_spawn(&child->pid, argv[0], &actions, &attributes, (char **)argv, (char **)environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

/* Reaps it. Returns an exit code with the failure recorded: the last line of what it has said. */
static int reap(struct child *child)
{
	char text[256], *line, *end;
	int status = -1;
	ssize_t got;

	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
	got = read(child->output, text, sizeof(text) - 1);
	close(child->output);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return CTL_OK;
	text[got > 0 ? got : 0] = '\0';
	end = text + strlen(text);
	while (end > text && end[-1] == '\n')
		*--end = '\0';
	line = strrchr(text, '\n');
	return fail(CTL_REFUSED, NULL, "%s", text[0] ? (line ? line + 1 : text) : "it was killed");
}

static void on_end(struct watch *watch, uint32_t events)
{
	struct child *child = watch->owner;

	(void)events;
	timer_stop(&child->timer);
	loop_unwatch(&child->watch);
	close(child->watch.fd);
	child->ended(child, reap(child) ? failure_get().message : NULL);
}

/* Its end is told of then. */
static void on_timeout(struct timer *timer)
{
	struct child *child = timer->owner;

	kill(child->pid, SIGKILL);
}

static int start(struct child *child, const char *const argv[])
{
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	/* What it has left behind may hold the other end open. */
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	err = spawn(child, argv, fds[1]);
	close(fds[1]);
	child->output = fds[0];
	child->watch.fd = err ? -1 : (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (!err && child->watch.fd >= 0)
		return 0;
	if (!err) {
		err = errno;
		kill(child->pid, SIGKILL);
		waitpid(child->pid, NULL, 0);
	}
	child->pid = 0;
	close(child->output);
	return -err;
}

/**
 * child_start - run a program, and go on
 * @child: @ended is set; stays the caller's until it is called from the loop, with what went wrong or NULL
 * @argv: a path and its arguments, then NULL
 *
 * Returns 0, or a negative errno and @ended is not called.
 */
int child_start(struct child *child, const char *const argv[])
{
	int err = start(child, argv);

	if (err)
		return err;
	child->watch.ready = on_end;
	child->watch.owner = child;
	child->timer = (struct timer){ .due = on_timeout, .owner = child };
	err = loop_watch(&child->watch, child->watch.fd, EPOLLIN);
	if (err) {
		kill(child->pid, SIGKILL);
		close(child->watch.fd);
		reap(child);
		return err;
	}
	timer_set(&child->timer, loop_now() + loop_real_ms(CHILD_MS));
	return 0;
}

/* For commands without a loop: runs @argv and waits. Returns an exit code with the failure recorded. */
int child_run(const char *const argv[])
{
	struct child child = { 0 };
	struct pollfd pfd = { .events = POLLIN };
	int err = start(&child, argv);

	if (err)
		return fail(CTL_REFUSED, NULL, "cannot run %s: %s", argv[0], strerror(-err));
	pfd.fd = child.watch.fd;
	while (poll(&pfd, 1, CHILD_MS) < 0 && errno == EINTR)
		;
	if (!pfd.revents)
		kill(child.pid, SIGKILL);
	close(child.watch.fd);
	return reap(&child);
}
