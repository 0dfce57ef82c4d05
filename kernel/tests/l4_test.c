// SPDX-License-Identifier: GPL-2.0
/*
 * clat_l4_46() and clat_l4_64() of core/csum.c: what becomes of the checksum
 * field of each transport, at the values where a carry or a zero matters.
 */
#include <kunit/test.h>

#include "core/core.h"
#include "ref.h"

static const struct {
	const char *name;
	u8 proto, len, check;
	bool udp;	/* a zero is sent as all ones */
} l4_protos[] = {
	{ "TCP", 6, 20, 16 },
	{ "UDP", 17, 8, 6, true },
	{ "UDP-Lite", 136, 8, 6, true },
	{ "DCCP", 33, 12, 6 },
};

static const u16 l4_values[] = {
	0x0000, 0x0001, 0x00ff, 0x1234, 0x7fff, 0x8000, 0xedcb, 0xfffe, 0xffff,
};

/* One's complement addition, folded */
static u16 l4_add(u16 a, u16 b)
{
	u32 sum = a + b;

	return (sum & 0xffff) + (sum >> 16);
}

/* What a field becomes if what it covers grows by delta; 0 and ffff differ. */
static u16 l4_want(u16 field, u16 delta, bool udp, bool partial)
{
	u16 want;

	if (partial)
		return l4_add(field, delta);
	want = ~l4_add(~field, delta);
	return !want && udp ? 0xffff : want;
}

static void l4_one(struct kunit *test, unsigned int proto, u16 field,
		   u16 delta, bool partial, bool to6)
{
	const u16 sum = to6 ? delta : (u16)~delta;
	u8 want[20], got[20];
	struct clat_packet pkt = {
		.len = 1000,
		.l4_off = to6 ? 20 : 40,
		.l4 = CLAT_L4_SUM,
		.l4_len = l4_protos[proto].len,
		.check_off = l4_protos[proto].check,
		.proto = l4_protos[proto].proto,
	};
	/* Their addresses differ by that much from IPv4 to IPv6. */
	struct clat_ends ends = { .delta46 = (__force __wsum)htonl(delta) };
	char what[60];

	memset(want, 0x99, sizeof(want));
	ref_put16(want + pkt.check_off, field);
	memcpy(got, want, sizeof(got));
	/* RFC 7915, section 5.5: no checksum stays none. A sum of zero, of
	 * which there are two, changes no other one either.
	 */
	if (delta && delta != 0xffff &&
	    (field || partial || pkt.proto != IPPROTO_UDP))
		ref_put16(want + pkt.check_off,
			  l4_want(field, sum, l4_protos[proto].udp, partial));
	if (to6)
		clat_l4_46(got, &pkt, &ends, partial);
	else
		clat_l4_64(got, &pkt, &ends, partial);
	snprintf(what, sizeof(what), "%s, field 0x%04x, delta 0x%04x%s%s",
		 l4_protos[proto].name, field, delta, partial ? ", seed" : "",
		 to6 ? "" : ", to IPv4");
	ref_expect_bytes(test, what, got, 20, want, 20);
}

static void l4_fields(struct kunit *test)
{
	unsigned int proto, i, j, way;

	for (proto = 0; proto < ARRAY_SIZE(l4_protos); proto++)
		for (i = 0; i < ARRAY_SIZE(l4_values); i++)
			for (j = 0; j < ARRAY_SIZE(l4_values); j++)
				for (way = 0; way < 4; way++)
					l4_one(test, proto, l4_values[i],
					       l4_values[j], way & 1, way & 2);
}

/* The sum isn't folded yet: a zero in one's complement has many faces. */
static void l4_neutral(struct kunit *test)
{
	static const struct {
		u32 delta;
		bool neutral;
	} cases[] = {
		{ 0, true }, { 0xffff, true }, { 0xffff0000, true },
		{ 0xffffffff, true }, { 0x1234edcb, true },
		{ 1, false }, { 0xfffe, false }, { 0x10000, false },
		{ 0xfffffffe, false }, { 0x1234edcc, false },
		{ 0x80000000, false },
	};
	static const u16 fields[] = { 0x0000, 0x1234, 0xffff };
	struct clat_packet pkt = {
		.l4 = CLAT_L4_SUM, .l4_len = 20, .check_off = 16, .proto = 6,
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		for (j = 0; j < ARRAY_SIZE(fields); j++) {
			u8 tcp[20] = {};
			struct clat_ends ends = {
				.delta46 = (__force __wsum)htonl(cases[i].delta),
			};

			ref_put16(tcp + 16, fields[j]);
			clat_l4_46(tcp, &pkt, &ends, false);
			KUNIT_EXPECT_EQ_MSG(test,
					    ref_get16(tcp + 16) == fields[j],
					    cases[i].neutral,
					    "0x%08x, field 0x%04x",
					    cases[i].delta, fields[j]);
		}
}

/* Nothing is read or written: there is no header to do so. */
static void l4_opaque(struct kunit *test)
{
	struct clat_packet pkt = { .l4 = CLAT_L4_OPAQUE, .proto = 6 };
	struct clat_ends ends = { .delta46 = (__force __wsum)htonl(0x1234) };

	clat_l4_46(NULL, &pkt, &ends, false);
	clat_l4_64(NULL, &pkt, &ends, true);
	KUNIT_SUCCEED(test);
}

/* Type and pseudo header come and go; what is left to do has no type in it. */
static void l4_echo(struct kunit *test)
{
	struct clat_packet pkt = {
		.len = 20 + 8, .l4_off = 20, .l4 = CLAT_L4_ECHO,
		.l4_len = 8, .check_off = 2, .proto = 1,
	};
	u8 v4[8] = { 8, 0, 0, 0, 0x12, 0x34, 0, 1 };
	u8 v6[8] = { 128, 0, 0, 0, 0x12, 0x34, 0, 1 };
	unsigned int reply;
	u16 pseudo;

	for (reply = 0; reply < 2; reply++) {
		struct clat_ends ends = {
			.local6 = ref_v6("2001:db8:1:2::c1a7"),
			.far6 = ref_v6("64:ff9b::203.0.113.33"),
		};
		u8 got[8];

		pseudo = ref_sum(&ends.local6, 16,
				 ref_sum(&ends.far6, 16, 58 + 8));
		v4[0] = reply ? 0 : 8;
		v6[0] = reply ? 129 : 128;
		ref_put16(v4 + 2, 0);
		ref_put16(v6 + 2, 0);
		ref_put16(v4 + 2, ~ref_sum(v4, 8, 0));
		ref_put16(v6 + 2, ~ref_sum(v6, 8, pseudo));

		memcpy(got, v4, 8);
		clat_l4_46(got, &pkt, &ends, false);
		ref_expect_bytes(test, "to IPv6", got, 8, v6, 8);
		clat_l4_64(got, &pkt, &ends, false);
		ref_expect_bytes(test, "to IPv4", got, 8, v4, 8);

		ref_put16(v4 + 2, 0);
		ref_put16(v6 + 2, pseudo);
		memcpy(got, v4, 8);
		clat_l4_46(got, &pkt, &ends, true);
		ref_expect_bytes(test, "seed to IPv6", got, 8, v6, 8);
	}
}

static struct kunit_case l4_cases[] = {
	KUNIT_CASE(l4_fields),
	KUNIT_CASE(l4_neutral),
	KUNIT_CASE(l4_opaque),
	KUNIT_CASE(l4_echo),
	{}
};

static struct kunit_suite l4_suite = {
	.name = "clat-l4",
	.test_cases = l4_cases,
};

kunit_test_suite(l4_suite);
