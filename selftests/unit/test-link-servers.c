// SPDX-License-Identifier: GPL-2.0
/* DNS servers of links, out of what network managers say on the bus: as they say it, and as nobody should. */
#include "unit.h"

#include <stdlib.h>

#include <json-c/json.h>

#include "link_servers.h"

typedef void reader(struct json_object *values, struct link_servers *servers);

static void read_text(reader *read, const char *text, struct link_servers *servers)
{
	struct json_object *values = json_tokener_parse(text);

	memset(servers, 0xff, sizeof(*servers));
	read(values, servers);
	json_object_put(values);
}

/* The servers of a link, as text. */
static void assert_servers(const struct link_servers *servers, int ifindex, const char *ifname, const char *wanted)
{
	struct resolvers list = { 0 };
	char text[1024] = "";
	size_t i;

	link_servers_add(servers, ifindex, ifname, "somebody", &list);
	for (i = 0; i < list.count; i++) {
		strcat(strcat(text, i ? " " : ""), list.list[i].text);
		assert_string_equal(list.list[i].source, "somebody");
	}
	assert_string_equal(text, wanted);
}

#define V6 "32,1,13,184,0,0,0,0,0,0,0,0,0,0,0"
#define LINK_LOCAL "254,128,0,0,0,0,0,0,0,0,0,0,0,0,0"

static void resolved(void **state)
{
	struct resolvers list = { 0 };
	struct link_servers s;

	(void)state;
	read_text(link_servers_resolved, "[{\"DNS\":[[3,10,[" V6 ",9]]],\"DNSEx\":["
		  "[0,2,[9,9,9,9],0,\"\"],[3,10,[" V6 ",1],0,\"\"],[3,2,[192,0,2,1],5353,\"dns.example\"],"
		  "[4,10,[" LINK_LOCAL ",1],53,\"\"]]}]", &s);
	assert_int_equal(s.count, 3);
	assert_servers(&s, 3, "wwan0", "2001:db8::1 192.0.2.1@5353");
	assert_servers(&s, 4, "wlan0", "fe80::1");
	assert_servers(&s, 5, "", "");
	link_servers_add(&s, 4, "wlan0", "somebody", &list);
	assert_int_equal(list.list[0].sin6.sin6_scope_id, 4);
	/* Before version 246 */
	read_text(link_servers_resolved, "[{\"DNS\":[[3,10,[" V6 ",2]],[0,2,[9,9,9,9]]]}]", &s);
	assert_servers(&s, 3, "wwan0", "2001:db8::2");
}

static void networkmanager(void **state)
{
	struct link_servers s;

	(void)state;
	read_text(link_servers_networkmanager, "[[{\"nameservers\":[\"2001:db8::1\",\"192.0.2.1\"],\"interface\":\"wwan0\","
		  "\"priority\":100,\"vpn\":false},{\"nameservers\":[\"2001:db8::66\"],\"interface\":\"wwan0\",\"vpn\":true},"
		  "{\"nameservers\":[\"2001:db8::2\"],\"interface\":\"wlan0\"},{\"nameservers\":[\"2001:db8::3\"]}]]", &s);
	assert_int_equal(s.count, 3);
	assert_servers(&s, 3, "wwan0", "2001:db8::1 192.0.2.1");
	assert_servers(&s, 3, "wlan0", "2001:db8::2");
	assert_servers(&s, 3, "", "");
}

static void connman(void **state)
{
	struct link_servers s;

	(void)state;
	read_text(link_servers_connman, "[[[\"/net/connman/service/a\",{\"Ethernet\":{\"Interface\":\"rmnet_data0\"},"
		  "\"Nameservers\":[\"2001:db8::1\",\"2001:db8::2\"]}],[\"/net/connman/service/b\",{\"Nameservers\":[],"
		  "\"Ethernet\":{\"Interface\":\"wlan0\"}}],[\"/net/connman/service/c\",{\"Nameservers\":[\"2001:db8::3\"]}]]]", &s);
	assert_int_equal(s.count, 2);
	assert_servers(&s, 3, "rmnet_data0", "2001:db8::1 2001:db8::2");
}

/* What must not be asked, or is no server. */
static void passed_over(void **state)
{
	static const char *const rows[] = {
		"127.0.0.53", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1", "ff02::fb", "224.0.0.251", "255.255.255.255", "",
		"dns.example", "2001:db8::1%nosuchdevice", "2001:db8::1 2001:db8::2", "tls://192.0.2.1",
	};
	struct link_servers s;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		snprintf(text, sizeof(text), "[[{\"interface\":\"wwan0\",\"nameservers\":[\"%s\"]}]]", rows[i]);
		read_text(link_servers_networkmanager, text, &s);
		if (s.count)
			fail_msg("'%s' taken", rows[i]);
	}
}

