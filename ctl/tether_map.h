/* SPDX-License-Identifier: GPL-2.0 */
/* The hotspot without NAT44: subnets of clients that CLATs map to addresses of the phone's own /64. */
#ifndef TETHER_MAP_H
#define TETHER_MAP_H

#include "tether.h"

#define SUBNETS_MAX 8
#define DEFENDED_MAX 64
/* The largest subnet whose addresses are answered for, each by itself. */
#define DEFENDED_SUBNET_MIN 24
#define WHY_SIZE 256

/* Addresses that others on a link are not to have. */
struct defended {
	const struct link *link;
	struct in6_addr first;
	uint8_t len;
};

/* tether_map.c */
size_t tether_subnets(const struct tether *tether, const struct world *world, struct pair list[SUBNETS_MAX]);
bool tether_map_judge(const struct tether_state *state, const struct tether *tether, const struct world *world,
		      const struct dev *dev, char why[WHY_SIZE]);
void tether_map_pairs(const struct tether_state *state, const struct world *world, const struct dev *before,
		      struct dev *want);
bool tether_map_same(const struct dev *a, const struct dev *b);
bool tether_is_mapped(const struct tether *tether, const struct world *world, const struct dev *dev);
bool tether_wants_map(const struct tether_state *state);
size_t tether_defended(const struct tether_state *state, const struct world *world, struct defended list[DEFENDED_MAX]);

/* tether_map_sync.c */
int tether_map_sync(struct tether_state *state, const struct world *world);
void tether_map_why(const struct tether_state *state, const struct tether *tether, const struct world *world,
		    const char **clat, char why[WHY_SIZE]);
void tether_map_fill(const struct dev *before, struct dev *want);

#endif
