/* SPDX-License-Identifier: GPL-2.0 */
/* The firewalls of this machine, as the daemon tells them of the hotspot. */
#ifndef DAEMON_FIREWALL_H
#define DAEMON_FIREWALL_H

#include "tether.h"

void daemon_firewall_open(struct tether_state *state);
int64_t daemon_firewall_pass(const struct tether_state *state, const struct world *world, int64_t now);
void daemon_firewall_changed(void);
bool daemon_firewall_settled(void);

#endif
