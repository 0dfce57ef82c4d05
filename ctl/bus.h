/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system bus (D-Bus), for what other programs of this machine know. They describe the machine's own network: with
 * -n nobody is asked. Optional when the program is built: bus_none.c stands for a machine without a bus. Who asks gets
 * JSON, of whatever types: it is the asker's to check.
 */
#ifndef BUS_H
#define BUS_H

#include <stdint.h>

#include "loop.h"

struct json_object;

struct bus_method {
	const char *name;		/* whom to ask, such as org.freedesktop.resolve1: it is not started for that */
	const char *path;
	const char *interface;
	const char *member;
	const char *const *keys;	/* entries of dictionaries to be kept, then NULL; without it all are */
	int64_t timeout_ms;
};

/* What became of a call. */
struct bus_answer {
	int err;			/* 0, -ENOENT if nobody has the name, -ETIMEDOUT, or another negative errno */
	const char *error;		/* what the other side says, or "" */
	struct json_object *values;	/* array of what it returns, or NULL; freed after the call of bus_done */
};

typedef void bus_done(void *owner, const struct bus_answer *answer);

/* A program on the bus, and what is to be known of it. */
struct bus_peer {
	const char *name;
	/* Match rules without type and sender, such as "member='Reloaded'", then NULL. */
	const char *const *signals;
	/*
	 * It came or went, or has sent one of the signals, or there is a bus now or none any more: ask anew. Whoever is on
	 * the bus can bring this about. Not called more often than every BUS_PACE_MS.
	 */
	void (*changed)(struct bus_peer *peer);
	struct timer timer;
	int64_t last;
	struct bus_peer *next;
};

#define BUS_PACE_MS 200

void bus_follow(struct bus_peer *peer);
int bus_call(const struct bus_method *method, bus_done *done, void *owner, const char *types, ...);
int bus_ask(const struct bus_method *method, bus_done *done, void *owner, const char *types, ...);

#endif
