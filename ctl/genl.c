// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family "clat": requests, their refusals, and the changes it tells of. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "ctl.h"
#include "genl.h"
#include "genl_msg.h"
#include "nl.h"

static const struct attr_name prefix_names[] = {
	{ CLAT_A_PREFIX_ADDR, "addr", NULL }, { CLAT_A_PREFIX_LEN, "len", NULL }, { 0 },
};
static const struct attr_name prefixes_names[] = { { CLAT_A_PREFIXES_PREFIX, "prefix", prefix_names }, { 0 } };
static const struct attr_name pair_names[] = {
	{ CLAT_A_PAIR_V4, "v4", NULL }, { CLAT_A_PAIR_V4_LEN, "v4-len", NULL },
	{ CLAT_A_PAIR_V6, "v6", NULL }, { CLAT_A_PAIR_V6_LEN, "v6-len", NULL }, { 0 },
};
static const struct attr_name pairs_names[] = { { CLAT_A_PAIRS_PAIR, "pair", pair_names }, { 0 } };
static const struct attr_name links_names[] = { { CLAT_A_LINKS_LINK, "link", NULL }, { 0 } };
static const struct attr_name dev_names[] = {
	{ CLAT_A_DEV_IFINDEX, "ifindex", NULL },
	{ CLAT_A_DEV_UPLINK, "uplink", NULL },
	{ CLAT_A_DEV_PLAT, "plat", prefixes_names },
	{ CLAT_A_DEV_MAP, "map", pairs_names },
	{ CLAT_A_DEV_LOWEST_IPV6_MTU, "lowest-ipv6-mtu", NULL },
	{ CLAT_A_DEV_FWMARK, "fwmark", NULL },
	{ CLAT_A_DEV_WKP_STRICT, "wkp-strict", NULL },
	{ CLAT_A_DEV_TOS, "tos", NULL },
	{ CLAT_A_DEV_SHARED, "shared", NULL },
	{ CLAT_A_DEV_LAN, "lan", links_names },
	{ 0 },
};

/* What to do, by the attribute that was refused. */
static const struct {
	const char *path;
	const char *hint;
} hints[] = {
	{ "plat", "a PLAT prefix has 32, 40, 48, 56, 64 or 96 bits and no bits set behind them or in octet 8, 64:ff9b::/96" },
	{ "map", "pairs V4/LEN=V6/LEN need equally long suffixes, no bits set behind LEN, and no overlap" },
	{ "uplink", "the uplink is another interface of this namespace: no clat device, loopback, bridge port, bond slave" },
	{ "lan", "a LAN is an interface of clients: not the uplink, no clat device, loopback, bridge port, bond slave" },
	{ "lowest-ipv6-mtu", "it is 1280 or more" },
	{ "tos", "it is 0 to 255, or inherit" },
	{ "wkp-strict", "it is on or off" },
	{ "shared", "it needs a map of one pair of single addresses, a kernel with ingress hooks, and a module that knows it" },
};

static struct nl_sock *sock;
static int family;

/* The module may have been unloaded meanwhile, and has another number when it comes back. */
static void family_close(void)
{
	nl_socket_free(sock);
	sock = NULL;
}

static int family_open(void)
{
	if (sock)
		return CTL_OK;
	sock = nl_open(NETLINK_GENERIC);
	if (!sock)
		return failure_get().code;
	/* The kernel loads a module that carries the family's alias by itself. */
	family = genl_ctrl_resolve(sock, CLAT_GENL_NAME);
	if (family < 0) {
		family_close();
		return fail(CTL_NOMODULE, "modprobe clat", "the kernel module clat is not loaded");
	}
	return CTL_OK;
}

static struct nl_msg *message(int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(16384);

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, (uint8_t)cmd, CLAT_GENL_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	if (!msg)
		fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	return msg;
}

/* The items that a dump brings; @size is that of one. */
struct list {
	bool (*parse)(struct nl_msg *msg, void *item);
	size_t size;
	char *items;
	size_t count;
	bool failed;
};

