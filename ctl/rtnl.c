// SPDX-License-Identifier: GPL-2.0
/* What all requests by rtnetlink share: the socket, dumps, and the lists that they fill. */
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "ctl.h"
#include "nl.h"
#include "rtnl.h"

/* The socket that all rtnetlink requests share, or NULL with the failure recorded. */
struct nl_sock *rtnl_sock(void)
{
	static struct nl_sock *sock;

	if (!sock)
		sock = nl_open(NETLINK_ROUTE);
	return sock;
}

/**
 * rtnl_dump - have the kernel tell all objects of a kind
 * @type: of the request
 * @hdr: the request's header, @size octets
 * @each: called for each message, with @arg
 * @what: the objects' name, for messages
 */
int rtnl_dump(int type, const void *hdr, size_t size, rtnl_each each, void *arg, const char *what)
{
	struct extack ack;
	struct nl_msg *msg;

	if (!rtnl_sock())
		return failure_get().code;
	msg = nlmsg_alloc_simple(type, NLM_F_DUMP);
	if (!msg || nlmsg_append(msg, (void *)hdr, size, NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	}
	nl_request(rtnl_sock(), msg, each, arg, &ack);
	nlmsg_free(msg);
	return ack.error ? nl_fail(&ack, NULL, "cannot read %s", what) : CTL_OK;
}

/* Appends a copy of @item, of @size octets as all of the list. */
void rtnl_list_add(struct rtnl_list *list, const void *item, size_t size)
{
	char *grown = realloc(list->items, (list->count + 1) * size);

	if (!grown) {
		list->failed = true;
		return;
	}
	memcpy(grown + list->count++ * size, item, size);
	list->items = grown;
}

/* rtnl_dump() into a list, empty until then and again on failure, by an @each that calls rtnl_list_add(). */
int rtnl_list_fill(struct rtnl_list *list, int type, const void *hdr, size_t size, rtnl_each each, const char *what)
{
	int code = rtnl_dump(type, hdr, size, each, list, what);

	if (!code && list->failed)
		code = fail(CTL_REFUSED, NULL, "cannot read %s: out of memory", what);
	if (code) {
		free(list->items);
		list->items = NULL;
		list->count = 0;
	}
	return code;
}
