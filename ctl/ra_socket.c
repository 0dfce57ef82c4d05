// SPDX-License-Identifier: GPL-2.0
/*
 * A raw socket for the Router Advertisements of one interface. The kernel's own notifications would not do: they are
 * silent where accept_ra is 0, and older kernels do not know the option.
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ra_socket.h"

/* What a neighbour sends has this hop limit, what a router has forwarded has less (RFC 4861). */
#define HOP_LIMIT 255
#define MESSAGE_MAX 4096

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

/* Returns a non-blocking socket, or a negative errno. */
int ra_open(int ifindex, const char *ifname)
{
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6), err;
	struct icmp6_filter filter;

	if (fd < 0)
		return -errno;
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &filter);
	if (setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ifname, strlen(ifname) + 1) ||
	    set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) || set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, HOP_LIMIT) ||
	    set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) || set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, ifindex)) {
		err = errno;
		close(fd);
		return -err;
	}
	return fd;
}

/* Asks all routers to advertise now. Returns 0, or a negative errno, as while the interface has no address yet. */
int ra_solicit(int fd, int ifindex)
{
	struct sockaddr_in6 all_routers = {
		.sin6_family = AF_INET6,
		.sin6_addr = { .s6_addr = { 0xff, 2, [15] = 2 } },
		.sin6_scope_id = (uint32_t)ifindex,
	};
	struct nd_router_solicit solicit = { .nd_rs_type = ND_ROUTER_SOLICIT };

	if (sendto(fd, &solicit, sizeof(solicit), 0, (struct sockaddr *)&all_routers, sizeof(all_routers)) < 0)
		return -errno;
	return 0;
}

static int hop_limit(struct msghdr *msg)
{
	struct cmsghdr *cmsg;
	int value = -1;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg))
		if (cmsg->cmsg_level == IPPROTO_IPV6 && cmsg->cmsg_type == IPV6_HOPLIMIT)
			memcpy(&value, CMSG_DATA(cmsg), sizeof(value));
	return value;
}

/**
 * ra_receive - take a message from the socket
 * @fd: of ra_open()
 * @ra: filled in
 * @router: set to its sender
 *
 * Returns false if there was none, or none that a router on the link can have sent.
 */
bool ra_receive(int fd, struct ra *ra, struct in6_addr *router)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	uint8_t data[MESSAGE_MAX];
	struct sockaddr_in6 from;
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(fd, &msg, 0);

	if (len < 0 || msg.msg_flags & MSG_TRUNC || hop_limit(&msg) != HOP_LIMIT ||
	    !IN6_IS_ADDR_LINKLOCAL(&from.sin6_addr))
		return false;
	*router = from.sin6_addr;
	return ra_parse(data, (size_t)len, ra) == 0;
}
