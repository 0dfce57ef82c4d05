/* SPDX-License-Identifier: GPL-2.0 */
/* The hotspot as the daemon keeps it. */
#ifndef DAEMON_TETHER_H
#define DAEMON_TETHER_H

#include "tether.h"

int daemon_tether_open(void);
bool daemon_tether_is_on(void);
bool daemon_tether_settled(void);
bool daemon_tether_is(const char *ifname);
int64_t daemon_tether_pass(const struct conf *conf, const struct world *world, int64_t now);
void daemon_tether_map(const struct world *world, const struct dev *before, struct dev *want);
int daemon_tether_on(const struct tether *tether);
int daemon_tether_off(const char *ifname);
void daemon_tether_hold_all(void);
int daemon_tether_describe(struct json_object *array, const char *ifname, bool firewall);

#endif
