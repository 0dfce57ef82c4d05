// SPDX-License-Identifier: GPL-2.0
/* Rules of others that stop clients: rulesets as libnftables tells them, and the chains that are found in them. */
#include "unit.h"

#include <json-c/json.h>
#include <stdlib.h>

#include "tether.h"
#include "ufw.h"

#define CHAIN(name, rest) "{\"chain\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"" name "\"" rest "}}"
#define BASE(policy) CHAIN("fwd", ",\"hook\":\"forward\",\"policy\":\"" policy "\"")
#define INPUT CHAIN("in", ",\"hook\":\"input\",\"policy\":\"drop\"")
#define RULE(chain, expr) ",{\"rule\":{\"family\":\"ip\",\"table\":\"t\",\"chain\":\"" chain "\",\"expr\":[" expr "]}}"
#define MATCH(op, left, right) "{\"match\":{\"op\":\"" op "\",\"left\":{" left "},\"right\":" right "}}"
#define IN(right) MATCH("==", "\"meta\":{\"key\":\"iifname\"}", right)
#define OUT(right) MATCH("==", "\"meta\":{\"key\":\"oifname\"}", right)
#define STATE(right) MATCH("in", "\"ct\":{\"key\":\"state\"}", right)
#define UDP(right) MATCH("==", "\"payload\":{\"protocol\":\"udp\",\"field\":\"dport\"}", right)
#define SADDR MATCH("==", "\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}", "\"192.0.2.1\"")
#define XT(type, name) "{\"xt\":{\"type\":\"" type "\",\"name\":\"" name "\"}}"
#define ACCEPT "{\"accept\":null}"
#define DROP "{\"drop\":null}"
#define JUMP(how, chain) "{\"" how "\":{\"target\":\"" chain "\"}}"

static const struct tether_flow through = { "wlan0", "clat0", false }, dhcp = { "wlan0", NULL, false };

/* What stops it, by a ruleset of these objects. */
static void finds(const struct tether_flow *flow, const char *objects, const char *wanted)
{
	struct json_object *root;
	char *text, *json;

	assert_true(asprintf(&json, "{\"nftables\":[%s]}", objects) > 0);
	root = json_tokener_parse(json);
	assert_non_null(root);
	text = tether_stopped_by(root, flow);
	assert_string_equal(text, wanted);
	json_object_put(root);
	free(text);
	free(json);
}

static void passes(const char *objects)
{
	finds(&through, objects, "");
}

static void stops(const char *objects)
{
	finds(&through, objects, "nft ip t fwd\n");
}

static void policies(void **unused)
{
	(void)unused;
	passes(BASE("accept"));
	stops(BASE("drop"));
	stops(BASE("accept") RULE("fwd", "{\"counter\":null}," DROP));
	stops(BASE("accept") RULE("fwd", "{\"reject\":null}"));
	stops(BASE("accept") RULE("fwd", XT("target", "REJECT")));
	passes(BASE("accept") RULE("fwd", XT("target", "LOG")));
	passes(CHAIN("fwd", ",\"hook\":\"output\",\"policy\":\"drop\""));
}

static void interfaces(void **unused)
{
	(void)unused;
	passes(BASE("drop") RULE("fwd", IN("\"wlan0\"") "," OUT("\"clat0\"") "," ACCEPT));
	passes(BASE("drop") RULE("fwd", IN("\"wlan*\"") "," ACCEPT));
	passes(BASE("drop") RULE("fwd", OUT("{\"set\":[\"eth0\",\"clat0\"]}") "," ACCEPT));
	stops(BASE("drop") RULE("fwd", IN("\"wlan1\"") "," ACCEPT));
	stops(BASE("drop") RULE("fwd", OUT("\"wlan0\"") "," ACCEPT));
	stops(BASE("drop") RULE("fwd", MATCH("!=", "\"meta\":{\"key\":\"oifname\"}", "\"clat0\"") "," ACCEPT));
	passes(BASE("accept") RULE("fwd", IN("\"docker0\"") "," DROP));
	stops(BASE("accept") RULE("fwd", MATCH("!=", "\"meta\":{\"key\":\"iifname\"}", "\"eth0\"") "," DROP));
}

