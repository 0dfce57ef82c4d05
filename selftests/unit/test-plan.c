// SPDX-License-Identifier: GPL-2.0
/* Where CLAT runs, decided over interfaces, addresses and routes that a test has put together. */
#include "unit.h"

#include <net/if_arp.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "ctl.h"
#include "plan.h"

#define MANY 16
#define WWAN 2
#define WLAN 3
#define OTHER 4

static struct link links[MANY];
static struct addr addrs4[MANY], addrs6[MANY];
static struct route routes4[MANY], routes6[MANY];
static struct dev devs[MANY];
static struct world w;
static struct settings settings;
static struct plan plan;

static struct link *add_link(int ifindex, const char *name, const char *kind)
{
	struct link *link = &links[w.nlinks++];

	*link = (struct link){ .ifindex = ifindex, .flags = IFF_UP, .type = ARPHRD_ETHER };
	snprintf(link->ifname, sizeof(link->ifname), "%s", name);
	snprintf(link->kind, sizeof(link->kind), "%s", kind);
	return link;
}

static void add_addr4(int ifindex, const char *text)
{
	addrs4[w.naddrs4++] = (struct addr){ .family = AF_INET, .ifindex = ifindex, .v4 = v4(text), .len = 24 };
}

static struct addr *add_addr6(int ifindex, const char *text, uint8_t len, uint32_t flags)
{
	struct addr *addr = &addrs6[w.naddrs6++];

	*addr = (struct addr){
		.family = AF_INET6, .ifindex = ifindex, .v6 = v6(text), .len = len, .flags = flags,
		.scope = RT_SCOPE_UNIVERSE, .valid = 3600, .preferred = flags & IFA_F_DEPRECATED ? 0 : 1800,
	};
	return addr;
}

static void add_route6(int ifindex, const char *dst, uint8_t len)
{
	routes6[w.nroutes6++] = (struct route){
		.family = AF_INET6, .ifindex = ifindex, .dst = v6(dst), .len = len, .table = RT_TABLE_MAIN,
		.gateway = !len,
	};
}

static void add_default4(int ifindex, uint32_t table)
{
	routes4[w.nroutes4++] = (struct route){ .family = AF_INET, .ifindex = ifindex, .table = table };
}

static struct dev *add_dev(uint32_t uplink, const char *pair4, const char *pair6)
{
	struct dev *dev = &devs[w.ndevs++];

	*dev = (struct dev){ .ifindex = 20, .ifname = "clat0", .uplink = uplink, .nmap = 1 };
	dev->map[0] = (struct pair){ .v4 = v4(pair4), .v4_len = 32, .v6 = v6(pair6), .v6_len = 128 };
	return dev;
}

/* A phone: one uplink with IPv6 only. */
static int phone(void **state)
{
	struct conf conf;

	(void)state;
	memset(&w, 0, sizeof(w));
	w.links = links;
	w.addrs4 = addrs4;
	w.addrs6 = addrs6;
	w.routes4 = routes4;
	w.routes6 = routes6;
	w.devs = devs;
	conf_defaults(&conf);
	conf_settings(&conf, "wwan0", &settings);
	add_link(1, "lo", "")->flags |= IFF_LOOPBACK;
	add_link(WWAN, "wwan0", "wwan");
	add_addr6(WWAN, "2001:db8:1:2::10", 64, 0);
	add_route6(WWAN, "::", 0);
	add_route6(WWAN, "2001:db8:1:2::", 64);
	return 0;
}

static enum why why_of(int ifindex)
{
	plan_network(&w, world_link(&w, ifindex), &settings, &plan);
	return plan.why;
}

static bool candidate(const char *uplinks, int ifindex)
{
	char text[128];
	struct conf conf;

	conf_defaults(&conf);
	snprintf(text, sizeof(text), "[clat]\n%s\n", uplinks);
	assert_int_equal(conf_parse("test", text, strlen(text), &conf), CTL_OK);
	return plan_candidate(&w, &conf, world_link(&w, ifindex));
}

static void ipv6_only(void **state)
{
	(void)state;
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
	assert_int_equal(plan.nprefixes, 1);
	assert_true(candidate("", WWAN));
	assert_false(candidate("", 1));
}

static void no_default_route(void **state)
{
	(void)state;
	w.nroutes6 = 0;
	assert_int_equal(why_of(WWAN), WHY_NO_IPV6);
	assert_false(candidate("", WWAN));
	assert_true(candidate("uplinks = ww*", WWAN));
	/* One that has a CLAT is looked after until that is gone. */
	add_dev(WWAN, "192.0.0.1", "2001:db8:1:2::c1a7");
	assert_true(candidate("", WWAN));
}

