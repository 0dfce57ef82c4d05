// SPDX-License-Identifier: GPL-2.0
/* The hotspot without NAT44: where it can be, what is mapped, its rules; and other people's rules that masquerade. */
#include "unit.h"

#include <net/if_arp.h>
#include <stdlib.h>

#include <json-c/json.h>
#include <linux/rtnetlink.h>

#include "address.h"
#include "tether_map.h"
#include "tether_masquerade.h"

#define WLAN 3
#define WWAN 4
#define CLAT 5

#define OWN "2001:db8:1:2:1:2:3:4"
#define SLICE "2001:db8:1:2:aaaa:bbbb:cccc:0"

static struct link links[8];
static struct addr addrs4[8], addrs6[4];
static struct dev devs[2];
static struct world w;
static struct tether_state state;
static char why[WHY_SIZE];
static char *text;

static struct link *add_link(int ifindex, const char *name, const char *kind, unsigned int flags)
{
	struct link *link = &links[w.nlinks++];

	*link = (struct link){ .ifindex = ifindex, .flags = flags, .type = ARPHRD_ETHER };
	snprintf(link->ifname, sizeof(link->ifname), "%s", name);
	snprintf(link->kind, sizeof(link->kind), "%s", kind);
	return link;
}

static void add_addr4(int ifindex, const char *addr, uint8_t len)
{
	addrs4[w.naddrs4++] = (struct addr){ .family = AF_INET, .ifindex = ifindex, .v4 = v4(addr), .len = len,
					     .scope = RT_SCOPE_UNIVERSE };
}

static struct pair pair(const char *addr4, uint8_t len, const char *addr6)
{
	return (struct pair){ .v4 = v4(addr4), .v4_len = len, .v6 = v6(addr6), .v6_len = (uint8_t)(96 + len) };
}

/* A phone on a mobile network, a CLAT and a hotspot that is to do without NAT44. */
static int set_up(void **unused)
{
	(void)unused;
	memset(&w, 0, sizeof(w));
	memset(&state, 0, sizeof(state));
	w = (struct world){ .links = links, .devs = devs, .ndevs = 1, .addrs4 = addrs4, .addrs6 = addrs6 };
	devs[0] = (struct dev){ .ifindex = CLAT, .ifname = "clat0", .uplink = WWAN, .nmap = 1, .nplat = 1 };
	devs[0].plat[0] = (struct plat){ .addr = v6("64:ff9b::"), .len = 96 };
	devs[0].map[0] = pair("192.0.0.1", 32, OWN);
	add_link(1, "lo", "", IFF_LOOPBACK);
	add_link(WLAN, "wlan0", "", IFF_UP);
	add_link(WWAN, "wwan0", "", IFF_UP | IFF_POINTOPOINT | IFF_NOARP)->type = ARPHRD_RAWIP;
	add_link(CLAT, "clat0", "clat", IFF_UP | IFF_POINTOPOINT | IFF_NOARP);
	add_addr4(WLAN, "192.168.43.1", 24);
	strcpy(state.list[state.count++].ifname, "wlan0");
	state.list[0].settings.nat44 = NAT44_NO;
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	free(text);
	text = NULL;
	return 0;
}

static void map_subnet(const char *net, uint8_t len)
{
	devs[0].map[devs[0].nmap++] = pair(net, len, SLICE);
}

static bool judge(void)
{
	why[0] = '\0';
	return tether_map_judge(&state, &state.list[0], &w, &devs[0], why);
}

static bool has(const char *words)
{
	free(text);
	text = tether_rules(&state, &w, true);
	assert_non_null(text);
	return strstr(text, words);
}

/* --- where ----------------------------------------------------------------------------------------------------------- */

static void on_a_link_of_its_own(void **unused)
{
	static const struct { unsigned int flags; uint16_t type; } alone[] = {
		{ 0, ARPHRD_RAWIP }, { 0, ARPHRD_NONE }, { 0, ARPHRD_PPP }, { IFF_POINTOPOINT, ARPHRD_ETHER },
		{ IFF_NOARP, ARPHRD_ETHER },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(alone); i++) {
		links[2].flags = alone[i].flags;
		links[2].type = alone[i].type;
		assert_true(judge());
	}
	links[2].flags = IFF_UP | IFF_BROADCAST;
	assert_false(judge());
	assert_string_equal(why, "others can be on the link of wwan0, and use its /64");
	strcpy(state.list[0].settings.own_prefix, "ww*");
	assert_true(judge());
	strcpy(state.list[0].settings.own_prefix, "eth0");
	assert_false(judge());
}

