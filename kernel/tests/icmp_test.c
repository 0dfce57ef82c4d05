// SPDX-License-Identifier: GPL-2.0
/* core/icmp.c: all 256 types, both ways. */
#include <kunit/test.h>

#include "core/core.h"

static void icmp_types46(struct kunit *test)
{
	unsigned int type;

	for (type = 0; type < 256; type++) {
		int want = type == 8 ? 128 : type == 0 ? 129 :
			   -CLAT_DROP_ICMP46;

		KUNIT_EXPECT_EQ_MSG(test, clat_icmp46(type), want, "type %u",
				    type);
	}
}

static void icmp_types64(struct kunit *test)
{
	unsigned int type;

	for (type = 0; type < 256; type++) {
		int want = type == 128 ? 8 : type == 129 ? 0 :
			   -CLAT_DROP_ICMP64;

		KUNIT_EXPECT_EQ_MSG(test, clat_icmp64(type), want, "type %u",
				    type);
	}
}

static struct kunit_case icmp_cases[] = {
	KUNIT_CASE(icmp_types46),
	KUNIT_CASE(icmp_types64),
	{}
};

static struct kunit_suite icmp_suite = {
	.name = "clat-icmp",
	.test_cases = icmp_cases,
};

kunit_test_suite(icmp_suite);