static void uplink_down(void **state)
{
	(void)state;
	links[1].flags = 0;
	assert_int_equal(why_of(WWAN), WHY_NO_IPV6);
}

static void names(void **state)
{
	(void)state;
	assert_false(candidate("uplinks = eth*", WWAN));
	assert_false(candidate("exclude = wwan0", WWAN));
	assert_false(candidate("uplinks = wwan0\nexclude = ww*", WWAN));
}

/* Tunnels and bridges carry somebody else's IPv6, unless the configuration says otherwise. */
static void kinds(void **state)
{
	static const char *const no[] = { "tun", "wireguard", "bridge", "sit", "ip6tnl", "vxlan", "gre", "ipip", "xfrm" };
	static const char *const yes[] = { "", "wwan", "rmnet", "veth", "vlan", "macvlan", "bond", "ppp", "dummy" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(no); i++) {
		strcpy(links[1].kind, no[i]);
		assert_false(candidate("", WWAN));
		assert_true(candidate("uplinks = wwan0", WWAN));
	}
	for (i = 0; i < COUNT(yes); i++) {
		strcpy(links[1].kind, yes[i]);
		assert_true(candidate("", WWAN));
	}
	strcpy(links[1].kind, "");
	links[1].type = ARPHRD_SIT;
	assert_false(candidate("", WWAN));
	strcpy(links[1].kind, "clat");
	assert_false(candidate("uplinks = wwan0", WWAN));
	assert_int_equal(why_of(WWAN), WHY_UNFIT);
}

static void parts_of_others(void **state)
{
	(void)state;
	add_link(OTHER, "br0", "bridge");
	links[1].master = OTHER;
	assert_false(candidate("uplinks = wwan0", WWAN));
	assert_int_equal(why_of(WWAN), WHY_UNFIT);
	/* A VRF is no bridge. */
	strcpy(links[2].kind, "vrf");
	assert_true(candidate("", WWAN));
}

static void native4(void **state)
{
	(void)state;
	add_default4(WWAN, RT_TABLE_MAIN);
	assert_int_equal(why_of(WWAN), WHY_NATIVE4);
	settings.mode = MODE_FORCE;
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
}

/* A full-tunnel VPN, another interface, our own: none of them is native IPv4 of the uplink. */
static void others_default4(void **state)
{
	(void)state;
	add_link(OTHER, "wg0", "wireguard");
	add_link(20, "clat0", "clat");
	add_link(WLAN, "wlan0", "");
	add_default4(OTHER, 51820);
	add_default4(20, RT_TABLE_MAIN);
	add_default4(WLAN, RT_TABLE_MAIN);
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
}

static void switched_off(void **state)
{
	(void)state;
	settings.mode = MODE_OFF;
	assert_int_equal(why_of(WWAN), WHY_OFF);
}

