/* SPDX-License-Identifier: GPL-2.0 */
/* The options that say whom to ask for the NAT64 prefix: --server and --timeout, of discover and up. */
#ifndef ASK_H
#define ASK_H

#include "ctl.h"
#include "dns64.h"

struct ask {
	const char *servers[RESOLVERS_MAX];
	size_t count;
	unsigned int timeout_s;
};

/* For the help texts of commands that take them. */
#define ASK_HELP \
"  --server ADDR[%IF][@PORT]    DNS server to ask, instead of those that the machine knows; may be repeated\n" \
"  --timeout SECONDS            give up after that many seconds, 5 by default\n"

int ask_server(const struct command *cmd, struct ask *ask, const char *text);
int ask_timeout(const struct command *cmd, struct ask *ask, const char *text);
int ask_run(const struct command *cmd, const struct ask *ask, const char *uplink, unsigned int ifindex,
	    struct discovery *discovery);

#endif
