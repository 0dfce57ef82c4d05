// SPDX-License-Identifier: GPL-2.0
/*
 * Other people's rules that stop what is forwarded: a packet must be accepted by every table, so ours cannot overrule
 * them, and names them. The first packet of a client is led through each chain of the hook, and much of what rules ask is
 * not known of it: such a rule counts only if it accepts and names one of the interfaces. Read as JSON from libnftables;
 * rules of iptables-legacy are not seen by it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "ctl.h"
#include "nft.h"
#include "tether.h"

/* As deep as the kernel lets chains jump. */
#define DEPTH_MAX 16

enum verdict { VERDICT_NONE, VERDICT_PASS, VERDICT_STOP };
enum match { MATCH_NO, MATCH_YES, MATCH_UNKNOWN };

/* Whose chain it is, which decides what is to be done about it. */
enum owner { OWNER_UNKNOWN, OWNER_FIREWALLD, OWNER_UFW, OWNER_DOCKER };

static const char *const owners[] = {
	[OWNER_UNKNOWN] = "nft", [OWNER_FIREWALLD] = "firewalld", [OWNER_UFW] = "ufw", [OWNER_DOCKER] = "docker",
};

#define OWNERS (sizeof(owners) / sizeof(owners[0]))

/* Where a packet is on its way. */
struct walk {
	struct json_object *list;
	const struct tether_flow *flow;
	struct json_object *base;	/* the chain that it began in */
	int depth;
	bool left;			/* the chain, by a rule that returns */
	bool doubt;			/* whether it has, by one that is not known to match: what drops after that may not see it */
};

/* What the statements of a rule have said so far. */
struct reading {
	bool unsure;
	bool named;
};

static bool is(struct json_object *object, const char *key, const char *text)
{
	return !strcmp(json_text(object, key, ""), text);
}

