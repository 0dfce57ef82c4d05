/* SPDX-License-Identifier: GPL-2.0 */
/* An uplink that the daemon looks after: what is known of its network, and the CLAT on it. */
#ifndef UPLINK_H
#define UPLINK_H

#include "check.h"
#include "discovery.h"
#include "loop.h"
#include "plan.h"
#include "query.h"
#include "silence.h"

#define UPLINK_NETWORKS_MAX 4

/* A pause that doubles: 1 s to 60 s, begun anew after a quiet minute. */
struct backoff {
	int64_t pause;
	int64_t next;			/* not before that */
};

void backoff_next(struct backoff *backoff, int64_t now);

struct asking {
	struct query query;
	struct watch watch;
	struct uplink *uplink;
	size_t number;
};

struct uplink {
	struct uplink *next;
	int ifindex;
	char ifname[IF_NAMESIZE];
	bool seen;			/* in the pass that is going on */
	bool wanted;			/* by configuration or by request; else it is on its way out */
	bool held;			/* "down" was asked for */
	struct settings settings;

	/* uplink.c: discovery */
	struct discoverer disc;
	struct resolvers resolvers;
	struct asking asking[RESOLVERS_MAX];
	struct watch ra;		/* descriptor -1 while it is not open */
	unsigned int solicits;		/* Router Solicitations still to be sent */
	int64_t solicit_at;
	struct {
		struct in6_addr addr;
		int64_t until;
	} rdnss[RA_RDNSS_MAX];
	size_t nrdnss;
	struct in6_addr network[UPLINK_NETWORKS_MAX];	/* the /64s it had when it was last asked on */
	size_t nnetwork;
	struct timer timer;
	char server[80];		/* that told the prefix */
	bool server_loopback;
	const char *server_source;
	char query_trouble[192];

	/* instance.c: the CLAT */
	char clat[IF_NAMESIZE];		/* its device, or "" */
	enum why why;
	char detail[128];
	struct in_addr v4;		/* 0 while there is none */
	struct in6_addr v6;
	bool v6_shared;			/* it is an address of the uplink itself */
	bool share;			/* asked for by uplink_share() */
	bool settled;			/* the pass before found all in its place */
	unsigned int attempt;		/* duplicates found so far */
	int64_t leave_at;		/* what is left is taken away then */
	int64_t retry_at;
	struct backoff trouble;
	struct backoff repair;
	char last_error[512];

	/* instance_silence.c: a NAT64 that does not answer */
	struct silence silence;
	struct check check;
	unsigned int moves;		/* addresses given up for its sake */
	struct in6_addr given_up;	/* the last of them */
};

/* uplink.c */
struct uplink *uplink_new(const struct link *link, const struct settings *settings);
void uplink_free(struct uplink *uplink);
void uplink_configure(struct uplink *uplink, const struct settings *settings);
void uplink_share(struct uplink *uplink, bool share);
void uplink_rename(struct uplink *uplink, const char *ifname);
void uplink_follow(struct uplink *uplink, const struct plan *plan, const struct dev *dev);
void uplink_read_resolvers(struct uplink *uplink);
void uplink_resume(struct uplink *uplink);
void uplink_ask_anew(struct uplink *uplink);
void uplink_set_timer(struct uplink *uplink);
bool uplink_was_tried(const struct uplink *uplink);

/* uplink_resolvers.c */
void uplink_list_resolvers(const struct uplink *uplink, struct resolvers *list);

/* instance_silence.c */
void instance_init(struct uplink *uplink);

/* instance.c */
void instance_adopt_shared(struct uplink *uplink, const struct dev *dev);
void instance_reconcile(struct uplink *uplink, struct world *world, const struct plan *plan,
			const struct uplink *others, int64_t now);

#endif
