// SPDX-License-Identifier: GPL-2.0
/* The CLAT's IPv6 address: neutral to checksums, stable, never a reserved identifier; and the machine's secret. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"

static const uint8_t secret[SECRET_SIZE] = "a secret that only tests do know";

static struct plat plat(const char *addr, int len)
{
	return (struct plat){ .addr = v6(addr), .len = (uint8_t)len };
}

/* RFC 1071, written down apart from the code under test: the sum of a pseudo-header's addresses, carries wrapped. */
static uint16_t checksum(uint32_t sum, const uint8_t *data, size_t len)
{
	for (; len; data += 2, len -= 2) {
		sum += (uint32_t)data[0] * 256 + data[1];
		while (sum > 0xffff)
			sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)sum;
}

/* IPv4 host behind the prefix, with the layouts of RFC 6052 for 32 and 96 bits. */
static struct in6_addr embed(const struct plat *p, struct in_addr host)
{
	struct in6_addr addr = p->addr;

	memcpy(addr.s6_addr + (p->len == 32 ? 4 : 12), &host, 4);
	return addr;
}

static void assert_same_checksum(const struct in6_addr *addr, struct in_addr local, const struct plat *p,
				 const char *host)
{
	struct in_addr far4 = v4(host);
	struct in6_addr far6 = embed(p, far4);
	uint16_t sum4 = checksum(checksum(0, (uint8_t *)&local, 4), (uint8_t *)&far4, 4);
	uint16_t sum6 = checksum(checksum(0, addr->s6_addr, 16), far6.s6_addr, 16);

	/* 0 and 0xffff are one number in one's complement; neither pseudo-header sums to 0 proper. */
	assert_int_equal(sum4 % 0xffff, sum6 % 0xffff);
}

static void neutral(void **state)
{
	static const struct { const char *addr; int len; } plats[] = {
		{ "64:ff9b::", 96 }, { "2001:db8::", 32 }, { "2001:db8:ffff:ffff:ff:ffff::", 96 }, { "ffff:ffff::", 32 },
		{ "2a00:1234:5678:9abc:0:def0::", 96 },
	};
	const struct in6_addr prefix = v6("2a01:db8:1:2::");
	unsigned int attempt;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(plats); i++) {
		struct plat p = plat(plats[i].addr, plats[i].len);

		for (attempt = 0; attempt < 50; attempt++) {
			struct in_addr local = v4(attempt & 1 ? "192.0.0.1" : "192.0.0.6");
			struct in6_addr addr;

			assert_int_equal(address_stable(secret, &prefix, "wwan0", attempt, local, &p, &addr), 0);
			assert_memory_equal(&addr, &prefix, 8);
			assert_same_checksum(&addr, local, &p, "8.8.8.8");
			assert_same_checksum(&addr, local, &p, "203.0.113.255");
			assert_true(address_is_neutral(&addr, local, &p));
			addr.s6_addr[15] ^= 1;
			assert_false(address_is_neutral(&addr, local, &p));
		}
	}
}

static void not_neutral_for_other_lengths(void **state)
{
	static const int lens[] = { 40, 48, 56, 64 };
	struct in6_addr a, b, prefix = v6("2a01:db8:1:2::");
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lens); i++) {
		struct plat p = plat("2001:db8:64::", lens[i]), q = plat("2001:db8:65::", lens[i]);

		assert_false(address_can_be_neutral(&p));
		assert_int_equal(address_stable(secret, &prefix, "wwan0", 0, v4("192.0.0.1"), &p, &a), 0);
		assert_int_equal(address_stable(secret, &prefix, "wwan0", 0, v4("192.0.0.1"), &q, &b), 0);
		assert_memory_equal(&a, &b, 16);
		assert_false(address_is_neutral(&a, v4("192.0.0.1"), &p));
	}
}

/* RFC 7217: the same for the same network, another one for all else. */
static void stable(void **state)
{
	static const uint8_t other_secret[SECRET_SIZE] = "another secret of another machin";
	struct in6_addr prefix = v6("2001:db8:1:2::"), other_prefix = v6("2001:db8:1:3::"), first, again;
	struct plat p = plat("64:ff9b::", 96), q = plat("2001:db8:64::", 96);
	struct in_addr local = v4("192.0.0.1");

	(void)state;
	address_stable(secret, &prefix, "wwan0", 0, local, &p, &first);
	address_stable(secret, &prefix, "wwan0", 0, local, &p, &again);
	assert_memory_equal(&first, &again, 16);
	address_stable(secret, &prefix, "wwan0", 0, local, &q, &again);
	assert_memory_equal(&first, &again, 14);
	assert_memory_not_equal(&first, &again, 16);
	address_stable(secret, &prefix, "wwan0", 1, local, &p, &again);
	assert_memory_not_equal(&first, &again, 14);
	address_stable(secret, &prefix, "wwan1", 0, local, &p, &again);
	assert_memory_not_equal(&first, &again, 14);
	address_stable(other_secret, &prefix, "wwan0", 0, local, &p, &again);
	assert_memory_not_equal(&first, &again, 14);
	address_stable(secret, &other_prefix, "wwan0", 0, local, &p, &again);
	assert_memory_not_equal(first.s6_addr + 8, again.s6_addr + 8, 6);
}

