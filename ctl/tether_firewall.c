// SPDX-License-Identifier: GPL-2.0
/*
 * Other people's rules that stop what is forwarded: a packet must be accepted by every table, so ours cannot overrule
 * them, and names them. Read as JSON from libnftables; rules of iptables-legacy are not seen by it.
 */
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "ctl.h"
#include "nft.h"
#include "tether.h"

static bool is(struct json_object *object, const char *key, const char *text)
{
	return !strcmp(json_text(object, key, ""), text);
}

static bool is_ours(struct json_object *chain)
{
	return is(chain, "family", "ip") && is(chain, "table", "clat");
}

static bool forwards_ipv4(struct json_object *chain)
{
	return is(chain, "hook", "forward") && (is(chain, "family", "ip") || is(chain, "family", "inet")) && !is_ours(chain);
}

/* A rule that takes all packets, whatever it counts or logs first, and lets none pass. */
static bool stops_all(struct json_object *rule)
{
	struct json_object *expr, *statement;
	size_t i;

	if (!json_object_object_get_ex(rule, "expr", &expr))
		return false;
	for (i = 0; i < json_object_array_length(expr); i++) {
		statement = json_object_array_get_idx(expr, i);
		if (json_object_object_get_ex(statement, "drop", NULL) ||
		    json_object_object_get_ex(statement, "reject", NULL))
			return true;
		if (!json_object_object_get_ex(statement, "counter", NULL) &&
		    !json_object_object_get_ex(statement, "log", NULL))
			return false;
	}
	return false;
}

static bool ends_in_stop(struct json_object *list, struct json_object *chain)
{
	struct json_object *rule;
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		if (json_object_object_get_ex(json_object_array_get_idx(list, i), "rule", &rule) &&
		    is(rule, "family", json_text(chain, "family", "")) && is(rule, "table", json_text(chain, "table", "")) &&
		    is(rule, "chain", json_text(chain, "name", "")) && stops_all(rule))
			return true;
	}
	return false;
}

/* "FAMILY TABLE CHAIN" of each chain that drops what nothing before has accepted; to be freed. */
struct json_object *tether_dropping_chains(void)
{
	struct json_object *names = json_object_new_array(), *root = nft_list_json("ruleset"), *list, *chain;
	char name[256];
	size_t i;

	if (!root || !json_object_object_get_ex(root, "nftables", &list)) {
		json_object_put(root);
		return names;
	}
	for (i = 0; i < json_object_array_length(list); i++) {
		if (!json_object_object_get_ex(json_object_array_get_idx(list, i), "chain", &chain) ||
		    !forwards_ipv4(chain) || (!is(chain, "policy", "drop") && !ends_in_stop(list, chain)))
			continue;
		snprintf(name, sizeof(name), "%s %s %s", json_text(chain, "family", ""), json_text(chain, "table", ""),
			 json_text(chain, "name", ""));
		json_object_array_add(names, json_object_new_string(name));
	}
	json_object_put(root);
	return names;
}