static struct json_object *part(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

/* --- what a packet is like ---------------------------------------------------------------------------------------- */

static enum match compare_text(const char *pattern, const char *text)
{
	size_t len = strlen(pattern);

	if (pattern[0] == '@')
		return MATCH_UNKNOWN;
	if (len && pattern[len - 1] == '*')
		return strncmp(pattern, text, len - 1) ? MATCH_NO : MATCH_YES;
	return strcmp(pattern, text) ? MATCH_NO : MATCH_YES;
}

static enum match compare_range(struct json_object *range, const char *text)
{
	int number = atoi(text);

	if (!json_object_is_type(range, json_type_array) || json_object_array_length(range) != 2 || !number)
		return MATCH_UNKNOWN;
	return number >= json_object_get_int(json_object_array_get_idx(range, 0)) &&
	       number <= json_object_get_int(json_object_array_get_idx(range, 1)) ? MATCH_YES : MATCH_NO;
}

/* A word or number, or a set of some in one of the forms that they are written in. */
static enum match compare(struct json_object *right, const char *text)
{
	enum match found = MATCH_NO, one;
	size_t i;

	if (json_object_is_type(right, json_type_string) || json_object_is_type(right, json_type_int))
		return compare_text(json_object_get_string(right), text);
	if (part(right, "range"))
		return compare_range(part(right, "range"), text);
	if (json_object_is_type(right, json_type_object))
		right = part(right, "set") ? part(right, "set") : part(right, "|");
	if (!json_object_is_type(right, json_type_array))
		return MATCH_UNKNOWN;
	for (i = 0; i < json_object_array_length(right) && found != MATCH_YES; i++) {
		one = compare(json_object_array_get_idx(right, i), text);
		if (one != MATCH_NO)
			found = one;
	}
	return found;
}

/* Of a DHCP request: an IPv4 packet has no header of IPv6, and this one none of TCP. */
static const char *field_of(struct json_object *payload, const struct tether_flow *flow)
{
	const char *protocol = json_text(payload, "protocol", ""), *field = json_text(payload, "field", "");
	bool udp = !strcmp(protocol, "udp") || !strcmp(protocol, "th");

	if (!strcmp(protocol, "ip6") || !strcmp(protocol, "icmpv6"))
		return "";
	if (flow->out || !strcmp(protocol, "ether"))
		return NULL;
	if (!strcmp(protocol, "ip"))
		return !strcmp(field, "protocol") ? "udp" : NULL;
	if (udp && !strcmp(field, "dport"))
		return "67";
	return udp && !strcmp(field, "sport") ? "68" : "";
}

/* What the first packet of a client has there, "" for nothing, or NULL where that is not known. */
static const char *value_of(struct json_object *left, const struct tether_flow *flow, bool *named)
{
	const char *meta = json_text(part(left, "meta"), "key", ""), *ct = json_text(part(left, "ct"), "key", "");

	*named = !strncmp(meta, "iif", 3) || !strncmp(meta, "oif", 3);
	if (part(left, "payload"))
		return field_of(part(left, "payload"), flow);
	if (!strcmp(meta, "iifname") || !strcmp(meta, "iif"))
		return flow->in;
	if (!strcmp(meta, "oifname") || !strcmp(meta, "oif"))
		return flow->out ? flow->out : "";
	if (!strcmp(meta, "nfproto"))
		return "ipv4";
	if (!strcmp(meta, "protocol"))
		return "ip";
	if (!strcmp(meta, "l4proto"))
		return flow->out ? NULL : "udp";
	if (!strcmp(ct, "state"))
		return flow->untracked ? "untracked" : "new";
	return strcmp(ct, "status") ? NULL : "";
}

static enum match matches(struct json_object *match, const struct tether_flow *flow, struct reading *reading)
{
	struct json_object *left = part(match, "left");
	bool named, unequal = is(match, "op", "!=");
	const char *value = value_of(left, flow, &named);
	enum match found;

	found = value ? compare(part(match, "right"), value) : MATCH_UNKNOWN;
	if (found == MATCH_UNKNOWN)
		return found;
	if (unequal)
		return found == MATCH_YES ? MATCH_NO : MATCH_YES;
	reading->named = reading->named || (named && found == MATCH_YES);
	return found;
}

/* --- what becomes of it ------------------------------------------------------------------------------------------- */

static enum verdict walk_chain(struct walk *walk, const char *name);

static enum verdict jump(struct walk *walk, const char *name)
{
	enum verdict verdict;

	if (walk->depth == DEPTH_MAX)
		return VERDICT_NONE;
	walk->depth++;
	verdict = walk_chain(walk, name);
	walk->depth--;
	walk->left = false;
	return verdict;
}

/* A target of iptables that nftables has no word for; of its matches libnftables tells the names alone. */
static bool is_reject(struct json_object *statement)
{
	struct json_object *xt = part(statement, "xt");

	return is(xt, "type", "target") && is(xt, "name", "REJECT");
}

static bool is_vague(struct json_object *statement)
{
	return part(statement, "limit") || json_object_object_get_ex(statement, "xt", NULL);
}

static enum verdict obey(struct walk *walk, struct json_object *statement, const struct reading *reading)
{
	enum verdict verdict = VERDICT_NONE;

	if (json_object_object_get_ex(statement, "accept", NULL))
		return reading->unsure && !reading->named ? VERDICT_NONE : VERDICT_PASS;
	if (reading->unsure) {
		walk->doubt = walk->doubt || json_object_object_get_ex(statement, "return", NULL);
		return VERDICT_NONE;
	}
	if (json_object_object_get_ex(statement, "drop", NULL) || json_object_object_get_ex(statement, "reject", NULL) ||
	    is_reject(statement))
		return VERDICT_STOP;
	if (part(statement, "jump"))
		return jump(walk, json_text(part(statement, "jump"), "target", ""));
	if (part(statement, "goto"))
		verdict = jump(walk, json_text(part(statement, "goto"), "target", ""));
	walk->left = part(statement, "goto") || json_object_object_get_ex(statement, "return", NULL);
	return verdict;
}

/* A map of verdicts: of its pairs the one whose key is the packet's. */
static enum verdict look_up(struct walk *walk, struct json_object *vmap, struct reading *reading)
{
	struct json_object *pairs = part(part(vmap, "data"), "set"), *pair;
	bool named;
	const char *value = value_of(part(vmap, "key"), walk->flow, &named);
	size_t i, count = json_object_is_type(pairs, json_type_array) ? json_object_array_length(pairs) : 0;

	for (i = 0; i < count && value; i++) {
		pair = json_object_array_get_idx(pairs, i);
		if (json_object_is_type(pair, json_type_array) &&
		    compare(json_object_array_get_idx(pair, 0), value) == MATCH_YES)
			return obey(walk, json_object_array_get_idx(pair, 1), reading);
	}
	return VERDICT_NONE;
}

static enum verdict follow_rule(struct walk *walk, struct json_object *rule)
{
	struct json_object *expr = part(rule, "expr"), *statement;
	struct reading reading = { 0 };
	enum verdict verdict = VERDICT_NONE;
	enum match match;
	size_t i, count = json_object_is_type(expr, json_type_array) ? json_object_array_length(expr) : 0;

	for (i = 0; i < count && !verdict && !walk->left; i++) {
		statement = json_object_array_get_idx(expr, i);
		match = part(statement, "match") ? matches(part(statement, "match"), walk->flow, &reading) : MATCH_YES;
		if (match == MATCH_NO)
			return VERDICT_NONE;
		reading.unsure = reading.unsure || match == MATCH_UNKNOWN || (is_vague(statement) && !is_reject(statement));
		verdict = part(statement, "vmap") ? look_up(walk, part(statement, "vmap"), &reading) :
						    obey(walk, statement, &reading);
	}
	return verdict;
}

static bool same_table(struct json_object *a, struct json_object *b)
{
	return is(a, "family", json_text(b, "family", "")) && is(a, "table", json_text(b, "table", ""));
}

static enum verdict walk_chain(struct walk *walk, const char *name)
{
	enum verdict verdict = VERDICT_NONE;
	struct json_object *rule;
	bool before = walk->doubt;
	size_t i;

	walk->left = walk->doubt = false;
	for (i = 0; i < json_object_array_length(walk->list) && !verdict && !walk->left; i++) {
		rule = part(json_object_array_get_idx(walk->list, i), "rule");
		if (rule && same_table(rule, walk->base) && is(rule, "chain", name))
			verdict = follow_rule(walk, rule);
		if (verdict == VERDICT_STOP && walk->doubt)
			verdict = VERDICT_NONE;
	}
	walk->doubt = before;
	return verdict;
}

/* --- whose chain -------------------------------------------------------------------------------------------------- */

static bool has_chain(const struct walk *walk, const char *name)
{
	struct json_object *chain;
	size_t i;

	for (i = 0; i < json_object_array_length(walk->list); i++) {
		chain = part(json_object_array_get_idx(walk->list, i), "chain");
		if (chain && same_table(chain, walk->base) && is(chain, "name", name))
			return true;
	}
	return false;
}

static enum owner owner_of(const struct walk *walk)
{
	if (is(walk->base, "table", "firewalld"))
		return OWNER_FIREWALLD;
	if (has_chain(walk, "ufw-user-forward"))
		return OWNER_UFW;
	return has_chain(walk, "DOCKER-USER") ? OWNER_DOCKER : OWNER_UNKNOWN;
}

static bool is_on_the_way(struct json_object *chain, const struct tether_flow *flow)
{
	bool ours = is(chain, "family", "ip") && is(chain, "table", "clat");
	bool ipv4 = is(chain, "family", "ip") || is(chain, "family", "inet");

	return is(chain, "hook", flow->out ? "forward" : "input") && ipv4 && !ours;
}

/**
 * tether_stopped_by - lead the first packet of a client through all chains of the forward hook, or its DHCP request through
 *	those of the input hook
 * @ruleset: as libnftables-json(5) describes it
 * @flow: struct tether_flow
 *
 * Returns a line "OWNER FAMILY TABLE CHAIN" for each chain that stops it, to be freed. A pure function.
 */
char *tether_stopped_by(struct json_object *ruleset, const void *flow)
{
	struct walk walk = { .list = part(ruleset, "nftables"), .flow = flow };
	char *text = NULL;
	size_t size, i, count;
	FILE *out = open_memstream(&text, &size);
	enum verdict verdict;

	count = json_object_is_type(walk.list, json_type_array) ? json_object_array_length(walk.list) : 0;
	for (i = 0; i < count && out; i++) {
		walk.base = part(json_object_array_get_idx(walk.list, i), "chain");
		if (!walk.base || !is_on_the_way(walk.base, flow))
			continue;
		verdict = walk_chain(&walk, json_text(walk.base, "name", ""));
		if (verdict == VERDICT_STOP || (!verdict && is(walk.base, "policy", "drop")))
			fprintf(out, "%s %s %s %s\n", owners[owner_of(&walk)], json_text(walk.base, "family", ""),
				json_text(walk.base, "table", ""), json_text(walk.base, "name", ""));
	}
	return out && !fclose(out) ? text : NULL;
}

/* --- what to do about it ------------------------------------------------------------------------------------------ */

/* Commands that one can paste. The answers to a client come back by rules that firewalld and ufw have for all. */
static void print_forward_remedy(char *hint, size_t size, enum owner owner, const char *chain,
				 const struct tether_flow *flow)
{
	const char *in = flow->in, *out = flow->out;

	/* What is let through unasked is let through to all: a firewall that knows connections does better with NAT44. */
	if (flow->untracked) {
		snprintf(hint, size, "clatctl tether on %s --nat44 yes", out);
		return;
	}
	switch (owner) {
	case OWNER_FIREWALLD:
		snprintf(hint, size, "firewall-cmd --zone=nm-shared --change-interface=%s", in);
		break;
	case OWNER_UFW:
		snprintf(hint, size, "ufw route allow in on %s out on %s", in, out);
		break;
	case OWNER_DOCKER:
		snprintf(hint, size, "iptables -I DOCKER-USER -i %s -o %s -j ACCEPT; iptables -I DOCKER-USER -i %s -o %s "
			 "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT", in, out, out, in);
		break;
	default:
		snprintf(hint, size, "nft insert rule %s iifname %s oifname %s accept; nft insert rule %s iifname %s "
			 "oifname %s ct state established,related accept", chain, in, out, chain, out, in);
	}
}

static void print_dhcp_remedy(char *hint, size_t size, enum owner owner, const char *chain, const char *in)
{
	switch (owner) {
	case OWNER_FIREWALLD:
		snprintf(hint, size, "firewall-cmd --zone=nm-shared --change-interface=%s", in);
		break;
	case OWNER_UFW:
		snprintf(hint, size, "ufw allow in on %s proto udp to any port 67; ufw allow in on %s to any port 53", in, in);
		break;
	default:
		snprintf(hint, size, "nft insert rule %s iifname %s udp dport { 53, 67 } accept", chain, in);
	}
}

static void add_line(struct json_object *chains, const char *line, const struct tether_flow *flow)
{
	struct json_object *object = json_object_new_object();
	enum owner owner = OWNER_UNKNOWN;
	size_t len = strcspn(line, " "), i;
	char hint[512];

	for (i = 0; i < OWNERS; i++)
		if (strlen(owners[i]) == len && !strncmp(owners[i], line, len))
			owner = (enum owner)i;
	if (flow->out)
		print_forward_remedy(hint, sizeof(hint), owner, line + len + 1, flow);
	else
		print_dhcp_remedy(hint, sizeof(hint), owner, line + len + 1, flow->in);
	json_object_object_add(object, "chain", json_object_new_string(line + len + 1));
	json_object_object_add(object, "hint", json_object_new_string(hint));
	json_object_array_add(chains, object);
}

/* Array, to be freed, of the chains that stop it: "chain", which is "FAMILY TABLE CHAIN", and "hint". */
struct json_object *tether_dropping_chains(const struct tether_flow *flow)
{
	struct json_object *chains = json_object_new_array();
	char *text = nft_judge("ruleset", tether_stopped_by, flow), *rest = text, *line;

	while (rest && (line = strsep(&rest, "\n")))
		if (strchr(line, ' '))
			add_line(chains, line, flow);
	free(text);
	return chains;
}
