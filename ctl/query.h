/* SPDX-License-Identifier: GPL-2.0 */
/* One query to one DNS server, by UDP, and by TCP where the answer is too long for it. */
#ifndef QUERY_H
#define QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dnsmsg.h"
#include "resolvers.h"

enum query_state {
	QUERY_WAITING,		/* for the descriptor */
	QUERY_ANSWERED,		/* with records or a denial, in the answer */
	QUERY_FAILED,		/* for now, see trouble */
};

struct query {
	struct resolver resolver;
	struct dns_question question;
	const char *uplink;		/* interface to ask by, or NULL; not looked at for servers on this machine */
	uint16_t id;
	int fd;				/* -1 for none */
	bool tcp;
	uint8_t request[2 + DNSMSG_SIZE_MAX];	/* TCP's length before the message */
	size_t length;			/* of the message */
	size_t sent;			/* of the request, by TCP */
	uint8_t *reply;			/* by TCP */
	size_t got;
	int error;			/* errno of what failed, 0 if the server is at fault */
	char trouble[96];		/* why there is no usable answer yet */
};

int query_open(struct query *query, const struct dns_question *question, const struct resolver *resolver,
	       const char *uplink);
enum query_state query_send(struct query *query);
bool query_wants_to_write(const struct query *query);
enum query_state query_go_on(struct query *query, struct dns_answer *answer, enum dns_verdict *verdict);
void query_close(struct query *query);

/* query_watch.c */
struct watch;

void query_watch(struct query *query, struct watch *watch);

#endif
