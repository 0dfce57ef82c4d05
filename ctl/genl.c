// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family "clat": what Documentation/netlink/specs/clat.yaml says, as C structures. */
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "ctl.h"
#include "genl.h"
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
static const struct attr_name dev_names[] = {
	{ CLAT_A_DEV_IFINDEX, "ifindex", NULL },
	{ CLAT_A_DEV_UPLINK, "uplink", NULL },
	{ CLAT_A_DEV_PLAT, "plat", prefixes_names },
	{ CLAT_A_DEV_MAP, "map", pairs_names },
	{ CLAT_A_DEV_LOWEST_IPV6_MTU, "lowest-ipv6-mtu", NULL },
	{ CLAT_A_DEV_FWMARK, "fwmark", NULL },
	{ CLAT_A_DEV_WKP_STRICT, "wkp-strict", NULL },
	{ CLAT_A_DEV_TOS, "tos", NULL },
	{ 0 },
};

/* What to do, by the attribute that was refused. */
static const struct {
	const char *path;
	const char *hint;
} hints[] = {
	{ "plat", "a PLAT prefix has 32, 40, 48, 56, 64 or 96 bits and no bits set behind them or in octet 8, 64:ff9b::/96" },
	{ "map", "pairs V4/LEN=V6/LEN need equally long suffixes, no bits set behind LEN, and no overlap" },
	{ "uplink", "the uplink is another interface of the same network namespace: no clat device, loopback, bridge port" },
	{ "lowest-ipv6-mtu", "it is 1280 to 65535" },
	{ "tos", "it is 0 to 255, or inherit" },
	{ "wkp-strict", "it is on or off" },
};

static struct nl_sock *sock;
static int family;

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
		nl_socket_free(sock);
		sock = NULL;
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

static int get_int(struct nlattr *nla, uint32_t *value)
{
	if (!nla || nla_len(nla) < 4)
		return 0;
	*value = nla_get_u32(nla);
	return 1;
}

static void get_string(struct nlattr *nla, char *buf, size_t size)
{
	if (nla)
		nla_strlcpy(buf, nla, size);
}

static void parse_plat(struct nlattr *nest, struct dev *dev)
{
	struct nlattr *nla, *tb[CLAT_A_PREFIX_MAX + 1];
	int rem;

	nla_for_each_nested(nla, nest, rem) {
		struct plat *plat = &dev->plat[dev->nplat];

		if (dev->nplat == CLAT_PLAT_MAX || nla_parse_nested(tb, CLAT_A_PREFIX_MAX, nla, NULL) < 0)
			return;
		if (!tb[CLAT_A_PREFIX_ADDR] || nla_len(tb[CLAT_A_PREFIX_ADDR]) != 16 || !tb[CLAT_A_PREFIX_LEN] ||
		    nla_len(tb[CLAT_A_PREFIX_LEN]) < 1)
			continue;
		memcpy(&plat->addr, nla_data(tb[CLAT_A_PREFIX_ADDR]), 16);
		plat->len = nla_get_u8(tb[CLAT_A_PREFIX_LEN]);
		dev->nplat++;
	}
}

static void parse_map(struct nlattr *nest, struct dev *dev)
{
	struct nlattr *nla, *tb[CLAT_A_PAIR_MAX + 1];
	int rem;

	nla_for_each_nested(nla, nest, rem) {
		struct pair *pair = &dev->map[dev->nmap];

		if (dev->nmap == CLAT_MAP_MAX || nla_parse_nested(tb, CLAT_A_PAIR_MAX, nla, NULL) < 0)
			return;
		if (!tb[CLAT_A_PAIR_V4] || nla_len(tb[CLAT_A_PAIR_V4]) < 4 || !tb[CLAT_A_PAIR_V4_LEN] ||
		    nla_len(tb[CLAT_A_PAIR_V4_LEN]) < 1 || !tb[CLAT_A_PAIR_V6] || nla_len(tb[CLAT_A_PAIR_V6]) != 16 ||
		    !tb[CLAT_A_PAIR_V6_LEN] || nla_len(tb[CLAT_A_PAIR_V6_LEN]) < 1)
			continue;
		pair->v4.s_addr = nla_get_u32(tb[CLAT_A_PAIR_V4]);
		pair->v4_len = nla_get_u8(tb[CLAT_A_PAIR_V4_LEN]);
		memcpy(&pair->v6, nla_data(tb[CLAT_A_PAIR_V6]), 16);
		pair->v6_len = nla_get_u8(tb[CLAT_A_PAIR_V6_LEN]);
		dev->nmap++;
	}
}

