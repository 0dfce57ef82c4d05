// SPDX-License-Identifier: GPL-2.0
/* NAT64 prefixes out of AAAA records: every length, both well-known addresses, and what must not count. */
#include "unit.h"

#include "pref64.h"

struct row {
	const char *addr;
	const char *prefix;	/* NULL: none */
	int len;
};

static void check_rows(const struct row *rows, size_t count)
{
	struct plat prefix;
	struct in6_addr addr;
	size_t i;

	for (i = 0; i < count; i++) {
		bool found;

		addr = v6(rows[i].addr);
		found = pref64_extract(&addr, &prefix);
		if (found != (rows[i].prefix != NULL))
			fail_msg("%s: %s", rows[i].addr, found ? "a prefix" : "no prefix");
		if (!found)
			continue;
		assert_v6(&prefix.addr, rows[i].prefix);
		assert_int_equal(prefix.len, rows[i].len);
	}
}

/* The layouts of RFC 6052, section 2.4, with 192.0.0.170 and .171 in the place of 192.0.2.33. */
static void all_lengths(void **state)
{
	static const struct row rows[] = {
		{ "2001:db8:c000:aa::", "2001:db8::", 32 },
		{ "2001:db8:c000:ab::", "2001:db8::", 32 },
		{ "2001:db8:1c0:0:aa::", "2001:db8:100::", 40 },
		{ "2001:db8:1c0:0:ab::", "2001:db8:100::", 40 },
		{ "2001:db8:122:c000:0:aa00::", "2001:db8:122::", 48 },
		{ "2001:db8:122:c000:0:ab00::", "2001:db8:122::", 48 },
		{ "2001:db8:122:3c0:0:aa::", "2001:db8:122:300::", 56 },
		{ "2001:db8:122:3c0:0:ab::", "2001:db8:122:300::", 56 },
		{ "2001:db8:122:344:c0:0:aa00::", "2001:db8:122:344::", 64 },
		{ "2001:db8:122:344:c0:0:ab00::", "2001:db8:122:344::", 64 },
		{ "2001:db8:122:344::c000:aa", "2001:db8:122:344::", 96 },
		{ "2001:db8:122:344::c000:ab", "2001:db8:122:344::", 96 },
		{ "64:ff9b::c000:aa", "64:ff9b::", 96 },
		{ "64:ff9b:1:fffe:0:1:c000:ab", "64:ff9b:1:fffe:0:1::", 96 },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void not_a_prefix(void **state)
{
	static const struct row rows[] = {
		{ "2001:db8::1", NULL, 0 },
		{ "64:ff9b::c000:a9", NULL, 0 },		/* 192.0.0.169 */
		{ "64:ff9b::c000:ac", NULL, 0 },		/* 192.0.0.172 */
		{ "64:ff9b::c000:2aa", NULL, 0 },		/* 192.0.2.170 */
		{ "64:ff9b::aa00:c0", NULL, 0 },		/* backwards */
		{ "2001:db8:c000:aa:ff00::", NULL, 0 },		/* octet 8 */
		{ "2001:db8:122:344:100:0:c000:aa", NULL, 0 },	/* octet 8, within a /96 */
		{ "2001:db8:c000:aa::1", NULL, 0 },		/* suffix */
		{ "2001:db8:122:344:c0:0:aa00:1", NULL, 0 },	/* suffix */
		{ "2001:db8:1:c000:aa::", NULL, 0 },		/* octet 8 inside the address of a /48 */
		{ "2001:db8:12c0:0:aa00::", NULL, 0 },		/* a place of no length */
		{ "::c000:aa", NULL, 0 },			/* no prefix at all */
		{ "::ffff:c000:aa", NULL, 0 },			/* IPv4-mapped */
		{ "fe80::c000:aa", NULL, 0 },
		{ "ff02::c000:aa", NULL, 0 },
		{ "::", NULL, 0 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, 0 },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* A well-known address that occurs twice: the one that nothing follows is in its place, the other is prefix. */
static void twice(void **state)
{
	static const struct row rows[] = {
		{ "2001:db8:c000:aa::c000:aa", "2001:db8:c000:aa::", 96 },
		{ "2001:db8:c000:aa::c000:ab", "2001:db8:c000:aa::", 96 },
		{ "2001:db8:c000:aa:c0:0:aa00::", "2001:db8:c000:aa::", 64 },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* Each length by the second of the well-known addresses. */
static void either_address(void **state)
{
	static const struct row rows[] = {
		{ "3fff:1:c000:ab::", "3fff:1::", 32 },
		{ "3fff:1:2c0:0:ab::", "3fff:1:200::", 40 },
		{ "3fff:1:203:c000:0:ab00::", "3fff:1:203::", 48 },
		{ "3fff:1:203:4c0:0:ab::", "3fff:1:203:400::", 56 },
		{ "3fff:1:203:405:c0:0:ab00:0", "3fff:1:203:405::", 64 },
		{ "64:ff9b::c000:ab", "64:ff9b::", 96 },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void order_is_kept(void **state)
{
	const struct in6_addr addrs[] = {
		v6("2001:db8:2::c000:ab"), v6("2001:db8::1"), v6("64:ff9b::c000:aa"), v6("2001:db8:2::c000:aa"),
		v6("64:ff9b::c000:ab"), v6("2001:db8:c000:aa::"),
	};
	struct plat found[8];

	(void)state;
	assert_int_equal(pref64_collect(addrs, COUNT(addrs), found, COUNT(found)), 3);
	assert_v6(&found[0].addr, "2001:db8:2::");
	assert_v6(&found[1].addr, "64:ff9b::");
	assert_v6(&found[2].addr, "2001:db8::");
	assert_int_equal(found[2].len, 32);
}

static void room_is_bounded(void **state)
{
	struct plat found[3];
	struct in6_addr addrs[5];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(addrs); i++) {
		addrs[i] = v6("2001:db8::c000:aa");
		addrs[i].s6_addr[5] = (uint8_t)i;
	}
	memset(found, 0xee, sizeof(found));
	assert_int_equal(pref64_collect(addrs, COUNT(addrs), found, 2), 2);
	assert_int_equal(found[2].len, 0xee);
	assert_int_equal(pref64_collect(addrs, 0, found, 2), 0);
}

static void lengths(void **state)
{
	int len, count = 0;

	(void)state;
	for (len = -1; len <= 129; len++)
		count += pref64_len_ok(len);
	assert_int_equal(count, 6);
	assert_true(pref64_len_ok(32) && pref64_len_ok(40) && pref64_len_ok(48) && pref64_len_ok(56) &&
		    pref64_len_ok(64) && pref64_len_ok(96));
}

/* The table of RFC 6052, section 2.4. */
static void embedded(void **state)
{
	static const struct { const char *prefix; uint8_t len; const char *addr; } rows[] = {
		{ "2001:db8::", 32, "2001:db8:c000:221::" },
		{ "2001:db8:100::", 40, "2001:db8:1c0:2:21::" },
		{ "2001:db8:122::", 48, "2001:db8:122:c000:2:2100::" },
		{ "2001:db8:122:300::", 56, "2001:db8:122:3c0:0:221::" },
		{ "2001:db8:122:344::", 64, "2001:db8:122:344:c0:2:2100:0" },
		{ "2001:db8:122:344::", 96, "2001:db8:122:344::c000:221" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct plat plat = { .addr = v6(rows[i].prefix), .len = rows[i].len };
		struct in6_addr addr = pref64_embed(&plat, v4("192.0.2.33")), want = v6(rows[i].addr);

		assert_memory_equal(&addr, &want, sizeof(want));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_lengths),
		cmocka_unit_test(not_a_prefix),
		cmocka_unit_test(twice),
		cmocka_unit_test(either_address),
		cmocka_unit_test(order_is_kept),
		cmocka_unit_test(room_is_bounded),
		cmocka_unit_test(lengths),
		cmocka_unit_test(embedded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