static void addresses(void **state)
{
	static const struct { uint8_t len; uint32_t flags; enum why why; } rows[] = {
		{ 64, 0, WHY_ACTIVE },
		{ 64, IFA_F_PERMANENT, WHY_ACTIVE },
		{ 64, IFA_F_DEPRECATED, WHY_NO_ADDRESS },
		/* Not there yet, or not there any more: the /64 on the link is left. */
		{ 64, IFA_F_TENTATIVE, WHY_ACTIVE },
		{ 64, IFA_F_DADFAILED, WHY_ACTIVE },
		{ 64, IFA_F_TEMPORARY, WHY_ACTIVE },
		{ 128, 0, WHY_ACTIVE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		w.naddrs6 = 0;
		add_addr6(WWAN, "2001:db8:1:2::10", rows[i].len, rows[i].flags);
		assert_int_equal(why_of(WWAN), rows[i].why);
	}
}

static void no_64(void **state)
{
	(void)state;
	w.naddrs6 = 0;
	w.nroutes6 = 1;
	assert_int_equal(why_of(WWAN), WHY_NO_ADDRESS);
	/* DHCPv6 alone. */
	add_addr6(WWAN, "2001:db8:1:2::10", 128, 0);
	assert_int_equal(why_of(WWAN), WHY_NO_ADDRESS);
	add_addr6(WWAN, "fe80::1", 64, 0)->scope = RT_SCOPE_LINK;
	assert_int_equal(why_of(WWAN), WHY_NO_ADDRESS);
	add_addr6(OTHER, "2001:db8:7:7::1", 64, 0);
	assert_int_equal(why_of(WWAN), WHY_NO_ADDRESS);
}

static void says_what_to_set(void **state)
{
	(void)state;
	w.naddrs6 = 0;
	w.nroutes6 = 1;
	assert_int_equal(why_of(WWAN), WHY_NO_ADDRESS);
	assert_string_equal(plan.detail, "");
	add_addr6(WWAN, "2001:db8:1:2::10", 128, 0);
	assert_int_equal(why_of(WWAN), WHY_NO_ADDRESS);
	assert_string_equal(plan.detail, "it has 2001:db8:1:2::10, which can be used by address = shared");
}

/* Whole addresses then, of any length, the uplink's own and preferred. */
static void shared_address(void **state)
{
	static const struct { uint8_t len; uint32_t flags; enum why why; } rows[] = {
		{ 64, 0, WHY_ACTIVE },
		{ 128, 0, WHY_ACTIVE },
		{ 128, IFA_F_PERMANENT, WHY_ACTIVE },
		{ 64, IFA_F_DEPRECATED, WHY_NO_ADDRESS },
		{ 64, IFA_F_TENTATIVE, WHY_NO_ADDRESS },
		{ 64, IFA_F_DADFAILED, WHY_NO_ADDRESS },
		{ 64, IFA_F_TEMPORARY, WHY_NO_ADDRESS },
	};
	struct in6_addr addr = v6("2001:db8:1:2::10");
	size_t i;

	(void)state;
	settings.shared = true;
	for (i = 0; i < COUNT(rows); i++) {
		w.naddrs6 = 0;
		add_addr6(WWAN, "fe80::1", 64, 0)->scope = RT_SCOPE_LINK;
		add_addr6(OTHER, "2001:db8:7:7::1", 64, 0);
		add_addr6(WWAN, "2001:db8:1:2::c1a7", 128, 0)->preferred = 0;
		add_addr6(WWAN, "2001:db8:1:2::10", rows[i].len, rows[i].flags);
		assert_int_equal(why_of(WWAN), rows[i].why);
		assert_int_equal(plan.nprefixes, rows[i].why == WHY_ACTIVE);
		assert_true(plan.shared);
		if (plan.nprefixes)
			assert_memory_equal(&plan.prefixes[0].addr, &addr, sizeof(addr));
	}
	add_addr6(WWAN, "2001:db8:1:2::11", 64, 0);
	add_addr6(WWAN, "2001:db8:1:3::11", 128, 0);
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
	assert_int_equal(plan.nprefixes, 2);
}

/* The CLAT's own is no address to choose from, nor one that keeps it. */
static void own_address(void **state)
{
	(void)state;
	add_addr6(WWAN, "2001:db8:9:9::c1a7", 128, IFA_F_DEPRECATED);
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
	assert_int_equal(plan.nprefixes, 1);
	addrs6[0].flags = IFA_F_DEPRECATED;
	assert_int_equal(why_of(WWAN), WHY_NO_ADDRESS);
	/* A temporary address alone is preferred, and keeps it. */
	add_addr6(WWAN, "2001:db8:1:2::abcd", 64, IFA_F_TEMPORARY);
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
	assert_true(plan.prefixes[0].deprecated);
}

static void several_prefixes(void **state)
{
	(void)state;
	add_addr6(WWAN, "2001:db8:1:2::20", 64, IFA_F_DEPRECATED);
	add_addr6(WWAN, "2001:db8:1:3::20", 64, IFA_F_DEPRECATED);
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
	assert_int_equal(plan.nprefixes, 2);
	assert_false(plan.prefixes[0].deprecated);
	assert_true(plan.prefixes[1].deprecated);
}

static void foreign_address_on_uplink(void **state)
{
	(void)state;
	add_addr4(WWAN, "192.0.0.5");
	assert_int_equal(why_of(WWAN), WHY_FOREIGN);
	assert_string_equal(plan.detail, "an address of 192.0.0.0/29 on wwan0");
	addrs4[0].v4 = v4("192.0.0.8");
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
}

static void foreign_device(void **state)
{
	struct link *link;

	(void)state;
	link = add_link(OTHER, "clat", "tun");
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
	add_default4(OTHER, RT_TABLE_MAIN);
	assert_int_equal(why_of(WWAN), WHY_FOREIGN);
	assert_string_equal(plan.detail, "clat (tun)");
	strcpy(link->ifname, "nat64");
	assert_int_equal(why_of(WWAN), WHY_FOREIGN);
	/* A VPN is none. */
	strcpy(link->ifname, "tun0");
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
	/* It has the address of one. */
	add_addr4(OTHER, "192.0.0.1");
	assert_int_equal(why_of(WWAN), WHY_FOREIGN);
	link->flags = 0;
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
}

/* Where a CLAT's IPv6 address is routed to it, the address says which uplink it works on. */
static void foreign_elsewhere(void **state)
{
	(void)state;
	add_link(OTHER, "clat", "tun");
	add_addr4(OTHER, "192.0.0.1");
	add_route6(OTHER, "fe80::", 64);
	add_route6(OTHER, "2001:db8:5:5::c1a7", 128);
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
	add_route6(OTHER, "2001:db8:1:2::c1a7", 128);
	assert_int_equal(why_of(WWAN), WHY_FOREIGN);
}

static void clat_by_hand(void **state)
{
	struct dev *dev = add_dev(WWAN, "192.168.1.1", "2001:db8:1:2::c1a7");

	(void)state;
	assert_int_equal(why_of(WWAN), WHY_FOREIGN);
	assert_string_equal(plan.detail, "clat0, which was set up by hand");
	assert_false(candidate("uplinks = none-of-it", WWAN));
	/* Ours, and one that has no configuration yet. */
	dev->map[0].v4 = v4("192.0.0.3");
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
	dev->nmap = 0;
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
	dev->nmap = 2;
	assert_int_equal(why_of(WWAN), WHY_FOREIGN);
}

/* As clat-tayga sets one up: it looks like ours, but for the alias of its link. */
static void clat_of_connman(void **state)
{
	struct dev *dev = add_dev(WWAN, "192.0.0.1", "2001:db8:1:2::c1a7");

	(void)state;
	dev->tayga = true;
	assert_int_equal(why_of(WWAN), WHY_FOREIGN);
	assert_string_equal(plan.detail, "clat0, which was set up by clat-tayga, for ConnMan say");
	assert_false(dev_is_orphan(dev));
	dev->uplink = 0;
	assert_false(dev_is_orphan(dev));
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
}

/* It gives way to that one, but has not lost sight of its own. */
static void clat_of_connman_beside_ours(void **state)
{
	struct dev *theirs = add_dev(WWAN, "192.0.0.1", "2001:db8:1:2::c1a7"), *ours;

	(void)state;
	theirs->tayga = true;
	ours = add_dev(WWAN, "192.0.0.1", "2001:db8:1:2::1");
	assert_int_equal(why_of(WWAN), WHY_FOREIGN);
	assert_ptr_equal(world_dev_of(&w, WWAN), ours);
}

static void our_own_devices(void **state)
{
	(void)state;
	add_link(20, "clat0", "clat");
	add_addr4(20, "192.0.0.1");
	add_default4(20, RT_TABLE_MAIN);
	assert_int_equal(why_of(WWAN), WHY_ACTIVE);
}

static void without_prefix(void **state)
{
	struct discoverer d = { .nresolvers = 1 };

	(void)state;
	why_of(WWAN);
	plan_prefix(&d, &plan);
	assert_int_equal(plan.why, WHY_SEARCHING);
	d.nresolvers = 0;
	why_of(WWAN);
	plan_prefix(&d, &plan);
	assert_int_equal(plan.why, WHY_NO_DNS);
	d.denied = true;
	why_of(WWAN);
	plan_prefix(&d, &plan);
	assert_int_equal(plan.why, WHY_NO_NAT64);
	d.nprefix = 1;
	why_of(WWAN);
	plan_prefix(&d, &plan);
	assert_int_equal(plan.why, WHY_ACTIVE);
	/* What the network says goes before. */
	d.nprefix = 0;
	w.nroutes6 = 0;
	why_of(WWAN);
	plan_prefix(&d, &plan);
	assert_int_equal(plan.why, WHY_NO_IPV6);
}

static void names_and_codes(void **state)
{
	enum why why;

	(void)state;
	for (why = WHY_ACTIVE; why <= WHY_FAILED; why++) {
		assert_non_null(why_name(why));
		assert_non_null(why_words(why));
		assert_in_range(why_code(why) + 1, 0, CTL_NONAT64 + 1);
	}
	assert_int_equal(why_code(WHY_NATIVE4), CTL_NATIVE4);
	assert_int_equal(why_code(WHY_NO_NAT64), CTL_NONAT64);
}

#define TEST(name) cmocka_unit_test_setup(name, phone)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(ipv6_only),
		TEST(no_default_route),
		TEST(uplink_down),
		TEST(names),
		TEST(kinds),
		TEST(parts_of_others),
		TEST(native4),
		TEST(others_default4),
		TEST(switched_off),
		TEST(addresses),
		TEST(no_64),
		TEST(says_what_to_set),
		TEST(shared_address),
		TEST(own_address),
		TEST(several_prefixes),
		TEST(foreign_address_on_uplink),
		TEST(foreign_device),
		TEST(foreign_elsewhere),
		TEST(clat_by_hand),
		TEST(clat_of_connman),
		TEST(clat_of_connman_beside_ours),
		TEST(our_own_devices),
		TEST(without_prefix),
		TEST(names_and_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
