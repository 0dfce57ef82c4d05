// SPDX-License-Identifier: GPL-2.0
/* What the daemon tells of its uplinks, as JSON: the keys of devices, and what only the daemon knows. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon.h"
#include "genl.h"
#include "show.h"
#include "status.h"
#include "uplink.h"

static void add_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, value && value[0] ? json_object_new_string(value) : NULL);
}

static void add_seconds(struct json_object *object, const char *key, int64_t at, int64_t now)
{
	json_object_object_add(object, key, at == DISC_NEVER ? NULL :
						json_object_new_int64(at > now ? (at - now + 999) / 1000 : 0));
}

static void add_plat(struct json_object *object, const struct uplink *u, int64_t now)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < u->disc.nprefix; i++) {
		const struct disc_prefix *p = &u->disc.prefix[i];
		int64_t left = p->until == DISC_NEVER ? -1 : p->until > now ? (p->until - now + 999) / 1000 : 0;

		json_object_array_add(array, json_plat(&p->plat, p->old ? "old" : source_name(u->disc.source), left));
	}
	json_object_object_add(object, "plat", array);
}

/* Whom it asks, best first, and who names them. */
static void add_resolvers(struct json_object *object, const struct uplink *u)
{
	struct json_object *array = json_object_new_array(), *item;
	size_t i;

	for (i = 0; i < u->resolvers.count; i++) {
		item = json_object_new_object();
		add_string(item, "server", u->resolvers.list[i].text);
		add_string(item, "source", u->resolvers.list[i].source);
		json_object_object_add(item, "local", json_object_new_boolean(u->resolvers.list[i].loopback));
		json_object_array_add(array, item);
	}
	json_object_object_add(object, "dns", array);
}

static void add_reason(struct json_object *object, const struct uplink *u)
{
	char text[256];

	if (u->why == WHY_ACTIVE)
		return;
	snprintf(text, sizeof(text), "%s%s%s", why_words(u->why), u->detail[0] ? ": " : "", u->detail);
	add_string(object, "state", why_name(u->why));
	add_string(object, "reason", text);
}

/* What was done about the silence so far. */
static void add_silence(struct json_object *object, const struct uplink *u)
{
	struct json_object *silence;
	char host[INET_ADDRSTRLEN] = "";

	if (!u->silence.on)
		return;
	silence = json_object_new_object();
	if (u->check.host.s_addr)
		inet_ntop(AF_INET, &u->check.host, host, sizeof(host));
	add_string(silence, "check", verdict_name(u->silence.said));
	add_string(silence, "host", host);
	json_object_object_add(silence, "prefixes", json_object_new_int64(u->silence.prefixes));
	json_object_object_add(silence, "addresses", json_object_new_int64(u->silence.addresses));
	json_object_object_add(object, "silence", silence);
}

/* Keys that a device would have, where there is none. */
static struct json_object *no_device(void)
{
	struct json_object *object = json_object_new_object();

	add_string(object, "ifname", NULL);
	json_object_object_add(object, "map", json_object_new_array());
	json_object_object_add(object, "mtu", NULL);
	return object;
}

static struct json_object *device(const struct dev *dev)
{
	struct json_object *object;
	struct stats stats;
	struct link link;

	if (link_get(dev->ifname, &link) || genl_stats_get(dev->ifindex, &stats))
		return no_device();
	object = json_dev(dev, link.mtu);
	json_object_object_add(object, "counters", json_counters(&stats));
	return object;
}

static const char *last_error(const struct uplink *u)
{
	return u->last_error[0] ? u->last_error : u->query_trouble;
}

static struct json_object *describe(const struct uplink *u, const struct dev *dev)
{
	struct json_object *object = dev ? device(dev) : no_device();
	int64_t now = loop_now();

	add_string(object, "uplink", u->ifname);
	add_reason(object, u);
	add_silence(object, u);
	add_plat(object, u, now);
	add_resolvers(object, u);
	add_string(object, "server", u->disc.source == SOURCE_DNS ? u->server : NULL);
	add_string(object, "server-source", u->disc.source == SOURCE_DNS ? u->server_source : NULL);
	json_object_object_add(object, "server-local",
			       json_object_new_boolean(u->disc.source == SOURCE_DNS && u->server_loopback));
	add_seconds(object, "next_query_s", disc_next_query(&u->disc), now);
	add_seconds(object, "leaves_s", u->leave_at, now);
	json_object_object_add(object, "metric", json_object_new_int64(u->settings.metric));
	if (last_error(u)[0])
		add_string(object, "last_error", last_error(u));
	else if (!dev)
		add_string(object, "last_error", NULL);
	return object;
}

static const struct dev *dev_of(const struct dev *list, size_t count, int ifindex)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i].uplink == (uint32_t)ifindex)
			return &list[i];
	return NULL;
}

void status_add(struct json_object *instances, const struct uplink *u)
{
	struct dev *list;
	size_t count;

	if (genl_dev_list(&list, &count))
		count = 0;
	json_object_array_add(instances, describe(u, dev_of(list, count, u->ifindex)));
	free(list);
}

static bool is_served(const struct dev *dev)
{
	const struct uplink *u;

	for (u = daemon_uplinks(); u; u = u->next)
		if (dev->uplink == (uint32_t)u->ifindex)
			return true;
	return false;
}

/* All uplinks, and the clat devices that are none of the daemon's. */
void status_add_all(struct json_object *instances)
{
	const struct uplink *u;
	struct dev *list;
	size_t count, i;

	if (genl_dev_list(&list, &count))
		count = 0;
	for (u = daemon_uplinks(); u; u = u->next)
		json_object_array_add(instances, describe(u, dev_of(list, count, u->ifindex)));
	for (i = 0; i < count; i++)
		if (!is_served(&list[i]))
			json_object_array_add(instances, device(&list[i]));
	free(list);
}
