/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink requests, and the kernel's reasons for refusing them. */
#ifndef NL_H
#define NL_H

#include <netlink/msg.h>
#include <netlink/netlink.h>

/* What the kernel said in answer to a request (extended acknowledgement). */
struct extack {
	int error;		/* negative errno, 0 for success */
	int offset;		/* of the refused attribute in the request, -1 if it named none */
	int missing;		/* type of the attribute that was missing, 0 if none */
	char text[256];		/* "" if it gave none */
};

/* Names of a request's attributes, for messages; ended by an entry with type 0. */
struct attr_name {
	int type;
	const char *name;
	const struct attr_name *nested;
};

struct nl_sock *nl_open(int protocol);
int nl_request(struct nl_sock *sock, struct nl_msg *msg, nl_recvmsg_msg_cb_t valid, void *arg, struct extack *ack);
void extack_parse(const struct nlmsghdr *nlh, struct extack *ack);
void attr_path(const struct nlmsghdr *nlh, int hdrlen, const struct extack *ack, const struct attr_name *names,
	       char *buf, size_t size);
int nl_fail(const struct extack *ack, const char *hint, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