static int on_item(struct nl_msg *msg, void *arg)
{
	struct list *list = arg;
	char *grown = realloc(list->items, (list->count + 1) * list->size);

	if (!grown) {
		list->failed = true;
		return NL_SKIP;
	}
	list->items = grown;
	if (list->parse(msg, grown + list->count * list->size))
		list->count++;
	return NL_OK;
}

static int get_once(int cmd, int attr, uint32_t ifindex, struct list *list, struct extack *ack)
{
	struct nl_msg *msg;
	int code = family_open();

	if (code)
		return code;
	msg = message(cmd, ifindex ? 0 : NLM_F_DUMP);
	if (!msg)
		return CTL_REFUSED;
	if (ifindex)
		nla_put_u32(msg, attr, ifindex);
	nl_request(sock, msg, on_item, list, ack);
	nlmsg_free(msg);
	return CTL_OK;
}

/* Asks with @cmd for the device @ifindex, or for all when it is 0. The caller frees @list->items. */
static int get(int cmd, int attr, uint32_t ifindex, struct list *list)
{
	struct extack ack;
	int code = get_once(cmd, attr, ifindex, list, &ack);

	if (!code && ack.error == -ENOENT) {
		family_close();
		code = get_once(cmd, attr, ifindex, list, &ack);
	}
	if (code)
		return code;
	if (ack.error)
		return nl_fail(&ack, NULL, "cannot read clat devices");
	if (list->failed || (ifindex && !list->count))
		return fail(CTL_REFUSED, NULL, "cannot read clat devices: %s",
			    list->failed ? "out of memory" : "the kernel's answer lacks them");
	return CTL_OK;
}

static bool parse_dev_item(struct nl_msg *msg, void *item)
{
	return genl_parse_dev(msg, item);
}

static bool parse_stats_item(struct nl_msg *msg, void *item)
{
	return genl_parse_stats(msg, item);
}

/* All devices of the namespace, in a list that the caller frees. */
int genl_dev_list(struct dev **list, size_t *count)
{
	struct list l = { .parse = parse_dev_item, .size = sizeof(struct dev) };
	int code = get(CLAT_CMD_DEV_GET, CLAT_A_DEV_IFINDEX, 0, &l);

	*list = (struct dev *)(void *)l.items;
	*count = l.count;
	return code;
}

int genl_dev_get(uint32_t ifindex, struct dev *dev)
{
	struct list l = { .parse = parse_dev_item, .size = sizeof(*dev) };
	int code = get(CLAT_CMD_DEV_GET, CLAT_A_DEV_IFINDEX, ifindex, &l);

	if (!code)
		memcpy(dev, l.items, sizeof(*dev));
	free(l.items);
	return code;
}

/* Counters of all devices of the namespace, in a list that the caller frees. */
int genl_stats_list(struct stats **list, size_t *count)
{
	struct list l = { .parse = parse_stats_item, .size = sizeof(struct stats) };
	int code = get(CLAT_CMD_STATS_GET, CLAT_A_STATS_IFINDEX, 0, &l);

	*list = (struct stats *)(void *)l.items;
	*count = l.count;
	return code;
}

int genl_stats_get(uint32_t ifindex, struct stats *stats)
{
	struct list l = { .parse = parse_stats_item, .size = sizeof(*stats) };
	int code = get(CLAT_CMD_STATS_GET, CLAT_A_STATS_IFINDEX, ifindex, &l);

	if (!code)
		memcpy(stats, l.items, sizeof(*stats));
	free(l.items);
	return code;
}

/* The device of a name, or CTL_NODEV with the reason: no such interface, or not a clat device. */
int genl_find(const char *ifname, struct dev *dev)
{
	uint32_t ifindex = if_nametoindex(ifname);
	struct dev *list;
	size_t i, count;
	int code = genl_dev_list(&list, &count);

	if (code)
		return code;
	for (i = 0; i < count && list[i].ifindex != ifindex; i++)
		;
	if (i < count)
		*dev = list[i];
	free(list);
	if (i < count)
		return CTL_OK;
	return fail(CTL_NODEV, "see: clatctl show", ifindex ? "'%s' is no clat device" : "no interface '%s'", ifname);
}

