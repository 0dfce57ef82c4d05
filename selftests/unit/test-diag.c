// SPDX-License-Identifier: GPL-2.0
/* What is named as broken, in snapshots that a test has put together: a phone on which all works, and a fault each. */
#include "unit.h"

#include <stdlib.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "client.h"
#include "ctl.h"
#include "diag.h"
#include "pref64.h"

#define WWAN 2
#define CLAT 5
#define OTHER 6

static struct link links[4];
static struct addr addrs4[4], addrs6[4];
static struct route routes4[4], routes6[2];
static struct rule rules[2];
static struct dev devs[2];
static struct diag_uplink uplinks[2];
static struct diag d;
static struct findings f;

static struct link *add_link(int ifindex, const char *name, const char *kind, uint32_t mtu)
{
	struct link *link = &links[d.world.nlinks++];

	*link = (struct link){ .ifindex = ifindex, .flags = IFF_UP | IFF_RUNNING, .mtu = mtu, .mtu6 = mtu,
			       .rp_filter = 1, .forwarding = 1 };
	snprintf(link->ifname, sizeof(link->ifname), "%s", name);
	snprintf(link->kind, sizeof(link->kind), "%s", kind);
	return link;
}

static void add_uplink(const struct link *link, const struct dev *dev)
{
	struct diag_uplink *u = &uplinks[d.nuplinks++];

	*u = (struct diag_uplink){ .link = link, .dev = dev, .asked = -1 };
	plan_network(&d.world, link, &u->settings, &u->plan);
}

static struct json_object *tether(const char *what, bool mss)
{
	struct json_object *object = json_object_new_object(), *missing = json_object_new_array(), *item;

	json_object_object_add(object, "ifname", json_object_new_string("wlan0"));
	json_object_object_add(object, "state", json_object_new_string(what ? "incomplete" : "active"));
	json_object_object_add(object, "nat44", json_object_new_string("yes"));
	json_object_object_add(object, "flowtable", json_object_new_boolean(true));
	json_object_object_add(object, "mss", json_object_new_boolean(mss));
	if (what) {
		item = json_object_new_object();
		json_object_object_add(item, "what", json_object_new_string(what));
		json_object_object_add(item, "text", json_object_new_string("it is missing"));
		json_object_object_add(item, "hint", json_object_new_string("what to do"));
		json_object_array_add(missing, item);
	}
	json_object_object_add(object, "missing", missing);
	return object;
}

static void add_tether(const char *what, bool mss)
{
	json_object_put(d.tethers);
	d.tethers = json_object_new_array();
	json_object_array_add(d.tethers, tether(what, mss));
}

/* What the daemon says: its state, and its last error. */
static void tell(const char *state, const char *error)
{
	struct json_object *told = json_object_new_object(), *instances = json_object_new_array();

	json_object_object_add(told, "state", json_object_new_string(state));
	json_object_object_add(told, "last_error", error ? json_object_new_string(error) : NULL);
	json_object_array_add(instances, told);
	d.status = json_object_new_object();
	json_object_object_add(d.status, "instances", instances);
	d.status_code = 0;
	uplinks[0].told = told;
}

