// SPDX-License-Identifier: GPL-2.0
/*
 * Other people's rules that give the clients of a hotspot another source address: NetworkManager's, ConnMan's, those of
 * Docker. They are read as JSON from libnftables, which has the rules of iptables-nft too: once, and again after a
 * change.
 */
#include <arpa/inet.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "ctl.h"
#include "nft.h"
#include "tether_masquerade.h"

#define LIST_MAX 32

static struct {
	struct masquerade list[LIST_MAX];
	size_t count;
	bool known;
} found;

static struct json_object *inside(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

/* A statement of iptables is known by its name, if at all: NAT for what leaves is in chains that are called so. */
static bool xt_masquerades(struct json_object *xt, const char *chain)
{
	const char *name = json_text(xt, "name", "");

	return !strcmp(name, "MASQUERADE") || !strcmp(name, "SNAT") || (!name[0] && strstr(chain, "POSTROUTING"));
}

static bool masquerades(struct json_object *statement, const char *chain)
{
	struct json_object *xt;

	return json_object_object_get_ex(statement, "masquerade", NULL) ||
	       json_object_object_get_ex(statement, "snat", NULL) ||
	       (json_object_object_get_ex(statement, "xt", &xt) && xt_masquerades(xt, chain));
}

/* An address or a prefix; anything else counts as all addresses. */
static void read_source(struct json_object *right, struct masquerade *m)
{
	struct json_object *prefix = inside(right, "prefix");
	const char *text = prefix ? json_text(prefix, "addr", "") : json_object_get_string(right);
	int len = prefix ? json_object_get_int(inside(prefix, "len")) : 32;

	if (len >= 0 && len <= 32 && inet_pton(AF_INET, text, &m->net) == 1)
		m->len = (uint8_t)len;
}

static void read_name(struct json_object *right, char name[IF_NAMESIZE])
{
	if (json_object_is_type(right, json_type_string) && json_object_get_string_len(right) < IF_NAMESIZE)
		snprintf(name, IF_NAMESIZE, "%s", json_object_get_string(right));
}

static void read_match(struct json_object *match, struct masquerade *m)
{
	struct json_object *left = inside(match, "left"), *right = inside(match, "right");
	const char *key = json_text(inside(left, "meta"), "key", "");
	const char *field = json_text(inside(left, "payload"), "field", "");

	if (!right || strcmp(json_text(match, "op", ""), "=="))
		return;
	if (!strcmp(field, "saddr"))
		read_source(right, m);
	else if (!strcmp(key, "iifname") || !strcmp(key, "iif"))
		read_name(right, m->in);
	else if (!strcmp(key, "oifname") || !strcmp(key, "oif"))
		read_name(right, m->out);
}

/**
 * masquerade_parse - read a rule
 * @rule: as libnftables-json(5) describes it
 * @m: filled in
 *
 * Returns false for rules that change no IPv4 source, and for ours.
 */
bool masquerade_parse(struct json_object *rule, struct masquerade *m)
{
	const char *family = json_text(rule, "family", ""), *table = json_text(rule, "table", "");
	const char *chain = json_text(rule, "chain", "");
	struct json_object *expr = inside(rule, "expr"), *statement;
	bool does = false;
	size_t i;

	if ((strcmp(family, "ip") && strcmp(family, "inet")) || (!strcmp(family, "ip") && !strcmp(table, "clat")) ||
	    !json_object_is_type(expr, json_type_array))
		return false;
	memset(m, 0, sizeof(*m));
	snprintf(m->chain, sizeof(m->chain), "%s %s %s", family, table, chain);
	for (i = 0; i < json_object_array_length(expr); i++) {
		statement = json_object_array_get_idx(expr, i);
		if (inside(statement, "match"))
			read_match(inside(statement, "match"), m);
		does |= masquerades(statement, chain);
	}
	return does;
}

static bool overlap(struct in_addr a, uint8_t a_len, struct in_addr b, uint8_t b_len)
{
	uint8_t len = a_len < b_len ? a_len : b_len;

	return !len || !((ntohl(a.s_addr) ^ ntohl(b.s_addr)) >> (32 - len));
}

/* Whether a rule takes packets from a subnet that come in by @in and leave by @out. */
bool masquerade_takes(const struct masquerade *m, const char *in, const char *out, struct in_addr net, uint8_t len)
{
	return (!m->in[0] || !fnmatch(m->in, in, 0)) && (!m->out[0] || !fnmatch(m->out, out, 0)) &&
	       overlap(m->net, m->len, net, len);
}

static void read_all(struct json_object *list)
{
	struct json_object *rule;
	size_t i;

	for (i = 0; i < json_object_array_length(list) && found.count < LIST_MAX; i++) {
		rule = inside(json_object_array_get_idx(list, i), "rule");
		if (rule && masquerade_parse(rule, &found.list[found.count]))
			found.count++;
	}
}

/* All of them; none where the kernel's rules cannot be read. */
const struct masquerade *masquerade_list(size_t *count)
{
	struct failure before = failure_get();
	struct json_object *root, *list;

	if (!found.known) {
		found.count = 0;
		root = nft_list_json("ruleset");
		list = root ? inside(root, "nftables") : NULL;
		if (list)
			read_all(list);
		json_object_put(root);
		found.known = true;
		failure_set(&before);
	}
	*count = found.count;
	return found.list;
}

/* To be called when the kernel tells of a change of its rules. */
void masquerade_changed(void)
{
	found.known = false;
}
