// SPDX-License-Identifier: GPL-2.0
/* The parts of an archive that the daemon tells: the lines that it keeps, and those of discovery among them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "ctl.h"
#include "diag_parts.h"
#include "trace.h"

/* More than the daemon keeps, however fast it goes on. */
#define PARTS_MAX 64

/* Appends what the daemon gives at a time. Returns an exit code, or CLIENT_NO_DAEMON; @more says whether to go on. */
static int read_part(FILE *out, uint64_t *at, bool *more)
{
	struct json_object *request = client_request("log"), *answer, *value;
	const char *text;
	int code;

	json_object_object_add(request, "at", json_object_new_uint64(*at));
	code = client_ask(request, &answer);
	if (code)
		return code;
	text = json_text(answer, "log", "");
	fputs(text, out);
	*more = text[0] && json_object_object_get_ex(answer, "at", &value);
	if (*more)
		*at = json_object_get_uint64(value);
	json_object_put(answer);
	return CTL_OK;
}

/* All that the daemon has kept of its lines, to be freed. */
char *part_log(const struct diag *d)
{
	static const struct failure none;
	uint64_t at = 0;
	/* One that has given no answer before is not waited for again. */
	int i, code = d->status_code == CTL_TIMEOUT ? CTL_TIMEOUT : CTL_OK;
	bool more = true;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	for (i = 0; i < PARTS_MAX && more && !code; i++)
		code = read_part(out, &at, &more);
	if (code == CLIENT_NO_DAEMON)
		fprintf(out, "no daemon runs\n");
	else if (code)
		fprintf(out, "the daemon gives no answer: %s\n", failure_get().message);
	failure_set(&none);
	fclose(out);
	return text;
}

static void print_marked(FILE *out, const char *log)
{
	const char *line, *end;

	for (line = log; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		if (memmem(line, (size_t)(end - line), TRACE_MARK, strlen(TRACE_MARK)))
			fprintf(out, "%.*s\n", (int)(end - line), line);
	}
}

/* What was asked, whom, when, and what came: by the daemon, and by this run. */
char *part_discovery(const struct diag *d, const char *log)
{
	char *text;
	size_t i, size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	print_marked(out, log);
	for (i = 0; i < d->nuplinks; i++)
		if (d->uplinks[i].asked >= 0)
			fprintf(out, "now, by diag: %s: %s\n", d->uplinks[i].link->ifname, d->uplinks[i].answer);
	fclose(out);
	return text;
}
