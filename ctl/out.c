// SPDX-License-Identifier: GPL-2.0
/* Output: text for people, JSON for scripts, one object a line unless -p asks for pretty ones. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "ctl.h"

struct options opts;

const char *program = "clatctl";

/* Text on stdout; silent with -q, and with -j, where stdout carries JSON only. */
void say(const char *fmt, ...)
{
	va_list ap;

	if (opts.quiet || opts.json)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

/* A new object that carries the version of the JSON contract. */
struct json_object *json_schema(void)
{
	struct json_object *root = json_object_new_object();

	json_object_object_add(root, "schema", json_object_new_int(1));
	return root;
}

/* Prints @object on a line of its own, flushed, and drops the reference. Returns CTL_OK. */
int json_print(struct json_object *object)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	flags |= opts.pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN;
	puts(json_object_to_json_string_ext(object, flags));
	fflush(stdout);
	json_object_put(object);
	return CTL_OK;
}

/* The exit code of the run: a result that could not be written (a full disk, say) is no success. */
int output_done(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "%s: cannot write to standard output: %s\n", program, strerror(errno));
	return code == CTL_OK ? CTL_REFUSED : code;
}
