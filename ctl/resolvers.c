// SPDX-License-Identifier: GPL-2.0
/* Which DNS servers to ask: named on the command line, or by resolv.conf. */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "resolvers.h"

#define RESOLV_CONF "/etc/resolv.conf"

/* What is sent to the unspecified address comes to this machine too. */
static bool is_loopback4(struct in_addr addr)
{
	return !addr.s_addr || ntohl(addr.s_addr) >> 24 == 127;
}

static bool is_loopback(const struct resolver *r)
{
	const struct in6_addr *v6 = &r->sin6.sin6_addr;
	struct in_addr v4;

	if (r->sa.sa_family == AF_INET)
		return is_loopback4(r->sin.sin_addr);
	memcpy(&v4, &v6->s6_addr[12], sizeof(v4));
	return IN6_IS_ADDR_LOOPBACK(v6) || IN6_IS_ADDR_UNSPECIFIED(v6) || (IN6_IS_ADDR_V4MAPPED(v6) && is_loopback4(v4));
}

static int set_zone(struct resolver *r, const char *zone, unsigned int uplink)
{
	unsigned long number;

	if (!zone) {
		if (IN6_IS_ADDR_LINKLOCAL(&r->sin6.sin6_addr))
			r->sin6.sin6_scope_id = uplink;
		return 0;
	}
	if (r->sa.sa_family != AF_INET6)
		return -EINVAL;
	r->sin6.sin6_scope_id = if_nametoindex(zone);
	if (!r->sin6.sin6_scope_id) {
		if (attr_number(zone, INT_MAX, &number) || !number)
			return -ENODEV;
		r->sin6.sin6_scope_id = (uint32_t)number;
	}
	return 0;
}

/**
 * resolver_parse - a DNS server from text
 * @text: ADDR[%IF][@PORT]
 * @uplink: ifindex that a link-local address without %IF is meant on, or 0
 * @resolver: filled in
 *
 * Returns 0, -EINVAL for a malformed text, -ENODEV if there is no such interface.
 */
int resolver_parse(const char *text, unsigned int uplink, struct resolver *resolver)
{
	char copy[RESOLVER_SIZE], *port, *zone;
	unsigned long number = 53;
	int err = 0;

	memset(resolver, 0, sizeof(*resolver));
	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return -EINVAL;
	snprintf(resolver->text, sizeof(resolver->text), "%s", text);
	port = strchr(copy, '@');
	if (port)
		*port++ = '\0';
	if (port && (attr_number(port, 65535, &number) || !number))
		return -EINVAL;
	zone = strchr(copy, '%');
	if (zone)
		*zone++ = '\0';
	if (inet_pton(AF_INET6, copy, &resolver->sin6.sin6_addr) == 1) {
		resolver->sin6.sin6_family = AF_INET6;
		resolver->sin6.sin6_port = htons((uint16_t)number);
		resolver->salen = sizeof(resolver->sin6);
		err = set_zone(resolver, zone, uplink);
	} else if (!zone && inet_pton(AF_INET, copy, &resolver->sin.sin_addr) == 1) {
		resolver->sin.sin_family = AF_INET;
		resolver->sin.sin_port = htons((uint16_t)number);
		resolver->salen = sizeof(resolver->sin);
	} else {
		err = -EINVAL;
	}
	resolver->loopback = !err && is_loopback(resolver);
	return err;
}

/* Adds one that @source names, if it is not in the list and there is room. */
void resolvers_add(struct resolvers *resolvers, const struct resolver *resolver, const char *source)
{
	size_t i;

	for (i = 0; i < resolvers->count; i++)
		if (resolvers->list[i].salen == resolver->salen &&
		    !memcmp(&resolvers->list[i].sin6, &resolver->sin6, resolver->salen))
			return;
	if (resolvers->count == RESOLVERS_MAX)
		return;
	resolvers->list[resolvers->count] = *resolver;
	resolvers->list[resolvers->count++].source = source;
}

/* A resolver on this machine may ask another network than the uplink's (RFC 8880): others go first. */
static void loopback_last(struct resolvers *resolvers)
{
	struct resolvers sorted = { 0 };
	size_t i;

	for (i = 0; i < resolvers->count; i++)
		if (!resolvers->list[i].loopback)
			sorted.list[sorted.count++] = resolvers->list[i];
	for (i = 0; i < resolvers->count; i++)
		if (resolvers->list[i].loopback)
			sorted.list[sorted.count++] = resolvers->list[i];
	*resolvers = sorted;
}

/**
 * resolvers_read - the servers of a resolv.conf
 * @path: the file
 * @uplink: as for resolver_parse()
 * @resolvers: filled in; lines that cannot be read, and more than RESOLVERS_MAX, are passed over as libc does
 *
 * Returns 0, or the negative errno of opening the file.
 */
int resolvers_read(const char *path, unsigned int uplink, struct resolvers *resolvers)
{
	FILE *file = fopen(path, "re");
	char line[512], *word, *rest;

	resolvers->count = 0;
	if (!file)
		return -errno;
	while (resolvers->count < RESOLVERS_MAX && fgets(line, sizeof(line), file)) {
		word = strtok_r(line, " \t\r\n", &rest);
		if (!word || strcmp(word, "nameserver"))
			continue;
		word = strtok_r(NULL, " \t\r\n", &rest);
		if (word && !resolver_parse(word, uplink, &resolvers->list[resolvers->count]))
			resolvers->count++;
	}
	fclose(file);
	loopback_last(resolvers);
	return 0;
}

/* The servers of a namespace, as "ip netns" has it: /etc/netns/NAME/resolv.conf, else the machine's. */
int resolvers_default(const char *netns, unsigned int uplink, struct resolvers *resolvers)
{
	char path[PATH_MAX] = RESOLV_CONF;
	int err = -ENOENT;

	if (netns) {
		snprintf(path, sizeof(path), "/etc/netns/%s/resolv.conf", netns);
		err = resolvers_read(path, uplink, resolvers);
	}
	if (err == -ENOENT) {
		snprintf(path, sizeof(path), "%s", RESOLV_CONF);
		err = resolvers_read(path, uplink, resolvers);
	}
	if (err)
		return fail(CTL_BADCONF, "name a DNS server: --server ADDR", "cannot read %s: %s", path, strerror(-err));
	if (!resolvers->count)
		return fail(CTL_BADCONF, "name a DNS server: --server ADDR", "%s names no DNS server", path);
	return CTL_OK;
}
