/* SPDX-License-Identifier: GPL-2.0 */
/* A clat device as netlink describes it: what is set on it, and what it is doing. */
#ifndef DEV_H
#define DEV_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/clat.h>

struct plat {
	struct in6_addr addr;
	uint8_t len;
};

struct pair {
	struct in_addr v4;
	struct in6_addr v6;
	uint8_t v4_len;
	uint8_t v6_len;
};

struct lan {
	uint32_t ifindex;
	char ifname[IF_NAMESIZE];
};

/* A bit of @has, a CLAT_A_DEV_* each, says that a member was given or answered. */
#define DEV_HAS(attr) (1u << (attr))

struct dev {
	uint32_t has;
	uint32_t ifindex;
	char ifname[IF_NAMESIZE];
	uint32_t uplink;			/* ifindex, 0 for none */
	char uplink_name[IF_NAMESIZE];
	size_t nplat;
	struct plat plat[CLAT_PLAT_MAX];
	size_t nmap;
	struct pair map[CLAT_MAP_MAX];
	uint32_t lowest_ipv6_mtu;
	uint32_t fwmark;
	uint8_t wkp_strict;
	uint16_t tos;
	uint32_t state;				/* enum clat_state */
	uint32_t path;				/* enum clat_path */
	uint32_t detach;			/* enum clat_detach */
	uint8_t silent;				/* packets go out, and none comes back */
	uint8_t shared;				/* IPv6 of the uplink itself uses the map's address too */
	size_t nlan;
	struct lan lan[CLAT_LAN_MAX];
	bool tayga;				/* as the link says; world_read() alone looks */
};

/* Room for reasons that a newer kernel counts besides; they are shown with their number as name. */
#define DROPS_MAX 128

struct stats {
	uint32_t ifindex;
	char ifname[IF_NAMESIZE];
	uint64_t packets46;
	uint64_t bytes46;
	uint64_t packets64;
	uint64_t bytes64;
	bool has_drop[DROPS_MAX];
	uint64_t drop[DROPS_MAX];		/* indexed by CLAT_DROP_* */
};

/* names.c: what the spec calls states, paths, losses of the uplink and drops. */
const char *state_name(uint32_t state);
const char *state_words(uint32_t state);
const char *path_name(uint32_t path);
const char *detach_name(uint32_t detach);
const char *detach_words(uint32_t detach);
const char *drop_name(unsigned int reason);
const char *drop_words(unsigned int reason);

#endif
