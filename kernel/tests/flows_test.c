// SPDX-License-Identifier: GPL-2.0
/* flows.c: what IPv4 has sent in is known for as long as a NAT64 knows it. */
#include <kunit/test.h>

#include "clat.h"

#define FLOWS_NOW 1000000

/* Flow number i of many that differ in all three fields. */
static struct clat_flow flows_flow(unsigned int i)
{
	static const u8 protos[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6, IPPROTO_GRE
	};

	return (struct clat_flow) {
		.far = htonl(0xc6336400 + i % 251),
		.id = i * 65537,
		.proto = protos[i % ARRAY_SIZE(protos)],
	};
}

static int flows_init(struct kunit *test)
{
	test->priv = clat_flows_alloc();
	KUNIT_ASSERT_NOT_NULL(test, test->priv);
	return 0;
}

static void flows_exit(struct kunit *test)
{
	clat_flows_free(test->priv);
}

static void flows_exact(struct kunit *test)
{
	struct clat_flow flow = flows_flow(7), other;

	KUNIT_EXPECT_FALSE(test, clat_flow_seen(test->priv, &flow, FLOWS_NOW));
	clat_flow_note(test->priv, &flow, FLOWS_NOW);
	KUNIT_EXPECT_TRUE(test, clat_flow_seen(test->priv, &flow, FLOWS_NOW));

	other = flow;
	other.far ^= htonl(1);
	KUNIT_EXPECT_FALSE(test, clat_flow_seen(test->priv, &other, FLOWS_NOW));
	other = flow;
	other.id ^= 0x10000;
	KUNIT_EXPECT_FALSE(test, clat_flow_seen(test->priv, &other, FLOWS_NOW));
	other = flow;
	other.proto = IPPROTO_UDP;
	KUNIT_EXPECT_FALSE(test, clat_flow_seen(test->priv, &other, FLOWS_NOW));
}

static void flows_age(struct kunit *test)
{
	static const struct {
		u8 proto;
		u32 lifetime;
	} rows[] = {
		{ IPPROTO_TCP, 7440 }, { IPPROTO_UDP, 300 },
		{ IPPROTO_ICMPV6, 60 }, { IPPROTO_FRAGMENT, 5 },
		{ IPPROTO_ESP, 300 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct clat_flow flow = flows_flow(i);
		u32 last = FLOWS_NOW + rows[i].lifetime;

		flow.proto = rows[i].proto;
		clat_flow_note(test->priv, &flow, FLOWS_NOW);
		KUNIT_EXPECT_TRUE(test,
				  clat_flow_seen(test->priv, &flow, last));
		KUNIT_EXPECT_FALSE(test, clat_flow_seen(test->priv, &flow,
							last + 1));
		/* Who sends again is known for as long again. */
		clat_flow_note(test->priv, &flow, last);
		KUNIT_EXPECT_TRUE(test, clat_flow_seen(test->priv, &flow,
						       last + 1));
	}
}

/* Whatever comes, what is sent now is known, and of a few nearly all are. */
static void flows_many(struct kunit *test)
{
	unsigned int i, seen = 0;

	for (i = 0; i < 100000; i++) {
		struct clat_flow flow = flows_flow(i);

		clat_flow_note(test->priv, &flow, FLOWS_NOW + i / 100);
		if (!clat_flow_seen(test->priv, &flow, FLOWS_NOW + i / 100))
			KUNIT_FAIL(test, "flow %u is not known at once", i);
	}
	for (i = 0; i < 1000; i++) {
		struct clat_flow flow = flows_flow(200000 + i);

		clat_flow_note(test->priv, &flow, FLOWS_NOW + 2000);
	}
	for (i = 0; i < 1000; i++) {
		struct clat_flow flow = flows_flow(200000 + i);

		seen += clat_flow_seen(test->priv, &flow, FLOWS_NOW + 2000);
	}
	KUNIT_EXPECT_GE(test, seen, 980U);
}

static void flows_clock(struct kunit *test)
{
	KUNIT_EXPECT_GT(test, clat_flow_now(), 0U);
}

static struct kunit_case flows_cases[] = {
	KUNIT_CASE(flows_exact),
	KUNIT_CASE(flows_age),
	KUNIT_CASE(flows_many),
	KUNIT_CASE(flows_clock),
	{}
};

static struct kunit_suite flows_suite = {
	.name = "clat-flows",
	.init = flows_init,
	.exit = flows_exit,
	.test_cases = flows_cases,
};

kunit_test_suite(flows_suite);
