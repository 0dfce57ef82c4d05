// SPDX-License-Identifier: GPL-2.0
/* DNS servers from the command line and from resolv.conf. */
#include "unit.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl.h"
#include "resolvers.h"

static void forms(void **state)
{
	static const struct { const char *text; int family; unsigned int port; bool loopback; } rows[] = {
		{ "2001:db8::53", AF_INET6, 53, false },
		{ "2001:db8::53@5353", AF_INET6, 5353, false },
		{ "192.0.2.53", AF_INET, 53, false },
		{ "192.0.2.53@1", AF_INET, 1, false },
		{ "::1", AF_INET6, 53, true },
		{ "127.0.0.53", AF_INET, 53, true },
		{ "0.0.0.0", AF_INET, 53, true },
		{ "::", AF_INET6, 53, true },
		{ "::ffff:127.0.0.1", AF_INET6, 53, true },
		{ "::ffff:192.0.2.53", AF_INET6, 53, false },
		{ "fe80::1%lo", AF_INET6, 53, false },
		{ "fe80::1%lo@53", AF_INET6, 53, false },
		{ "fe80::1%9999", AF_INET6, 53, false },
	};
	struct resolver r;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		if (resolver_parse(rows[i].text, 0, &r))
			fail_msg("%s refused", rows[i].text);
		assert_int_equal(r.sa.sa_family, rows[i].family);
		assert_int_equal(ntohs(r.sin6.sin6_port), rows[i].port);
		assert_int_equal(r.loopback, rows[i].loopback);
		assert_int_equal(r.salen, r.sa.sa_family == AF_INET ? sizeof(r.sin) : sizeof(r.sin6));
		assert_string_equal(r.text, rows[i].text);
	}
}

static void zones(void **state)
{
	struct resolver r;

	(void)state;
	assert_int_equal(resolver_parse("fe80::1%lo", 7, &r), 0);
	assert_int_equal(r.sin6.sin6_scope_id, if_nametoindex("lo"));
	assert_int_equal(resolver_parse("fe80::1", 7, &r), 0);
	assert_int_equal(r.sin6.sin6_scope_id, 7);
	assert_int_equal(resolver_parse("2001:db8::1", 7, &r), 0);
	assert_int_equal(r.sin6.sin6_scope_id, 0);
	assert_int_equal(resolver_parse("fe80::1%nosuchdevice", 7, &r), -ENODEV);
}

static void malformed(void **state)
{
	static const char *const rows[] = {
		"", "dns.example", "2001:db8::53@", "2001:db8::53@0", "2001:db8::53@65536", "2001:db8::53@x", "1.2.3",
		"1.2.3.4%lo", "[2001:db8::53]:53", "2001:db8::53 ", "@53", "%lo", "2001:db8::53@53@53",
		"2001:0db8:0000:0000:0000:0000:0000:0053%averyveryverylongname@000000000000000000000000000000000000053",
	};
	struct resolver r;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		if (resolver_parse(rows[i], 0, &r) != -EINVAL)
			fail_msg("'%s' taken", rows[i]);
}

static void read_text(const char *text, struct resolvers *resolvers)
{
	char path[] = "/tmp/clat-unit-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	assert_int_equal(resolvers_read(path, 7, resolvers), 0);
	unlink(path);
}

static void resolv_conf(void **state)
{
	struct resolvers r;

	(void)state;
	read_text("# nameserver 2001:db8::1\n;nameserver 2001:db8::2\nsearch example\nnameserver 127.0.0.53\n"
		  "nameserver\t2001:db8::3  \nnameserver\nnameserver bogus\n\nnameservers 2001:db8::4\n"
		  "options edns0\nnameserver fe80::1\nnameserver 192.0.2.1", &r);
	assert_int_equal(r.count, 4);
	assert_string_equal(r.list[0].text, "2001:db8::3");
	assert_string_equal(r.list[1].text, "fe80::1");
	assert_int_equal(r.list[1].sin6.sin6_scope_id, 7);
	assert_string_equal(r.list[2].text, "192.0.2.1");
	/* What runs on this machine may ask another network, and goes last. */
	assert_string_equal(r.list[3].text, "127.0.0.53");
	assert_true(r.list[3].loopback);
}

static void resolv_conf_without_bounds(void **state)
{
	char text[4096] = "";
	struct resolvers r;
	int i;

	(void)state;
	for (i = 0; i < 20; i++)
		strcat(text, "nameserver 2001:db8::1\n");
	memset(text + strlen(text), 'x', 3000);
	read_text(text, &r);
	assert_int_equal(r.count, RESOLVERS_MAX);
	read_text("", &r);
	assert_int_equal(r.count, 0);
	assert_int_equal(resolvers_read("/nonexistent/resolv.conf", 0, &r), -ENOENT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(zones),
		cmocka_unit_test(malformed),
		cmocka_unit_test(resolv_conf),
		cmocka_unit_test(resolv_conf_without_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