static bool parse_dev(struct nl_msg *msg, struct dev *dev)
{
	struct nlattr *tb[CLAT_A_DEV_MAX + 1];
	uint32_t i;

	memset(dev, 0, sizeof(*dev));
	if (genlmsg_parse(nlmsg_hdr(msg), 0, tb, CLAT_A_DEV_MAX, NULL) < 0 || !get_int(tb[CLAT_A_DEV_IFINDEX],
										      &dev->ifindex))
		return false;
	for (i = 1; i <= CLAT_A_DEV_MAX; i++)
		if (tb[i])
			dev->has |= DEV_HAS(i);
	get_string(tb[CLAT_A_DEV_IFNAME], dev->ifname, sizeof(dev->ifname));
	get_int(tb[CLAT_A_DEV_UPLINK], &dev->uplink);
	if (dev->uplink)
		if_indextoname(dev->uplink, dev->uplink_name);
	if (tb[CLAT_A_DEV_PLAT])
		parse_plat(tb[CLAT_A_DEV_PLAT], dev);
	if (tb[CLAT_A_DEV_MAP])
		parse_map(tb[CLAT_A_DEV_MAP], dev);
	get_int(tb[CLAT_A_DEV_LOWEST_IPV6_MTU], &dev->lowest_ipv6_mtu);
	get_int(tb[CLAT_A_DEV_FWMARK], &dev->fwmark);
	if (tb[CLAT_A_DEV_WKP_STRICT] && nla_len(tb[CLAT_A_DEV_WKP_STRICT]) >= 1)
		dev->wkp_strict = nla_get_u8(tb[CLAT_A_DEV_WKP_STRICT]);
	if (tb[CLAT_A_DEV_TOS] && nla_len(tb[CLAT_A_DEV_TOS]) >= 2)
		dev->tos = nla_get_u16(tb[CLAT_A_DEV_TOS]);
	get_int(tb[CLAT_A_DEV_STATE], &dev->state);
	get_int(tb[CLAT_A_DEV_PATH], &dev->path);
	get_int(tb[CLAT_A_DEV_DETACH], &dev->detach);
	return true;
}

static void get_u64(struct nlattr *nla, uint64_t *value)
{
	if (nla && nla_len(nla) == 8)
		*value = nla_get_u64(nla);
}

