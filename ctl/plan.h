/* SPDX-License-Identifier: GPL-2.0 */
/* Where CLAT runs: a decision over what the kernel has and what is configured. Pure functions. */
#ifndef PLAN_H
#define PLAN_H

#include "address.h"
#include "conf.h"
#include "discovery.h"
#include "world.h"

#define PLAN_PREFIXES_MAX 16

/* What an uplink is doing, or the first thing that keeps it from running; and how a script calls that. */
enum why {
	WHY_ACTIVE, WHY_STALLED, WHY_OFF, WHY_UNFIT, WHY_NO_IPV6, WHY_FOREIGN, WHY_NATIVE4, WHY_NO_ADDRESS, WHY_NO_DNS,
	WHY_SEARCHING, WHY_NO_NAT64, WHY_TENTATIVE, WHY_DUPLICATE, WHY_REMOVED, WHY_FAILED,
};

struct plan {
	enum why why;
	char detail[128];		/* who or what, where @why alone does not say it; else "" */
	bool shared;			/* @prefixes are whole addresses of the uplink itself */
	struct prefix64 prefixes[PLAN_PREFIXES_MAX];
	size_t nprefixes;
};

bool plan_fit(const struct world *world, const struct link *link);
bool plan_leads_outside(const struct link *link);
bool plan_candidate(const struct world *world, const struct conf *conf, const struct link *link);
void plan_network(const struct world *world, const struct link *link, const struct settings *settings,
		  struct plan *plan);
void plan_prefix(const struct discoverer *disc, struct plan *plan);
const char *why_name(enum why why);
const char *why_words(enum why why);
int why_code(enum why why);

#endif
