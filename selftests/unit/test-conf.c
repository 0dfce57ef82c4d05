// SPDX-License-Identifier: GPL-2.0
/* The daemon's configuration: what is understood, and that all else is an error with file and line. */
#include "unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "ctl.h"

/* On the heap and no longer than it is: valgrind and ASan see a read too far. */
static int parse(const char *text, struct conf *conf)
{
	size_t len = strlen(text);
	char *exact = malloc(len ? len : 1);
	int code;

	memcpy(exact, text, len);
	conf_defaults(conf);
	code = conf_parse("test.conf", exact, len, conf);
	free(exact);
	return code;
}

static void nothing_said(void **state)
{
	static const char *const texts[] = {
		"", "\n", "[clat]", "[clat]\n", "# mode = force\n; mode = off\n\n  [ clat ]  \n\t# x\n", "\r\n[clat]\r\n",
	};
	struct settings s;
	struct conf conf;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		assert_int_equal(parse(texts[i], &conf), CTL_OK);
		conf_settings(&conf, "wwan0", &s);
		assert_int_equal(s.mode, MODE_AUTO);
		assert_int_equal(s.nplat, 0);
		assert_false(s.have_fallback);
		assert_int_equal(s.ndns, 0);
		assert_false(s.have_address);
		assert_int_equal(s.metric, 2048);
		assert_int_equal(conf.nuplinks, 0);
		assert_false(conf_excludes(&conf, "wwan0"));
	}
}

static void all_keys(void **state)
{
	struct settings s;
	struct conf conf;

	(void)state;
	assert_int_equal(parse("[clat]\n"
			       "uplinks = wwan* , rmnet_data[0-9]\n"
			       "exclude=wwan7\n"
			       "mode = force\n"
			       "plat = 64:ff9b::/96, 2001:db8::/32\n"
			       "fallback = 64:ff9b:1::/96\n"
			       "dns = 2001:db8::53 fe80::1%lo@5353,192.0.2.53\n"
			       "address = 2001:db8:1:2::c1a7\n"
			       "check = 198.51.100.53\n"
			       "metric = 0x10\n", &conf), CTL_OK);
	assert_true(conf_names(&conf, "wwan0"));
	assert_true(conf_names(&conf, "rmnet_data3"));
	assert_false(conf_names(&conf, "rmnet_data10"));
	assert_false(conf_names(&conf, "wlan0"));
	assert_true(conf_excludes(&conf, "wwan7"));
	assert_false(conf_excludes(&conf, "wwan70"));
	conf_settings(&conf, "wwan0", &s);
	assert_int_equal(s.mode, MODE_FORCE);
	assert_int_equal(s.nplat, 2);
	assert_v6(&s.plat[1].addr, "2001:db8::");
	assert_int_equal(s.plat[1].len, 32);
	assert_true(s.have_fallback);
	assert_v6(&s.fallback.addr, "64:ff9b:1::");
	assert_int_equal(s.ndns, 3);
	assert_string_equal(s.dns[1], "fe80::1%lo@5353");
	assert_true(s.have_address);
	assert_v6(&s.address, "2001:db8:1:2::c1a7");
	assert_true(s.have_check);
	assert_int_equal(ntohl(s.check.s_addr), 0xc6336435);
	assert_int_equal(s.metric, 16);
}

static void a_section_for_some(void **state)
{
	struct settings s;
	struct conf conf;

	(void)state;
	assert_int_equal(parse("[clat]\nmetric = 100\nmode = force\ndns = 2001:db8::1\nplat = 64:ff9b::/96\n"
			       "address = 2001:db8::1\nfallback = 64:ff9b::/96\ncheck = 192.0.2.1\n"
			       "[uplink w*]\nmetric = 200\nplat = auto\n"
			       "[uplink wlan0]\nmetric = 300\nmode = off\ndns = auto\naddress = stable\nfallback = none\n"
			       "check = auto\n"
			       "[uplink w*]\nmode = auto\n", &conf), CTL_OK);
	conf_settings(&conf, "eth0", &s);
	assert_int_equal(s.metric, 100);
	assert_int_equal(s.nplat, 1);
	conf_settings(&conf, "wwan0", &s);
	assert_int_equal(s.metric, 200);
	assert_int_equal(s.mode, MODE_AUTO);
	assert_int_equal(s.nplat, 0);
	assert_int_equal(s.ndns, 1);
	assert_true(s.have_address);
	assert_true(s.have_fallback);
	assert_true(s.have_check);
	conf_settings(&conf, "wlan0", &s);
	assert_int_equal(s.metric, 300);
	assert_int_equal(s.mode, MODE_OFF);
	assert_int_equal(s.ndns, 0);
	assert_false(s.have_address);
	assert_false(s.have_fallback);
	assert_false(s.have_check);
}