static int set_up(void **unused)
{
	(void)unused;
	memset(&d, 0, sizeof(d));
	d.root = d.module = true;
	d.uplinks = uplinks;
	d.status_code = CLIENT_NO_DAEMON;
	snprintf(d.module_version, sizeof(d.module_version), "%s", clat_version);
	d.world = (struct world){ .links = links, .addrs4 = addrs4, .naddrs4 = 1, .addrs6 = addrs6, .naddrs6 = 2,
				  .routes4 = routes4, .nroutes4 = 2, .routes6 = routes6, .nroutes6 = 1, .rules = rules,
				  .nrules = 2, .devs = devs, .ndevs = 1 };
	devs[0] = (struct dev){ .ifindex = CLAT, .ifname = "clat0", .uplink = WWAN, .nplat = 1, .nmap = 1,
				.state = CLAT_STATE_ACTIVE, .path = CLAT_PATH_INGRESS };
	devs[0].plat[0] = (struct plat){ .addr = v6("64:ff9b::"), .len = 96 };
	devs[0].map[0] = (struct pair){ .v4 = v4("192.0.0.1"), .v4_len = 32, .v6 = v6("2001:db8:1:2::c1a7"), .v6_len = 128 };
	addrs4[0] = (struct addr){ .family = AF_INET, .ifindex = CLAT, .v4 = v4("192.0.0.1"), .len = 32 };
	addrs6[0] = (struct addr){ .family = AF_INET6, .ifindex = WWAN, .v6 = v6("2001:db8:1:2::10"), .len = 64,
				   .preferred = UINT32_MAX };
	addrs6[1] = (struct addr){ .family = AF_INET6, .ifindex = WWAN, .v6 = v6("2001:db8:1:2::c1a7"), .len = 128,
				   .flags = IFA_F_DEPRECATED };
	routes6[0] = (struct route){ .family = AF_INET6, .ifindex = WWAN, .table = RT_TABLE_MAIN, .gateway = true };
	routes4[0] = (struct route){ .family = AF_INET, .ifindex = CLAT, .table = RT_TABLE_MAIN, .metric = 2048,
				     .src = v4("192.0.0.1") };
	routes4[1] = (struct route){ .family = AF_INET, .ifindex = CLAT, .table = 46401, .src = v4("192.0.0.1") };
	rules[0] = (struct rule){ .from = v4("192.0.0.1"), .priority = 4640, .table = RT_TABLE_MAIN, .suppress = 0 };
	rules[1] = (struct rule){ .from = v4("192.0.0.1"), .priority = 4641, .table = 46401, .suppress = -1 };
	add_link(WWAN, "wwan0", "", 1500);
	add_link(CLAT, "clat0", "clat", 1480);
	add_uplink(&links[0], &devs[0]);
	add_tether(NULL, true);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	findings_free(&f);
	json_object_put(d.status);
	json_object_put(d.tethers);
	return 0;
}

/* This and nothing else is broken, with a remedy; NULL: nothing is. */
static void assert_broken(const char *subject, const char *what, int code)
{
	const struct finding *first;
	size_t i, broken = 0;

	if (d.nuplinks)
		plan_network(&d.world, uplinks[0].link, &uplinks[0].settings, &uplinks[0].plan);
	diag_check(&d, &f);
	for (i = 0; i < f.count; i++)
		broken += f.list[i].verdict == DIAG_BROKEN;
	first = findings_first(&f);
	if (first && !what)
		fail_msg("%s: %s: %s", first->subject, first->what, first->text);
	assert_int_equal(broken, what ? 1 : 0);
	if (!what)
		return;
	assert_string_equal(first->what, what);
	assert_string_equal(first->subject, subject);
	assert_int_equal(first->code, code);
	assert_true(first->hint[0]);
}

static const struct finding *find(const char *subject, const char *what)
{
	size_t i;

	for (i = 0; i < f.count; i++)
		if (!strcmp(f.list[i].subject, subject) && !strcmp(f.list[i].what, what))
			return &f.list[i];
	fail_msg("nothing about %s of %s", what, subject);
	return NULL;
}

static void nothing(void **unused)
{
	(void)unused;
	assert_broken(NULL, NULL, 0);
	assert_int_equal(find("wwan0", "route")->verdict, DIAG_OK);
	assert_int_equal(find("wlan0", "dhcp")->verdict, DIAG_OK);
}

static void module_missing(void **unused)
{
	(void)unused;
	d.module = false;
	assert_broken("", "module", CTL_NOMODULE);
}

static void module_of_another_version(void **unused)
{
	(void)unused;
	strcpy(d.module_version, "0.0.1");
	assert_broken("", "module", CTL_NOMODULE);
}

static void configuration(void **unused)
{
	(void)unused;
	d.conf_code = CTL_BADCONF;
	strcpy(d.conf_error, "/etc/clat/clat.conf:2: no");
	assert_broken("", "configuration", CTL_BADCONF);
}

static void no_uplink(void **unused)
{
	(void)unused;
	d.nuplinks = d.world.ndevs = d.world.nroutes6 = 0;
	assert_broken("", "uplink", CTL_NOADDR);
	assert_non_null(strstr(findings_first(&f)->text, "wwan0"));
}

static void uplink_lost(void **unused)
{
	(void)unused;
	d.nuplinks = 0;
	devs[0].uplink = 0;
	devs[0].detach = CLAT_DETACH_GONE;
	assert_broken("clat0", "uplink", CTL_NODEV);
}

static void link_down(void **unused)
{
	(void)unused;
	links[0].flags = 0;
	assert_broken("wwan0", "link", CTL_INACTIVE);
}

