/* SPDX-License-Identifier: GPL-2.0 */
/* A request for the netlink target, and what must come of it. */
#ifndef _FUZZ_NETLINK_H
#define _FUZZ_NETLINK_H

#include "ref.h"

/* Devices by ifindex: */
#define FZ_OTHER	1	/* no clat device; can be an uplink */
#define FZ_CLAT		2	/* the one that is configured */
#define FZ_UPLINK	3	/* can be an uplink */
#define FZ_HOOKLESS	4	/* takes no hook */
#define FZ_REFUSED	5	/* can be neither an uplink nor a LAN */

/* Its attribute has the number of another bit. */
#define FZ_SHARED	0x1000

/**
 * struct fz_request - a request
 * @msg:	its attributes
 * @known:	what follows is known: they were not damaged
 * @legal:	it must be accepted; it must be refused otherwise
 * @given:	bits by attribute number: what is set
 * @uplink:	ifindex
 * @lowest:	lowest-ipv6-mtu
 * @fwmark:	fwmark
 * @tos:	tos
 * @strict:	wkp-strict
 * @shared:	shared, where FZ_SHARED is in @given
 * @n_lan:	entries of @lan
 * @lan:	ifindexes of LANs
 * @n_plat:	entries of @plat
 * @n_pair:	entries of @pair
 * @plat:	PLAT prefixes
 * @pair:	pairs
 */
struct fz_request {
	struct fz_packet msg;
	bool known, legal;
	u32 given;
	u32 uplink, lowest, fwmark, tos, strict, shared;
	unsigned int n_lan, n_plat, n_pair;
	u32 lan[CLAT_LAN_MAX];
	struct fz_plat plat[CLAT_PLAT_MAX];
	struct fz_pair pair[CLAT_MAP_MAX];
};

/* netlink-build.c */
void fz_request_read(struct fz_input *in, struct fz_request *req);

/* netlink-check.c */
bool fz_plat_legal(const u8 *addr, unsigned int len);
bool fz_pair_legal(const struct fz_pair *pair, unsigned int v6_len);
void fz_check_config(const struct clat_xlat *xlat);
void fz_check_made(const struct fz_request *req, const struct clat_xlat *xlat);

#endif /* _FUZZ_NETLINK_H */