/* The last that says something of the address counts, and it is known that one did. */
static void which_address(void **state)
{
	struct settings s;
	struct conf conf;

	(void)state;
	assert_int_equal(parse("[clat]\nmetric = 1\n[uplink ww*]\naddress = shared\n[uplink wwan1]\naddress = stable\n"
			       "[uplink wwan2]\naddress = 2001:db8::1\n", &conf), CTL_OK);
	conf_settings(&conf, "eth0", &s);
	assert_false(s.shared || s.have_address || s.has & 1u << KEY_ADDRESS);
	conf_settings(&conf, "wwan0", &s);
	assert_true(s.shared && !s.have_address && s.has & 1u << KEY_ADDRESS);
	conf_settings(&conf, "wwan1", &s);
	assert_false(s.shared || s.have_address);
	assert_true(s.has & 1u << KEY_ADDRESS);
	conf_settings(&conf, "wwan2", &s);
	assert_true(s.have_address && !s.shared);
}

static void a_hotspot(void **state)
{
	struct tether_settings t;
	struct settings s;
	struct conf conf;

	(void)state;
	assert_int_equal(parse("[tether usb0]\nnat44 = system\n[tether w*]\nipv6 = yes\n[tether usb*]\n[uplink usb0]\n"
			       "metric = 7\n", &conf), CTL_OK);
	assert_true(conf_tether(&conf, "usb0", &t));
	assert_int_equal(t.nat44, NAT44_SYSTEM);
	assert_false(t.ipv6);
	assert_true(conf_tether(&conf, "usb1", &t));
	assert_int_equal(t.nat44, NAT44_YES);
	assert_true(conf_tether(&conf, "wlan0", &t));
	assert_true(t.ipv6);
	assert_false(conf_tether(&conf, "eth0", &t));
	conf_settings(&conf, "usb0", &s);
	assert_int_equal(s.metric, 7);
}

static void a_hotspot_without_nat44(void **state)
{
	struct tether_settings t;
	struct conf conf;

	(void)state;
	assert_int_equal(parse("[tether usb0]\nnat44 = no\nping = yes\nown_prefix = eth*\n[tether w*]\nown_prefix = none\n", &conf),
			 CTL_OK);
	assert_true(conf_tether(&conf, "usb0", &t));
	assert_int_equal(t.nat44, NAT44_NO);
	assert_true(t.ping);
	assert_string_equal(t.own_prefix, "eth*");
	assert_true(conf_tether(&conf, "wlan0", &t));
	assert_int_equal(t.nat44, NAT44_YES);
	assert_false(t.ping);
	assert_string_equal(t.own_prefix, "");
}

static void back_to_automatic(void **state)
{
	struct conf conf;

	(void)state;
	assert_int_equal(parse("[clat]\nuplinks = a b\nexclude = c\n[clat]\nuplinks = auto\nexclude = none\n", &conf),
			 CTL_OK);
	assert_int_equal(conf.nuplinks, 0);
	assert_int_equal(conf.nexclude, 0);
}

