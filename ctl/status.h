/* SPDX-License-Identifier: GPL-2.0 */
/* What the daemon tells of an uplink. */
#ifndef STATUS_H
#define STATUS_H

struct json_object;
struct uplink;

void status_add_all(struct json_object *instances);
void status_add(struct json_object *instances, const struct uplink *uplink);

#endif
