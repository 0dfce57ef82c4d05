// SPDX-License-Identifier: GPL-2.0
/*
 * The hotspot as it is compared with the hotspot as it should be, and the difference applied: what CLATs map, sysctls,
 * then the table. One shot and daemon do the same; the daemon does it again with each change.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "nft.h"
#include "tether.h"
#include "tether_map.h"
#include "tether_masquerade.h"

/* What this process has written, and how the kernel tells it: another text is a table that somebody has changed. */
static struct {
	char *wanted;
	char *listed;
	char *refused;			/* rules with a flowtable, which the kernel did not take */
	bool changed;			/* something of the kernel's ruleset */
} last;

/* To be called when the kernel tells of a change of its rules. */
void tether_rules_changed(void)
{
	last.changed = true;
	masquerade_changed();
}

static void keep(char **place, char *text)
{
	free(*place);
	*place = text;
}

static char *list_table(void)
{
	struct failure before = failure_get();
	char *text = nft_list("table ip clat");

	/* That there is none is an answer. */
	failure_set(&before);
	return text;
}

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool is_in_place(const char *text)
{
	char *listed;
	bool equal;

	if (!same(last.wanted, text))
		return false;
	if (!last.changed)
		return true;
	listed = list_table();
	equal = same(listed, last.listed);
	free(listed);
	last.changed = !equal;
	return equal;
}

static int write_rules(struct tether_state *state, const char *text)
{
	bool before = state->ruled;
	int code = CTL_OK;

	state->ruled = true;
	if (!before)
		code = tether_state_save(state);
	if (!code)
		code = nft_run(text);
	if (code)
		return code;
	keep(&last.wanted, strdup(text));
	keep(&last.listed, list_table());
	last.changed = false;
	return CTL_OK;
}

/* With a flowtable, or where the kernel refuses that one, without. */
static int sync_rules(struct tether_state *state, const struct world *w)
{
	char *fast = tether_rules(state, w, true), *slow = tether_rules(state, w, false);
	bool refused = same(fast, last.refused);
	int code = CTL_OK;

	if (!fast || !slow)
		code = fail(CTL_REFUSED, NULL, "out of memory for the rules of the hotspot");
	else if (!refused && !is_in_place(fast) && write_rules(state, fast)) {
		code = write_rules(state, slow);
		if (!code)
			keep(&last.refused, strdup(fast));
	} else if (refused && !is_in_place(slow)) {
		code = write_rules(state, slow);
	}
	free(fast);
	free(slow);
	return code;
}

static int remove_rules(struct tether_state *state)
{
	int code = state->ruled && nft_available() ? nft_run(TETHER_NO_RULES) : CTL_OK;

	if (code)
		return code;
	state->ruled = false;
	keep(&last.wanted, NULL);
	keep(&last.listed, NULL);
	keep(&last.refused, NULL);
	return CTL_OK;
}

/* Rules that leave NAT to others are no reason to fail where the kernel can have none. */
static bool can_do_without(const struct tether_state *state)
{
	return tether_all_by_system(state) && !nft_available();
}

/**
 * tether_sync - make the hotspot what @state says
 * @state: what is on; told of what is changed, and saved
 * @w: what the kernel has
 *
 * Returns an exit code with the failure recorded; what could be done is done.
 */
int tether_sync(struct tether_state *state, const struct world *w)
{
	struct tether_state before = *state;
	int code = tether_map_sync(state, w), forward = tether_forward(state, w), rules;

	if (!tether_wants_rules(state, w) || can_do_without(state))
		rules = remove_rules(state);
	else
		rules = sync_rules(state, w);
	if (memcmp(&before, state, sizeof(before)) && tether_state_save(state))
		return failure_get().code;
	if (rules || forward)
		return rules ? rules : forward;
	return code;
}

/* What the kernel has; without the module there is no CLAT, and that is all. */
int tether_world(struct world *w)
{
	static const struct failure none;
	int code = world_read(w);

	if (code != CTL_NOMODULE)
		return code;
	failure_set(&none);
	return CTL_OK;
}

/* Writes down what is on, and makes the hotspot that. Returns an exit code with the failure recorded. */
int tether_apply(struct tether_state *state)
{
	struct world w = { 0 };
	int code = tether_world(&w);

	if (!code)
		code = tether_state_save(state);
	if (!code)
		code = tether_sync(state, &w);
	world_free(&w);
	return code;
}

/* One shot: CLATs have come or gone, and the hotspot follows. Returns an exit code with the failure recorded. */
int tether_follow(void)
{
	struct tether_state state;
	int code = tether_state_load(&state);

	return code || tether_is_idle(&state) ? code : tether_settle(&state);
}

/* One shot: takes away every hotspot. Sets @any to whether there was one. Returns an exit code with the failure recorded. */
int tether_drop_all(bool *any)
{
	struct tether_state state;
	int code = tether_state_load(&state);

	*any = !code && !tether_is_idle(&state);
	state.count = 0;
	return *any ? tether_settle(&state) : code;
}
