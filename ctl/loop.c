// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's event loop. All timers share one timerfd, which is set to the earliest: a daemon that waits for nothing
 * is not woken up.
 */
#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

static struct {
	int epoll;
	struct watch clock;
	struct timer *first;
	int64_t armed;
	unsigned int scale;
	bool stopped;
} loop = { .epoll = -1, .armed = LOOP_NEVER, .scale = 1 };

/* Milliseconds since boot, suspend included; @scale times as many in a test. */
int64_t loop_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ((int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000) * loop.scale / 1000;
}

/* A span of real time on the loop's clock, for what must not run faster in tests: the machine does not either. */
int64_t loop_real_ms(int64_t ms)
{
	return ms * loop.scale;
}

/* Rounded up: a timer that came early would be set again for less than a millisecond. */
static void arm(void)
{
	int64_t at = loop.first ? loop.first->at : LOOP_NEVER, us;
	struct itimerspec spec = { 0 };

	if (at == loop.armed)
		return;
	loop.armed = at;
	if (at != LOOP_NEVER) {
		us = at > INT64_MAX / 1001 ? INT64_MAX / 1001 : at;
		us = (us * 1000 + loop.scale - 1) / loop.scale;
		if (us <= 0)
			us = 1;
		spec.it_value.tv_sec = us / 1000000;
		spec.it_value.tv_nsec = us % 1000000 * 1000;
	}
	timerfd_settime(loop.clock.fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void run_timers(void)
{
	int64_t now = loop_now();

	while (loop.first && loop.first->at <= now && !loop.stopped) {
		struct timer *timer = loop.first;

		timer_stop(timer);
		timer->due(timer);
	}
}

static void on_clock(struct watch *watch, uint32_t events)
{
	uint64_t count;

	(void)events;
	loop.armed = 0;
	if (read(watch->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		loop.stopped = true;
}

/**
 * loop_open - make the loop
 * @scale: how many times faster than real time its clock runs
 *
 * Returns 0 or a negative errno.
 */
int loop_open(unsigned int scale)
{
	int fd;

	loop.scale = scale;
	loop.stopped = false;
	loop.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop.epoll < 0)
		return -errno;
	fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	loop.clock.ready = on_clock;
	return loop_watch(&loop.clock, fd, EPOLLIN);
}

void loop_close(void)
{
	close(loop.clock.fd);
	close(loop.epoll);
	loop.epoll = -1;
	loop.first = NULL;
	loop.armed = LOOP_NEVER;
}

/* Runs until loop_stop(). One event at a time: what a handler takes away is not asked for any more. */
int loop_run(void)
{
	struct epoll_event event;

	while (!loop.stopped) {
		int got;

		run_timers();
		arm();
		if (loop.stopped)
			break;
		got = epoll_wait(loop.epoll, &event, 1, -1);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0) {
			struct watch *watch = event.data.ptr;

			watch->ready(watch, event.events);
		}
	}
	return 0;
}

void loop_stop(void)
{
	loop.stopped = true;
}

/* Calls @watch->ready, to be set before, when @fd has one of @events. Returns 0 or a negative errno. */
int loop_watch(struct watch *watch, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	watch->fd = fd;
	return epoll_ctl(loop.epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int loop_rewatch(struct watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	return epoll_ctl(loop.epoll, EPOLL_CTL_MOD, watch->fd, &event) ? -errno : 0;
}

void loop_unwatch(struct watch *watch)
{
	epoll_ctl(loop.epoll, EPOLL_CTL_DEL, watch->fd, NULL);
}

/* Calls @timer->due, to be set before, once, at @at or soon after; an earlier setting is replaced. */
void timer_set(struct timer *timer, int64_t at)
{
	struct timer **place = &loop.first;

	timer_stop(timer);
	if (at == LOOP_NEVER)
		return;
	while (*place && (*place)->at <= at)
		place = &(*place)->next;
	timer->at = at;
	timer->next = *place;
	*place = timer;
}

void timer_stop(struct timer *timer)
{
	struct timer **place = &loop.first;

	while (*place && *place != timer)
		place = &(*place)->next;
	if (*place)
		*place = timer->next;
	timer->at = LOOP_NEVER;
	timer->next = NULL;
}