static void errors(void **state)
{
	static const struct { const char *text, *message; } rows[] = {
		{ "mode = off\n", "test.conf:1: 'mode' stands before the first section" },
		{ "[clat\n", "test.conf:1: '[clat' is no section" },
		{ "[clat]x\n", "is no section" },
		{ "\n\n[clad]\n", "test.conf:3: unknown section 'clad'" },
		{ "[]\n", "unknown section ''" },
		{ "[uplink]\n", "unknown section 'uplink'" },
		{ "[uplinks a]\n", "unknown section 'uplinks a'" },
		{ "[uplink a b]\n", "'a b' is no name of an interface" },
		{ "[uplink a/b]\n", "'a/b' is no name of an interface" },
		{ "[uplink aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n", "is no name of an interface" },
		{ "[clat]\nmode\n", "test.conf:2: 'mode' is neither a section nor KEY = VALUE" },
		{ "[clat]\nmood = off\n", "test.conf:2: unknown key 'mood'" },
		{ "[clat]\n= off\n", "unknown key ''" },
		{ "[clat]\nMode = off\n", "unknown key 'Mode'" },
		{ "[clat]\nmode =\n", "test.conf:2: 'mode' has no value" },
		{ "[clat]\nmode = on\n", "mode 'on' is none of auto, force, off" },
		{ "[clat]\nmode = off # really\n", "mode 'off # really' is none" },
		{ "[clat]\nmode = off\nmetric = 1\nmode = off\n", "test.conf:4: 'mode' is set twice" },
		{ "[uplink a]\nuplinks = b\n", "test.conf:2: 'uplinks' belongs into the section [clat]" },
		{ "[uplink a]\nexclude = b\n", "'exclude' belongs into the section [clat]" },
		{ "[tether]\n", "unknown section 'tether'" },
		{ "[tether a b]\n", "'a b' is no name of an interface" },
		{ "[tether a]\nmode = off\n", "test.conf:2: 'mode' is said of uplinks: it belongs into [clat] or" },
		{ "[tether a]\nuplinks = b\n", "'uplinks' belongs into the section [clat]" },
		{ "[tether a]\nnat44 = maybe\n", "nat44 'maybe' is none of yes, no, system" },
		{ "[tether a]\nipv6 = 1\n", "ipv6 '1' is neither yes nor no" },
		{ "[tether a]\nping = 1\n", "ping '1' is neither yes nor no" },
		{ "[tether a]\nown_prefix = a b\n", "own_prefix 'a b' is no name of an interface" },
		{ "[uplink a]\nown_prefix = a\n", "'own_prefix' belongs into a section [tether NAME]" },
		{ "[clat]\nnat44 = yes\n", "test.conf:2: 'nat44' belongs into a section [tether NAME]" },
		{ "[uplink a]\nipv6 = yes\n", "'ipv6' belongs into a section [tether NAME]" },
		{ "[clat]\nuplinks = ,\n", "a value is missing" },
		{ "[clat]\nuplinks = a/b\n", "'a/b' is no name of an interface" },
		{ "[clat]\nuplinks = 0 1 2 3 4 5 6 7 8 9 a b c d e f g\n", "more than 16 names, from 'g' on" },
		{ "[clat]\nplat = 64:ff9b::\n", "'64:ff9b::' is no PREFIX/LEN" },
		{ "[clat]\nplat = 64:ff9b::/95\n", "'64:ff9b::/95' is no NAT64 prefix" },
		{ "[clat]\nplat = 64:ff9b::1/96\n", "is no NAT64 prefix" },
		{ "[clat]\nplat = 2001:db8:0:0:100::/96\n", "is no NAT64 prefix" },
		{ "[clat]\nplat = 64:ff9b::/96 none\n", "'none' is no PREFIX/LEN" },
		{ "[clat]\nplat = 1::/32 2::/32 3::/32 4::/32 5::/32 6::/32 7::/32 8::/32 9::/32\n",
		  "more than 8 prefixes, from '9::/32' on" },
		{ "[clat]\nfallback = yes\n", "'yes' is no PREFIX/LEN" },
		{ "[clat]\nfallback = 64:ff9b::/97\n", "is no NAT64 prefix" },
		{ "[clat]\ndns = localhost\n", "'localhost' is no ADDR" },
		{ "[clat]\ndns = 2001:db8::1@0\n", "is no ADDR" },
		{ "[clat]\ndns = ::1 ::2 ::3 ::4 ::5 ::6 ::7 ::8 ::9\n", "more than 8 DNS servers, from '::9' on" },
		{ "[clat]\naddress = any\n", "address 'any' is neither stable, shared nor a global IPv6 address" },
		{ "[clat]\naddress = fe80::1\n", "is neither stable, shared nor" },
		{ "[clat]\naddress = ::ffff:1.2.3.4\n", "is neither stable, shared nor" },
		{ "[clat]\ncheck = none\n", "check 'none' is neither auto nor the IPv4 address of a host" },
		{ "[clat]\ncheck = 64:ff9b::1\n", "is neither auto nor" },
		{ "[clat]\ncheck = 192.0.0.170\n", "is neither auto nor" },
		{ "[clat]\nmetric = -1\n", "metric '-1' is no number" },
		{ "[clat]\nmetric = 4294967296\n", "is no number from 0 to 4294967295" },
		{ "[clat]\nmetric = 1 2\n", "metric '1 2' is no number" },
	};
	struct conf conf;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse(rows[i].text, &conf), CTL_BADCONF);
		if (!strstr(failure_get().message, rows[i].message))
			fail_msg("'%s' is not in '%s'", rows[i].message, failure_get().message);
	}
}

