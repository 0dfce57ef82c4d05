/* SPDX-License-Identifier: GPL-2.0 */
/* Messages of the bus, as JSON. */
#ifndef BUS_VALUES_H
#define BUS_VALUES_H

#include <systemd/sd-bus.h>

struct json_object;

int bus_values(sd_bus_message *message, const char *const *keys, struct json_object **values);

#endif
