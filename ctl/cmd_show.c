// SPDX-License-Identifier: GPL-2.0
/* clatctl show: clat devices as the kernel has them configured. */
#include <stdio.h>
#include <stdlib.h>

#include "genl.h"
#include "rtnl.h"
#include "show.h"

static uint32_t mtu_of(const char *ifname)
{
	struct link link;

	return link_get(ifname, &link) ? 0 : link.mtu;
}

static void print_lists(const struct dev *dev)
{
	char buf[128];
	size_t i;

	printf("  plat");
	for (i = 0; i < dev->nplat; i++)
		printf("%s%s", i ? "," : " ", show_plat(&dev->plat[i], buf, sizeof(buf)));
	printf("%s\n  map", dev->nplat ? "" : " none");
	for (i = 0; i < dev->nmap; i++)
		printf("%s%s", i ? "," : " ", show_pair(&dev->map[i], buf, sizeof(buf)));
	printf("%s\n", dev->nmap ? "" : " none");
	printf("  lan");
	for (i = 0; i < dev->nlan; i++)
		printf("%s%s", i ? "," : " ", show_lan(&dev->lan[i], buf, sizeof(buf)));
	printf("%s\n", dev->nlan ? "" : " none");
}

static void print_dev(const struct dev *dev)
{
	char buf[32];

	printf("%s: uplink %s state %s path %s mtu %u\n", dev->ifname, show_uplink(dev, buf, sizeof(buf)),
	       state_name(dev->state), path_name(dev->path), mtu_of(dev->ifname));
	print_lists(dev);
	if (dev->tos == CLAT_TOS_INHERIT)
		snprintf(buf, sizeof(buf), "inherit");
	else
		snprintf(buf, sizeof(buf), "%u", dev->tos);
	printf("  lowest-ipv6-mtu %u fwmark 0x%x wkp-strict %s tos %s shared %s\n", dev->lowest_ipv6_mtu, dev->fwmark,
	       dev->wkp_strict ? "on" : "off", buf, dev->shared ? "on" : "off");
	if (detach_words(dev->detach))
		printf("  detach %s: %s\n", detach_name(dev->detach), detach_words(dev->detach));
	if (dev->silent)
		printf("  silent: packets go out, and none comes back\n");
}

static void print_devs(const struct dev *list, size_t count)
{
	size_t i;

	for (i = 0; i < count && !opts.quiet; i++)
		print_dev(&list[i]);
}

static int json_devs(const struct dev *list, size_t count)
{
	struct json_object *root = json_schema(), *instances = json_instances(root);
	size_t i;

	for (i = 0; i < count; i++)
		json_object_array_add(instances, json_dev(&list[i], mtu_of(list[i].ifname)));
	return json_print(root);
}

/* With -j, what add and set answer: the device as it is now. */
int json_one(const char *ifname)
{
	struct dev dev;
	int code = genl_find(ifname, &dev);

	return code ? code : json_devs(&dev, 1);
}

/* With -j, the answer where nothing is left to tell of. */
int json_none(void)
{
	return json_devs(NULL, 0);
}

static int run(int argc, char **argv)
{
	struct dev one, *list = &one;
	size_t count = 1;
	int code;

	if (argc > 2)
		return usage(&cmd_show, "one DEV at a time, then '%s'", argv[2]);
	code = argc == 2 ? genl_find(argv[1], &one) : genl_dev_list(&list, &count);
	if (!code && opts.json)
		json_devs(list, count);
	else if (!code)
		print_devs(list, count);
	if (argc < 2)
		free(list);
	return code;
}

const struct command cmd_show = {
	.name = "show",
	.args = "[DEV]",
	.summary = "show how clat devices are configured",
	.help =
"Shows DEV, or all clat devices of the network namespace: attributes as \"set\" takes them, the state, and the path\n"
"that IPv6 packets come by. For what goes through, see \"status\" and \"stats\".\n",
	.run = run,
};
