// SPDX-License-Identifier: GPL-2.0
/*
 * That something has changed in the network: links, addresses, routes, rules, sysctls. What it was is read anew and
 * not from the events, of which any may be lost.
 */
#include <errno.h>
#include <sys/socket.h>

#include <linux/rtnetlink.h>

#include "ctl.h"
#include "nl.h"
#include "rtnl.h"

/* Returns a socket that becomes readable with each change, or NULL with the failure recorded. */
struct nl_sock *rtnl_events(void)
{
	static const int groups[] = {
		RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
		RTNLGRP_IPV4_RULE, RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF,
	};
	struct nl_sock *sock = nl_open(NETLINK_ROUTE);
	size_t i;

	for (i = 0; sock && i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (nl_socket_add_membership(sock, groups[i]) < 0) {
			fail(CTL_REFUSED, NULL, "cannot listen to changes of the network");
			nl_socket_free(sock);
			return NULL;
		}
	}
	return sock;
}

/* Empties the socket. Returns false if it cannot be used any more. */
bool rtnl_events_drain(struct nl_sock *sock)
{
	char buf[8192];
	ssize_t got;

	do {
		got = recv(nl_socket_get_fd(sock), buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC);
	} while (got > 0 || (got < 0 && (errno == EINTR || errno == ENOBUFS)));
	return got < 0 && errno == EAGAIN;
}
