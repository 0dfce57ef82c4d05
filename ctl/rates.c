// SPDX-License-Identifier: GPL-2.0
/* What flows each second: the difference of two answers of "status". */
#include <string.h>

#include <json-c/json.h>

#include "ctl.h"
#include "rates.h"

static uint64_t drops(struct json_object *counters)
{
	struct json_object *all = json_object_object_get(counters, "drops");
	uint64_t sum = 0;

	if (all) {
		json_object_object_foreach(all, name, count) {
			(void)name;
			sum += json_object_get_uint64(count);
		}
	}
	return sum;
}

static uint64_t counter(struct json_object *counters, const char *name)
{
	return strcmp(name, "dropped") ? json_object_get_uint64(json_object_object_get(counters, name)) : drops(counters);
}

/* The same device, not one that has got its name: counters begin at 0 then. */
static struct json_object *same_before(struct json_object *instance, struct json_object *before)
{
	struct json_object *list = json_object_object_get(before, "instances");
	size_t i;

	for (i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (json_object_get_int64(json_object_object_get(one, "ifindex")) ==
		    json_object_get_int64(json_object_object_get(instance, "ifindex")))
			return json_object_object_get(one, "counters");
	}
	return NULL;
}

/* Rounded to the next whole one. Returns NULL if the counter has gone back. */
static struct json_object *per_second(struct json_object *now, struct json_object *before, const char *name, unsigned int unit,
				      int64_t ms)
{
	uint64_t from = counter(before, name), to = counter(now, name);

	if (to < from)
		return NULL;
	return json_object_new_uint64(((to - from) * unit * 1000 + (uint64_t)ms / 2) / (uint64_t)ms);
}

static struct json_object *rates(struct json_object *now, struct json_object *before, int64_t ms)
{
	static const struct {
		const char *key, *counter;
		unsigned int unit;
	} all[] = {
		{ "packets46", "packets46", 1 }, { "bits46", "bytes46", 8 }, { "packets64", "packets64", 1 },
		{ "bits64", "bytes64", 8 }, { "dropped", "dropped", 1 },
	};
	struct json_object *object = json_object_new_object();
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		json_object_object_add(object, all[i].key, per_second(now, before, all[i].counter, all[i].unit, ms));
	return object;
}

/*
 * Adds to each instance of @root that has counters, as it had in @before, @ms milliseconds ago, "rates": packets and
 * bits of IPv4 a second each way, and packets dropped.
 */
void rates_add(struct json_object *root, struct json_object *before, int64_t ms)
{
	struct json_object *list = json_object_object_get(root, "instances");
	size_t i;

	if (ms <= 0)
		return;
	for (i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *instance = json_object_array_get_idx(list, i);
		struct json_object *now = json_object_object_get(instance, "counters");
		struct json_object *old = same_before(instance, before);

		if (now && old)
			json_object_object_add(instance, "rates", rates(now, old, ms));
	}
}