/* It is the first packet of a connection. */
static void states(void **unused)
{
	(void)unused;
	stops(BASE("drop") RULE("fwd", STATE("[\"established\",\"related\"]") "," ACCEPT));
	passes(BASE("accept") RULE("fwd", STATE("\"invalid\"") "," DROP));
	passes(BASE("drop") RULE("fwd", STATE("[\"established\",\"new\"]") "," ACCEPT));
	stops(BASE("drop") RULE("fwd", MATCH("in", "\"ct\":{\"key\":\"status\"}", "\"dnat\"") "," ACCEPT));
}

/* To a client that a CLAT maps: no connection is known. */
static void untracked(void **unused)
{
	static const struct tether_flow back = { "clat0", "wlan0", true };

	(void)unused;
	finds(&back, BASE("drop") RULE("fwd", STATE("[\"established\",\"related\",\"new\"]") "," ACCEPT), "nft ip t fwd\n");
	finds(&back, BASE("drop") RULE("fwd", STATE("\"untracked\"") "," ACCEPT), "");
	finds(&back, BASE("drop") RULE("fwd", OUT("\"wlan0\"") "," ACCEPT), "");
}

/* What cannot be told of a packet counts only where a rule accepts, and names one of the interfaces. */
static void unknown(void **unused)
{
	(void)unused;
	stops(BASE("drop") RULE("fwd", SADDR "," ACCEPT));
	passes(BASE("drop") RULE("fwd", IN("\"wlan0\"") "," SADDR "," ACCEPT));
	passes(BASE("accept") RULE("fwd", SADDR "," DROP));
	passes(BASE("accept") RULE("fwd", XT("match", "conntrack") "," DROP));
	passes(BASE("accept") RULE("fwd", "{\"limit\":{\"rate\":1}}," DROP));
	stops(BASE("drop") RULE("fwd", IN("\"@mine\"") "," ACCEPT));
	passes(BASE("accept") RULE("fwd", JUMP("jump", "a")) RULE("a", XT("match", "addrtype") ",{\"return\":null}")
	       RULE("a", DROP));
	stops(BASE("drop") RULE("fwd", JUMP("jump", "a")) RULE("a", XT("match", "addrtype") ",{\"return\":null}")
	      RULE("a", DROP));
}

static void jumps(void **unused)
{
	(void)unused;
	passes(BASE("drop") RULE("fwd", JUMP("jump", "a")) RULE("a", ACCEPT));
	stops(BASE("drop") RULE("fwd", JUMP("jump", "a")) RULE("a", "{\"return\":null}") RULE("a", ACCEPT));
	passes(BASE("drop") RULE("fwd", JUMP("jump", "a")) RULE("fwd", ACCEPT) RULE("a", "{\"return\":null}"));
	stops(BASE("drop") RULE("fwd", JUMP("goto", "a")) RULE("fwd", ACCEPT));
	stops(BASE("accept") RULE("fwd", JUMP("jump", "a")) RULE("a", JUMP("goto", "b")) RULE("b", DROP));
	stops(BASE("drop") RULE("fwd", JUMP("jump", "fwd")));
	passes(BASE("drop") RULE("fwd", "{\"vmap\":{\"key\":{\"meta\":{\"key\":\"iifname\"}},\"data\":{\"set\":["
		"[\"eth0\",{\"drop\":null}],[\"wlan0\"," JUMP("jump", "a") "]]}}}") RULE("a", ACCEPT));
}

/* The clients' DHCP, which has an input chain of its own. */
static void requests(void **unused)
{
	(void)unused;
	finds(&dhcp, BASE("drop"), "");
	finds(&dhcp, INPUT, "nft ip t in\n");
	finds(&dhcp, INPUT RULE("in", UDP("67") "," ACCEPT), "");
	finds(&dhcp, INPUT RULE("in", UDP("{\"range\":[60,70]}") "," ACCEPT), "");
	finds(&dhcp, INPUT RULE("in", UDP("53") "," ACCEPT), "nft ip t in\n");
	finds(&dhcp, INPUT RULE("in", MATCH("==", "\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}", "67") "," ACCEPT),
	      "nft ip t in\n");
	finds(&dhcp, INPUT RULE("in", IN("\"wlan0\"") "," ACCEPT), "");
}

