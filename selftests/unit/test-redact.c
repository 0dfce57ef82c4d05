// SPDX-License-Identifier: GPL-2.0
/* Texts with pseudonyms: what is gone, what stays, and what still belongs together. */
#include "unit.h"

#include <stdlib.h>

#include "redact.h"

static struct redact *r;
static char *masked;

static int set_up(void **unused)
{
	(void)unused;
	r = redact_new();
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	free(masked);
	masked = NULL;
	redact_free(r);
	return 0;
}

static const char *mask(const char *text)
{
	free(masked);
	masked = redact_text(r, text);
	return masked;
}

static void what_everybody_has_stays(void **unused)
{
	static const char *const texts[] = {
		"plat 64:ff9b::/96 map 192.0.0.1", "192.0.0.170 and 192.0.0.171", "::/0 ::1 fe80::/64 ff02::1 ff02::2 ff02::fb",
		"0.0.0.0/0 127.0.0.1 255.255.255.255 224.0.0.251", "00:00:00:00:00:00 ff:ff:ff:ff:ff:ff",
		"2026-11-28 00:50:30.123 debug: clatctl 0.1.0, Linux 6.1.0-28-amd64", "index 4: mtu 1500, 12:34, 0x1f, dead beef",
		"[uplink wwan*]\nmetric = 2048\n",
	};
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(texts); i++)
		assert_string_equal(mask(texts[i]), texts[i]);
}

static void an_address_has_one_pseudonym(void **unused)
{
	(void)unused;
	assert_string_equal(mask("2a02:3036:20a:1:89ab::7 dev wwan0, map=2a02:3036:20a:1:89ab:0:0:7/128"),
			    "3fff:1:101:1:101::1 dev wwan0, map=3fff:1:101:1:101::1/128");
	assert_string_equal(mask("\"2A02:3036:020A:0001:89AB::0007\"@53 [2a02:3036:20a:1::1]:53"),
			    "\"3fff:1:101:1:101::1\"@53 [3fff:1:101:1::1]:53");
	assert_string_equal(mask("from 93.184.216.34, 93.184.216.34:80 to 93.184.0.0/16"),
			    "from 240.1.1.1, 240.1.1.1:80 to 240.1.0.0/16");
}

/* An address is in its pseudonym's prefix, for all lengths of a NAT64's; two networks do not become one. */
static void prefixes_keep_what_is_in_them(void **unused)
{
	(void)unused;
	assert_string_equal(mask("2a02:3036::/32 2a02:3036:c633:640a::"), "3fff:1::/32 3fff:1:101:101::");
	assert_string_equal(mask("2a02:3036:2c6:3364:a::"), "3fff:1:201:101:1::");
	assert_string_equal(mask("2a02:3036:200::/40"), "3fff:1:200::/40");
	assert_string_equal(mask("2a02:3037::/32 2a02:3037::1"), "3fff:2::/32 3fff:2::1");
	assert_string_equal(mask("fd12:3456:789a::1"), "fd00:3:101::1");
	assert_string_equal(mask("192.168.43.0/24 192.168.43.7 10.8.0.2 100.64.3.1 169.254.1.1"),
			    "192.168.1.0/24 192.168.1.1 10.1.0.1 100.64.1.1 169.254.1.1");
}

/* What is behind the well-known prefix, and what a neighbour's groups and link-local addresses tell of the card. */
static void parts_are_masked(void **unused)
{
	(void)unused;
	assert_string_equal(mask("64:ff9b::93.184.216.34 64:ff9b::5db8:d822"), "64:ff9b::f001:101 64:ff9b::f001:101");
	assert_string_equal(mask("fe80::dc4f:22ff:fe61:b1a3%wwan0"), "fe80::101:101:101:101%wwan0");
	assert_string_equal(mask("ff02::1:ff61:b1a3"), "ff02::1:ff01:101");
	assert_string_equal(mask("64:ff9b:1:fffe::c633:640a"), "64:ff9b:1:101::101:101");
	assert_string_equal(mask("::ffff:93.184.216.34"), "::ffff:240.1.1.1");
}

static void hardware_addresses(void **unused)
{
	(void)unused;
	assert_string_equal(mask("lladdr de:4f:22:61:b1:a3 <stale>"), "lladdr 02:01:01:01:01:01 <stale>");
	assert_string_equal(mask("DE:4F:22:61:B1:A3 de:4f:22:00:00:01"), "02:01:01:01:01:01 02:01:01:00:00:01");
	assert_string_equal(mask("enxde4f2261b1a3: up, wlxde4f2261b1a3.7"), "enx020101010101: up, wlx020101010101.7");
	assert_null(strstr(mask("link/infiniband 80:00:04:04:fe:80:00:00:00:00:00:00:00:02:c9:03:00:43:1d:21"), "c9:03"));
}

static void private_words(void **unused)
{
	(void)unused;
	redact_word(r, "host", "pine.example.org");
	redact_word(r, "host", "pine");
	redact_word(r, "apn", "internet.operator.example");
	redact_word(r, "user", "jane");
	redact_word(r, "user", "j");
	assert_string_equal(mask("Pine pine.example.org pineapple pine-64"), "<host2> <host1> pineapple <host2>-64");
	assert_string_equal(mask("apn internet.operator.example, /home/jane/x, j"), "apn <apn1>, /home/<user1>/x, j");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_everybody_has_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_address_has_one_pseudonym, set_up, tear_down),
		cmocka_unit_test_setup_teardown(prefixes_keep_what_is_in_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(parts_are_masked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hardware_addresses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(private_words, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
