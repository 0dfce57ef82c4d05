// SPDX-License-Identifier: GPL-2.0
/*
 * The failure that a run reports: one message that says what failed, on what, and what to do. It is kept until main
 * prints it, so that steps which undo their work in between cannot hide the cause.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "ctl.h"

static struct failure current;

/**
 * fail - record why the run fails
 * @code: exit code
 * @hint: what the user can do about it, or NULL
 * @fmt: what failed, and on what
 *
 * Replaces an earlier failure. Returns @code, so that callers can return it.
 */
int fail(int code, const char *hint, const char *fmt, ...)
{
	va_list ap;

	memset(&current, 0, sizeof(current));
	current.code = code;
	va_start(ap, fmt);
	vsnprintf(current.message, sizeof(current.message), fmt, ap);
	va_end(ap);
	if (hint)
		snprintf(current.hint, sizeof(current.hint), "%s", hint);
	return code;
}

/* Names the attribute, as the netlink spec spells it, that the current failure is about. Returns the failure's code. */
int fail_attribute(const char *attribute)
{
	snprintf(current.attribute, sizeof(current.attribute), "%s", attribute);
	return current.code;
}

struct failure failure_get(void)
{
	return current;
}

void failure_set(const struct failure *failure)
{
	current = *failure;
}

/* A usage error of @cmd: the message names the word, the hint leads to the command's help. Returns CTL_USAGE. */
int usage(const struct command *cmd, const char *fmt, ...)
{
	char message[384], hint[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	snprintf(hint, sizeof(hint), "see: clatctl %s --help", cmd->name);
	return fail(CTL_USAGE, hint, "%s: %s", cmd->name, message);
}

static void report_json(void)
{
	struct json_object *root = json_schema(), *error = json_object_new_object();

	json_object_object_add(error, "code", json_object_new_int(current.code));
	json_object_object_add(error, "message", json_object_new_string(current.message));
	json_object_object_add(error, "attribute",
			       current.attribute[0] ? json_object_new_string(current.attribute) : NULL);
	json_object_object_add(error, "hint", current.hint[0] ? json_object_new_string(current.hint) : NULL);
	json_object_object_add(root, "error", error);
	json_print(root);
}

/* Prints the recorded failure as text on stderr, with @end behind what failed. */
void failure_print(const char *end)
{
	fprintf(stderr, "%s: %s", program, current.message);
	if (current.attribute[0])
		fprintf(stderr, " (attribute %s)", current.attribute);
	fprintf(stderr, "%s\n", end);
	if (current.hint[0])
		fprintf(stderr, "  %s\n", current.hint);
}

/* Prints the recorded failure: with -j as an object on stdout, where a script reads, else as text on stderr. */
void failure_report(void)
{
	if (!current.message[0])
		return;
	if (opts.json) {
		report_json();
		return;
	}
	failure_print("");
}
