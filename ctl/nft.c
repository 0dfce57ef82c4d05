// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's nftables, by libnftables, in a child each time: libnftables ends the program when it runs out of memory or
 * the kernel has no netlink for netfilter, and what it has read of a large ruleset stays allocated. The daemon outlives it,
 * and stays small.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>
#include <linux/netlink.h>
#include <nftables/libnftables.h>

#include "ctl.h"
#include "nft.h"

/* A ruleset of a hundred thousand rules is read in less. */
#define ANSWER_MS 10000
#define OUTPUT_MAX (64 << 20)

/* The first octet of what a child writes; output or error message follow. */
enum verdict { VERDICT_DONE = 'd', VERDICT_REFUSED = 'r' };

/* --- the child ---------------------------------------------------------------------------------------------------- */

static void write_all(int fd, const char *text, size_t len)
{
	ssize_t done;

	while (len && (done = write(fd, text, len)) > 0) {
		text += done;
		len -= (size_t)done;
	}
}

/* What a child is for. */
struct job {
	const char *commands;		/* for nft */
	unsigned int flags;		/* of its output */
	const char *what;		/* they do, for messages */
	nft_judge_fn *judge;		/* whose words are the answer instead of what nft says, or NULL */
	const void *arg;		/* for @judge */
};

static const char *judge_answer(const struct job *job, const char *text)
{
	struct json_object *root = json_tokener_parse(text ? text : "");

	return root ? job->judge(root, job->arg) : NULL;
}

/* Ends silently where there is nothing to run it with: no verdict is one, too. */
static void child(int fd, const struct job *job)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	const char *text;
	char verdict;

	if (!nft || nft_ctx_buffer_output(nft) || nft_ctx_buffer_error(nft))
		return;
	nft_ctx_output_set_flags(nft, job->flags);
	verdict = nft_run_cmd_from_buffer(nft, job->commands) ? VERDICT_REFUSED : VERDICT_DONE;
	text = verdict == VERDICT_DONE ? nft_ctx_get_output_buffer(nft) : nft_ctx_get_error_buffer(nft);
	if (job->judge && verdict == VERDICT_DONE)
		text = judge_answer(job, text);
	write_all(fd, &verdict, 1);
	write_all(fd, text ? text : "", text ? strlen(text) : 0);
}

/* --- the parent --------------------------------------------------------------------------------------------------- */

/* All that comes, to be freed; NULL if it does not end. */
static char *read_all(int fd)
{
	int64_t until = now_ms() + ANSWER_MS, left;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char *text = NULL, *grown;
	size_t len = 0;
	ssize_t got;

	for (left = ANSWER_MS; left > 0 && len < OUTPUT_MAX; left = until - now_ms()) {
		grown = realloc(text, len + 65537);
		if (!grown)
			break;
		text = grown;
		if (poll(&pfd, 1, (int)left) <= 0)
			continue;
		got = read(fd, text + len, 65536);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			text[len] = '\0';
			return text;
		}
		len += (size_t)got;
	}
	free(text);
	return NULL;
}

static int no_nftables(void)
{
	return fail(CTL_REFUSED, "build the kernel with CONFIG_NF_TABLES, or set nat44 = system and leave NAT to others",
		    "this kernel has no nf_tables");
}

/* The first line of what libnftables complains about; the rest quotes the commands. */
static int conclude(const char *answer, const char *what)
{
	if (!answer)
		return fail(CTL_TIMEOUT, "see: nft list ruleset", "nftables: cannot %s: no end of it in %d s", what,
			    ANSWER_MS / 1000);
	if (!answer[0])
		return no_nftables();
	if (answer[0] == VERDICT_DONE)
		return CTL_OK;
	return fail(CTL_REFUSED, "are the kernel's modules for nftables there? see: lsmod, and nft list ruleset",
		    "nftables: cannot %s: %.*s", what, (int)strcspn(answer + 1, "\n"), answer + 1);
}

/**
 * run - have a child run commands
 * @job: which
 * @output: set to its answer, to be freed, or NULL where nobody wants it
 *
 * Returns an exit code with the failure recorded.
 */
static int run(const struct job *job, char **output)
{
	char *answer;
	int fds[2], code;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return fail(CTL_REFUSED, NULL, "nftables: cannot %s: %s", job->what, strerror(errno));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		child(fds[1], job);
		_exit(0);
	}
	close(fds[1]);
	answer = pid < 0 ? NULL : read_all(fds[0]);
	close(fds[0]);
	if (pid < 0)
		return fail(CTL_REFUSED, NULL, "nftables: cannot %s: no other process to be had", job->what);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	code = conclude(answer, job->what);
	if (!code && output)
		*output = strdup(answer + 1);
	free(answer);
	return code;
}

static bool have_netlink(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Whether the kernel has nf_tables, and we may read them. */
bool nft_available(void)
{
	static const struct job job = { .commands = "list tables", .what = "list tables" };

	return have_netlink() && !run(&job, NULL);
}

/* Runs @commands as one transaction: all of them count, or none. */
int nft_run(const char *commands)
{
	struct job job = { .commands = commands, .what = "set the rules" };

	return have_netlink() ? run(&job, NULL) : no_nftables();
}

static char *list(const char *what, struct job *job)
{
	char command[128], *text = NULL;

	snprintf(command, sizeof(command), "list %s", what);
	job->commands = job->what = command;
	if (!have_netlink())
		no_nftables();
	else
		run(job, &text);
	return text;
}

/* What "nft list WHAT" prints, without counters; to be freed. NULL with the failure recorded, also where it is not there. */
char *nft_list(const char *what)
{
	struct job job = { .flags = NFT_CTX_OUTPUT_STATELESS };

	return list(what, &job);
}

/* The same as JSON, in the form that libnftables-json(5) describes. NULL also from a libnftables that has none. */
struct json_object *nft_list_json(const char *what)
{
	struct job job = { .flags = NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_STATELESS };
	char *text = list(what, &job);
	struct json_object *object = text ? json_tokener_parse(text) : NULL;

	free(text);
	return object;
}

/**
 * nft_judge - what somebody makes of a list of rules
 * @what: for "nft list"
 * @judge: gets it as nft_list_json() gives it, and returns text, or NULL for none; called in the child, with which all
 *	memory goes that a large ruleset takes
 * @arg: for @judge
 *
 * Returns the text, to be freed. NULL with the failure recorded; "" also from a libnftables that has no JSON.
 */
char *nft_judge(const char *what, nft_judge_fn *judge, const void *arg)
{
	struct job job = { .flags = NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_STATELESS, .judge = judge, .arg = arg };

	return list(what, &job);
}
