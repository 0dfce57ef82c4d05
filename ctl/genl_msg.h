/* SPDX-License-Identifier: GPL-2.0 */
/* Messages of the generic netlink family "clat" to C structures and back. */
#ifndef GENL_MSG_H
#define GENL_MSG_H

#include "dev.h"

struct nl_msg;

bool genl_parse_dev(struct nl_msg *msg, struct dev *dev);
bool genl_parse_stats(struct nl_msg *msg, struct stats *stats);
bool genl_put_dev(struct nl_msg *msg, const struct dev *dev);

#endif
