// SPDX-License-Identifier: GPL-2.0
/*
 * DNS servers of links, out of what network managers say on the bus: the answers as bus.h makes them, of whatever types
 * and lengths. What does not fit is passed over, and so are servers on this machine and groups of hosts.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "link_servers.h"

/* --- JSON of any shape -------------------------------------------------------------------------------------------- */

static struct json_object *entry(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static size_t length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

static struct json_object *element(struct json_object *array, size_t i)
{
	return i < length(array) ? json_object_array_get_idx(array, i) : NULL;
}

static const char *text(struct json_object *value)
{
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

/* A whole number from 0 to @max, or -1. */
static int64_t number(struct json_object *value, int64_t max)
{
	int64_t n = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : -1;

	return n <= max ? n : -1;
}

/* --- servers ------------------------------------------------------------------------------------------------------ */

static bool is_group(const struct resolver *r)
{
	return r->sa.sa_family == AF_INET6 ? IN6_IS_ADDR_MULTICAST(&r->sin6.sin6_addr) :
		ntohl(r->sin.sin_addr.s_addr) >= 0xe0000000;
}

static void add(struct link_servers *servers, int ifindex, const char *ifname, const char *address)
{
	struct link_server *server = &servers->list[servers->count];
	struct resolver resolver;

	/* A link-local address is meant on the link it is of, which need not be known here. */
	if (servers->count == LINK_SERVERS_MAX || resolver_parse(address, 1, &resolver) || resolver.loopback ||
	    is_group(&resolver))
		return;
	server->ifindex = ifindex;
	snprintf(server->ifname, sizeof(server->ifname), "%s", ifname);
	snprintf(server->text, sizeof(server->text), "%s", address);
	servers->count++;
}

static void add_texts(struct link_servers *servers, const char *ifname, struct json_object *addresses)
{
	size_t i;

	if (!ifname || !ifname[0] || strlen(ifname) >= IF_NAMESIZE)
		return;
	for (i = 0; i < length(addresses); i++)
		if (text(element(addresses, i)))
			add(servers, 0, ifname, text(element(addresses, i)));
}

/* --- systemd-resolved --------------------------------------------------------------------------------------------- */

static bool octets(struct json_object *array, uint8_t *to, size_t count)
{
	size_t i;

	if (length(array) != count)
		return false;
	for (i = 0; i < count; i++) {
		if (number(element(array, i), 255) < 0)
			return false;
		to[i] = (uint8_t)number(element(array, i), 255);
	}
	return true;
}

/* [ifindex, address family, [octet, ...], port, name]; the last two in the newer form only, port 0 is the usual one. */
static void add_resolved(struct link_servers *servers, struct json_object *item)
{
	int64_t ifindex = number(element(item, 0), INT32_MAX), family = number(element(item, 1), AF_MAX);
	int64_t port = element(item, 3) ? number(element(item, 3), 65535) : 0;
	char address[INET6_ADDRSTRLEN], at[RESOLVER_SIZE];
	uint8_t addr[16];

	/* Servers of no link have index 0: they are in resolv.conf. */
	if (ifindex <= 0 || port < 0 || (family != AF_INET && family != AF_INET6) ||
	    !octets(element(item, 2), addr, family == AF_INET ? 4 : 16))
		return;
	inet_ntop((int)family, addr, address, sizeof(address));
	if (port && port != 53)
		snprintf(at, sizeof(at), "%s@%d", address, (int)port);
	else
		snprintf(at, sizeof(at), "%s", address);
	add(servers, (int)ifindex, "", at);
}

/* Of systemd-resolved: the properties of its manager object, which has the servers of all links. */
void link_servers_resolved(struct json_object *values, struct link_servers *servers)
{
	struct json_object *properties = element(values, 0), *list = entry(properties, "DNSEx");
	size_t i;

	servers->count = 0;
	if (!list)
		list = entry(properties, "DNS");
	for (i = 0; i < length(list); i++)
		add_resolved(servers, element(list, i));
}

/* --- NetworkManager and ConnMan ----------------------------------------------------------------------------------- */

/* Of NetworkManager: the configuration of its DNS. A VPN without an interface of its own has the uplink's there. */
void link_servers_networkmanager(struct json_object *values, struct link_servers *servers)
{
	struct json_object *list = element(values, 0), *item, *vpn;
	size_t i;

	servers->count = 0;
	for (i = 0; i < length(list); i++) {
		item = element(list, i);
		vpn = entry(item, "vpn");
		if (!vpn || (json_object_is_type(vpn, json_type_boolean) && !json_object_get_boolean(vpn)))
			add_texts(servers, text(entry(item, "interface")), entry(item, "nameservers"));
	}
}

/* Of ConnMan: its services, [path, properties] each. Those that are not connected have no name servers. */
void link_servers_connman(struct json_object *values, struct link_servers *servers)
{
	struct json_object *list = element(values, 0), *item;
	size_t i;

	servers->count = 0;
	for (i = 0; i < length(list); i++) {
		item = element(element(list, i), 1);
		add_texts(servers, text(entry(entry(item, "Ethernet"), "Interface")), entry(item, "Nameservers"));
	}
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

bool link_servers_equal(const struct link_servers *a, const struct link_servers *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->list[i].ifindex != b->list[i].ifindex || strcmp(a->list[i].ifname, b->list[i].ifname) ||
		    strcmp(a->list[i].text, b->list[i].text))
			return false;
	return true;
}

/* Adds those of a link to a list of resolvers. */
void link_servers_add(const struct link_servers *servers, int ifindex, const char *ifname, const char *source,
		      struct resolvers *list)
{
	struct resolver resolver;
	size_t i;

	for (i = 0; i < servers->count; i++) {
		const struct link_server *server = &servers->list[i];

		if (server->ifindex ? server->ifindex == ifindex : !strcmp(server->ifname, ifname))
			if (!resolver_parse(server->text, (unsigned int)ifindex, &resolver))
				resolvers_add(list, &resolver, source);
	}
}
