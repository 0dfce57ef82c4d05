// SPDX-License-Identifier: GPL-2.0
/* The text of "status", out of the JSON: what the daemon tells and what the kernel tells read the same. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "show.h"

/* Seconds as people read them. */
static const char *show_seconds(int64_t s, char *buf, size_t size)
{
	if (s < 120)
		snprintf(buf, size, "%" PRId64 " s", s);
	else if (s < 7200)
		snprintf(buf, size, "%" PRId64 " min", s / 60);
	else
		snprintf(buf, size, "%" PRId64 " h", s / 3600);
	return buf;
}

static void print_plat(struct json_object *plat)
{
	struct json_object *expires = json_object_object_get(plat, "expires_s");
	const char *source = json_text(plat, "source", NULL);
	char buf[32];

	printf("  plat: %s/%s", json_text(plat, "prefix", NULL), json_text(plat, "len", NULL));
	if (source && !strcmp(source, "old"))
		printf(" (not announced any more, accepted)");
	else if (source)
		printf(" (%s%s%s)", source, expires ? ", for " : "",
		       expires ? show_seconds(json_object_get_int64(expires), buf, sizeof(buf)) : "");
	printf("\n");
}

static void print_pair(struct json_object *pair)
{
	const char *len4 = json_text(pair, "v4-len", NULL), *len6 = json_text(pair, "v6-len", NULL);

	if (len4 && len6 && (strcmp(len4, "32") || strcmp(len6, "128")))
		printf("  map: %s/%s=%s/%s\n", json_text(pair, "v4", NULL), len4, json_text(pair, "v6", NULL), len6);
	else
		printf("  map: %s=%s\n", json_text(pair, "v4", NULL), json_text(pair, "v6", NULL));
}

static void each(struct json_object *array, void (*print)(struct json_object *item))
{
	size_t i;

	for (i = 0; array && i < json_object_array_length(array); i++)
		print(json_object_array_get_idx(array, i));
}

static void print_discovery(struct json_object *instance)
{
	struct json_object *local = json_object_object_get(instance, "server-local");
	struct json_object *next = json_object_object_get(instance, "next_query_s");
	char buf[32];

	if (json_text(instance, "server", NULL))
		printf("  dns: %s (%s)%s\n", json_text(instance, "server", NULL),
		       json_text(instance, "server-source", "unknown"), local && json_object_get_boolean(local) ?
		       ", on this machine: it may have asked another network" : "");
	if (next)
		printf("  next query: in %s\n", show_seconds(json_object_get_int64(next), buf, sizeof(buf)));
	next = json_object_object_get(instance, "leaves_s");
	if (next)
		printf("  serves its connections for: %s\n", show_seconds(json_object_get_int64(next), buf, sizeof(buf)));
}

/* @rates: what flows now, NULL if that was not asked for. */
static void print_way(const char *way, struct json_object *counters, struct json_object *rates, const char *packets,
		      const char *bytes, const char *bits)
{
	struct json_object *now = json_object_object_get(rates, bits);
	char buf[32];

	printf("  %s: %s packets, %s", way, json_text(counters, packets, NULL),
	       show_bytes(json_object_get_uint64(json_object_object_get(counters, bytes)), buf, sizeof(buf)));
	if (now)
		printf("; now %s packets/s, %s", json_text(rates, packets, "0"),
		       show_rate(json_object_get_uint64(now), buf, sizeof(buf)));
	printf("\n");
}

static void print_drops(struct json_object *drops)
{
	bool any = false;
	unsigned int i;

	json_object_object_foreach(drops, name, count) {
		if (!json_object_get_uint64(count))
			continue;
		if (!any)
			printf("  dropped:\n");
		any = true;
		for (i = 0; i < DROPS_MAX && (!drop_name(i) || strcmp(drop_name(i), name)); i++)
			;
		printf("    %s: %s (%s)\n", name, json_object_get_string(count), drop_words(i));
	}
}

static void print_counters(struct json_object *counters, struct json_object *rates)
{
	if (!counters)
		return;
	print_way("sent (IPv4 to IPv6)", counters, rates, "packets46", "bytes46", "bits46");
	print_way("received (IPv6 to IPv4)", counters, rates, "packets64", "bytes64", "bits64");
	if (json_object_get_uint64(json_object_object_get(rates, "dropped")))
		printf("  dropping: now %s packets/s\n", json_text(rates, "dropped", NULL));
	if (json_object_object_get(counters, "drops"))
		print_drops(json_object_object_get(counters, "drops"));
}

static void print_line(struct json_object *instance, const char *key, const char *name)
{
	if (json_text(instance, key, NULL))
		printf("  %s: %s\n", name, json_text(instance, key, NULL));
}

static bool is_set(struct json_object *instance, const char *key)
{
	struct json_object *value = json_object_object_get(instance, key);

	return value && json_object_get_boolean(value);
}

/* An instance of "status -j", as text. */
void show_instance(struct json_object *instance)
{
	const char *ifname = json_text(instance, "ifname", NULL), *reason = json_text(instance, "reason", NULL);

	printf("clat: %s\n", ifname ? ifname : "none");
	printf("  state: %s%s%s%s\n", json_text(instance, "state", NULL), reason ? " (" : "", reason ? reason : "",
	       reason ? ")" : "");
	print_line(instance, "last_error", "last error");
	if (is_set(instance, "silent"))
		printf("  silent: packets go out, and none comes back\n");
	printf("  uplink: %s\n", json_text(instance, "uplink", "none"));
	each(json_object_object_get(instance, "plat"), print_plat);
	print_discovery(instance);
	each(json_object_object_get(instance, "map"), print_pair);
	if (is_set(instance, "shared"))
		printf("  shared: the IPv6 address is one of the uplink itself\n");
	print_line(instance, "mtu", "mtu");
	print_line(instance, "path", "path");
	print_counters(json_object_object_get(instance, "counters"), json_object_object_get(instance, "rates"));
}
