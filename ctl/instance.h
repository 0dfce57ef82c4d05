/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of an uplink's CLAT share. */
#ifndef INSTANCE_H
#define INSTANCE_H

#include "uplink.h"

void instance_say(struct uplink *uplink, enum why why, const char *detail);

/* instance_address.c */
bool instance_choose_v4(struct uplink *uplink, const struct uplink *others, const struct world *world,
			const struct dev *dev);
int instance_choose_v6(struct uplink *uplink, const struct world *world, const struct plan *plan, const struct dev *dev);
struct addr instance_v6(const struct uplink *uplink);
int instance_have_v6(struct uplink *uplink, const struct world *world, int64_t now);
int instance_drop_stale_v6(const struct uplink *uplink, const struct world *world, bool all);

/* instance_silence.c */
bool instance_is_silent(struct uplink *uplink, const struct world *world, const struct dev *dev, int64_t now);
void instance_say_stalled(struct uplink *uplink);
void instance_stall(struct uplink *uplink, const struct world *world, int64_t now);
void instance_end_silence(struct uplink *uplink);

#endif
