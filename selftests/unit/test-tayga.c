// SPDX-License-Identifier: GPL-2.0
/* tayga.conf: what becomes of it, and that all else is an error with file and line. */
#include "unit.h"

#include <stdlib.h>

#include "ctl.h"
#include "tayga.h"

#define BASE "tun-device clat\nprefix 64:ff9b::/96\nmap 192.0.0.1 2001:db8::c1a7\n"

static struct tayga_conf conf;

/* On the heap and no longer than it is: valgrind and ASan see a read too far. */
static int parse_octets(const char *text, size_t len)
{
	char *exact = malloc(len ? len : 1);
	int code;

	memcpy(exact, text, len);
	code = tayga_parse("tayga.conf", exact, len, &conf);
	free(exact);
	return code;
}

static int parse(const char *text)
{
	return parse_octets(text, strlen(text));
}

static void as_connman_writes_it(void **state)
{
	(void)state;
	assert_int_equal(parse("tun-device clat\nipv4-addr 192.0.0.2\nipv6-addr 2001:db8::1\nprefix 64:ff9b::/96\n"
			       "map 192.0.0.1 2001:db8::c1a7\ndynamic-pool 192.168.0.0/24\nstrict-frag-hdr on\n"), CTL_OK);
	assert_string_equal(conf.dev.ifname, "clat");
	assert_int_equal(conf.dev.nplat, 1);
	assert_v6(&conf.dev.plat[0].addr, "64:ff9b::");
	assert_int_equal(conf.dev.plat[0].len, 96);
	assert_int_equal(conf.dev.nmap, 1);
	assert_int_equal(conf.dev.map[0].v4.s_addr, v4("192.0.0.1").s_addr);
	assert_int_equal(conf.dev.map[0].v4_len, 32);
	assert_v6(&conf.dev.map[0].v6, "2001:db8::c1a7");
	assert_int_equal(conf.dev.map[0].v6_len, 128);
	assert_string_equal(conf.dynamic_pool, "192.168.0.0/24");
	assert_true(conf.strict_frag_hdr);
	assert_int_equal(conf.dev.has, DEV_HAS(CLAT_A_DEV_PLAT) | DEV_HAS(CLAT_A_DEV_MAP) |
			 DEV_HAS(CLAT_A_DEV_WKP_STRICT));
	assert_int_equal(conf.dev.wkp_strict, 0);
}

static void as_others_write_it(void **state)
{
	(void)state;
	assert_int_equal(parse("# a comment\r\n\n  TUN-device\tsiit # another\nprefix 2001:db8:1::/48\n"
			       "map 10.0.0.1 2001:db8::1\nMap 10.1.0.0/24 2001:db8::100/120\nmap 10.2.0.0/16 2001:db8:2::\n"
			       "wkpf-strict yes\nudp-cksum-mode calc\nofflink-mtu 1400\ndata-dir /var/spool/tayga\n"
			       "strict-frag-hdr false"), CTL_OK);
	assert_string_equal(conf.dev.ifname, "siit");
	assert_int_equal(conf.dev.nmap, 3);
	assert_int_equal(conf.dev.map[1].v4_len, 24);
	assert_int_equal(conf.dev.map[1].v6_len, 120);
	assert_int_equal(conf.dev.map[2].v6_len, 112);
	assert_int_equal(conf.dev.wkp_strict, 1);
	assert_int_equal(conf.dev.lowest_ipv6_mtu, 1400);
	assert_true(conf.dev.has & DEV_HAS(CLAT_A_DEV_LOWEST_IPV6_MTU));
	assert_false(conf.strict_frag_hdr);
	assert_string_equal(conf.dynamic_pool, "");
}

static void every_length(void **state)
{
	static const char *const prefixes[] = {
		"2001:db8::/32", "2001:db8:100::/40", "2001:db8:122::/48", "2001:db8:122:300::/56",
		"2001:db8:122:344::/64", "2001:db8:122:344::/96",
	};
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(prefixes); i++) {
		snprintf(text, sizeof(text), "tun-device clat\nmap 192.0.0.1 fd00::1\nprefix %s\n", prefixes[i]);
		assert_int_equal(parse(text), CTL_OK);
		assert_int_equal(conf.dev.plat[0].len, i < 5 ? 32 + 8 * i : 96);
	}
}

