/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon's event loop: descriptors and timers, and the one clock that all of the daemon counts on. The clock is
 * CLOCK_BOOTTIME, which goes on in suspend, in milliseconds, run faster by a factor in tests.
 */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define LOOP_NEVER INT64_MAX

struct watch {
	int fd;			/* the owner's to close, after loop_unwatch() */
	void (*ready)(struct watch *watch, uint32_t events);
	void *owner;
};

struct timer {
	int64_t at;		/* LOOP_NEVER while it is stopped */
	void (*due)(struct timer *timer);
	void *owner;
	struct timer *next;
};

int loop_open(unsigned int scale);
void loop_close(void);
int loop_run(void);
void loop_stop(void);

int64_t loop_now(void);
int64_t loop_real_ms(int64_t ms);

int loop_watch(struct watch *watch, int fd, uint32_t events);
int loop_rewatch(struct watch *watch, uint32_t events);
void loop_unwatch(struct watch *watch);
void timer_set(struct timer *timer, int64_t at);
void timer_stop(struct timer *timer);

#endif
