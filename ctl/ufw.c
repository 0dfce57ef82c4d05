// SPDX-License-Identifier: GPL-2.0
/*
 * ufw, which has to let clients of the hotspot through to the CLATs. Its rules are in a file that outlives the machine's
 * run; ours bear a comment, so that whoever comes next knows them, and a rule that was there already is nobody's but the
 * user's. They are of IPv4 alone. Only ufw itself changes them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "nft.h"
#include "ufw.h"

#define PROGRAM "/usr/sbin/ufw"
#define CONF "/etc/ufw/ufw.conf"
#define RULES "/etc/ufw/user.rules"
#define COMMENT "clat"
/* As ufw writes it down: in hexadecimal. */
#define COMMENT_WORD "comment=636c6174"
#define TUPLE "### tuple ### route:allow any any 0.0.0.0/0 any 0.0.0.0/0 "

/* --- what there is ------------------------------------------------------------------------------------------------ */

/* "in_wlan0!out_clat0", or one of the two. */
static bool parse_ways(const char *word, struct ufw_rule *rule)
{
	const char *out = word;
	int len;

	if (!strncmp(word, "in_", 3)) {
		len = (int)strcspn(word, "!") - 3;
		if (len <= 0 || len >= IF_NAMESIZE)
			return false;
		snprintf(rule->in, sizeof(rule->in), "%.*s", len, word + 3);
		out = word[len + 3] == '!' ? word + len + 4 : NULL;
	}
	if (!out)
		return true;
	if (strncmp(out, "out_", 4) || !out[4] || strlen(out + 4) >= IF_NAMESIZE)
		return false;
	snprintf(rule->out, sizeof(rule->out), "%s", out + 4);
	return true;
}

/* Reads a line of user.rules: whether it is a rule that lets all of IPv4 through between interfaces. A pure function. */
bool ufw_parse(const char *line, struct ufw_rule *rule)
{
	char ways[64] = "", comment[64] = "";

	memset(rule, 0, sizeof(*rule));
	if (strncmp(line, TUPLE, strlen(TUPLE)))
		return false;
	if (sscanf(line + strlen(TUPLE), "%63s %63s", ways, comment) < 1)
		return false;
	rule->ours = !strcmp(comment, COMMENT_WORD);
	return parse_ways(ways, rule);
}

/* Calls @each for all such rules, until it returns true. */
static bool find_rule(bool (*each)(const struct ufw_rule *rule, const void *arg), const void *arg, struct ufw_rule *found)
{
	FILE *file = fopen(RULES, "re");
	bool done = false;
	char line[512];

	while (file && !done && fgets(line, sizeof(line), file))
		done = ufw_parse(line, found) && each(found, arg);
	if (file)
		fclose(file);
	return done;
}

static bool is_ours(const struct ufw_rule *rule, const void *arg)
{
	(void)arg;
	return rule->ours;
}

static bool has_line(const char *path, const char *wanted)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	char line[256];

	while (file && !found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, " \t\r\n")] = '\0';
		found = !strcasecmp(line, wanted);
	}
	if (file)
		fclose(file);
	return found;
}

/* Whether it is at work in this network namespace: its chains are there, or some of iptables-legacy, which are not seen. */
static bool is_at_work(void)
{
	struct failure before = failure_get();
	char *chain;

	if (!has_line(CONF, "ENABLED=yes"))
		return false;
	chain = nft_list("chain ip filter ufw-user-forward");
	failure_set(&before);
	free(chain);
	return chain || has_line("/proc/net/ip_tables_names", "filter");
}

static bool has_ours(void)
{
	struct ufw_rule rule;

	return find_rule(is_ours, NULL, &rule);
}

/* The state ends with the machine's run, and rules of ours do not. */
void ufw_adopt(struct tether_state *state)
{
	state->ufw = state->ufw || (!opts.netns && has_ours() && is_at_work());
}

/* --- what is to be done ------------------------------------------------------------------------------------------- */

/* Rules stay as long as their hotspot does, also while there is no CLAT: ufw writes to the disk each time. */
static bool is_left(const struct ufw_rule *rule, const void *arg)
{
	const struct tether_state *state = arg;
	size_t i;

	for (i = 0; rule->ours && i < state->count; i++)
		if (!strcmp(state->list[i].ifname, rule->in))
			return false;
	return rule->ours;
}

static bool lets_through(const struct ufw_rule *rule, const void *arg)
{
	const struct ufw_task *task = arg;

	return (!rule->in[0] || !strcmp(rule->in, task->in)) && (!rule->out[0] || !strcmp(rule->out, task->out));
}

static bool find_missing(const struct tether_state *state, const struct world *w, struct ufw_task *task)
{
	struct ufw_rule rule;
	size_t i, j;

	for (i = 0; i < state->count; i++) {
		for (j = 0; j < w->ndevs; j++) {
			if (!tether_serves(&w->devs[j]) || !tether_link(w, &state->list[i]))
				continue;
			snprintf(task->in, sizeof(task->in), "%s", state->list[i].ifname);
			snprintf(task->out, sizeof(task->out), "%s", w->devs[j].ifname);
			if (!find_rule(lets_through, task, &rule))
				return true;
		}
	}
	return false;
}

/**
 * ufw_next - the next change of its rules that the hotspot wants
 * @state: what is on; told that there are rules of ours, to be saved before the task is carried out
 * @w: what the kernel has
 * @task: set to it
 *
 * Returns whether there is one.
 */
bool ufw_next(struct tether_state *state, const struct world *w, struct ufw_task *task)
{
	struct ufw_rule rule;

	memset(task, 0, sizeof(*task));
	if (opts.netns)
		return false;
	if (state->ufw && find_rule(is_left, state, &rule)) {
		task->remove = true;
		memcpy(task->in, rule.in, sizeof(task->in));
		memcpy(task->out, rule.out, sizeof(task->out));
		return true;
	}
	if (find_missing(state, w, task) && is_at_work()) {
		state->ufw = true;
		return true;
	}
	state->ufw = state->ufw && has_ours();
	return false;
}

/* The command of a task, then NULL; the words are the task's. */
void ufw_words(const struct ufw_task *task, const char *words[UFW_WORDS])
{
	size_t n = 0;

	words[n++] = PROGRAM;
	words[n++] = "route";
	if (task->remove)
		words[n++] = "delete";
	words[n++] = "allow";
	words[n++] = "in";
	words[n++] = "on";
	words[n++] = task->in;
	words[n++] = "out";
	words[n++] = "on";
	words[n++] = task->out;
	words[n++] = "from";
	words[n++] = "0.0.0.0/0";
	if (!task->remove) {
		words[n++] = "comment";
		words[n++] = COMMENT;
	}
	words[n] = NULL;
}
