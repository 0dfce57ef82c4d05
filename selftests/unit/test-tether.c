// SPDX-License-Identifier: GPL-2.0
/* The rules of the hotspot, written for interfaces and devices that a test has put together. */
#include "unit.h"

#include <stdlib.h>

#include "tether.h"

#define LO 1
#define WLAN 3
#define CLAT 5

static struct link links[8];
static struct dev devs[2];
static struct world w;
static struct tether_state state;
static char *text;

static void add_link(int ifindex, const char *name, const char *kind, unsigned int flags)
{
	struct link *link = &links[w.nlinks++];

	*link = (struct link){ .ifindex = ifindex, .flags = flags };
	snprintf(link->ifname, sizeof(link->ifname), "%s", name);
	snprintf(link->kind, sizeof(link->kind), "%s", kind);
}

static void add_tether(const char *name, enum nat44 nat44)
{
	struct tether *tether = &state.list[state.count++];

	snprintf(tether->ifname, sizeof(tether->ifname), "%s", name);
	tether->settings.nat44 = nat44;
}

/* A phone with a CLAT and a hotspot, whose forwarding was off before. */
static int set_up(void **unused)
{
	(void)unused;
	memset(&w, 0, sizeof(w));
	memset(&state, 0, sizeof(state));
	w.links = links;
	w.devs = devs;
	w.ndevs = 1;
	devs[0] = (struct dev){ .ifindex = CLAT, .ifname = "clat0", .nmap = 1 };
	devs[0].map[0] = (struct pair){ .v4 = v4("192.0.0.1"), .v4_len = 32, .v6_len = 128 };
	add_link(LO, "lo", "", IFF_LOOPBACK);
	add_link(WLAN, "wlan0", "", IFF_UP);
	add_link(CLAT, "clat0", "clat", IFF_UP);
	add_tether("wlan0", NAT44_YES);
	state.saved[0] = (struct saved){ .knob = KNOB_FORWARDING4, .ifindex = WLAN };
	state.saved[1] = (struct saved){ .knob = KNOB_FORWARDING4, .ifindex = CLAT };
	state.nsaved = 2;
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	free(text);
	text = NULL;
	return 0;
}

static bool has(const char *words)
{
	free(text);
	text = tether_rules(&state, &w, true);
	assert_non_null(text);
	return strstr(text, words);
}

static void both_ways(void **unused)
{
	(void)unused;
	assert_true(has("iifname \"wlan0\" oifname { \"clat0\" } goto between"));
	assert_true(has("iifname { \"clat0\" } oifname \"wlan0\" ct state established,related goto between"));
	assert_true(has("iifname \"wlan0\" oifname { \"clat0\" } masquerade\n"));
	assert_true(has("devices = { \"wlan0\", \"clat0\" }"));
	assert_true(has("maxseg size set rt mtu"));
}

static void what_was_closed_stays_closed(void **unused)
{
	(void)unused;
	assert_true(has("\t\tiifname \"wlan0\" drop\n"));
	assert_true(has("\t\tiifname \"clat0\" drop\n"));
	state.nsaved = 0;
	assert_false(has(" drop\n"));
	state.nsaved = 2;
	links[0].forwarding = 1;
	assert_false(has(" drop\n"));
	links[0].forwarding = 0;
}

static void nat_by_others(void **unused)
{
	(void)unused;
	state.list[0].settings.nat44 = NAT44_SYSTEM;
	assert_false(has("masquerade"));
	assert_false(has(" drop\n"));
	assert_true(has("maxseg size set rt mtu"));
}

static void without_a_clat(void **unused)
{
	(void)unused;
	w.ndevs = 0;
	assert_false(has("clat0"));
	assert_false(has("flow add"));
	assert_true(has("\t\tiifname \"wlan0\" drop\n"));
}

static void names_that_cannot_be_quoted(void **unused)
{
	static const char *const names[] = { "a\"b", "a\\b", "wlan*" };
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(names); i++) {
		strcpy(links[1].ifname, names[i]);
		strcpy(state.list[0].ifname, names[i]);
		assert_null(tether_link(&w, &state.list[0]));
		assert_false(has(names[i]));
	}
}

static void what_can_be_no_hotspot(void **unused)
{
	(void)unused;
	assert_true(tether_wants_rules(&state, &w));
	strcpy(state.list[0].ifname, "clat0");
	assert_false(tether_wants_rules(&state, &w));
	strcpy(state.list[0].ifname, "lo");
	assert_false(tether_wants_rules(&state, &w));
	strcpy(state.list[0].ifname, "usb0");
	assert_false(tether_wants_rules(&state, &w));
}

/* firewalld has been told of the CLAT: in a zone that others are in, or in the one of all who have none. */
static void a_clat_in_a_zone(void **unused)
{
	(void)unused;
	state.nsaved = 0;
	assert_false(has("ct state != { established, related } drop"));
	assert_non_null(tether_bind(&state, "clat0", "public", false));
	assert_true(has("\t\tiifname \"clat0\" ct state != { established, related } drop\n\t}\n"));
	assert_false(has("hook input priority filter; policy accept;\n\t\tiifname"));
	assert_non_null(tether_bind(&state, "clat0", "internal", true));
	assert_int_equal(state.nbound, 1);
	assert_true(has("hook input priority filter; policy accept;\n\t\tiifname \"clat0\" ct state != { established, "
			"related } drop\n"));
	state.count = 0;
	w.ndevs = 0;
	assert_true(tether_wants_rules(&state, &w));
	assert_false(tether_is_idle(&state));
	tether_unbind(&state, tether_bound(&state, "clat0"));
	assert_false(tether_wants_rules(&state, &w));
	assert_true(tether_is_idle(&state));
	assert_null(tether_bind(&state, "clat0", "a name that is longer than any of a zone", true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_ways, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_closed_stays_closed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nat_by_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_clat, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_that_cannot_be_quoted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_can_be_no_hotspot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_clat_in_a_zone, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
