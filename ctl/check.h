/* SPDX-License-Identifier: GPL-2.0 */
/* The check whether a NAT64 works: an echo to a host behind it (RFC 7050, section 3.2). */
#ifndef CHECK_H
#define CHECK_H

#include "echo.h"
#include "loop.h"
#include "query.h"
#include "silence.h"

struct plat;

struct check {
	/* the owner's, set before the first check */
	void (*done)(struct check *check, enum check_verdict verdict);
	void *owner;
	const char *uplink;			/* to ask DNS by */
	const char *clat;			/* to ask the host by */
	const struct resolvers *resolvers;

	struct timer timer;
	struct query query;
	struct watch on_query;
	struct dns_question question;
	size_t resolver;			/* that is being asked */
	struct in_addr from;
	struct in_addr host;			/* 0 while none is known */
	struct watch on_echo;			/* descriptor -1 while it is not open */
	struct echo echo;
};

void check_init(struct check *check);
void check_start(struct check *check, const struct plat *plat, struct in_addr from, const struct in_addr *host);
void check_stop(struct check *check);

#endif
