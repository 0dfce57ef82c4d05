// SPDX-License-Identifier: GPL-2.0
/* The lines that the daemon keeps in memory. */
#include "unit.h"

#include "ctl.h"
#include "log.h"

static char text[1 << 17];

static size_t read_all(size_t part)
{
	size_t len = 0, got;
	uint64_t at = 0;

	while ((got = log_read(&at, text + len, part)))
		len += got;
	return len;
}

static int set_up(void **unused)
{
	(void)unused;
	log_keep();
	log_set_level(LEVEL_ERROR);
	return 0;
}

static void lines_below_the_level_are_kept(void **unused)
{
	(void)unused;
	verbose("a step of %s", "wwan0");
	warning("a trouble");
	read_all(4096);
	assert_non_null(strstr(text, " debug: a step of wwan0\n"));
	assert_non_null(strstr(text, " warning: a trouble\n"));
}

static void a_message_stays_one_line(void **unused)
{
	(void)unused;
	notice("an answer\n2026-01-01 forged\x1b[2J");
	read_all(4096);
	assert_non_null(strstr(text, " info: an answer?2026-01-01 forged?[2J\n"));
}

/* More than fits: the last lines are there, from the beginning of one, whatever the parts are that they are read in. */
static void the_last_lines_are_kept(void **unused)
{
	char first[64];
	size_t len;
	int i;

	(void)unused;
	for (i = 0; i < 4000; i++)
		verbose("line %d of 4000, long enough for the ring to go round", i);
	len = read_all(1024);
	assert_in_range(len, 60000, 65536);
	assert_non_null(strstr(text, "line 3999 of"));
	assert_null(strstr(text, "line 0 of"));
	assert_int_equal(sscanf(text, "%*d-%*d-%*d %*d:%*d:%*d.%*d %63[a-z]: line", first), 1);
	assert_string_equal(first, "debug");
	assert_int_equal(read_all(8192), len);
}

static void a_line_too_long_is_cut(void **unused)
{
	char line[2000];
	size_t len;

	(void)unused;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	warning("%s", line);
	warning("after it");
	len = read_all(4096);
	assert_non_null(strstr(text, "xxx\n"));
	assert_string_equal(text + len - strlen("after it\n"), "after it\n");
}

static void levels(void **unused)
{
	enum level level;

	(void)unused;
	assert_int_equal(level_parse("debug", &level), 0);
	assert_int_equal(level, LEVEL_DEBUG);
	assert_int_not_equal(level_parse("loud", &level), 0);
	log_set_level(LEVEL_WARNING);
	assert_string_equal(log_level_name(), "warning");
	log_set_level(LEVEL_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_below_the_level_are_kept),
		cmocka_unit_test(a_message_stays_one_line),
		cmocka_unit_test(the_last_lines_are_kept),
		cmocka_unit_test(a_line_too_long_is_cut),
		cmocka_unit_test(levels),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
