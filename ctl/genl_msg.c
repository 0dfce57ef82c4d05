// SPDX-License-Identifier: GPL-2.0
/* Messages of the generic netlink family "clat" to C structures and back. Pure but for the names of interfaces. */
#include <string.h>

#include <netlink/genl/genl.h>

#include "genl_msg.h"

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

static void parse_lan(struct nlattr *nest, struct dev *dev)
{
	struct nlattr *nla;
	int rem;

	nla_for_each_nested(nla, nest, rem) {
		struct lan *lan = &dev->lan[dev->nlan];

		if (dev->nlan == CLAT_LAN_MAX)
			return;
		if (!get_int(nla, &lan->ifindex))
			continue;
		if_indextoname(lan->ifindex, lan->ifname);
		dev->nlan++;
	}
}

/**
 * genl_parse_dev - read an answer or a notification about a device
 * @msg: the message
 * @dev: filled in; what the message lacks is 0 and has no bit in @dev->has
 *
 * Returns false if it names no device.
 */
bool genl_parse_dev(struct nl_msg *msg, struct dev *dev)
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
	if (tb[CLAT_A_DEV_SILENT] && nla_len(tb[CLAT_A_DEV_SILENT]) >= 1)
		dev->silent = nla_get_u8(tb[CLAT_A_DEV_SILENT]);
	if (tb[CLAT_A_DEV_SHARED] && nla_len(tb[CLAT_A_DEV_SHARED]) >= 1)
		dev->shared = nla_get_u8(tb[CLAT_A_DEV_SHARED]);
	if (tb[CLAT_A_DEV_LAN])
		parse_lan(tb[CLAT_A_DEV_LAN], dev);
	return true;
}

static void get_u64(struct nlattr *nla, uint64_t *value)
{
	if (nla && nla_len(nla) == 8)
		*value = nla_get_u64(nla);
}

/* Reads an answer with counters; reasons for drops that are unknown are kept. Returns false if it names no device. */
bool genl_parse_stats(struct nl_msg *msg, struct stats *stats)
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

static bool put_lan(struct nl_msg *msg, const struct dev *dev)
{
	struct nlattr *list;
	size_t i;

	if (!dev->nlan)
		return nla_put(msg, CLAT_A_DEV_LAN | NLA_F_NESTED, 0, NULL) == 0;
	list = nla_nest_start(msg, CLAT_A_DEV_LAN | NLA_F_NESTED);
	for (i = 0; list && i < dev->nlan; i++)
		if (nla_put_u32(msg, CLAT_A_LINKS_LINK, dev->lan[i].ifindex))
			return false;
	return list && nla_nest_end(msg, list) == 0;
}

/* Writes what @dev->has marks as given, and the ifindex. Returns false if @msg has no room for it. */
bool genl_put_dev(struct nl_msg *msg, const struct dev *dev)
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
	if (dev->has & DEV_HAS(CLAT_A_DEV_SHARED) && nla_put_u8(msg, CLAT_A_DEV_SHARED, dev->shared))
		return false;
	if (dev->has & DEV_HAS(CLAT_A_DEV_TOS) && nla_put_u16(msg, CLAT_A_DEV_TOS, dev->tos))
		return false;
	return !(dev->has & DEV_HAS(CLAT_A_DEV_LAN)) || put_lan(msg, dev);
}
