/* SPDX-License-Identifier: GPL-2.0 */
/* Devices and counters as text and as JSON: the keys are a contract with scripts, documented in clatctl.8. */
#ifndef SHOW_H
#define SHOW_H

#include <json-c/json.h>

#include "ctl.h"
#include "dev.h"

const char *show_plat(const struct plat *plat, char *buf, size_t size);
const char *show_pair(const struct pair *pair, char *buf, size_t size);
const char *show_bytes(uint64_t bytes, char *buf, size_t size);
const char *show_rate(uint64_t bits, char *buf, size_t size);
const char *show_lan(const struct lan *lan, char *buf, size_t size);
const char *show_uplink(const struct dev *dev, char *buf, size_t size);
const char *show_drop(unsigned int reason, char *buf, size_t size);

struct json_object *json_plat(const struct plat *plat, const char *source, int64_t expires_s);
struct json_object *json_dev(const struct dev *dev, uint32_t mtu);
struct json_object *json_counters(const struct stats *stats);
struct json_object *json_instances(struct json_object *root);

/* show_status.c */
void show_instance(struct json_object *instance);

/* cmd_show.c: what other commands answer with -j. */
int json_one(const char *ifname);
int json_none(void);

#endif
