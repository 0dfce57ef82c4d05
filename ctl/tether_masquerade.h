/* SPDX-License-Identifier: GPL-2.0 */
/* Other people's rules that give the clients of a hotspot another source address. */
#ifndef TETHER_MASQUERADE_H
#define TETHER_MASQUERADE_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* What such a rule takes; more, where it has conditions that are not understood. */
struct masquerade {
	char chain[160];		/* "FAMILY TABLE CHAIN" */
	struct in_addr net;		/* of the sources, all for a length of 0 */
	uint8_t len;
	char in[IF_NAMESIZE];		/* names or patterns of interfaces, or "" for all */
	char out[IF_NAMESIZE];
};

bool masquerade_parse(struct json_object *rule, struct masquerade *masquerade);
bool masquerade_takes(const struct masquerade *masquerade, const char *in, const char *out, struct in_addr net, uint8_t len);
const struct masquerade *masquerade_list(size_t *count);
void masquerade_changed(void);

#endif
