/* SPDX-License-Identifier: GPL-2.0 */
/* Which DNS servers to ask: named on the command line, or by resolv.conf. */
#ifndef RESOLVERS_H
#define RESOLVERS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#define RESOLVERS_MAX 8

struct resolver {
	union {
		struct sockaddr sa;
		struct sockaddr_in sin;
		struct sockaddr_in6 sin6;
	};
	socklen_t salen;
	char text[80];
	bool loopback;		/* a program on this machine: not to be reached by the uplink */
};

struct resolvers {
	size_t count;
	struct resolver list[RESOLVERS_MAX];
};

int resolver_parse(const char *text, unsigned int uplink, struct resolver *resolver);
int resolvers_read(const char *path, unsigned int uplink, struct resolvers *resolvers);
int resolvers_default(const char *netns, unsigned int uplink, struct resolvers *resolvers);

#endif
