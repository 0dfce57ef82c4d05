// SPDX-License-Identifier: GPL-2.0
/* What the netlink spec (Documentation/netlink/specs/clat.yaml) calls things, and what they mean in words. */
#include "dev.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct name {
	const char *name;
	const char *words;
};

static const struct name states[] = {
	[CLAT_STATE_ACTIVE] = { "active", "translating both ways" },
	[CLAT_STATE_DOWN] = { "down", "the clat device is down" },
	[CLAT_STATE_NO_UPLINK] = { "no-uplink", "no uplink is attached" },
	[CLAT_STATE_UPLINK_DOWN] = { "uplink-down", "the uplink is down or has no carrier" },
	[CLAT_STATE_NO_PLAT] = { "no-plat", "no PLAT prefix is configured" },
	[CLAT_STATE_NO_MAP] = { "no-map", "no local address pair is configured" },
};

static const struct name paths[] = {
	[CLAT_PATH_NONE] = { "none", "no uplink is attached" },
	[CLAT_PATH_INGRESS] = { "ingress", "the uplink's netdev ingress hook" },
	[CLAT_PATH_ROUTED] = { "routed", "routes to the device: the kernel has no ingress hooks" },
};

static const struct name detaches[] = {
	[CLAT_DETACH_NONE] = { "none", NULL },
	[CLAT_DETACH_GONE] = { "gone", "the uplink was unregistered" },
	[CLAT_DETACH_MOVED] = { "moved", "the uplink or the clat device moved to another network namespace" },
	[CLAT_DETACH_ENSLAVED] = { "enslaved", "the uplink became a bridge port or a slave of a bond or team" },
};

static const struct name drops[] = {
	[CLAT_DROP_HEADER46] = { "header46", "malformed IPv4 header" },
	[CLAT_DROP_CHECKSUM46] = { "checksum46", "bad IPv4 header checksum" },
	[CLAT_DROP_SOURCE46] = { "source46", "source in no local pair, or never translated" },
	[CLAT_DROP_DEST46] = { "dest46", "destination never translated" },
	[CLAT_DROP_SOURCE_ROUTE46] = { "source-route46", "unexpired source route option" },
	[CLAT_DROP_ICMP_FRAGMENT46] = { "icmp-fragment46", "fragment of an ICMP message" },
	[CLAT_DROP_PROTOCOL46] = { "protocol46", "number of an IPv6 extension header or ICMPv6" },
	[CLAT_DROP_ICMP46] = { "icmp46", "ICMP type or code not translated" },
	[CLAT_DROP_ICMP_CHECKSUM46] = { "icmp-checksum46", "ICMP error with a bad checksum" },
	[CLAT_DROP_QUOTE46] = { "quote46", "ICMP error quoting a packet not ours" },
	[CLAT_DROP_UDP46] = { "udp46", "fragment of UDP without a checksum" },
	[CLAT_DROP_TRANSPORT46] = { "transport46", "truncated transport header" },
	[CLAT_DROP_TOO_BIG46] = { "too-big46", "larger than the path to the PLAT takes" },
	[CLAT_DROP_GSO46] = { "gso46", "superframe that cannot be segmented" },
	[CLAT_DROP_ROUTE46] = { "route46", "no IPv6 route to the PLAT by the uplink" },
	[CLAT_DROP_INACTIVE46] = { "inactive46", "no uplink, PLAT prefix or local pair" },
	[CLAT_DROP_MEMORY46] = { "memory46", "out of memory" },
	[CLAT_DROP_NOT_IP] = { "not-ip", "sent into the device, neither IPv4 nor IPv6" },
	[CLAT_DROP_HEADER64] = { "header64", "malformed IPv6 header" },
	[CLAT_DROP_SOURCE64] = { "source64", "source under the PLAT prefix never translated" },
	[CLAT_DROP_ICMP_FRAGMENT64] = { "icmp-fragment64", "fragment of an ICMPv6 message" },
	[CLAT_DROP_EXTENSION64] = { "extension64", "extension headers malformed, too many, or misplaced" },
	[CLAT_DROP_ROUTING64] = { "routing64", "routing header with segments left" },
	[CLAT_DROP_TOO_BIG64] = { "too-big64", "longer than an IPv4 packet can be" },
	[CLAT_DROP_PROTOCOL64] = { "protocol64", "ICMPv4 in IPv6" },
	[CLAT_DROP_ICMP64] = { "icmp64", "ICMPv6 type or code not translated" },
	[CLAT_DROP_ICMP_CHECKSUM64] = { "icmp-checksum64", "ICMPv6 error with a bad checksum" },
	[CLAT_DROP_QUOTE64] = { "quote64", "ICMPv6 error quoting a packet not ours" },
	[CLAT_DROP_TRANSPORT64] = { "transport64", "truncated transport header" },
	[CLAT_DROP_GSO64] = { "gso64", "superframe that cannot be segmented" },
	[CLAT_DROP_DOWN64] = { "down64", "the clat device is down" },
	[CLAT_DROP_MEMORY64] = { "memory64", "out of memory" },
	[CLAT_DROP_NOT_OURS64] = { "not-ours64", "IPv6 routed to the device, not by the uplink or not ours" },
	[CLAT_DROP_NATIVE46] = { "native46", "an IPv6 socket has the same ports to the same host" },
};

static const struct name *lookup(const struct name *table, size_t count, uint32_t value)
{
	static const struct name nothing;

	return value < count ? &table[value] : &nothing;
}

/* A value that only a newer kernel knows is told as such rather than hidden. */
static const char *or_unknown(const char *name)
{
	return name ? name : "unknown";
}

const char *state_name(uint32_t state)
{
	return or_unknown(lookup(states, COUNT(states), state)->name);
}

const char *state_words(uint32_t state)
{
	const char *words = lookup(states, COUNT(states), state)->words;

	return words ? words : "a state that this clatctl is too old to know";
}

const char *path_name(uint32_t path)
{
	return or_unknown(lookup(paths, COUNT(paths), path)->name);
}

const char *detach_name(uint32_t detach)
{
	return or_unknown(lookup(detaches, COUNT(detaches), detach)->name);
}

/* Why the last uplink was lost, or NULL if it was not. */
const char *detach_words(uint32_t detach)
{
	if (detach == CLAT_DETACH_NONE)
		return NULL;
	return or_unknown(lookup(detaches, COUNT(detaches), detach)->words);
}

/* Why packets were dropped, or NULL for a reason that only a newer kernel has. */
const char *drop_name(unsigned int reason)
{
	return lookup(drops, COUNT(drops), reason)->name;
}

const char *drop_words(unsigned int reason)
{
	const char *words = lookup(drops, COUNT(drops), reason)->words;

	return words ? words : "a reason that this clatctl is too old to know";
}