static void not_without_subnet_or_uplink(void **unused)
{
	(void)unused;
	w.naddrs4 = 0;
	assert_false(judge());
	assert_string_equal(why, "wlan0 has no IPv4 subnet");
	add_addr4(WLAN, "169.254.7.7", 16);
	addrs4[0].scope = RT_SCOPE_LINK;
	add_addr4(WLAN, "192.168.43.1", 32);
	add_addr4(WLAN, "192.0.0.2", 29);
	add_addr4(WWAN, "10.0.0.1", 24);
	assert_false(judge());
	devs[0].uplink = 0;
	assert_false(judge());
	assert_string_equal(why, "clat0 has no uplink");
}

/* Then the module takes one pair of single addresses only. */
static void not_beside_a_shared_address(void **unused)
{
	(void)unused;
	assert_true(judge());
	devs[0].shared = 1;
	assert_false(judge());
	assert_string_equal(why, "clat0 shares an address of wwan0, and can map no other");
}

static void not_for_large_subnets(void **unused)
{
	(void)unused;
	addrs4[0].len = 16;
	assert_true(judge());
	addrs4[0].len = 15;
	assert_false(judge());
	assert_string_equal(why, "the subnet 192.168.0.0/15 is larger than a /16");
	/* Each address is answered for, where others could claim it: at the uplink, or by clients. */
	addrs4[0].len = 23;
	assert_true(judge());
	addrs6[w.naddrs6++] = (struct addr){ .ifindex = WLAN, .v6 = v6("2001:db8:1:2::1"), .len = 64 };
	assert_false(judge());
	w.naddrs6 = 0;
	links[2].flags = 0;
	links[2].type = ARPHRD_ETHER;
	strcpy(state.list[0].settings.own_prefix, "wwan0");
	assert_false(judge());
	assert_string_equal(why, "the subnet 192.168.42.0/23 is larger than a /24");
	addrs4[0].len = 24;
	assert_true(judge());
}

/* --- maps ------------------------------------------------------------------------------------------------------------ */

static struct dev want(void)
{
	struct dev dev = devs[0];

	dev.map[0] = *dev_pair(&devs[0]);
	dev.nmap = 1;
	tether_map_pairs(&state, &w, &devs[0], &dev);
	return dev;
}

static void maps_beside_the_own_pair(void **unused)
{
	struct dev dev = want();

	(void)unused;
	assert_int_equal(dev.nmap, 2);
	assert_int_equal(dev.map[1].v4.s_addr, v4("192.168.43.0").s_addr);
	assert_int_equal(dev.map[1].v4_len, 24);
	assert_int_equal(dev.map[1].v6_len, 120);
	assert_memory_equal(&dev.map[1].v6, &dev.map[0].v6, 8);
	assert_non_null(dev_pair(&dev));
	assert_false(tether_map_same(&dev, &devs[0]));
	state.list[0].settings.nat44 = NAT44_YES;
	dev = want();
	assert_int_equal(dev.nmap, 1);
}

static void what_is_mapped_stays(void **unused)
{
	struct dev dev;

	(void)unused;
	map_subnet("192.168.43.0", 24);
	dev = want();
	assert_true(tether_map_same(&dev, &devs[0]));
	assert_v6(&dev.map[1].v6, SLICE);
	/* Another /64, and all follows. */
	devs[0].map[0].v6 = v6("2001:db8:7:7:1:2:3:4");
	devs[0].map[1].v6 = v6("2001:db8:7:7:aaaa:bbbb:cccc:0");
	dev = devs[0];
	dev.map[0].v6 = v6(OWN);
	dev.nmap = 1;
	tether_map_pairs(&state, &w, &devs[0], &dev);
	assert_int_equal(dev.nmap, 2);
	assert_memory_equal(&dev.map[1].v6, &dev.map[0].v6, 8);
}

