/* SPDX-License-Identifier: GPL-2.0 */
/* firewalld, which has to let clients of the hotspot through to the CLATs. */
#ifndef FIREWALLD_H
#define FIREWALLD_H

#include "tether.h"

#define FIREWALLD "org.fedoraproject.FirewallD1"

/* What came of a round of questions to it. */
struct zoning {
	bool changed;		/* the state: to be saved and applied before the next round goes on */
	bool failed;		/* it gave no answer, or refused: to be tried again */
	char trouble[192];	/* what could not be done, or "" */
};

typedef void firewalld_done(const struct zoning *zoning);

void firewalld_begin(struct tether_state *state, const struct world *world, firewalld_done *done);
void firewalld_wait(struct tether_state *state, const struct world *world, struct zoning *zoning);
bool firewalld_is_busy(void);

#endif
