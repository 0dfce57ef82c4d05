// SPDX-License-Identifier: GPL-2.0
/* clatctl status: is IPv4 going through, by what way, and how much. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "genl.h"
#include "rtnl.h"
#include "show.h"

struct instance {
	struct dev dev;
	struct stats stats;
	uint32_t mtu;
};

static void print_lists(const struct dev *dev)
{
	char buf[128];
	size_t i;

	for (i = 0; i < dev->nplat; i++)
		printf("  plat: %s\n", show_plat(&dev->plat[i], buf, sizeof(buf)));
	for (i = 0; i < dev->nmap; i++)
		printf("  map: %s\n", show_pair(&dev->map[i], buf, sizeof(buf)));
}

static void print_way(const char *way, uint64_t packets, uint64_t bytes)
{
	char buf[32];

	printf("  %s: %" PRIu64 " packets, %s\n", way, packets, show_bytes(bytes, buf, sizeof(buf)));
}

static void print_drops(const struct stats *stats)
{
	bool any = false;
	unsigned int i;
	char name[32];

	for (i = 0; i < DROPS_MAX; i++) {
		if (!stats->drop[i])
			continue;
		if (!any)
			printf("  dropped:\n");
		any = true;
		printf("    %s: %" PRIu64 " (%s)\n", show_drop(i, name, sizeof(name)), stats->drop[i], drop_words(i));
	}
}

static void print_instance(const struct instance *in)
{
	const struct dev *dev = &in->dev;
	char buf[32];

	printf("clat: %s\n", dev->ifname);
	if (dev->state == CLAT_STATE_ACTIVE)
		printf("  state: active\n");
	else
		printf("  state: %s (%s)\n", state_name(dev->state), state_words(dev->state));
	if (detach_words(dev->detach))
		printf("  last error: %s\n", detach_words(dev->detach));
	if (dev->silent)
		printf("  silent: packets go out, and the NAT64 answers none\n");
	printf("  uplink: %s\n", show_uplink(dev, buf, sizeof(buf)));
	print_lists(dev);
	if (in->mtu)
		printf("  mtu: %u\n", in->mtu);
	printf("  path: %s\n", path_name(dev->path));
	print_way("sent (IPv4 to IPv6)", in->stats.packets46, in->stats.bytes46);
	print_way("received (IPv6 to IPv4)", in->stats.packets64, in->stats.bytes64);
	print_drops(&in->stats);
}

static void json_instance(struct json_object *instances, const struct instance *in)
{
	struct json_object *object = json_dev(&in->dev, in->mtu);

	json_object_object_add(object, "counters", json_counters(&in->stats));
	json_object_array_add(instances, object);
}

static bool wanted(const struct dev *dev, const char *name)
{
	return !name || !strcmp(dev->ifname, name) || (dev->uplink && !strcmp(dev->uplink_name, name));
}

/* A device that goes away while it is read is left out. */
static bool read_instance(const struct dev *dev, struct instance *in)
{
	struct link link;

	if (link_get(dev->ifname, &link) || genl_stats_get(dev->ifindex, &in->stats))
		return false;
	in->dev = *dev;
	in->mtu = link.mtu;
	return true;
}

static int inactive(const char *name, size_t shown)
{
	static const struct failure none;

	/* What was shown says it; a device that went away while it was read is no failure. */
	failure_set(&none);
	if (shown)
		return CTL_INACTIVE;
	return fail(CTL_INACTIVE, "clatctl up UPLINK gets IPv4 over an IPv6-only network", "CLAT is not up%s%s",
		    name ? " on " : "", name ? name : "");
}

static int show_all(const struct dev *list, size_t count, const char *name)
{
	struct json_object *root = json_schema(), *instances = json_instances(root);
	bool active = false;
	size_t i, shown = 0;

	for (i = 0; i < count; i++) {
		struct instance in;

		if (!wanted(&list[i], name) || !read_instance(&list[i], &in))
			continue;
		shown++;
		active |= in.dev.state == CLAT_STATE_ACTIVE;
		if (opts.json)
			json_instance(instances, &in);
		else if (!opts.quiet)
			print_instance(&in);
	}
	if (opts.json && shown)
		json_print(root);
	else
		json_object_put(root);
	return active ? CTL_OK : inactive(name, shown);
}

static int run(int argc, char **argv)
{
	struct dev *list;
	size_t count;
	int code;

	if (argc > 2)
		return usage(&cmd_status, "one UPLINK at a time, then '%s'", argv[2]);
	code = genl_dev_list(&list, &count);
	if (!code)
		code = show_all(list, count, argc == 2 ? argv[1] : NULL);
	free(list);
	return code;
}

const struct command cmd_status = {
	.name = "status",
	.args = "[UPLINK]",
	.summary = "show whether IPv4 goes through, and how much",
	.help =
"Shows for each CLAT, or for the one on UPLINK (the name of the clat device will do as well), its state, the NAT64\n"
"prefix, addresses, traffic both ways, and what was dropped and why.\n"
"\n"
"Exit codes: 0 at least one is active; 3 none is.\n",
	.run = run,
};
