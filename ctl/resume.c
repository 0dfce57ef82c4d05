// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a suspend, without asking anybody for it: the kernel then cancels timers on the real-time clock that want
 * to know of jumps, and the boot-time clock has gone on where the monotonic one stood still.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"
#include "resume.h"

#define SLEPT_MS 1000

static struct watch watch;
static int64_t slept_ms;
static void (*on_resume)(void);

static int64_t clock_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* How long the machine has been asleep since it started. */
static int64_t asleep_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME) - clock_ms(CLOCK_MONOTONIC);
}

/* A moment that never comes; the point is to be told that the clock has jumped. */
static int arm(int fd)
{
	struct itimerspec spec = { .it_value.tv_sec = INT32_MAX };

	return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, NULL) ? -errno : 0;
}

static void on_jump(struct watch *w, uint32_t events)
{
	int64_t slept = asleep_ms();
	uint64_t count;

	(void)events;
	if (read(w->fd, &count, sizeof(count)) < 0 && errno == EAGAIN)
		return;
	arm(w->fd);
	/* Somebody else has set the clock. */
	if (slept < slept_ms + SLEPT_MS)
		return;
	slept_ms = slept;
	on_resume();
}

/* Calls @resumed after each suspend. Returns 0 or a negative errno. */
int resume_open(void (*resumed)(void))
{
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	on_resume = resumed;
	slept_ms = asleep_ms();
	watch.ready = on_jump;
	err = arm(fd);
	if (!err)
		err = loop_watch(&watch, fd, EPOLLIN);
	if (err)
		close(fd);
	return err;
}
