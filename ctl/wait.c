// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting: the clock that time-outs are measured with, and the one place where signals are let in, so that they end a
 * wait and never a half-done step.
 */
#include <signal.h>
#include <time.h>

#include "ctl.h"

volatile sig_atomic_t interrupted;

static sigset_t waiting_mask;

static void on_signal(int signo)
{
	interrupted = signo;
}

/* From here on SIGINT and SIGTERM only set the flag, and only while wait_events() waits. */
void wait_catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t blocked;

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &waiting_mask);
	sigdelset(&waiting_mask, SIGINT);
	sigdelset(&waiting_mask, SIGTERM);
}

/* Milliseconds of a clock that never jumps. */
int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* As poll(); @until is on the clock of now_ms(), or negative for ever. Returns -1 with @interrupted set on a signal. */
int wait_events(struct pollfd *fds, nfds_t count, int64_t until)
{
	int64_t left = until - now_ms();
	struct timespec ts;

	if (left < 0)
		left = 0;
	ts.tv_sec = left / 1000;
	ts.tv_nsec = left % 1000 * 1000000;
	return ppoll(fds, count, until < 0 ? NULL : &ts, &waiting_mask);
}
