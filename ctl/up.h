/* SPDX-License-Identifier: GPL-2.0 */
/* The steps of "clatctl up". Functions return an exit code with the failure recorded. */
#ifndef UP_H
#define UP_H

#include "address.h"
#include "ask.h"
#include "genl.h"
#include "rtnl.h"

#define UP_PREFIXES_MAX 16
/* What devices are called that nobody gave a name. */
#define UP_NAME "clat%u"

struct up {
	/* what was asked for */
	const char *uplink_name;
	const char *dev_name;		/* NULL: the one that serves the uplink, or a new one */
	struct ask ask;
	struct dev plat;		/* of --plat, where has is set */
	bool have_address;
	struct in6_addr address;
	bool shared;			/* the address is one of the uplink itself */
	uint32_t metric;
	bool force;

	/* what there is */
	struct link uplink;
	struct dev before;		/* the device as it was, ifindex 0 if it was not there */
	struct link before_link;
	struct prefix64 prefixes[UP_PREFIXES_MAX];	/* whole addresses where @shared */
	size_t nprefixes;

	/* what was chosen */
	struct discovery discovery;	/* count 0 where --plat said it */
	struct dev want;
	struct addr v4;
	struct addr v6;

	/* what was made, to be undone on failure */
	bool made_v6;
	bool made_dev;
	bool set_dev;
	bool set_link;
	bool made_v4;
	bool made_route;
};

int up_check(struct up *up);
int up_choose_plat(const struct command *cmd, struct up *up);
int up_choose_v4(struct up *up);
int up_choose_v6(struct up *up);
int up_apply(struct up *up);

/* up_mtu.c */
uint32_t up_lowest_mtu(const struct link *uplink);

/* Steps that the daemon takes too. */
int up_make_device(struct up *up);
void up_describe_device(struct up *up);
int up_raise_link(struct up *up);
int up_address_link(struct up *up);

/* cmd_down.c: the device, and the addresses and rules that belong to it. */
struct json_object;

int down_device(const struct dev *dev);
int down_devices(const char *name, bool all, struct json_object *instances);

#endif
