/* SPDX-License-Identifier: GPL-2.0 */
/* ufw, which has to let clients of the hotspot through to the CLATs. */
#ifndef UFW_H
#define UFW_H

#include "tether.h"

/* A change of its rules: what is to be let through, by "ufw route". */
struct ufw_task {
	bool remove;
	char in[IF_NAMESIZE], out[IF_NAMESIZE];
};

struct ufw_rule {
	char in[IF_NAMESIZE], out[IF_NAMESIZE];	/* "" for any */
	bool ours;
};

#define UFW_WORDS 16

bool ufw_parse(const char *line, struct ufw_rule *rule);
void ufw_adopt(struct tether_state *state);
bool ufw_next(struct tether_state *state, const struct world *world, struct ufw_task *task);
void ufw_words(const struct ufw_task *task, const char *words[UFW_WORDS]);

#endif