static void of_other_types(void **state)
{
	static const char *const rows[] = {
		"null", "1", "{}", "[]", "[null]", "[7]", "[\"text\"]", "[[]]", "[{}]", "[[[]]]", "[[{}]]", "[[[[]]]]",
		"[{\"DNSEx\":7}]", "[{\"DNSEx\":{}}]", "[{\"DNSEx\":[7,null,\"text\",{},[]]}]",
		"[{\"DNS\":[[3],[3,10],[3,10,7],[3,10,\"text\"],[3,10,[]],[3,10,[1,2,3,4]],[3,2,[" V6 ",1]]]}]",
		"[{\"DNS\":[[\"3\",10,[" V6 ",1]],[-3,10,[" V6 ",1]],[4294967299,10,[" V6 ",1]],[3,11,[" V6 ",1]]]}]",
		"[{\"DNS\":[[3,10,[" V6 ",256]],[3,10,[" V6 ",-1]],[3,10,[" V6 ",\"1\"]],[3,10,[" V6 ",null]]]}]",
		"[{\"DNSEx\":[[3,10,[" V6 ",1],65536,\"\"],[3,10,[" V6 ",1],-1,\"\"],[3,10,[" V6 ",1],\"53\",\"\"]]}]",
		"[[{\"interface\":7,\"nameservers\":[\"2001:db8::1\"]}]]",
		"[[{\"interface\":\"\",\"nameservers\":[\"2001:db8::1\"]}]]",
		"[[{\"interface\":\"a name that no interface has\",\"nameservers\":[\"2001:db8::1\"]}]]",
		"[[{\"interface\":\"wwan0\",\"nameservers\":[7,null,[],{}]}]]",
		"[[{\"interface\":\"wwan0\",\"nameservers\":\"2001:db8::1\"}]]",
		"[[{\"interface\":\"wwan0\",\"nameservers\":[\"2001:db8::1\"],\"vpn\":\"no\"}]]",
		"[[[\"/a\"],[\"/a\",7],[\"/a\",{\"Ethernet\":7,\"Nameservers\":[\"2001:db8::1\"]}]]]",
		"[[[\"/a\",{\"Ethernet\":{\"Interface\":7},\"Nameservers\":[\"2001:db8::1\"]}]]]",
		"[[[\"/a\",{\"Ethernet\":{\"Interface\":\"wwan0\"},\"Nameservers\":{\"a\":\"2001:db8::1\"}}]]]",
	};
	static reader *const readers[] = { link_servers_resolved, link_servers_networkmanager, link_servers_connman };
	struct link_servers s;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		for (j = 0; j < COUNT(readers); j++) {
			read_text(readers[j], rows[i], &s);
			if (s.count)
				fail_msg("reader %zu takes %s", j, rows[i]);
		}
	}
}

/* More than there is room for: the first of them, and no more than a list of resolvers holds. */
static void too_many_servers(void **state)
{
	struct json_object *values, *list = json_object_new_array(), *item = json_object_new_object();
	struct json_object *addresses = json_object_new_array();
	struct resolvers resolvers = { 0 };
	struct link_servers s;
	char text[32];
	int i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "2001:db8::%x", i + 1);
		json_object_array_add(addresses, json_object_new_string(text));
	}
	json_object_object_add(item, "interface", json_object_new_string("wwan0"));
	json_object_object_add(item, "nameservers", addresses);
	json_object_array_add(list, item);
	values = json_object_new_array();
	json_object_array_add(values, list);
	link_servers_networkmanager(values, &s);
	json_object_put(values);
	assert_int_equal(s.count, LINK_SERVERS_MAX);
	link_servers_add(&s, 3, "wwan0", "somebody", &resolvers);
	assert_int_equal(resolvers.count, RESOLVERS_MAX);
	assert_string_equal(resolvers.list[7].text, "2001:db8::8");
	/* The same ones again are not added. */
	link_servers_add(&s, 3, "wwan0", "somebody else", &resolvers);
	assert_string_equal(resolvers.list[0].source, "somebody");
}

static void equal(void **state)
{
	struct link_servers a, b;

	(void)state;
	read_text(link_servers_networkmanager, "[[{\"nameservers\":[\"2001:db8::1\"],\"interface\":\"wwan0\"}]]", &a);
	read_text(link_servers_networkmanager, "[[{\"nameservers\":[\"2001:db8::1\"],\"interface\":\"wwan0\"}]]", &b);
	assert_true(link_servers_equal(&a, &b));
	read_text(link_servers_networkmanager, "[[{\"nameservers\":[\"2001:db8::2\"],\"interface\":\"wwan0\"}]]", &b);
	assert_false(link_servers_equal(&a, &b));
	read_text(link_servers_networkmanager, "[[{\"nameservers\":[\"2001:db8::1\"],\"interface\":\"wwan1\"}]]", &b);
	assert_false(link_servers_equal(&a, &b));
	read_text(link_servers_networkmanager, "[[]]", &b);
	assert_false(link_servers_equal(&a, &b));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolved),
		cmocka_unit_test(networkmanager),
		cmocka_unit_test(connman),
		cmocka_unit_test(passed_over),
		cmocka_unit_test(of_other_types),
		cmocka_unit_test(too_many_servers),
		cmocka_unit_test(equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
