/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of a network's NAT64 prefixes, and whom to ask for them when: a state machine over events and the time,
 * in milliseconds of any clock, without sockets, files or a clock of its own.
 */
#ifndef DISCOVERY_H
#define DISCOVERY_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dev.h"
#include "ra.h"
#include "resolvers.h"

#define DISC_NEVER INT64_MAX
#define DISC_RA_MAX 16

enum source { SOURCE_NONE, SOURCE_CONFIGURED, SOURCE_RA, SOURCE_DNS, SOURCE_FALLBACK, SOURCE_ADOPTED };

/* What became of a query. */
enum disc_result { DISC_FOUND, DISC_DENIED, DISC_FAILED };

struct disc_prefix {
	struct plat plat;
	int64_t until;		/* announced or, where @old, accepted until then */
	bool old;		/* not announced any more */
};

struct discoverer {
	uint32_t (*random)(void);
	bool running;

	/* The result: the first is sent to, answers are taken from all. */
	struct disc_prefix prefix[CLAT_PLAT_MAX];
	size_t nprefix;
	enum source source;	/* of those that are not old */
	bool denied;		/* DNS says that there is no NAT64, and said so again */
	size_t server;		/* the resolver that told, for SOURCE_DNS */

	/* What is announced or configured. */
	struct plat configured[CLAT_PLAT_MAX];
	size_t nconfigured;
	struct plat fallback;
	bool have_fallback;
	struct {
		struct in6_addr router;
		struct plat plat;
		int64_t until;
	} ra[DISC_RA_MAX];
	size_t nra;
	bool withdrawn;		/* routers or the configuration told of a prefix and do not any more */

	/* DNS, in rounds: in each every resolver is asked once, until one knows. */
	size_t nresolvers;
	struct {
		enum { DISC_IDLE, DISC_ASKED, DISC_HAS_DENIED, DISC_HAS_FAILED } state;
		int64_t deadline;
	} resolver[RESOLVERS_MAX];
	uint32_t ask;		/* a bit for each resolver to be asked now; the caller clears it */
	bool in_round;
	bool answered;		/* the last round has brought prefixes: nobody else is waited for */
	int64_t next_round;
	int64_t next_resolver;
	int64_t backoff;
	uint32_t denial_s;	/* the least negative TTL of this round */
	size_t denier;		/* 1 + the resolver whose denial nobody has confirmed yet, or 0 */
};

void disc_init(struct discoverer *d, uint32_t (*random)(void));
void disc_configure(struct discoverer *d, const struct plat *plat, size_t count, const struct plat *fallback,
		    int64_t now);
void disc_adopt(struct discoverer *d, const struct plat *plat, size_t count, int64_t now);
void disc_start(struct discoverer *d, int64_t now);
void disc_stop(struct discoverer *d);
void disc_forget(struct discoverer *d, int64_t now);
void disc_kick(struct discoverer *d, int64_t now);
void disc_resolvers(struct discoverer *d, size_t count, int64_t now);
void disc_ra(struct discoverer *d, const struct in6_addr *router, const struct ra *ra, int64_t now);
void disc_answer(struct discoverer *d, size_t resolver, enum disc_result result, const struct plat *plat, size_t count,
		 uint32_t ttl, int64_t now);
void disc_busy(struct discoverer *d, size_t resolver, int64_t now);
size_t disc_announced(const struct discoverer *d);
bool disc_next_prefix(struct discoverer *d);
void disc_tick(struct discoverer *d, int64_t now);
int64_t disc_deadline(const struct discoverer *d);
int64_t disc_next_query(const struct discoverer *d);
const char *source_name(enum source source);

#endif
