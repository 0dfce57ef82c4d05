/* SPDX-License-Identifier: GPL-2.0 */
/* What every part of clatctl shares: exit codes, global options, the command type, failures and output. */
#ifndef CTL_H
#define CTL_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* A contract with scripts: documented in clatctl.8, never renumbered. */
enum exit_code {
	CTL_OK = 0,
	CTL_USAGE = 1,
	CTL_REFUSED = 2,
	CTL_INACTIVE = 3,
	CTL_TIMEOUT = 4,
	CTL_NATIVE4 = 5,
	CTL_NOADDR = 6,
	CTL_PERM = 7,
	CTL_NOMODULE = 8,
	CTL_BADCONF = 9,
	CTL_NODEV = 10,
	CTL_NONAT64 = 11,
};

struct options {
	bool json;
	bool pretty;
	bool quiet;
	bool verbose;
	const char *netns;
};

extern struct options opts;
extern const char clat_version[];

/* What its messages on stderr begin with. */
extern const char *program;

/* The SIGINT or SIGTERM that ended a wait; whoever waited gives up, so that what was made can be undone. */
extern volatile sig_atomic_t interrupted;

struct command {
	const char *name;
	const char *args;
	const char *summary;
	const char *help;
	int (*run)(int argc, char **argv);	/* argv[0] is the command's name; returns an exit code */
};

extern const struct command cmd_add, cmd_set, cmd_del, cmd_show, cmd_stats, cmd_monitor;
extern const struct command cmd_discover, cmd_up, cmd_down, cmd_status, cmd_daemon, cmd_reload, cmd_check_config,
	cmd_tether, cmd_log_level, cmd_diag;

/* err.c: the one failure that a run reports. */
struct failure {
	int code;
	char message[512];
	char attribute[64];
	char hint[256];
};

int fail(int code, const char *hint, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int fail_attribute(const char *attribute);
struct failure failure_get(void);
void failure_set(const struct failure *failure);
void failure_print(const char *end);
void failure_report(void);
int usage(const struct command *cmd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* log.c: what goes to stderr besides failures. */
void verbose(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* out.c: what goes to stdout. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
struct json_object *json_schema(void);
int json_print(struct json_object *object);

/* json.c */
const char *json_text(struct json_object *object, const char *key, const char *otherwise);
int output_done(int code);

/* help.c */
void help_general(const struct command *const *commands);
void help_command(const struct command *cmd);

/* netns.c */
int netns_enter(const char *name);
/* What is true until the next boot; a file of its own for each network namespace. */
#define RUN_FOLDER "/run/clat"
#define RUN_PATH_SIZE 80
uint64_t netns_number(void);
void run_path(char path[RUN_PATH_SIZE], const char *name);
int run_folder(void);

/* lock.c */
int lock_netns(void);

/* wait.c */
void wait_catch_signals(void);
int64_t now_ms(void);
int wait_events(struct pollfd *fds, nfds_t count, int64_t until);

#endif
