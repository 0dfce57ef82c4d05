/* SPDX-License-Identifier: GPL-2.0 */
/* What the unit tests share: cmocka with the headers that it wants first, and addresses from text. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* clatctl has a function of this name. */
#undef fail
#undef fail_msg
#define fail_msg(...) do { \
	print_error(__VA_ARGS__); \
	print_error("\n"); \
	_fail(__FILE__, __LINE__); \
} while (0)

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static inline struct in6_addr v6(const char *text)
{
	struct in6_addr addr;

	assert_int_equal(inet_pton(AF_INET6, text, &addr), 1);
	return addr;
}

static inline struct in_addr v4(const char *text)
{
	struct in_addr addr;

	assert_int_equal(inet_pton(AF_INET, text, &addr), 1);
	return addr;
}

static inline void assert_v6(const struct in6_addr *addr, const char *text)
{
	char buf[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, addr, buf, sizeof(buf));
	assert_string_equal(buf, text);
}

#endif
