/* SPDX-License-Identifier: GPL-2.0 */
/* What CLATs leave behind. */
#ifndef LEFTOVERS_H
#define LEFTOVERS_H

#include <stdint.h>

struct uplink;
struct world;

int64_t leftovers_clear(const struct world *world, const struct uplink *uplinks, int64_t now);

#endif
