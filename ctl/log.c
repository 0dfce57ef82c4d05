// SPDX-License-Identifier: GPL-2.0
/*
 * What a run tells of its work besides its result: lines on stderr, as far as the level goes; and, of the daemon, the
 * last of all lines in memory, whatever the level, so that what led to a trouble can be read once it is there.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl.h"
#include "log.h"

#define RING_SIZE (64 * 1024)
#define LINE_SIZE 768

static const char *const names[] = {
	[LEVEL_ERROR] = "error", [LEVEL_WARNING] = "warning", [LEVEL_INFO] = "info", [LEVEL_DEBUG] = "debug",
};

#define LEVELS (sizeof(names) / sizeof(names[0]))

static struct {
	char text[RING_SIZE];
	uint64_t written;		/* octets so far; those before the last RING_SIZE are gone */
	bool on;
	bool has_level;
	enum level level;
} ring;

/* From now on lines are kept. All memory for them is taken now: who watches a daemon for growth is to see none. */
void log_keep(void)
{
	memset(ring.text, '\n', sizeof(ring.text));
	ring.on = true;
}

/* Lines up to this level are printed from now on, whatever the options said. */
void log_set_level(enum level level)
{
	ring.level = level;
	ring.has_level = true;
}

static enum level level_now(void)
{
	if (ring.has_level)
		return ring.level;
	return opts.quiet ? LEVEL_ERROR : opts.verbose ? LEVEL_DEBUG : LEVEL_INFO;
}

const char *log_level_name(void)
{
	return names[level_now()];
}

/* Returns 0, or -1 where @text names no level. */
int level_parse(const char *text, enum level *level)
{
	size_t i;

	for (i = 0; i < LEVELS && strcmp(names[i], text); i++)
		;
	if (i == LEVELS)
		return -1;
	*level = (enum level)i;
	return 0;
}

static void keep(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		ring.text[ring.written++ % RING_SIZE] = text[i];
}

/* A message may carry what others have sent: it stays one line. */
static void keep_line(enum level level, const char *message)
{
	char line[LINE_SIZE], when[32] = "";
	struct timespec now;
	struct tm tm;
	size_t i, len;

	clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	len = (size_t)snprintf(line, sizeof(line) - 1, "%s.%03ld %s: %s", when, now.tv_nsec / 1000000, names[level],
			       message);
	if (len > sizeof(line) - 2)
		len = sizeof(line) - 2;
	for (i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[len++] = '\n';
	keep(line, len);
}

static void __attribute__((format(printf, 3, 0))) note(enum level level, const char *prefix, const char *fmt, va_list ap)
{
	bool shown = level <= level_now();
	char message[LINE_SIZE - 64];

	if (!shown && !ring.on)
		return;
	vsnprintf(message, sizeof(message), fmt, ap);
	if (shown)
		fprintf(stderr, "%s: %s%s\n", program, prefix, message);
	if (ring.on)
		keep_line(level, message);
}

/* A line about each step of the work. */
void verbose(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(LEVEL_DEBUG, "", fmt, ap);
	va_end(ap);
}

/* A line about what the daemon does. */
void notice(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(LEVEL_INFO, "", fmt, ap);
	va_end(ap);
}

/* A line about something that went wrong without ending the run. */
void warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(LEVEL_WARNING, "warning: ", fmt, ap);
	va_end(ap);
}

/* The oldest line that is there from its beginning. */
static uint64_t oldest_line(void)
{
	uint64_t at = ring.written > RING_SIZE ? ring.written - RING_SIZE : 0;

	if (at)
		while (at < ring.written && ring.text[at++ % RING_SIZE] != '\n')
			;
	return at;
}

/**
 * log_read - the lines that are kept, some at a time
 * @at: where to go on, 0 at first; set to where the next call goes on
 * @buf: filled with whole lines and ended by a null; more than a line must fit
 * @size: of @buf
 *
 * Returns how many octets it has filled in, 0 at the end.
 */
size_t log_read(uint64_t *at, char *buf, size_t size)
{
	uint64_t oldest = oldest_line();
	size_t i, len = 0;

	if (*at < oldest || *at > ring.written)
		*at = oldest;
	for (i = 0; i + 1 < size && *at + i < ring.written; i++) {
		buf[i] = ring.text[(*at + i) % RING_SIZE];
		if (buf[i] == '\n')
			len = i + 1;
	}
	buf[len] = '\0';
	*at += len;
	return len;
}
