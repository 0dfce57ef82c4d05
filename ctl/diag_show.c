// SPDX-License-Identifier: GPL-2.0
/* What was found, as text at a glance and as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "diag.h"

static const char *const verdicts[] = { [DIAG_OK] = "ok", [DIAG_BROKEN] = "broken", [DIAG_UNTESTED] = "not-tested" };

static void add_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, value[0] ? json_object_new_string(value) : NULL);
}

static struct json_object *finding_json(const struct finding *finding)
{
	struct json_object *object = json_object_new_object();

	add_string(object, "on", finding->subject);
	add_string(object, "what", finding->what);
	add_string(object, "verdict", verdicts[finding->verdict]);
	add_string(object, "text", finding->text);
	add_string(object, "hint", finding->hint);
	return object;
}

/* As "diag -j" prints it; the reference is the caller's. */
struct json_object *findings_json(const struct findings *f)
{
	struct json_object *root = json_schema(), *array = json_object_new_array();
	const struct finding *first = findings_first(f);
	size_t i;

	for (i = 0; i < f->count; i++)
		json_object_array_add(array, finding_json(&f->list[i]));
	json_object_object_add(root, "findings", array);
	json_object_object_add(root, "broken", first ? finding_json(first) : NULL);
	json_object_object_add(root, "code", json_object_new_int(first ? first->code : CTL_OK));
	return root;
}

static void print_finding(FILE *out, const struct finding *finding)
{
	static const char *const words[] = { [DIAG_OK] = "ok", [DIAG_BROKEN] = "BROKEN", [DIAG_UNTESTED] = "not tested" };

	fprintf(out, "  %-10s  %-13s  %s\n", words[finding->verdict], finding->what, finding->text);
	if (finding->hint[0])
		fprintf(out, "  %-10s  %-13s  remedy: %s\n", "", "", finding->hint);
}

static void print_first(FILE *out, const struct finding *first)
{
	if (first)
		fprintf(out, "broken: %s%s%s: %s\n  remedy: %s\n", first->subject, first->subject[0] ? ": " : "", first->what,
			first->text, first->hint[0] ? first->hint : "see the line above");
	else
		fprintf(out, "nothing is broken\n");
}

/* The checklist, and at its end what is broken first; to be freed. NULL without memory. */
char *findings_text(const struct findings *f)
{
	const char *subject = NULL;
	char *text = NULL;
	size_t i, size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (i = 0; i < f->count; i++) {
		if (!subject || strcmp(subject, f->list[i].subject))
			fprintf(out, "%s:\n", f->list[i].subject[0] ? f->list[i].subject : "system");
		subject = f->list[i].subject;
		print_finding(out, &f->list[i]);
	}
	print_first(out, findings_first(f));
	return fclose(out) ? NULL : text;
}
