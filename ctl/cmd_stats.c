// SPDX-License-Identifier: GPL-2.0
/* clatctl stats: all counters of clat devices. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "genl.h"
#include "show.h"

static void print_line(const char *name, uint64_t value, const char *words)
{
	printf("  %-22s %20" PRIu64 "  %s\n", name, value, words);
}

static void print_stats(const struct stats *stats)
{
	char name[32];
	unsigned int i;

	printf("%s:\n", stats->ifname);
	print_line("packets46", stats->packets46, "translated IPv4 to IPv6");
	print_line("bytes46", stats->bytes46, "their IPv4 octets");
	print_line("packets64", stats->packets64, "translated IPv6 to IPv4");
	print_line("bytes64", stats->bytes64, "their IPv4 octets");
	printf("  drops\n");
	for (i = 0; i < DROPS_MAX; i++) {
		if (!stats->has_drop[i])
			continue;
		show_drop(i, name, sizeof(name));
		printf("    %-20s %20" PRIu64 "  %s\n", name, stats->drop[i], drop_words(i));
	}
}

static int json_stats(const struct stats *list, size_t count)
{
	struct json_object *root = json_schema(), *instances = json_instances(root), *object;
	size_t i;

	for (i = 0; i < count; i++) {
		object = json_object_new_object();
		json_object_object_add(object, "ifname", json_object_new_string(list[i].ifname));
		json_object_object_add(object, "ifindex", json_object_new_int64(list[i].ifindex));
		json_object_object_add(object, "counters", json_counters(&list[i]));
		json_object_array_add(instances, object);
	}
	return json_print(root);
}

static int get_one(const char *ifname, struct stats *stats)
{
	struct dev dev;
	int code = genl_find(ifname, &dev);

	return code ? code : genl_stats_get(dev.ifindex, stats);
}

static int run(int argc, char **argv)
{
	struct stats one, *list = &one;
	size_t i, count = 1;
	int code;

	if (argc > 2)
		return usage(&cmd_stats, "one DEV at a time, then '%s'", argv[2]);
	code = argc == 2 ? get_one(argv[1], &one) : genl_stats_list(&list, &count);
	if (!code && opts.json)
		json_stats(list, count);
	for (i = 0; i < count && !code && !opts.json && !opts.quiet; i++)
		print_stats(&list[i]);
	if (argc < 2)
		free(list);
	return code;
}

const struct command cmd_stats = {
	.name = "stats",
	.args = "[DEV]",
	.summary = "show all counters of clat devices",
	.help =
"Counts since the device was made. A superframe (GSO, GRO) counts as one packet. What ends in 46 counts IPv4 to\n"
"IPv6, in 64 IPv6 to IPv4; \"drops\" are packets that were not translated, by reason.\n",
	.run = run,
};