static void overlapping_subnets(void **unused)
{
	struct dev dev;

	(void)unused;
	add_link(9, "usb0", "", IFF_UP);
	add_addr4(9, "192.168.43.129", 25);
	strcpy(state.list[state.count].ifname, "usb0");
	state.list[state.count++].settings.nat44 = NAT44_NO;
	dev = want();
	assert_int_equal(dev.nmap, 2);
	devs[0] = dev;
	assert_true(tether_is_mapped(&state.list[0], &w, &devs[0]));
	assert_false(tether_is_mapped(&state.list[1], &w, &devs[0]));
}

static void a_map_by_hand_is_no_own_one(void **unused)
{
	(void)unused;
	assert_non_null(dev_pair(&devs[0]));
	map_subnet("192.168.43.0", 24);
	assert_ptr_equal(dev_pair(&devs[0]), &devs[0].map[0]);
	devs[0].map[1].v6 = v6("2001:db8:1:3::");
	assert_null(dev_pair(&devs[0]));
	devs[0].map[1] = pair("192.0.0.2", 32, "2001:db8:1:2::7");
	assert_null(dev_pair(&devs[0]));
	/* The kernel sorts them. */
	devs[0].map[1] = pair("192.0.0.1", 32, OWN);
	devs[0].map[0] = pair("10.0.0.0", 24, SLICE);
	assert_ptr_equal(dev_pair(&devs[0]), &devs[0].map[1]);
}

/* --- rules ----------------------------------------------------------------------------------------------------------- */

static void rules_without_nat44(void **unused)
{
	(void)unused;
	map_subnet("192.168.43.0", 24);
	assert_true(has("iifname \"wlan0\" ip saddr { 192.168.43.0/24 } fib daddr oifname { \"clat0\" } notrack\n"));
	assert_true(has("iifname { \"clat0\" } ip daddr { 192.168.43.0/24 } notrack\n"));
	assert_true(has("iifname \"wlan0\" oifname { \"clat0\" } ip saddr { 192.168.43.0/24 } goto mapped\n"));
	assert_true(has("iifname { \"clat0\" } oifname \"wlan0\" ip daddr { 192.168.43.0/24 } goto inbound\n"));
	assert_true(has("tcp flags & (syn | ack) == syn drop\n"));
	assert_true(has("icmp type echo-request drop\n"));
	assert_true(has("maxseg size set rt mtu"));
	/* The phone itself, by its address on the hotspot. */
	assert_true(has("iifname { \"clat0\" } ip daddr { 192.168.43.0/24 } drop\n"));
	/* None of these, or the kernel would track. */
	assert_false(has("masquerade"));
	assert_false(has("ct state"));
	assert_false(has("flow add"));
	state.list[0].settings.ping = true;
	assert_false(has("echo-request"));
	assert_true(has("goto inbound"));
}

static void rules_of_the_fallback(void **unused)
{
	(void)unused;
	assert_true(has("iifname \"wlan0\" oifname { \"clat0\" } masquerade\n"));
	assert_true(has("ct state established,related goto between"));
	assert_false(has("notrack"));
	map_subnet("192.168.44.0", 24);
	assert_true(has("masquerade"));
}

/* --- others ---------------------------------------------------------------------------------------------------------- */

static void what_is_defended(void **unused)
{
	struct defended list[DEFENDED_MAX];

	(void)unused;
	map_subnet("192.168.43.0", 24);
	assert_int_equal(tether_defended(&state, &w, list), 0);
	links[2].flags = 0;
	links[2].type = ARPHRD_ETHER;
	assert_int_equal(tether_defended(&state, &w, list), 1);
	assert_int_equal(list[0].link->ifindex, WWAN);
	assert_v6(&list[0].first, SLICE);
	assert_int_equal(list[0].len, 120);
	/* The /64 on the hotspot: the CLAT's own address too. */
	addrs6[w.naddrs6++] = (struct addr){ .ifindex = WLAN, .v6 = v6("2001:db8:1:2::1"), .len = 64 };
	assert_int_equal(tether_defended(&state, &w, list), 3);
	state.list[0].settings.nat44 = NAT44_YES;
	devs[0].nmap = 1;
	assert_int_equal(tether_defended(&state, &w, list), 1);
	assert_v6(&list[0].first, OWN);
	assert_int_equal(list[0].len, 128);
	assert_int_equal(list[0].link->ifindex, WLAN);
}

