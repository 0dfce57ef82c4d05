// SPDX-License-Identifier: GPL-2.0
/*
 * One shot: the hotspot as it should be, firewalls of this machine included. What these are told is written down first, and
 * our rules are there before.
 */
#include <string.h>

#include "child.h"
#include "ctl.h"
#include "firewalld.h"
#include "ufw.h"

/* Noted, applied, told, and one to see that nothing is left. */
#define ROUNDS_MAX 4

/* A firewall that cannot be told is no reason to fail: status names what it drops. */
static int settle_ufw(struct tether_state *state, const struct world *w)
{
	struct ufw_task task, before = { 0 };
	const char *words[UFW_WORDS];
	int code = CTL_OK;

	while (!code && ufw_next(state, w, &task) && memcmp(&task, &before, sizeof(task))) {
		before = task;
		code = tether_state_save(state);
		ufw_words(&task, words);
		if (!code && child_run(words))
			warning("ufw: %s", failure_get().message);
	}
	return code ? code : tether_state_save(state);
}

static int settle_firewalld(struct tether_state *state, const struct world *w, bool *again)
{
	struct zoning zoning = { 0 };

	if (state->count || state->nbound)
		firewalld_wait(state, w, &zoning);
	if (zoning.trouble[0])
		warning("%s", zoning.trouble);
	*again = zoning.changed && !zoning.failed;
	return zoning.changed ? tether_state_save(state) : CTL_OK;
}

/* Writes down what is on, and makes the hotspot that. Returns an exit code with the failure recorded. */
int tether_settle(struct tether_state *state)
{
	bool again = true;
	int code = CTL_OK, round;

	for (round = 0; round < ROUNDS_MAX && again && !code; round++) {
		struct world w = { 0 };

		code = tether_world(&w);
		if (!code)
			code = tether_state_save(state);
		if (!code)
			code = tether_sync(state, &w);
		if (!code)
			code = settle_firewalld(state, &w, &again);
		if (!code)
			code = settle_ufw(state, &w);
		world_free(&w);
	}
	return code;
}