static void ipv6_route_missing(void **unused)
{
	(void)unused;
	d.world.nroutes6 = 0;
	assert_broken("wwan0", "ipv6-route", CTL_NOADDR);
	assert_int_equal(find("wwan0", "mtu")->verdict, DIAG_UNTESTED);
}

static void another_clat(void **unused)
{
	(void)unused;
	add_link(OTHER, "clat", "tun", 1480);
	addrs4[1] = (struct addr){ .family = AF_INET, .ifindex = OTHER, .v4 = v4("192.0.0.4"), .len = 29 };
	d.world.naddrs4 = 2;
	assert_broken("wwan0", "foreign-clat", CTL_REFUSED);
}

static void native_ipv4(void **unused)
{
	(void)unused;
	routes4[0].ifindex = WWAN;
	assert_broken("wwan0", "native-ipv4", CTL_NATIVE4);
}

/* Beside an uplink that works, one that needs no CLAT is nothing broken. */
static void native_ipv4_beside(void **unused)
{
	(void)unused;
	add_link(OTHER, "wlan1", "", 1500);
	routes4[2] = (struct route){ .family = AF_INET, .ifindex = OTHER, .table = RT_TABLE_MAIN };
	routes6[1] = (struct route){ .family = AF_INET6, .ifindex = OTHER, .table = RT_TABLE_MAIN };
	d.world.nroutes4 = 3;
	d.world.nroutes6 = 2;
	add_uplink(&links[2], NULL);
	assert_broken(NULL, NULL, 0);
	assert_int_equal(find("wlan1", "native-ipv4")->verdict, DIAG_UNTESTED);
}

static void no_address(void **unused)
{
	(void)unused;
	addrs6[0] = addrs6[1];
	d.world.naddrs6 = 1;
	devs[0].uplink = 0;
	devs[0].nmap = 0;
	uplinks[0].dev = NULL;
	assert_broken("wwan0", "ipv6-address", CTL_NOADDR);
}

static void dns_silent(void **unused)
{
	(void)unused;
	tell("searching", "2001:db8::53 does not answer");
	assert_broken("wwan0", "dns", CTL_TIMEOUT);
	assert_non_null(strstr(findings_first(&f)->text, "2001:db8::53"));
}

static void no_dns_server(void **unused)
{
	(void)unused;
	tell("no-dns", NULL);
	assert_broken("wwan0", "dns", CTL_BADCONF);
}

static void nat64_denied(void **unused)
{
	(void)unused;
	tell("no-nat64", "2001:db8::53 knows no AAAA record of ipv4only.arpa");
	assert_broken("wwan0", "prefix", CTL_NONAT64);
}

static void asked_in_vain(void **unused)
{
	(void)unused;
	devs[0].nplat = 0;
	uplinks[0].asked = CTL_TIMEOUT;
	strcpy(uplinks[0].answer, "no DNS server answers");
	assert_broken("wwan0", "dns", CTL_TIMEOUT);
}

static void off(void **unused)
{
	(void)unused;
	tell("off", NULL);
	assert_broken("wwan0", "wanted", CTL_INACTIVE);
}

static void duplicate(void **unused)
{
	(void)unused;
	addrs6[1].flags |= IFA_F_DADFAILED;
	assert_broken("wwan0", "address", CTL_NOADDR);
}

static void duplicates_told(void **unused)
{
	(void)unused;
	d.world.naddrs6 = 1;
	uplinks[0].dev = NULL;
	tell("duplicate", NULL);
	assert_broken("wwan0", "address", CTL_NOADDR);
}

static void address_missing(void **unused)
{
	(void)unused;
	d.world.naddrs6 = 1;
	assert_broken("wwan0", "address", CTL_NOADDR);
}

static void device_missing(void **unused)
{
	(void)unused;
	d.world.ndevs = 0;
	d.world.naddrs6 = 1;
	uplinks[0].dev = NULL;
	assert_broken("wwan0", "device", CTL_INACTIVE);
}

static void device_down(void **unused)
{
	(void)unused;
	devs[0].state = CLAT_STATE_DOWN;
	assert_broken("wwan0", "device", CTL_INACTIVE);
}

static void ipv4_address_missing(void **unused)
{
	(void)unused;
	d.world.naddrs4 = 0;
	assert_broken("wwan0", "ipv4-address", CTL_INACTIVE);
}