static const char *hint_for(const char *path)
{
	size_t i, len;

	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		len = strlen(hints[i].path);
		if (!strncmp(path, hints[i].path, len) && (!path[len] || path[len] == '.'))
			return hints[i].hint;
	}
	return NULL;
}

/**
 * genl_dev_set - change a device in one step
 * @dev: ifindex, ifname for messages, and what @has marks as given
 *
 * Returns an exit code; refused as a whole, with the kernel's text and the attribute it names, or carried out.
 */
int genl_dev_set(const struct dev *dev)
{
	struct extack ack;
	struct nl_msg *msg;
	char path[64];
	int code = family_open();

	if (code)
		return code;
	msg = message(CLAT_CMD_DEV_SET, 0);
	if (!msg)
		return CTL_REFUSED;
	if (!genl_put_dev(msg, dev)) {
		nlmsg_free(msg);
		return fail(CTL_REFUSED, NULL, "cannot set %s: the request is too long", dev->ifname);
	}
	if (nl_request(sock, msg, NULL, NULL, &ack)) {
		attr_path(nlmsg_hdr(msg), GENL_HDRLEN, &ack, dev_names, path, sizeof(path));
		code = nl_fail(&ack, hint_for(path), "cannot set %s", dev->ifname);
		if (path[0])
			fail_attribute(path);
	}
	nlmsg_free(msg);
	return code;
}

struct watch {
	genl_event event;
	bool stop;
};

static int on_event(struct nl_msg *msg, void *arg)
{
	struct watch *watch = arg;
	struct genlmsghdr *hdr = genlmsg_hdr(nlmsg_hdr(msg));
	struct dev dev;

	if (hdr->cmd != CLAT_CMD_DEV_NTF && hdr->cmd != CLAT_CMD_DEV_DEL_NTF)
		return NL_SKIP;
	if (genl_parse_dev(msg, &dev) && !watch->event(hdr->cmd == CLAT_CMD_DEV_DEL_NTF, &dev))
		watch->stop = true;
	return NL_OK;
}

/* A socket that becomes readable with each change of a device, or NULL with the failure recorded. */
struct nl_sock *genl_events(void)
{
	struct nl_sock *events;
	int group, err;

	if (family_open())
		return NULL;
	group = genl_ctrl_resolve_grp(sock, CLAT_GENL_NAME, CLAT_MCGRP_MONITOR);
	events = nl_open(NETLINK_GENERIC);
	if (!events)
		return NULL;
	err = group < 0 ? group : nl_socket_add_membership(events, group);
	if (err < 0) {
		fail(CTL_REFUSED, NULL, "cannot listen to changes of clat devices: %s", nl_geterror(err));
		nl_socket_free(events);
		return NULL;
	}
	nl_socket_disable_seq_check(events);
	nl_socket_set_nonblocking(events);
	return events;
}

/**
 * genl_monitor - listen to changes until a signal, or until @event says so
 * @event: called for each change
 *
 * Returns an exit code. Changes that the socket's buffer could not hold are told on stderr.
 */
int genl_monitor(genl_event event)
{
	struct watch watch = { .event = event };
	struct nl_sock *events = genl_events();
	struct pollfd pfd = { .events = POLLIN };
	int err = 0;

	if (!events)
		return failure_get().code;
	nl_socket_modify_cb(events, NL_CB_VALID, NL_CB_CUSTOM, on_event, &watch);
	pfd.fd = nl_socket_get_fd(events);
	verbose("listening");
	while (!interrupted && !watch.stop && (err >= 0 || err == -NLE_AGAIN)) {
		if (wait_events(&pfd, 1, -1) < 0)
			continue;
		err = nl_recvmsgs_default(events);
		if (err == -NLE_NOMEM) {
			warning("changes came too fast, some were lost: see clatctl show");
			err = 0;
		}
	}
	nl_socket_free(events);
	if (err < 0 && err != -NLE_AGAIN)
		return fail(CTL_REFUSED, NULL, "cannot listen to changes of clat devices: %s", nl_geterror(err));
	return CTL_OK;
}
