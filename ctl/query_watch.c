// SPDX-License-Identifier: GPL-2.0
/* A query in the daemon's loop: its descriptor comes, goes and changes as it likes. */
#include "loop.h"
#include "query.h"

/* To be called whenever something was done with the query. Closing the descriptor takes it out of the loop. */
void query_watch(struct query *q, struct watch *watch)
{
	uint32_t events = query_wants_to_write(q) ? EPOLLOUT : EPOLLIN;

	if (q->fd < 0 || ((watch->fd < 0 || loop_rewatch(watch, events)) && loop_watch(watch, q->fd, events)))
		watch->fd = -1;
}