static void owners(void **unused)
{
	(void)unused;
	finds(&through, BASE("drop") "," CHAIN("DOCKER-USER", ""), "docker ip t fwd\n");
	finds(&through, BASE("drop") "," CHAIN("DOCKER-USER", "") "," CHAIN("ufw-user-forward", ""), "ufw ip t fwd\n");
	finds(&through, "{\"chain\":{\"family\":\"inet\",\"table\":\"firewalld\",\"name\":\"f\",\"hook\":\"forward\","
	      "\"policy\":\"drop\"}}", "firewalld inet firewalld f\n");
	finds(&through, "{\"chain\":{\"family\":\"ip\",\"table\":\"clat\",\"name\":\"f\",\"hook\":\"forward\","
	      "\"policy\":\"drop\"}}", "");
	finds(&through, "7,null,[],{\"chain\":3},{\"rule\":[]}", "");
}

static void rules_of_ufw(void **unused)
{
	struct ufw_rule rule;

	(void)unused;
	assert_true(ufw_parse("### tuple ### route:allow any any 0.0.0.0/0 any 0.0.0.0/0 in_wlan0!out_clat0 "
			      "comment=636c6174\n", &rule));
	assert_string_equal(rule.in, "wlan0");
	assert_string_equal(rule.out, "clat0");
	assert_true(rule.ours);
	assert_true(ufw_parse("### tuple ### route:allow any any 0.0.0.0/0 any 0.0.0.0/0 in_wlan0\n", &rule));
	assert_string_equal(rule.out, "");
	assert_false(rule.ours);
	assert_true(ufw_parse("### tuple ### route:allow any any 0.0.0.0/0 any 0.0.0.0/0 out_clat0\n", &rule));
	assert_string_equal(rule.in, "");
	assert_false(ufw_parse("### tuple ### route:deny any any 0.0.0.0/0 any 0.0.0.0/0 in_wlan0!out_clat0\n", &rule));
	assert_false(ufw_parse("### tuple ### route:allow tcp any 0.0.0.0/0 any 0.0.0.0/0 in_wlan0!out_clat0\n", &rule));
	assert_false(ufw_parse("### tuple ### route:allow any any 0.0.0.0/0 any 0.0.0.0/0 in_\n", &rule));
	assert_false(ufw_parse("### tuple ### route:allow any any 0.0.0.0/0 any 0.0.0.0/0 in_0123456789abcdef\n", &rule));
	assert_false(ufw_parse("### tuple ### allow any 22 0.0.0.0/0 any 0.0.0.0/0 in\n", &rule));
}

static void commands_of_ufw(void **unused)
{
	struct ufw_task task = { .in = "wlan0", .out = "clat0" };
	const char *words[UFW_WORDS];
	char line[256] = "";
	size_t i;

	(void)unused;
	ufw_words(&task, words);
	for (i = 1; words[i]; i++)
		strcat(strcat(line, words[i]), " ");
	assert_string_equal(line, "route allow in on wlan0 out on clat0 from 0.0.0.0/0 comment clat ");
	task.remove = true;
	ufw_words(&task, words);
	for (i = 1, line[0] = '\0'; words[i]; i++)
		strcat(strcat(line, words[i]), " ");
	assert_string_equal(line, "route delete allow in on wlan0 out on clat0 from 0.0.0.0/0 ");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies), cmocka_unit_test(interfaces), cmocka_unit_test(states), cmocka_unit_test(untracked),
		cmocka_unit_test(unknown), cmocka_unit_test(jumps), cmocka_unit_test(requests),
		cmocka_unit_test(owners), cmocka_unit_test(rules_of_ufw), cmocka_unit_test(commands_of_ufw),
	};

	return cmocka_run_group_tests_name("tether-firewall", tests, NULL, NULL);
}