/* The 64 that a device takes; a 65th is told with its line. */
static void many_maps(void **state)
{
	char text[8192] = "tun-device clat\nprefix 64:ff9b::/96\n";
	size_t i, len = strlen(text);

	(void)state;
	for (i = 0; i < CLAT_MAP_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "map 10.0.0.%zu fd00::%zx\n", i, i);
	assert_int_equal(parse(text), CTL_OK);
	assert_int_equal(conf.dev.nmap, CLAT_MAP_MAX);
	snprintf(text + len, sizeof(text) - len, "map 10.0.1.0 fd00::1:0\n");
	assert_int_equal(parse(text), CTL_BADCONF);
	assert_non_null(strstr(failure_get().message, "tayga.conf:67: more than 64 maps"));
}

static void errors(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ BASE "tun-up yes", "tayga.conf:4: unknown directive 'tun-up'" },
		{ BASE "map 10.0.0.1", "tayga.conf:4: 'map' takes 2 words, but has 1" },
		{ BASE "data-dir", "tayga.conf:4: 'data-dir' takes 1 word, but has 0" },
		{ BASE "prefix 64:ff9b::/96", "tayga.conf:4: 'prefix' is there twice" },
		{ BASE "map 10.0.0.0/24 2001:db8::/64", "with suffixes of equal length" },
		{ BASE "map 10.0.0.0/8 2001:db8::/x", "no V4[/LEN] V6[/LEN]" },
		{ BASE "map 10.0.0.256 2001:db8::1", "no V4[/LEN] V6[/LEN]" },
		{ BASE "map 2001:db8::1 10.0.0.1", "no V4[/LEN] V6[/LEN]" },
		{ BASE "map 10.0.0.1,10.0.0.2 2001:db8::1", "no V4[/LEN] V6[/LEN]" },
		{ BASE "ipv4-addr 192.0.0", "tayga.conf:4: '192.0.0' is no IPv4 address" },
		{ BASE "ipv6-addr 192.0.0.1", "tayga.conf:4: '192.0.0.1' is no IPv6 address" },
		{ BASE "dynamic-pool 192.168.0.0", "'192.168.0.0' is no IPv4 prefix" },
		{ BASE "dynamic-pool 192.168.0.0/32", "'192.168.0.0/32' is no IPv4 prefix" },
		{ BASE "dynamic-pool 192.168.0/24", "'192.168.0/24' is no IPv4 prefix" },
		{ BASE "dynamic-pool 192.168.000000000000000.0/24", "is no IPv4 prefix" },
		{ BASE "data-dir spool", "'spool' is no absolute path" },
		{ BASE "strict-frag-hdr maybe", "'maybe' is neither on nor off" },
		{ BASE "wkpf-strict maybe", "'maybe' is neither on nor off" },
		{ BASE "udp-cksum-mode drop", "udp-cksum-mode 'drop' cannot be had" },
		{ BASE "log", "log cannot be had" },
		{ BASE "log drop reject", "log cannot be had" },
		{ BASE "offlink-mtu 1279", "'1279' is no number from 1280 to 65535" },
		{ BASE "offlink-mtu 65536", "'65536' is no number from 1280 to 65535" },
		{ BASE "1 2 3 4 5 6 7 8 9 10 11", "tayga.conf:4: more than 10 words" },
		{ "tun-device abcdefghijklmnop", "'abcdefghijklmnop' is no name for an interface" },
		{ "tun-device clat%d", "'clat%d' is no name for an interface" },
		{ "tun-device ../x", "is no name for an interface" },
		{ "tun-device ..", "is no name for an interface" },
		{ "prefix 64:ff9b::", "'64:ff9b::' is no PREFIX/LEN" },
		{ "prefix 64:ff9b::/95", "'64:ff9b::/95' is no NAT64 prefix" },
		{ "prefix 64:ff9b::1/96", "'64:ff9b::1/96' is no NAT64 prefix" },
		{ "", "tayga.conf: no tun-device" },
		{ "tun-device clat\nmap 192.0.0.1 2001:db8::1\n", "tayga.conf: no prefix" },
		{ "tun-device clat\nprefix 64:ff9b::/96\n", "tayga.conf: no map" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(parse(cases[i].text), CTL_BADCONF);
		if (!strstr(failure_get().message, cases[i].message))
			fail_msg("%s: %s", cases[i].text, failure_get().message);
	}
	assert_int_equal(parse_octets(BASE "\0", sizeof(BASE)), CTL_BADCONF);
	assert_non_null(strstr(failure_get().message, "an octet of zero"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_connman_writes_it),
		cmocka_unit_test(as_others_write_it),
		cmocka_unit_test(every_length),
		cmocka_unit_test(many_maps),
		cmocka_unit_test(errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
