/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family "clat". Functions return an exit code, with the failure recorded. */
#ifndef GENL_H
#define GENL_H

#include "ctl.h"
#include "dev.h"

int genl_dev_get(uint32_t ifindex, struct dev *dev);
int genl_dev_list(struct dev **list, size_t *count);
int genl_dev_set(const struct dev *dev);
int genl_stats_get(uint32_t ifindex, struct stats *stats);
int genl_stats_list(struct stats **list, size_t *count);
int genl_find(const char *ifname, struct dev *dev);

struct nl_sock;

/* Called for each change; returns false to stop. */
typedef bool (*genl_event)(bool deleted, const struct dev *dev);

int genl_monitor(genl_event event);
struct nl_sock *genl_events(void);

#endif