static void no_text(void **state)
{
	struct conf conf;

	(void)state;
	conf_defaults(&conf);
	assert_int_equal(conf_parse("binary", "[clat]\n\0mode", 12, &conf), CTL_BADCONF);
	assert_non_null(strstr(failure_get().message, "binary is no text file"));
}

static void too_many_sections(void **state)
{
	char text[1024] = "";
	struct conf conf;
	int i;

	(void)state;
	for (i = 0; i < CONF_SECTIONS_MAX; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "[uplink u%d]\nmetric = %d\n", i, i);
	assert_int_equal(parse(text, &conf), CTL_OK);
	/* One that is there already is no more. */
	strcat(text, "[uplink u3]\nmode = off\n");
	assert_int_equal(parse(text, &conf), CTL_OK);
	strcat(text, "[uplink more]\n");
	assert_int_equal(parse(text, &conf), CTL_BADCONF);
}

/* Every octet of a good file set to every value: read or refused, and never read too far. */
static void mutations(void **state)
{
	static const char good[] = "[clat]\nuplinks = wwan*\nplat = 64:ff9b::/96\n[uplink a]\ndns = fe80::1@53\nmetric = 7\n";
	char text[sizeof(good)];
	unsigned int value, taken = 0;
	struct conf conf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) - 1; i++) {
		for (value = 1; value < 256; value++) {
			memcpy(text, good, sizeof(good));
			text[i] = (char)value;
			taken += !parse(text, &conf);
			assert_true(conf.nsections <= CONF_SECTIONS_MAX);
		}
	}
	assert_in_range(taken, sizeof(good), sizeof(good) * 128);
}

static char folder[] = "/tmp/clat-conf.XXXXXX";

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void files(void **state)
{
	char command[64], d[64];
	struct settings s;
	struct conf conf;

	(void)state;
	assert_non_null(mkdtemp(folder));
	/* Nothing there says nothing. */
	assert_int_equal(conf_load(folder, &conf), CTL_OK);
	snprintf(d, sizeof(d), "%s/conf.d", folder);
	assert_int_equal(mkdir(d, 0755), 0);
	put("clat.conf", "[clat]\nmetric = 1\nmode = force\n");
	put("conf.d/20.conf", "[clat]\nmetric = 20\n");
	put("conf.d/10.conf", "[clat]\nmetric = 10\nplat = 64:ff9b::/96\n");
	put("conf.d/30.conf.bak", "rubbish\n");
	put("conf.d/.40.conf", "rubbish\n");
	assert_int_equal(conf_load(folder, &conf), CTL_OK);
	conf_settings(&conf, "wwan0", &s);
	assert_int_equal(s.metric, 20);
	assert_int_equal(s.mode, MODE_FORCE);
	assert_int_equal(s.nplat, 1);
	put("conf.d/50.conf", "[clat]\n\nrubbish = 1\n");
	assert_int_equal(conf_load(folder, &conf), CTL_BADCONF);
	assert_non_null(strstr(failure_get().message, "/conf.d/50.conf:3: unknown key 'rubbish'"));
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said),
		cmocka_unit_test(all_keys),
		cmocka_unit_test(a_section_for_some),
		cmocka_unit_test(which_address),
		cmocka_unit_test(a_hotspot),
		cmocka_unit_test(a_hotspot_without_nat44),
		cmocka_unit_test(back_to_automatic),
		cmocka_unit_test(errors),
		cmocka_unit_test(no_text),
		cmocka_unit_test(too_many_sections),
		cmocka_unit_test(mutations),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
