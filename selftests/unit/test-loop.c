// SPDX-License-Identifier: GPL-2.0
/* The daemon's event loop: timers in their order, a clock that runs faster, descriptors that come and go. */
#include "unit.h"

#include <time.h>
#include <unistd.h>

#include "loop.h"

static char order[64];
static struct timer timers[4];
static struct watch watches[2];
static int pipes[2][2];

static void note(char c)
{
	size_t len = strlen(order);

	order[len] = c;
	order[len + 1] = '\0';
}

static void on_timer(struct timer *timer)
{
	note((char)('a' + (timer - timers)));
	if (strlen(order) == 4)
		loop_stop();
}

static int open_loop(unsigned int scale)
{
	size_t i;

	order[0] = '\0';
	for (i = 0; i < COUNT(timers); i++)
		timers[i] = (struct timer){ .due = on_timer };
	return loop_open(scale);
}

static void timers_in_order(void **state)
{
	int64_t now;

	(void)state;
	assert_int_equal(open_loop(1000), 0);
	now = loop_now();
	timer_set(&timers[2], now + 3000);
	timer_set(&timers[0], now + 5000);
	timer_set(&timers[1], now + 1000);
	timer_set(&timers[3], now - 7);
	assert_int_equal(loop_run(), 0);
	assert_string_equal(order, "dbca");
	assert_true(loop_now() >= now + 5000);
	loop_close();
}

static void set_anew(void **state)
{
	int64_t now;

	(void)state;
	assert_int_equal(open_loop(1000), 0);
	now = loop_now();
	timer_set(&timers[0], now + 1000);
	timer_set(&timers[1], now + 2000);
	timer_set(&timers[2], now + 1500);
	timer_set(&timers[3], now + 3000);
	timer_set(&timers[0], now + 4000);
	timer_set(&timers[2], LOOP_NEVER);
	timer_set(&timers[2], now + 5000);
	assert_int_equal(loop_run(), 0);
	assert_string_equal(order, "bdac");
	loop_close();
}

static void on_timer_stops_another(struct timer *timer)
{
	timer_stop(&timers[1]);
	timer_stop(timer);
	note('x');
}

static void stopped_in_a_handler(void **state)
{
	int64_t now;

	(void)state;
	assert_int_equal(open_loop(1000), 0);
	now = loop_now();
	strcpy(order, "--");
	timers[0].due = on_timer_stops_another;
	timer_set(&timers[0], now);
	timer_set(&timers[1], now);
	timer_set(&timers[2], now + 1000);
	assert_int_equal(loop_run(), 0);
	assert_string_equal(order, "--xc");
	assert_int_equal(timers[1].at, LOOP_NEVER);
	loop_close();
}

/* A thousand times as fast, and what is said in real time is not. */
static void scale(void **state)
{
	struct timespec a, b;
	int64_t start;

	(void)state;
	clock_gettime(CLOCK_BOOTTIME, &a);
	assert_int_equal(open_loop(1000), 0);
	start = loop_now();
	assert_int_equal(start / 1000000, a.tv_sec);
	assert_int_equal(loop_real_ms(50), 50000);
	strcpy(order, "---");
	timer_set(&timers[0], start + loop_real_ms(50));
	assert_int_equal(loop_run(), 0);
	clock_gettime(CLOCK_BOOTTIME, &b);
	assert_in_range((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000, 49, 5000);
	loop_close();
}

static void on_pipe(struct watch *watch, uint32_t events)
{
	char c;

	assert_true(events & EPOLLIN);
	assert_int_equal(read(watch->fd, &c, 1), 1);
	note(c);
	/* The other one has something to say too, and is not asked any more. */
	loop_unwatch(&watches[watch == &watches[0]]);
	timer_set(&timers[0], loop_now() + 1000);
}

static void unwatched_in_a_handler(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(open_loop(1000), 0);
	strcpy(order, "--");
	for (i = 0; i < 2; i++) {
		assert_int_equal(pipe(pipes[i]), 0);
		assert_int_equal(write(pipes[i][1], "p", 1), 1);
		watches[i].ready = on_pipe;
		assert_int_equal(loop_watch(&watches[i], pipes[i][0], EPOLLIN), 0);
	}
	assert_int_equal(loop_run(), 0);
	assert_string_equal(order, "--pa");
	for (i = 0; i < 2; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	loop_close();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_in_order),
		cmocka_unit_test(set_anew),
		cmocka_unit_test(stopped_in_a_handler),
		cmocka_unit_test(scale),
		cmocka_unit_test(unwatched_in_a_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