static bool parse_stats(struct nl_msg *msg, struct stats *stats)
{
	struct nlattr *nla, *tb[CLAT_A_STATS_MAX + 1];
	int rem;

	memset(stats, 0, sizeof(*stats));
	if (genlmsg_parse(nlmsg_hdr(msg), 0, tb, CLAT_A_STATS_MAX, NULL) < 0 ||
	    !get_int(tb[CLAT_A_STATS_IFINDEX], &stats->ifindex))
		return false;
	get_string(tb[CLAT_A_STATS_IFNAME], stats->ifname, sizeof(stats->ifname));
	get_u64(tb[CLAT_A_STATS_PACKETS46], &stats->packets46);
	get_u64(tb[CLAT_A_STATS_BYTES46], &stats->bytes46);
	get_u64(tb[CLAT_A_STATS_PACKETS64], &stats->packets64);
	get_u64(tb[CLAT_A_STATS_BYTES64], &stats->bytes64);
	if (!tb[CLAT_A_STATS_DROPS])
		return true;
	nla_for_each_nested(nla, tb[CLAT_A_STATS_DROPS], rem) {
		int type = nla_type(nla);

		if (type == CLAT_DROP_PAD || type >= DROPS_MAX)
			continue;
		get_u64(nla, &stats->drop[type]);
		stats->has_drop[type] = true;
	}
	return true;
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

/* Asks with @cmd for the device @ifindex, or for all when it is 0. The caller frees @list->items. */
static int get(int cmd, int attr, uint32_t ifindex, struct list *list)
{
	struct extack ack;
	struct nl_msg *msg;
	int code = family_open();

	if (code)
		return code;
	msg = message(cmd, ifindex ? 0 : NLM_F_DUMP);
	if (!msg)
		return CTL_REFUSED;
	if (ifindex)
		nla_put_u32(msg, attr, ifindex);
	nl_request(sock, msg, on_item, list, &ack);
	nlmsg_free(msg);
	if (ack.error)
		return nl_fail(&ack, NULL, "cannot read clat devices");
	if (list->failed || (ifindex && !list->count))
		return fail(CTL_REFUSED, NULL, "cannot read clat devices: %s",
			    list->failed ? "out of memory" : "the kernel's answer lacks them");
	return CTL_OK;
}

static bool parse_dev_item(struct nl_msg *msg, void *item)
{
	return parse_dev(msg, item);
}

static bool parse_stats_item(struct nl_msg *msg, void *item)
{
	return parse_stats(msg, item);
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

static bool put_plat(struct nl_msg *msg, const struct dev *dev)
{
	struct nlattr *list, *nest;
	size_t i;

	/* libnl takes an empty nest back at its end; here it means: clear the list. */
	if (!dev->nplat)
		return nla_put(msg, CLAT_A_DEV_PLAT | NLA_F_NESTED, 0, NULL) == 0;
	list = nla_nest_start(msg, CLAT_A_DEV_PLAT | NLA_F_NESTED);
	for (i = 0; list && i < dev->nplat; i++) {
		nest = nla_nest_start(msg, CLAT_A_PREFIXES_PREFIX | NLA_F_NESTED);
		if (!nest || nla_put(msg, CLAT_A_PREFIX_ADDR, 16, &dev->plat[i].addr) ||
		    nla_put_u8(msg, CLAT_A_PREFIX_LEN, dev->plat[i].len))
			return false;
		nla_nest_end(msg, nest);
	}
	return list && nla_nest_end(msg, list) == 0;
}

static bool put_map(struct nl_msg *msg, const struct dev *dev)
{
	struct nlattr *list, *nest;
	size_t i;

	if (!dev->nmap)
		return nla_put(msg, CLAT_A_DEV_MAP | NLA_F_NESTED, 0, NULL) == 0;
	list = nla_nest_start(msg, CLAT_A_DEV_MAP | NLA_F_NESTED);
	for (i = 0; list && i < dev->nmap; i++) {
		const struct pair *pair = &dev->map[i];

		nest = nla_nest_start(msg, CLAT_A_PAIRS_PAIR | NLA_F_NESTED);
		if (!nest || nla_put_u32(msg, CLAT_A_PAIR_V4, pair->v4.s_addr) ||
		    nla_put_u8(msg, CLAT_A_PAIR_V4_LEN, pair->v4_len) ||
		    nla_put(msg, CLAT_A_PAIR_V6, 16, &pair->v6) ||
		    nla_put_u8(msg, CLAT_A_PAIR_V6_LEN, pair->v6_len))
			return false;
		nla_nest_end(msg, nest);
	}
	return list && nla_nest_end(msg, list) == 0;
}

static bool put_dev(struct nl_msg *msg, const struct dev *dev)
{
	if (nla_put_u32(msg, CLAT_A_DEV_IFINDEX, dev->ifindex))
		return false;
	if (dev->has & DEV_HAS(CLAT_A_DEV_UPLINK) && nla_put_u32(msg, CLAT_A_DEV_UPLINK, dev->uplink))
		return false;
	if (dev->has & DEV_HAS(CLAT_A_DEV_PLAT) && !put_plat(msg, dev))
		return false;
	if (dev->has & DEV_HAS(CLAT_A_DEV_MAP) && !put_map(msg, dev))
		return false;
	if (dev->has & DEV_HAS(CLAT_A_DEV_LOWEST_IPV6_MTU) &&
	    nla_put_u32(msg, CLAT_A_DEV_LOWEST_IPV6_MTU, dev->lowest_ipv6_mtu))
		return false;
	if (dev->has & DEV_HAS(CLAT_A_DEV_FWMARK) && nla_put_u32(msg, CLAT_A_DEV_FWMARK, dev->fwmark))
		return false;
	if (dev->has & DEV_HAS(CLAT_A_DEV_WKP_STRICT) && nla_put_u8(msg, CLAT_A_DEV_WKP_STRICT, dev->wkp_strict))
		return false;
	return !(dev->has & DEV_HAS(CLAT_A_DEV_TOS)) || nla_put_u16(msg, CLAT_A_DEV_TOS, dev->tos) == 0;
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
	if (!put_dev(msg, dev)) {
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
	if (parse_dev(msg, &dev) && !watch->event(hdr->cmd == CLAT_CMD_DEV_DEL_NTF, &dev))
		watch->stop = true;
	return NL_OK;
}

static struct nl_sock *monitor_open(void)
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
	struct nl_sock *events = monitor_open();
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
