/* SPDX-License-Identifier: GPL-2.0 */
/* Which DNS servers to ask: named on the command line, or by resolv.conf. */
#ifndef RESOLVERS_H
#define RESOLVERS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#define RESOLVERS_MAX 8
#define RESOLVER_SIZE 80

struct resolver {
	union {
		struct sockaddr sa;
		struct sockaddr_in sin;
		struct sockaddr_in6 sin6;
	};
	socklen_t salen;
	char text[RESOLVER_SIZE];
	bool loopback;		/* a program on this machine: not to be reached by the uplink */
	const char *source;	/* who names it, for status, or NULL */
};

struct resolvers {
	size_t count;
	struct resolver list[RESOLVERS_MAX];
};

int resolver_parse(const char *text, unsigned int uplink, struct resolver *resolver);
void resolvers_add(struct resolvers *resolvers, const struct resolver *resolver, const char *source);
int resolvers_read(const char *path, unsigned int uplink, struct resolvers *resolvers);
int resolvers_default(const char *netns, unsigned int uplink, struct resolvers *resolvers);

#endif