/* What is behind the 64th bit of the prefix is somebody's identifier and has no part in ours. */
static void only_the_prefix_counts(void **state)
{
	struct in6_addr a, b, plain = v6("2001:db8:1:2::"), address = v6("2001:db8:1:2:3:4:5:6");
	struct plat p = plat("64:ff9b::", 96);

	(void)state;
	address_stable(secret, &plain, "wwan0", 0, v4("192.0.0.1"), &p, &a);
	address_stable(secret, &address, "wwan0", 0, v4("192.0.0.1"), &p, &b);
	assert_memory_equal(&a, &b, 16);
}

static void reserved(void **state)
{
	static const struct { const char *addr; bool reserved; } rows[] = {
		{ "2001:db8::", true },
		{ "2001:db8::1", false },
		{ "2001:db8::fdff:ffff:ffff:ff7f", false },
		{ "2001:db8::fdff:ffff:ffff:ff80", true },
		{ "2001:db8::fdff:ffff:ffff:ffff", true },
		{ "2001:db8::fdff:ffff:fffe:ffff", false },
		{ "2001:db8::1ff:5eff:feff:ffff", false },
		{ "2001:db8::200:5eff:fdff:ffff", false },
		{ "2001:db8::200:5eff:fe00:0", true },
		{ "2001:db8::200:5eff:fe00:5213", true },
		{ "2001:db8::200:5eff:feff:ffff", true },
		{ "2001:db8::200:5eff:ff00:0", false },
	};
	struct in6_addr addr;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		addr = v6(rows[i].addr);
		if (address_iid_reserved(&addr) != rows[i].reserved)
			fail_msg("%s", rows[i].addr);
	}
}

static void never_under_the_plat(void **state)
{
	struct plat p = plat("2001:db8::", 32);
	struct in6_addr addr, prefix = v6("2001:db8:1:2::");

	(void)state;
	assert_int_equal(address_stable(secret, &prefix, "wwan0", 0, v4("192.0.0.1"), &p, &addr), -EADDRNOTAVAIL);
}

static void picks_the_best_prefix(void **state)
{
	const struct prefix64 ula_first[] = { { v6("fd00:1::1"), false }, { v6("2001:db8::1"), false } };
	const struct prefix64 deprecated[] = { { v6("2001:db8::1"), true }, { v6("2a00::1"), false } };
	const struct prefix64 longest[] = { { v6("2a00::1"), false }, { v6("2001:db8::1"), false } };
	/* By common bits alone it would be the first: 6to4 has another label. */
	const struct prefix64 label[] = { { v6("2002:1::1"), false }, { v6("4000::1"), false } };
	const struct prefix64 equal[] = { { v6("2a00:1::1"), false }, { v6("2a00:2::1"), false } };
	struct plat global = plat("2001:db8:64::", 96), local = plat("fd00:64::", 96), wkp = plat("64:ff9b::", 96),
		    other = plat("2a00:64::", 96);

	(void)state;
	assert_int_equal(address_pick_prefix(ula_first, 2, &global), 1);
	assert_int_equal(address_pick_prefix(ula_first, 2, &local), 0);
	assert_int_equal(address_pick_prefix(deprecated, 2, &global), 1);
	assert_int_equal(address_pick_prefix(longest, 2, &global), 1);
	assert_int_equal(address_pick_prefix(label, 2, &other), 1);
	assert_int_equal(address_pick_prefix(equal, 2, &wkp), 0);
	assert_int_equal(address_pick_prefix(equal, 1, &wkp), 0);
	assert_int_equal(address_pick_prefix(equal, 0, &wkp), -1);
}

static void secret_is_made_and_kept(void **state)
{
	char folder[] = "/tmp/clat-unit-XXXXXX", sub[64], path[96];
	uint8_t first[SECRET_SIZE], again[SECRET_SIZE];
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(sub, sizeof(sub), "%s/made", folder);
	snprintf(path, sizeof(path), "%s/secret", sub);
	assert_int_equal(secret_load(path, first), 0);
	assert_int_equal(secret_load(path, again), 0);
	assert_memory_equal(first, again, SECRET_SIZE);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, SECRET_SIZE);
	assert_int_equal(st.st_nlink, 1);
	/* A file that is too short is not used, and not overwritten either. */
	assert_int_equal(truncate(path, 5), 0);
	assert_int_not_equal(secret_load(path, again), 0);
	assert_memory_not_equal(first, again, SECRET_SIZE);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 5);
	unlink(path);
	rmdir(sub);
	rmdir(folder);
}

