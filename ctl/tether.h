/* SPDX-License-Identifier: GPL-2.0 */
/* The hotspot: interfaces whose clients get IPv4 by way of the CLATs. */
#ifndef TETHER_H
#define TETHER_H

#include "conf.h"
#include "world.h"

#define TETHERS_MAX 8
#define SAVED_MAX 256
#define BOUND_MAX 16
#define ZONE_SIZE 32

struct json_object;

struct tether {
	char ifname[IF_NAMESIZE];
	bool configured;		/* by a section [tether] and not by "tether on" */
	struct tether_settings settings;
};

/* A value that was another one before us. */
enum knob { KNOB_FORWARDING4, KNOB_ACCEPT_RA, KNOB_FORWARDING6, KNOB_GRO, KNOB_PROXY_NDP, KNOB_PROXY_DELAY };

struct saved {
	enum knob knob;
	int ifindex;			/* 0 for "all" and "default" */
	char ifname[IF_NAMESIZE];
	int value;
};

/* A CLAT that firewalld was told of: it had no zone before, and firewalld forgets it when it ends. */
struct bound {
	char ifname[IF_NAMESIZE];
	char zone[ZONE_SIZE];
	bool strange;			/* not the zone that is everybody's who has none */
};

/* What is on, and what it has changed: in a file, so that whoever comes next can go on and take it back. */
struct tether_state {
	struct tether list[TETHERS_MAX];
	size_t count;
	struct saved saved[SAVED_MAX];	/* in the order of the changes */
	size_t nsaved;
	bool ruled;			/* the table is ours to remove */
	struct bound bound[BOUND_MAX];	/* written down before firewalld is told */
	size_t nbound;
	bool ufw;			/* has rules of ours */
	bool mapped;			/* maps, routes and neighbours are ours to remove */
};

/* tether_state.c */
int tether_state_load(struct tether_state *state);
int tether_state_save(const struct tether_state *state);
struct tether *tether_find(struct tether_state *state, const char *ifname);
int tether_put(struct tether_state *state, const struct tether *tether);
int tether_remove(struct tether_state *state, const char *ifname);
const struct saved *tether_saved(const struct tether_state *state, enum knob knob, int ifindex, const char *ifname);
struct bound *tether_bound(struct tether_state *state, const char *ifname);
struct bound *tether_bind(struct tether_state *state, const char *ifname, const char *zone, bool strange);
void tether_unbind(struct tether_state *state, struct bound *bound);
bool tether_is_idle(const struct tether_state *state);
bool tether_all_by_system(const struct tether_state *state);

/* tether_sysctl.c */
int tether_forward(struct tether_state *state, const struct world *world);
bool tether_forwards_all(const struct world *world);

/* tether_rules.c: the table, made first so that there is always one to delete. */
#define TETHER_NO_RULES "table ip clat\ndelete table ip clat\n"

const struct link *tether_link(const struct world *world, const struct tether *tether);
bool tether_serves(const struct dev *dev);
bool tether_wants_rules(const struct tether_state *state, const struct world *world);
char *tether_rules(const struct tether_state *state, const struct world *world, bool flowtable);

/* tether.c */
int tether_world(struct world *world);
int tether_sync(struct tether_state *state, const struct world *world);
int tether_apply(struct tether_state *state);
int tether_follow(void);
int tether_drop_all(bool *any);
void tether_rules_changed(void);

/* tether_settle.c */
int tether_settle(struct tether_state *state);

/* tether_status.c */
void tether_describe(struct json_object *array, const struct tether_state *state, const struct world *world,
		     const char *ifname, bool firewall);
void tether_show(struct json_object *tether);

/* tether_firewall.c: the way of a client's packets, by the names of interfaces; without @out, of its DHCP requests. */
struct tether_flow {
	const char *in, *out;
	bool untracked;			/* no connection is known: to a client that a CLAT maps */
};

char *tether_stopped_by(struct json_object *ruleset, const void *flow);
struct json_object *tether_dropping_chains(const struct tether_flow *flow);

#endif
