// SPDX-License-Identifier: GPL-2.0
/* The words "ATTR VALUE..." of the command line: what they become, and which word an error names. */
#include "unit.h"

#include "attr.h"

static const struct command cmd = { .name = "test" };

#define WORDS(...) ((char *[]){ __VA_ARGS__ }), COUNT(((char *[]){ __VA_ARGS__ }))

static int parse(struct dev *dev, char **words, size_t count)
{
	memset(dev, 0, sizeof(*dev));
	return attr_parse(&cmd, (int)count, words, dev);
}

static void everything(void **state)
{
	struct dev dev;

	(void)state;
	assert_int_equal(parse(&dev, WORDS("uplink", "lo", "plat", "64:ff9b::/96,2001:db8:64::/48", "map",
					   "192.0.0.1=2001:db8::1,192.168.43.0/24=2001:db8::c1a7:0/120",
					   "lowest-ipv6-mtu", "1400", "fwmark", "0xfFffFfff", "wkp-strict", "on", "tos",
					   "255", "shared", "on", "lan", "lo")), CTL_OK);
	assert_int_equal(dev.has, DEV_HAS(CLAT_A_DEV_UPLINK) | DEV_HAS(CLAT_A_DEV_PLAT) | DEV_HAS(CLAT_A_DEV_MAP) |
				  DEV_HAS(CLAT_A_DEV_LOWEST_IPV6_MTU) | DEV_HAS(CLAT_A_DEV_FWMARK) |
				  DEV_HAS(CLAT_A_DEV_WKP_STRICT) | DEV_HAS(CLAT_A_DEV_TOS) |
				  DEV_HAS(CLAT_A_DEV_SHARED) | DEV_HAS(CLAT_A_DEV_LAN));
	assert_int_equal(dev.uplink, if_nametoindex("lo"));
	assert_int_equal(dev.nplat, 2);
	assert_v6(&dev.plat[1].addr, "2001:db8:64::");
	assert_int_equal(dev.plat[1].len, 48);
	assert_int_equal(dev.nmap, 2);
	assert_int_equal(dev.map[0].v4.s_addr, v4("192.0.0.1").s_addr);
	assert_int_equal(dev.map[0].v4_len, 32);
	assert_int_equal(dev.map[0].v6_len, 128);
	assert_int_equal(dev.map[1].v4_len, 24);
	assert_int_equal(dev.map[1].v6_len, 120);
	assert_int_equal(dev.lowest_ipv6_mtu, 1400);
	assert_int_equal(dev.fwmark, 0xffffffff);
	assert_int_equal(dev.wkp_strict, 1);
	assert_int_equal(dev.tos, 255);
	assert_int_equal(dev.shared, 1);
	assert_int_equal(dev.nlan, 1);
	assert_int_equal(dev.lan[0].ifindex, if_nametoindex("lo"));
}

static void nothing_is_not_zero(void **state)
{
	struct dev dev;

	(void)state;
	assert_int_equal(parse(&dev, NULL, 0), CTL_OK);
	assert_int_equal(dev.has, 0);
	assert_int_equal(parse(&dev, WORDS("plat", "none", "map", "none", "uplink", "none", "tos", "inherit",
					   "lan", "none")), CTL_OK);
	assert_int_equal(dev.has, DEV_HAS(CLAT_A_DEV_UPLINK) | DEV_HAS(CLAT_A_DEV_PLAT) | DEV_HAS(CLAT_A_DEV_MAP) |
				  DEV_HAS(CLAT_A_DEV_TOS) | DEV_HAS(CLAT_A_DEV_LAN));
	assert_int_equal(dev.uplink + dev.nplat + dev.nmap + dev.nlan, 0);
	assert_int_equal(dev.tos, CLAT_TOS_INHERIT);
}

/* What a device takes is the kernel's to say: it must get to see it. */
static void judged_by_the_kernel(void **state)
{
	struct dev dev;

	(void)state;
	assert_int_equal(parse(&dev, WORDS("plat", "64:ff9b::1/95,::/0", "map", "1.2.3.4/24=2001:db8::1/100",
					   "lowest-ipv6-mtu", "7")), CTL_OK);
	assert_v6(&dev.plat[0].addr, "64:ff9b::1");
	assert_int_equal(dev.plat[0].len, 95);
	assert_int_equal(dev.plat[1].len, 0);
	assert_int_equal(dev.map[0].v4_len, 24);
	assert_int_equal(dev.map[0].v6_len, 100);
	assert_int_equal(dev.lowest_ipv6_mtu, 7);
}