static bool takes(const char *json, const char *in, const char *out, const char *net, uint8_t len)
{
	struct json_object *rule = json_tokener_parse(json);
	struct masquerade m;
	bool result = masquerade_parse(rule, &m) && masquerade_takes(&m, in, out, v4(net), len);

	json_object_put(rule);
	return result;
}

#define RULE(table, expr) "{\"family\":\"ip\",\"table\":\"" table "\",\"chain\":\"nat_POSTROUTING\",\"expr\":[" expr "]}"
#define MATCH(left, right) "{\"match\":{\"op\":\"==\",\"left\":{" left "},\"right\":" right "}},"
#define SADDR(net, len) MATCH("\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}", \
			      "{\"prefix\":{\"addr\":\"" net "\",\"len\":" len "}}")
#define META(key, name) MATCH("\"meta\":{\"key\":\"" key "\"}", "\"" name "\"")

static void who_masquerades(void **unused)
{
	static const char any[] = RULE("nat", "{\"masquerade\":null}");
	static const char shared[] = RULE("nm-shared-wlan0", SADDR("192.168.43.0", "24") "{\"masquerade\":null}");
	static const char out[] = RULE("connman", META("oifname", "wwan0") SADDR("192.168.0.0", "16") "{\"masquerade\":null}");
	static const char in[] = RULE("nat", META("iifname", "wl*") "{\"snat\":{\"addr\":\"10.0.0.1\"}}");

	(void)unused;
	assert_true(takes(any, "wlan0", "clat0", "192.168.43.0", 24));
	assert_true(takes(shared, "wlan0", "clat0", "192.168.43.0", 24));
	assert_true(takes(shared, "wlan0", "clat0", "192.168.0.0", 16));
	assert_false(takes(shared, "wlan0", "clat0", "192.168.44.0", 24));
	assert_false(takes(out, "wlan0", "clat0", "192.168.43.0", 24));
	assert_true(takes(out, "wlan0", "wwan0", "192.168.43.0", 24));
	assert_true(takes(in, "wlan0", "clat0", "10.1.1.0", 24));
	assert_false(takes(in, "usb0", "clat0", "10.1.1.0", 24));
	/* Rules of iptables, with a name or without; ours; and those that do something else. */
	assert_true(takes(RULE("nat", "{\"xt\":{\"type\":\"target\",\"name\":\"MASQUERADE\"}}"), "a", "b", "10.0.0.0", 8));
	assert_true(takes(RULE("nat", "{\"xt\":null}"), "a", "b", "10.0.0.0", 8));
	assert_false(takes(RULE("nat", "{\"xt\":{\"type\":\"target\",\"name\":\"DNAT\"}}"), "a", "b", "10.0.0.0", 8));
	assert_false(takes(RULE("clat", "{\"masquerade\":null}"), "wlan0", "clat0", "192.168.43.0", 24));
	assert_false(takes(RULE("nat", SADDR("192.168.43.0", "24") "{\"accept\":null}"), "wlan0", "clat0", "192.168.43.0", 24));
}

static void what_is_no_rule(void **unused)
{
	static const char *const texts[] = {
		"{}", "[]", "7", "null", "{\"family\":\"ip\"}", RULE("nat", "null,7,\"a\",{\"match\":7}"),
		RULE("nat", "{\"match\":{\"op\":\"==\",\"left\":null,\"right\":{\"prefix\":7}}}"),
	};
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(texts); i++)
		assert_false(takes(texts[i], "a", "b", "10.0.0.0", 8));
	/* A condition that is not understood takes more, and never less. */
	assert_true(takes(RULE("nat", SADDR("192.168.43.0", "99") "{\"masquerade\":null}"), "a", "b", "10.0.0.0", 8));
	assert_true(takes(RULE("nat", MATCH("\"payload\":{\"field\":\"saddr\"}", "{\"set\":[\"10.0.0.1\"]}")
			       "{\"masquerade\":null}"), "a", "b", "192.168.43.0", 24));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(on_a_link_of_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_without_subnet_or_uplink, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_beside_a_shared_address, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_for_large_subnets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(maps_beside_the_own_pair, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_mapped_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(overlapping_subnets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_map_by_hand_is_no_own_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rules_without_nat44, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rules_of_the_fallback, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_defended, set_up, tear_down),
		cmocka_unit_test(who_masquerades),
		cmocka_unit_test(what_is_no_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
