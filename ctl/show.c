// SPDX-License-Identifier: GPL-2.0
/* Devices and counters as text and as JSON: the keys are a contract with scripts, documented in clatctl.8. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>

#include "show.h"

const char *show_plat(const struct plat *plat, char *buf, size_t size)
{
	char addr[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &plat->addr, addr, sizeof(addr));
	snprintf(buf, size, "%s/%u", addr, plat->len);
	return buf;
}

/* As the command line takes it; lengths of single addresses are left out. */
const char *show_pair(const struct pair *pair, char *buf, size_t size)
{
	char v4[INET_ADDRSTRLEN], v6[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET, &pair->v4, v4, sizeof(v4));
	inet_ntop(AF_INET6, &pair->v6, v6, sizeof(v6));
	if (pair->v4_len == 32 && pair->v6_len == 128)
		snprintf(buf, size, "%s=%s", v4, v6);
	else
		snprintf(buf, size, "%s/%u=%s/%u", v4, pair->v4_len, v6, pair->v6_len);
	return buf;
}

/* @value in the largest of @units that it fills, each @step times the one before; whole in the first of them. */
static const char *show_scaled(double value, double step, const char *const *units, size_t count, int decimals, char *buf,
			       size_t size)
{
	size_t unit = 0;

	for (; value >= step && unit + 1 < count; unit++)
		value /= step;
	snprintf(buf, size, "%.*f %s", unit ? decimals : 0, value, units[unit]);
	return buf;
}

const char *show_bytes(uint64_t bytes, char *buf, size_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };

	return show_scaled((double)bytes, 1024, units, sizeof(units) / sizeof(units[0]), 2, buf, size);
}

/* Bits a second, as links are rated. */
const char *show_rate(uint64_t bits, char *buf, size_t size)
{
	static const char *const units[] = { "bit/s", "kbit/s", "Mbit/s", "Gbit/s" };

	return show_scaled((double)bits, 1000, units, sizeof(units) / sizeof(units[0]), 1, buf, size);
}

/* An interface's name; its number if it has just gone. */
static const char *show_link(uint32_t ifindex, const char *name, char *buf, size_t size)
{
	if (!ifindex)
		snprintf(buf, size, "none");
	else if (name[0])
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "if%" PRIu32, ifindex);
	return buf;
}

const char *show_uplink(const struct dev *dev, char *buf, size_t size)
{
	return show_link(dev->uplink, dev->uplink_name, buf, size);
}

const char *show_lan(const struct lan *lan, char *buf, size_t size)
{
	return show_link(lan->ifindex, lan->ifname, buf, size);
}

/* The name of a reason for drops, also of one that only a newer kernel has. */
const char *show_drop(unsigned int reason, char *buf, size_t size)
{
	const char *name = drop_name(reason);

	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "drop-%u", reason);
	return buf;
}

static void add_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, value ? json_object_new_string(value) : NULL);
}

static void add_int(struct json_object *object, const char *key, int64_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

/* A PLAT prefix; @source NULL and @expires_s negative where they are not known. */
struct json_object *json_plat(const struct plat *plat, const char *source, int64_t expires_s)
{
	struct json_object *object = json_object_new_object();
	char addr[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &plat->addr, addr, sizeof(addr));
	add_string(object, "prefix", addr);
	add_int(object, "len", plat->len);
	add_string(object, "source", source);
	json_object_object_add(object, "expires_s", expires_s < 0 ? NULL : json_object_new_int64(expires_s));
	return object;
}

static struct json_object *json_pair(const struct pair *pair)
{
	struct json_object *object = json_object_new_object();
	char addr[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET, &pair->v4, addr, sizeof(addr));
	add_string(object, "v4", addr);
	add_int(object, "v4-len", pair->v4_len);
	inet_ntop(AF_INET6, &pair->v6, addr, sizeof(addr));
	add_string(object, "v6", addr);
	add_int(object, "v6-len", pair->v6_len);
	return object;
}

static void add_lists(struct json_object *object, const struct dev *dev)
{
	struct json_object *plat = json_object_new_array(), *map = json_object_new_array();
	struct json_object *lan = json_object_new_array();
	char name[IF_NAMESIZE + 8];
	size_t i;

	for (i = 0; i < dev->nplat; i++)
		json_object_array_add(plat, json_plat(&dev->plat[i], NULL, -1));
	for (i = 0; i < dev->nmap; i++)
		json_object_array_add(map, json_pair(&dev->map[i]));
	json_object_object_add(object, "plat", plat);
	for (i = 0; i < dev->nlan; i++)
		json_object_array_add(lan, json_object_new_string(show_lan(&dev->lan[i], name, sizeof(name))));
	json_object_object_add(object, "map", map);
	json_object_object_add(object, "lan", lan);
}

/* A device; an @mtu of 0 is not known. */
struct json_object *json_dev(const struct dev *dev, uint32_t mtu)
{
	struct json_object *object = json_object_new_object();
	char uplink[IF_NAMESIZE + 8];

	add_string(object, "ifname", dev->ifname);
	add_int(object, "ifindex", dev->ifindex);
	add_string(object, "uplink", dev->uplink ? show_uplink(dev, uplink, sizeof(uplink)) : NULL);
	add_string(object, "state", state_name(dev->state));
	add_string(object, "reason", dev->state == CLAT_STATE_ACTIVE ? NULL : state_words(dev->state));
	add_lists(object, dev);
	json_object_object_add(object, "mtu", mtu ? json_object_new_int64(mtu) : NULL);
	add_int(object, "lowest-ipv6-mtu", dev->lowest_ipv6_mtu);
	add_int(object, "fwmark", dev->fwmark);
	json_object_object_add(object, "wkp-strict", json_object_new_boolean(dev->wkp_strict));
	json_object_object_add(object, "tos", dev->tos == CLAT_TOS_INHERIT ? NULL : json_object_new_int(dev->tos));
	add_string(object, "path", path_name(dev->path));
	add_string(object, "detach", detach_name(dev->detach));
	add_string(object, "last_error", detach_words(dev->detach));
	json_object_object_add(object, "silent", json_object_new_boolean(dev->silent));
	json_object_object_add(object, "shared", json_object_new_boolean(dev->shared));
	return object;
}

/* All counters by the spec's names. */
struct json_object *json_counters(const struct stats *stats)
{
	struct json_object *object = json_object_new_object(), *drops = json_object_new_object();
	char name[32];
	unsigned int i;

	json_object_object_add(object, "packets46", json_object_new_uint64(stats->packets46));
	json_object_object_add(object, "bytes46", json_object_new_uint64(stats->bytes46));
	json_object_object_add(object, "packets64", json_object_new_uint64(stats->packets64));
	json_object_object_add(object, "bytes64", json_object_new_uint64(stats->bytes64));
	for (i = 0; i < DROPS_MAX; i++)
		if (stats->has_drop[i])
			json_object_object_add(drops, show_drop(i, name, sizeof(name)),
					       json_object_new_uint64(stats->drop[i]));
	json_object_object_add(object, "drops", drops);
	return object;
}

/* The array that all answers about devices have, put into @root. */
struct json_object *json_instances(struct json_object *root)
{
	struct json_object *array = json_object_new_array();

	json_object_object_add(root, "instances", array);
	return array;
}
