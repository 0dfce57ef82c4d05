// SPDX-License-Identifier: GPL-2.0
/* What is done about a NAT64 that is silent, and when: the state machine, on a clock of the test's. */
#include "unit.h"

#include "silence.h"

#define S 1000
#define MIN (60 * S)
#define HOUR (60 * MIN)
#define T0 (7 * HOUR)
#define WATCH (20 * S)

/* A network with so many prefixes, and an address that may be changed; packets go out all the time. */
static struct silence_means network(size_t prefixes)
{
	return (struct silence_means){ .prefixes = prefixes, .address = true, .sent = 1, .watch_ms = WATCH };
}

/* What is done at @now, until there is nothing more; each check says @verdict at once. A letter for each step. */
static const char *steps(struct silence *s, struct silence_means *m, enum check_verdict verdict, int64_t now)
{
	static char text[64];
	size_t n = 0;

	for (;;) {
		enum silence_step step = silence_step(s, m, now);

		if (step == SILENCE_WAIT)
			break;
		assert_true(n < sizeof(text) - 1);
		text[n++] = "-?pas"[step];
		m->sent++;
		if (step == SILENCE_ASK)
			silence_checked(s, verdict, now);
	}
	text[n] = '\0';
	return text;
}

/* All that is done up to @until, going from deadline to deadline; the time of the first step is put before. */
static const char *story(struct silence *s, struct silence_means *m, enum check_verdict verdict, int64_t from,
			 int64_t until)
{
	static char text[1024];
	const char *done;
	int64_t now = from;
	size_t used = 0;

	text[0] = '\0';
	while (now <= until) {
		done = steps(s, m, verdict, now);
		if (done[0])
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d%s", used ? " " : "",
						 (int)((now - from) / S), done);
		assert_true(silence_deadline(s, m, now) > now);
		now = silence_deadline(s, m, now);
	}
	return text;
}

static void none(void **state)
{
	struct silence_means m = network(2);
	struct silence s = { 0 };

	(void)state;
	assert_false(silence_goes_on(&s, false, &m, T0));
	assert_int_equal(silence_step(&s, &m, T0), SILENCE_WAIT);
	assert_true(silence_deadline(&s, &m, T0) == SILENCE_NEVER);
	/* The end of a check that was begun before says nothing. */
	silence_checked(&s, CHECK_UNANSWERED, T0);
	assert_int_equal(silence_step(&s, &m, T0), SILENCE_WAIT);
}

static void checks_first(void **state)
{
	struct silence_means m = network(2);
	struct silence s = { 0 };

	(void)state;
	assert_true(silence_goes_on(&s, true, &m, T0));
	assert_int_equal(silence_step(&s, &m, T0), SILENCE_ASK);
	/* Nothing is done while the check goes on, however long. */
	assert_int_equal(silence_step(&s, &m, T0 + HOUR), SILENCE_WAIT);
	assert_true(silence_deadline(&s, &m, T0) == SILENCE_NEVER);
	silence_checked(&s, CHECK_UNANSWERED, T0 + 3 * S);
	assert_int_equal(silence_step(&s, &m, T0 + 3 * S), SILENCE_PREFIX);
	assert_int_equal(silence_step(&s, &m, T0 + 3 * S), SILENCE_WAIT);
}

/* It is the hosts, then: nothing is changed, ever, and the check is repeated more and more seldom. */
static void answered(void **state)
{
	struct silence_means m = network(2);
	struct silence s = { 0 };
	char text[128];

	(void)state;
	silence_goes_on(&s, true, &m, T0);
	assert_string_equal(story(&s, &m, CHECK_ANSWERED, T0, T0 + 4 * HOUR),
			    "0? 30? 90? 210? 450? 930? 1890? 3810? 7410? 11010?");
	silence_words(&s, "192.0.2.1", text, sizeof(text));
	assert_string_equal(text, "the NAT64 answers a check (192.0.2.1); the hosts that are talked to do not");
	assert_int_equal(s.prefixes + s.addresses, 0);
}

