/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is broken: a snapshot of all that a packet depends on, and a list of findings made of it by pure functions, in
 * the order in which one thing depends on another.
 */
#ifndef DIAG_H
#define DIAG_H

#include <json-c/json.h>

#include "plan.h"
#include "rtnl.h"

enum verdict { DIAG_OK, DIAG_BROKEN, DIAG_UNTESTED };

struct finding {
	char subject[IF_NAMESIZE];	/* the uplink or hotspot that it is about, or "" */
	char what[24];			/* a contract with scripts, documented in clatctl.8 */
	enum verdict verdict;
	int code;			/* exit code where it is the first that is broken */
	char text[512];
	char hint[256];			/* the remedy, or "" */
};

struct findings {
	struct finding *list;
	size_t count;
	char subject[IF_NAMESIZE];	/* of those to come */
};

/* An uplink, and what was found out about it. */
struct diag_uplink {
	const struct link *link;
	const struct dev *dev;		/* its clat device, or NULL */
	bool has_stats;
	struct stats stats;
	struct settings settings;
	struct plan plan;		/* of plan_network() now */
	struct json_object *told;	/* what the daemon says of it, or NULL */
	int asked;			/* exit code of asking DNS by it just now, or -1 */
	char answer[512];		/* what came of that */
	char redirect[32];		/* where what comes in goes before the module sees it, or "" */
};

struct diag {
	bool root;
	struct conf conf;
	int conf_code;			/* exit code of reading it */
	char conf_error[512];
	bool module;			/* the kernel has it */
	char module_version[32];	/* "" where that is not known */
	char module_error[512];
	struct json_object *status;	/* the daemon's, or NULL */
	int status_code;		/* exit code of asking it, CLIENT_NO_DAEMON without one */
	struct world world;
	int world_code;			/* of reading the kernel's side, but for the module */
	char world_error[512];
	int rp_filter_all;		/* -1 where it is not known */
	struct diag_uplink *uplinks;
	size_t nuplinks;
	struct json_object *tethers;	/* as "tether status" tells them */
};

/* diag.c */
void findings_about(struct findings *findings, const char *subject);
void found_ok(struct findings *findings, const char *what, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void found_untested(struct findings *findings, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void found_broken(struct findings *findings, const char *what, int code, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
bool findings_broken(const struct findings *findings, const char *subject);
const struct finding *findings_first(const struct findings *findings);
void findings_free(struct findings *findings);
void diag_check(const struct diag *diag, struct findings *findings);

/* diag_network.c, diag_device.c, diag_hotspot.c */
bool diag_network(const struct diag *diag, const struct diag_uplink *uplink, struct findings *findings);
bool diag_uplink_works(const struct diag_uplink *uplink);
void diag_device(const struct diag *diag, const struct diag_uplink *uplink, struct findings *findings);
void diag_device_untested(struct findings *findings);
void diag_hotspots(const struct diag *diag, struct findings *findings);

/* diag_read.c */
void diag_read(struct diag *diag);
void diag_free(struct diag *diag);
void diag_module_value(const char *name, char *buf, size_t size);

/* diag_show.c */
struct json_object *findings_json(const struct findings *findings);
char *findings_text(const struct findings *findings);

/* diag_archive.c */
struct redact;

int diag_archive(const char *path, struct redact *redact, const struct diag *diag, const struct findings *findings);

#endif