static void secret_without_a_place(void **state)
{
	uint8_t first[SECRET_SIZE] = { 0 }, again[SECRET_SIZE] = { 0 };

	(void)state;
	assert_int_not_equal(secret_load("/dev/null/clat/secret", first), 0);
	assert_int_not_equal(secret_load("/dev/null/clat/secret", again), 0);
	assert_memory_not_equal(first, again, SECRET_SIZE);
}

/* The prefixes that a subnet's addresses are behind: with every host both checksums are the same. */
static void slices(void **state)
{
	static const struct { const char *net; uint8_t len; const char *plat; int plat_len; } rows[] = {
		{ "192.168.43.0", 24, "64:ff9b::", 96 }, { "10.0.0.0", 16, "64:ff9b::", 96 }, { "172.20.10.0", 28, "2001:db8::", 32 },
		{ "192.168.44.0", 23, "2001:db8:ffff:ffff:ff:ffff::", 96 }, { "192.168.43.8", 30, "64:ff9b::", 96 },
	};
	const struct in6_addr own = v6("2a01:db8:1:2:3:4:5:6");
	struct in6_addr slice, again;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct plat p = plat(rows[i].plat, rows[i].plat_len);
		uint16_t suffix = (uint16_t)((1u << (32 - rows[i].len)) - 1);
		struct in_addr net = v4(rows[i].net), host = { net.s_addr | htonl(suffix) };

		assert_int_equal(address_slice(secret, &own, "wwan0", net, rows[i].len, &p, &slice), 0);
		assert_memory_equal(&slice, &own, 8);
		assert_false(address_in(&own, &slice, (uint8_t)(96 + rows[i].len)));
		assert_int_equal((slice.s6_addr[14] << 8 | slice.s6_addr[15]) & suffix, 0);
		assert_same_checksum(&slice, net, &p, "198.51.100.7");
		assert_int_equal(address_slice(secret, &own, "wwan0", net, rows[i].len, &p, &again), 0);
		assert_memory_equal(&slice, &again, 16);
		slice.s6_addr[14] |= (uint8_t)(suffix >> 8);
		slice.s6_addr[15] |= (uint8_t)suffix;
		assert_same_checksum(&slice, host, &p, "198.51.100.7");
	}
}

/* Another secret, /64, uplink or subnet: other addresses. Those of lengths that cannot be neutral are made too. */
static void slices_differ(void **state)
{
	const struct in6_addr own = v6("2a01:db8:1:2:3:4:5:6"), other = v6("2a01:db8:1:3:3:4:5:6");
	static const uint8_t secret2[SECRET_SIZE] = "another secret of the same lengt";
	const struct in_addr net = v4("192.168.43.0");
	struct plat p = plat("2001:db8:1::", 48);
	struct in6_addr a[5];
	size_t i, j;

	(void)state;
	assert_int_equal(address_slice(secret, &own, "wwan0", net, 24, &p, &a[0]), 0);
	assert_int_equal(address_slice(secret2, &own, "wwan0", net, 24, &p, &a[1]), 0);
	assert_int_equal(address_slice(secret, &other, "wwan0", net, 24, &p, &a[2]), 0);
	assert_int_equal(address_slice(secret, &own, "wwan1", net, 24, &p, &a[3]), 0);
	assert_int_equal(address_slice(secret, &own, "wwan0", v4("192.168.44.0"), 24, &p, &a[4]), 0);
	for (i = 0; i < COUNT(a); i++)
		for (j = 0; j < i; j++)
			assert_memory_not_equal(a[i].s6_addr + 8, a[j].s6_addr + 8, 8);
}

static void slices_avoid_the_plat(void **state)
{
	const struct in6_addr own = v6("2001:db8:1:2:3:4:5:6");
	struct plat p = plat("2001:db8::", 32);
	struct in6_addr slice;

	(void)state;
	assert_int_equal(address_slice(secret, &own, "wwan0", v4("192.168.43.0"), 24, &p, &slice), -EADDRNOTAVAIL);
}

static void address_in_prefix(void **state)
{
	const struct in6_addr a = v6("2001:db8:1:2:3:4:5:67"), first = v6("2001:db8:1:2:3:4:5:60"), zero = v6("::");

	(void)state;
	assert_true(address_in(&a, &first, 124));
	assert_false(address_in(&a, &first, 126));
	assert_false(address_in(&a, &first, 128));
	assert_true(address_in(&a, &a, 128));
	assert_true(address_in(&a, &zero, 0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices),
		cmocka_unit_test(slices_differ),
		cmocka_unit_test(slices_avoid_the_plat),
		cmocka_unit_test(address_in_prefix),
		cmocka_unit_test(neutral),
		cmocka_unit_test(not_neutral_for_other_lengths),
		cmocka_unit_test(stable),
		cmocka_unit_test(only_the_prefix_counts),
		cmocka_unit_test(reserved),
		cmocka_unit_test(never_under_the_plat),
		cmocka_unit_test(picks_the_best_prefix),
		cmocka_unit_test(secret_is_made_and_kept),
		cmocka_unit_test(secret_without_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