/* All prefixes with one address, then all with the next, for ever. */
static void unanswered(void **state)
{
	struct silence_means m = network(3);
	struct silence s = { 0 };
	char text[128];

	(void)state;
	silence_goes_on(&s, true, &m, T0);
	assert_string_equal(story(&s, &m, CHECK_UNANSWERED, T0, T0 + 2 * HOUR),
			    "0?p 30?p 90?a 210?p 450?p 930?a 1890?p 3810?p");
	silence_words(&s, "192.0.2.1", text, sizeof(text));
	assert_string_equal(text, "no answer to a check (192.0.2.1) either; tried 6 other prefixes, 2 other addresses");
}

static void one_prefix(void **state)
{
	struct silence_means m = network(1);
	struct silence s = { 0 };
	char text[128];

	(void)state;
	silence_goes_on(&s, true, &m, T0);
	assert_string_equal(story(&s, &m, CHECK_UNANSWERED, T0, T0 + 20 * S), "0?a");
	silence_words(&s, "192.0.2.1", text, sizeof(text));
	assert_string_equal(text, "no answer to a check (192.0.2.1) either; tried 1 other address");
}

/* The uplink's own address is the last to be tried, then it begins anew. */
static void shared_is_last(void **state)
{
	struct silence_means m = network(2);
	struct silence s = { 0 };

	(void)state;
	m.shared = true;
	silence_goes_on(&s, true, &m, T0);
	assert_string_equal(story(&s, &m, CHECK_UNANSWERED, T0, T0 + 2 * HOUR), "0?p 30?a 90?p 210?s 450?p 930?a 1890?p 3810?s");
}

/* A configured address stays. */
static void fixed_address(void **state)
{
	struct silence_means m = network(2);
	struct silence s = { 0 };

	(void)state;
	m.address = false;
	silence_goes_on(&s, true, &m, T0);
	assert_string_equal(story(&s, &m, CHECK_UNANSWERED, T0, T0 + 8 * MIN), "0?p 30?p 90?p 210?p 450?p");
	s = (struct silence){ 0 };
	m.prefixes = 1;
	silence_goes_on(&s, true, &m, T0);
	assert_string_equal(story(&s, &m, CHECK_UNANSWERED, T0, T0 + 8 * MIN), "0? 30? 90? 210? 450?");
	assert_int_equal(s.prefixes + s.addresses, 0);
}

/* Without a check nothing is changed for five minutes, nor more often. */
static void nothing_to_check_with(void **state)
{
	struct silence_means m = network(2);
	struct silence s = { 0 };
	char text[128];

	(void)state;
	silence_goes_on(&s, true, &m, T0);
	assert_string_equal(story(&s, &m, CHECK_NO_HOST, T0, T0 + 2 * HOUR), "0? 30? 90? 210? 300?p 780?a 1740?p 3660?a");
	silence_words(&s, "0.0.0.0", text, sizeof(text));
	assert_string_equal(text, "no host to check it with; tried 2 other prefixes, 2 other addresses");
}

/* What goes out no more may be quiet connections: they are left alone, until somebody talks again. */
static void quiet_connections(void **state)
{
	struct silence_means m = network(2);
	struct silence s = { 0 };
	int64_t now = T0;
	int i;

	(void)state;
	silence_goes_on(&s, true, &m, now);
	for (i = 0; i < 12; i++) {
		assert_int_equal(silence_step(&s, &m, now), SILENCE_ASK);
		silence_checked(&s, CHECK_NO_HOST, now);
		assert_int_equal(silence_step(&s, &m, now), SILENCE_WAIT);
		now = silence_deadline(&s, &m, now);
	}
	assert_true(now > T0 + HOUR);
	m.sent++;
	assert_string_equal(steps(&s, &m, CHECK_NO_HOST, now), "?p");
}