static void left_out_lengths(void **state)
{
	static const struct { const char *text; int v4_len, v6_len; } rows[] = {
		{ "10.0.0.0=2001:db8::", 32, 128 },
		{ "10.0.0.0/24=2001:db8::", 24, 120 },
		{ "10.0.0.0=2001:db8::/120", 24, 120 },
		{ "10.0.0.0/0=2001:db8::", 0, 96 },
		{ "10.0.0.0=2001:db8::/64", 0, 64 },
	};
	struct dev dev;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		memset(&dev, 0, sizeof(dev));
		assert_int_equal(attr_map(rows[i].text, &dev), CTL_OK);
		assert_int_equal(dev.map[0].v4_len, rows[i].v4_len);
		assert_int_equal(dev.map[0].v6_len, rows[i].v6_len);
	}
}

static void malformed(void **state)
{
	static char *const rows[][2] = {
		{ "plat", "" }, { "plat", "64:ff9b::" }, { "plat", "64:ff9b::/" }, { "plat", "64:ff9b::/129" },
		{ "plat", "64:ff9b::/-1" }, { "plat", "64:ff9b::/ 96" }, { "plat", "64:ff9b::/96," },
		{ "plat", "1.2.3.4/32" }, { "plat", "64:ff9b::/96/96" },
		{ "plat", "0000:0000:0000:0000:0000:0000:0000:0000000000000000000000000000000000000000000000/96" },
		{ "map", "" }, { "map", "=" }, { "map", "192.0.0.1" }, { "map", "192.0.0.1=" }, { "map", "=2001:db8::1" },
		{ "map", "192.0.0.1/33=2001:db8::1" }, { "map", "192.0.0.1=2001:db8::1/129" },
		{ "map", "2001:db8::1=192.0.0.1" }, { "map", "192.0.0=2001:db8::1" }, { "map", "192.0.0.1=2001:db8::1=3" },
		{ "lowest-ipv6-mtu", "" }, { "lowest-ipv6-mtu", "1280x" }, { "lowest-ipv6-mtu", "4294967296" },
		{ "lowest-ipv6-mtu", "99999999999999999999999999" },
		{ "fwmark", "0x" }, { "fwmark", "-1" }, { "fwmark", "0x100000000" }, { "fwmark", "+1" },
		{ "wkp-strict", "yes" }, { "wkp-strict", "" }, { "tos", "256" }, { "tos", "copy" },
		{ "shared", "yes" }, { "shared", "" },
	};
	char *words[2];
	struct dev dev;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		memcpy(words, rows[i], sizeof(words));
		if (parse(&dev, words, 2) != CTL_USAGE)
			fail_msg("%s '%s' taken", words[0], words[1]);
		assert_string_equal(failure_get().attribute, words[0]);
	}
}

static void named_in_the_message(char *word, int code)
{
	assert_int_equal(code, CTL_USAGE);
	if (!strstr(failure_get().message, word))
		fail_msg("'%s' is not in '%s'", word, failure_get().message);
	assert_string_equal(failure_get().hint, "see: clatctl test --help");
}

static void words_that_do_not_belong(void **state)
{
	struct dev dev;

	(void)state;
	named_in_the_message("'bogus'", parse(&dev, WORDS("plat", "none", "bogus", "1")));
	named_in_the_message("'fwmark'", parse(&dev, WORDS("plat", "none", "fwmark")));
	named_in_the_message("'tos'", parse(&dev, WORDS("tos", "1", "plat", "none", "tos", "2")));
	named_in_the_message("'state'", parse(&dev, WORDS("state", "1")));
	named_in_the_message("''", parse(&dev, WORDS("", "1")));
}

static void no_such_uplink(void **state)
{
	struct dev dev;

	(void)state;
	assert_int_equal(parse(&dev, WORDS("uplink", "nosuchdevice")), CTL_NODEV);
	assert_string_equal(failure_get().attribute, "uplink");
	assert_non_null(strstr(failure_get().message, "nosuchdevice"));
}

static void too_many(void **state)
{
	char text[64 * 40] = "", one[40];
	struct dev dev = { 0 };
	int i;

	(void)state;
	for (i = 0; i < CLAT_PLAT_MAX + 1; i++)
		strcat(text, i ? ",64:ff9b::/96" : "64:ff9b::/96");
	assert_int_equal(attr_plat(text, &dev), CTL_USAGE);
	memset(&dev, 0, sizeof(dev));
	for (i = 0, text[0] = '\0'; i < CLAT_MAP_MAX; i++) {
		snprintf(one, sizeof(one), "%s10.0.0.%d=2001:db8::%d", i ? "," : "", i, i);
		strcat(text, one);
	}
	assert_int_equal(attr_map(text, &dev), CTL_OK);
	assert_int_equal(dev.nmap, CLAT_MAP_MAX);
	strcat(text, ",1.1.1.1=::1");
	assert_int_equal(attr_map(text, &dev), CTL_USAGE);
	assert_int_equal(dev.nmap, CLAT_MAP_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything),
		cmocka_unit_test(nothing_is_not_zero),
		cmocka_unit_test(judged_by_the_kernel),
		cmocka_unit_test(left_out_lengths),
		cmocka_unit_test(malformed),
		cmocka_unit_test(words_that_do_not_belong),
		cmocka_unit_test(no_such_uplink),
		cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
