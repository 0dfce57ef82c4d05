/* SPDX-License-Identifier: GPL-2.0 */
/* The daemon's configuration: /etc/clat/clat.conf and /etc/clat/conf.d, documented in clat.conf.5. */
#ifndef CONF_H
#define CONF_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dev.h"
#include "resolvers.h"

#define CONF_FOLDER "/etc/clat"
#define CONF_MANUAL "see: man clat.conf"
#define CONF_GLOBS_MAX 16
#define CONF_SECTIONS_MAX 16
#define CONF_GLOB_SIZE 32
#define CONF_SERVER_SIZE 80

#define METRIC_DEFAULT 2048

enum conf_mode { MODE_AUTO, MODE_FORCE, MODE_OFF };

/* What can be said of one uplink; a bit of @has for each that was said. */
enum conf_key {
	KEY_MODE, KEY_PLAT, KEY_FALLBACK, KEY_DNS, KEY_ADDRESS, KEY_METRIC, KEY_CHECK, KEY_UPLINKS, KEY_EXCLUDE, KEY_NAT44,
	KEY_IPV6, KEY_PING, KEY_OWN_PREFIX,
};

struct settings {
	uint32_t has;
	enum conf_mode mode;
	struct plat plat[CLAT_PLAT_MAX];
	size_t nplat;
	struct plat fallback;
	bool have_fallback;
	char dns[RESOLVERS_MAX][CONF_SERVER_SIZE];
	size_t ndns;
	struct in6_addr address;
	bool have_address;		/* else one is made */
	bool shared;			/* or the uplink's own is shared */
	uint32_t metric;
	struct in_addr check;		/* a host that tells whether the NAT64 works */
	bool have_check;		/* else the one that DNS names, if it does */
};

/*
 * Who translates the addresses of a hotspot's clients to the CLAT's; nobody, where each has an IPv6 address of its own at
 * the NAT64.
 */
enum nat44 { NAT44_YES, NAT44_SYSTEM, NAT44_NO };

/* What can be said of one hotspot interface. */
struct tether_settings {
	enum nat44 nat44;
	bool ipv6;			/* forwarded too */
	bool ping;			/* without NAT44: may be pinged from outside */
	char own_prefix[CONF_GLOB_SIZE];	/* uplinks whose /64 is ours, although others are on their link; or "" */
};

struct conf {
	char uplinks[CONF_GLOBS_MAX][CONF_GLOB_SIZE];
	size_t nuplinks;		/* 0: those that have an IPv6 default route */
	char exclude[CONF_GLOBS_MAX][CONF_GLOB_SIZE];
	size_t nexclude;
	struct settings all;
	struct conf_section {
		char glob[CONF_GLOB_SIZE];
		struct settings settings;
	} section[CONF_SECTIONS_MAX];
	size_t nsections;
	struct conf_tether {
		char glob[CONF_GLOB_SIZE];
		struct tether_settings settings;
	} tether[CONF_SECTIONS_MAX];
	size_t ntethers;
};

void conf_defaults(struct conf *conf);
int conf_parse(const char *file, const char *text, size_t len, struct conf *conf);
void conf_settings(const struct conf *conf, const char *ifname, struct settings *settings);
bool conf_tether(const struct conf *conf, const char *ifname, struct tether_settings *settings);
const char *conf_tether_set(struct tether_settings *settings, enum conf_key key, const char *value);
int own_prefix_parse(const char *text, char glob[CONF_GLOB_SIZE]);
int nat44_parse(const char *text, enum nat44 *nat44);
const char *nat44_name(enum nat44 nat44);
bool conf_names(const struct conf *conf, const char *ifname);
bool conf_excludes(const struct conf *conf, const char *ifname);

/* conf_load.c */
int conf_load(const char *folder, struct conf *conf);

#endif