/* A change has the time that the module needs to see it, and a round ends with an answer. */
static void time_to_prove(void **state)
{
	struct silence_means m = network(3);
	struct silence s = { 0 };

	(void)state;
	m.watch_ms = 40 * S;
	silence_goes_on(&s, true, &m, T0);
	assert_string_equal(steps(&s, &m, CHECK_UNANSWERED, T0), "?p");
	assert_string_equal(steps(&s, &m, CHECK_UNANSWERED, T0 + 40 * S - 1), "");
	assert_string_equal(steps(&s, &m, CHECK_ANSWERED, T0 + 40 * S), "?");
	/* The second prefix works; should it die, both others are tried before the address. */
	assert_string_equal(story(&s, &m, CHECK_UNANSWERED, T0 + 10 * MIN, T0 + 30 * MIN), "0?p 120?p 360?a 840?p");
}

/* For the module the answer to a check ends the silence: it is no end before the module has had the time to see more. */
static void only_the_check(void **state)
{
	struct silence_means m = network(1);
	struct silence s = { 0 };

	(void)state;
	silence_goes_on(&s, true, &m, T0);
	assert_string_equal(steps(&s, &m, CHECK_ANSWERED, T0), "?");
	assert_true(silence_goes_on(&s, false, &m, T0 + 5 * S));
	assert_int_equal(silence_step(&s, &m, T0 + 5 * S), SILENCE_WAIT);
	assert_true(silence_deadline(&s, &m, T0 + 5 * S) == T0 + WATCH);
	/* The module says that it is silent again: it always was. */
	assert_true(silence_goes_on(&s, true, &m, T0 + 15 * S));
	assert_true(silence_goes_on(&s, true, &m, T0 + WATCH));
	assert_int_equal(s.said, CHECK_ANSWERED);
	/* An end later than that is one. */
	assert_false(silence_goes_on(&s, false, &m, T0 + WATCH + 5 * S));
	assert_true(silence_deadline(&s, &m, T0) == SILENCE_NEVER);

	/* More than its answers: so it is one at once. */
	silence_goes_on(&s, true, &m, T0);
	assert_string_equal(steps(&s, &m, CHECK_ANSWERED, T0), "?");
	m.received += CHECK_ECHOES;
	assert_true(silence_goes_on(&s, false, &m, T0 + 5 * S));
	m.received++;
	assert_false(silence_goes_on(&s, false, &m, T0 + 5 * S));

	/* Nothing else is heard of it: so it is over as well. */
	silence_goes_on(&s, true, &m, T0 + MIN);
	assert_string_equal(steps(&s, &m, CHECK_ANSWERED, T0 + MIN), "?");
	assert_true(silence_goes_on(&s, false, &m, T0 + MIN + 5 * S));
	assert_false(silence_goes_on(&s, false, &m, T0 + MIN + WATCH));
}

/* Without an answer to a check it was something else that came: the silence is over at once. */
static void over_at_once(void **state)
{
	static const enum check_verdict verdicts[] = { CHECK_UNANSWERED, CHECK_NO_HOST };
	struct silence_means m = network(2);
	struct silence s = { 0 };
	size_t i;

	(void)state;
	silence_goes_on(&s, true, &m, T0);
	assert_int_equal(silence_step(&s, &m, T0), SILENCE_ASK);
	assert_false(silence_goes_on(&s, false, &m, T0 + S));
	for (i = 0; i < COUNT(verdicts); i++) {
		silence_goes_on(&s, true, &m, T0);
		steps(&s, &m, verdicts[i], T0);
		assert_false(silence_goes_on(&s, false, &m, T0 + S));
	}
	/* The next one begins as the first did. */
	silence_goes_on(&s, true, &m, T0 + MIN);
	assert_int_equal(s.prefixes, 0);
	assert_string_equal(steps(&s, &m, CHECK_UNANSWERED, T0 + MIN), "?p");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(none),
		cmocka_unit_test(checks_first),
		cmocka_unit_test(answered),
		cmocka_unit_test(unanswered),
		cmocka_unit_test(one_prefix),
		cmocka_unit_test(shared_is_last),
		cmocka_unit_test(fixed_address),
		cmocka_unit_test(nothing_to_check_with),
		cmocka_unit_test(quiet_connections),
		cmocka_unit_test(time_to_prove),
		cmocka_unit_test(only_the_check),
		cmocka_unit_test(over_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