static void route_missing(void **unused)
{
	(void)unused;
	routes4[0] = routes4[1];
	assert_broken("wwan0", "route", CTL_INACTIVE);
}

static void rules_missing(void **unused)
{
	(void)unused;
	d.world.nrules = 1;
	assert_broken("wwan0", "rules", CTL_INACTIVE);
}

/* A one shot makes none, and the daemon does. */
static void rules_of_one_shot(void **unused)
{
	(void)unused;
	d.world.nrules = 0;
	d.world.nroutes4 = 1;
	assert_broken(NULL, NULL, 0);
	assert_int_equal(find("wwan0", "rules")->verdict, DIAG_UNTESTED);
}

static void rp_filter(void **unused)
{
	(void)unused;
	devs[1] = devs[0];
	devs[1].ifindex = OTHER;
	devs[1].uplink = 9;
	d.world.ndevs = 2;
	assert_broken("wwan0", "rp-filter", CTL_INACTIVE);
}

static void mtu(void **unused)
{
	(void)unused;
	links[0].mtu6 = 1400;
	assert_broken("wwan0", "mtu", CTL_INACTIVE);
}

static void ingress_redirected(void **unused)
{
	(void)unused;
	strcpy(uplinks[0].redirect, "ifb0");
	devs[0].silent = 1;
	assert_broken("wwan0", "ingress", CTL_INACTIVE);
}

/* The set-up for it: the address is routed to the device. */
static void redirected_and_routed(void **unused)
{
	(void)unused;
	strcpy(uplinks[0].redirect, "ifb0");
	routes6[1] = (struct route){ .family = AF_INET6, .ifindex = CLAT, .dst = v6("2001:db8:1:2::c1a7"), .len = 128 };
	d.world.nroutes6 = 2;
	d.world.naddrs6 = 1;
	assert_broken(NULL, NULL, 0);
}

static void silence(void **unused)
{
	(void)unused;
	devs[0].silent = 1;
	uplinks[0].has_stats = true;
	uplinks[0].stats.drop[CLAT_DROP_SOURCE46] = 3;
	assert_broken("wwan0", "answers", CTL_TIMEOUT);
	assert_non_null(strstr(findings_first(&f)->text, "source46 3"));
}

static void hotspot_parts(void **unused)
{
	static const char *const parts[] = {
		"device", "up", "address", "clat", "forwarding", "nf_tables", "nat", "dropped", "dhcp", "something new",
	};
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(parts); i++) {
		add_tether(parts[i], true);
		assert_broken("wlan0", parts[i], CTL_INACTIVE);
		findings_free(&f);
	}
	add_tether(NULL, false);
	assert_broken("wlan0", "mss", CTL_INACTIVE);
}

/* That there is no CLAT for clients follows from the uplink's fault. */
static void hotspot_without_uplink(void **unused)
{
	(void)unused;
	routes4[0] = routes4[1];
	add_tether("clat", true);
	assert_broken("wwan0", "route", CTL_INACTIVE);
	assert_int_equal(find("wlan0", "clat")->verdict, DIAG_UNTESTED);
}

static void hotspot_for_nobody(void **unused)
{
	(void)unused;
	d.root = false;
	add_tether("nf_tables", true);
	assert_broken(NULL, NULL, 0);
	assert_int_equal(find("wlan0", "nf_tables")->verdict, DIAG_UNTESTED);
	assert_int_equal(find("wlan0", "dropped")->verdict, DIAG_UNTESTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing), TEST(module_missing), TEST(module_of_another_version), TEST(configuration), TEST(no_uplink),
		TEST(uplink_lost), TEST(link_down), TEST(ipv6_route_missing), TEST(another_clat), TEST(native_ipv4),
		TEST(native_ipv4_beside), TEST(no_address), TEST(dns_silent), TEST(no_dns_server), TEST(nat64_denied),
		TEST(asked_in_vain), TEST(off), TEST(duplicate), TEST(duplicates_told), TEST(address_missing),
		TEST(device_missing), TEST(device_down), TEST(ipv4_address_missing), TEST(route_missing), TEST(rules_missing),
		TEST(rules_of_one_shot), TEST(rp_filter), TEST(mtu), TEST(ingress_redirected), TEST(redirected_and_routed),
		TEST(silence),
		TEST(hotspot_parts), TEST(hotspot_without_uplink), TEST(hotspot_for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
