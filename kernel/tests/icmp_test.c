// SPDX-License-Identifier: GPL-2.0
/*
 * core/icmp.c: every type, code and pointer, both ways, and all MTUs that
 * matter. The tables of RFC 7915, sections 4.2 and 5.2, are written down here
 * once more, by ranges.
 */
#include <kunit/test.h>

#include "core/core.h"
#include "ref.h"

static const struct clat_mtus icmp_mtus = { .v4 = 1480, .v6 = 1500 };

/* Returns what the function under test does; in and out are 8 octets. */
static int icmp_run46(const u8 *in, unsigned int quoted, u8 *out)
{
	struct icmp6hdr icmp6;
	struct icmphdr icmp;
	int ret;

	memcpy(&icmp, in, 8);
	memset(&icmp6, 0xa5, sizeof(icmp6));
	ret = clat_icmp46(&icmp, &icmp_mtus, quoted, &icmp6);
	memcpy(out, &icmp6, 8);
	return ret;
}

static int icmp_run64(const u8 *in, bool quoted_frag, u8 *out)
{
	struct icmp6hdr icmp6;
	struct icmphdr icmp;
	int ret;

	memcpy(&icmp6, in, 8);
	memset(&icmp, 0xa5, sizeof(icmp));
	ret = clat_icmp64(&icmp6, &icmp_mtus, quoted_frag, &icmp);
	memcpy(out, &icmp, 8);
	return ret;
}

static void icmp_class4(struct kunit *test)
{
	unsigned int type;

	for (type = 0; type < 256; type++)
		KUNIT_EXPECT_EQ_MSG(test, (int)clat_icmp4_class(type),
				    type == 0 || type == 8 ? CLAT_L4_ECHO :
				    type == 3 || type == 11 || type == 12 ?
				    CLAT_L4_ERROR : CLAT_L4_OPAQUE,
				    "type %u", type);
}

static void icmp_class6(struct kunit *test)
{
	unsigned int type;

	for (type = 0; type < 256; type++)
		KUNIT_EXPECT_EQ_MSG(test, (int)clat_icmp6_class(type),
				    type == 128 || type == 129 ? CLAT_L4_ECHO :
				    type >= 1 && type <= 4 ? CLAT_L4_ERROR :
				    CLAT_L4_OPAQUE, "type %u", type);
}

static void icmp_echo(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, clat_icmp46_echo(8), 128);
	KUNIT_EXPECT_EQ(test, clat_icmp46_echo(0), 129);
	KUNIT_EXPECT_EQ(test, clat_icmp64_echo(128), 8);
	KUNIT_EXPECT_EQ(test, clat_icmp64_echo(129), 0);
}

/**
 * struct icmp_row - a row of the tables: what a range of codes becomes
 * @in:		type
 * @first:	first code of the range
 * @last:	last code of the range
 * @type:	type it becomes
 * @code:	code it becomes; KEEP: the same
 * @rest:	octets 4 to 7 it becomes
 */
struct icmp_row {
	u8 in, first, last;
	u8 type;
	u16 code;
	u32 rest;
};

#define KEEP	0x100

/* Octets 4 to 7 of what goes in are 0, but 1400 in 6 and 7 for 3/4. */
static const struct icmp_row icmp_rows46[] = {
	{ 3, 0, 1, 1, 0 },
	{ 3, 2, 2, 4, 1, 6 },
	{ 3, 3, 3, 1, 4 },
	{ 3, 4, 4, 2, 0, 1420 },
	{ 3, 5, 8, 1, 0 },
	{ 3, 9, 10, 1, 1 },
	{ 3, 11, 12, 1, 0 },
	{ 3, 13, 13, 1, 1 },
	{ 3, 15, 15, 1, 1 },
	{ 11, 0, 255, 3, KEEP },
	{ 12, 0, 0, 4, 0 },
	{ 12, 2, 2, 4, 0 },
};

/* Octets 4 to 7 are 0, but 1400 in 2/0. */
static const struct icmp_row icmp_rows64[] = {
	{ 1, 0, 0, 3, 1 },
	{ 1, 1, 1, 3, 10 },
	{ 1, 2, 3, 3, 1 },
	{ 1, 4, 4, 3, 3 },
	/* The code of a packet too big is set to 0 and ignored: RFC 4443 */
	{ 2, 0, 255, 3, 4, 1380 },
	{ 3, 0, 255, 11, KEEP },
	{ 4, 0, 0, 12, 0 },
	{ 4, 1, 1, 3, 2 },
};

static bool icmp_row_find(const struct icmp_row *rows, unsigned int n,
			  u8 type, u8 code, u8 *want)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		const struct icmp_row *row = &rows[i];

		if (row->in != type || code < row->first || code > row->last)
			continue;
		memset(want, 0, 8);
		want[0] = row->type;
		want[1] = row->code == KEEP ? code : row->code;
		ref_put16(want + 4, row->rest >> 16);
		ref_put16(want + 6, row->rest);
		return true;
	}
	return false;
}

/* Checksum and unused octets of what goes in are no part of what comes out. */
static void icmp_table46(struct kunit *test)
{
	unsigned int type, code;
	u8 want[8], out[8];

	for (type = 0; type < 256; type++)
		for (code = 0; code < 256; code++) {
			u8 in[8] = { type, code, 0xfe, 0xdc };
			char what[24];
			int ret;

			if (type == 3) {
				in[4] = 0x77;
				in[5] = 0x55;
				ref_put16(in + 6, 1400);
			} else if (type == 11) {
				memset(in + 4, 0x77, 4);
			} else if (type == 12) {
				memset(in + 5, 0x77, 3);
			}
			ret = icmp_run46(in, 1500, out);
			snprintf(what, sizeof(what), "%u/%u", type, code);
			if (!icmp_row_find(icmp_rows46,
					   ARRAY_SIZE(icmp_rows46), type, code,
					   want)) {
				KUNIT_EXPECT_EQ_MSG(test, ret,
						    -CLAT_DROP_ICMP46, "%s",
						    what);
				continue;
			}
			KUNIT_EXPECT_EQ_MSG(test, ret, 0, "%s", what);
			ref_expect_bytes(test, what, out, 8, want, 8);
		}
}

static void icmp_table64(struct kunit *test)
{
	unsigned int type, code;
	u8 want[8], out[8];

	for (type = 0; type < 256; type++)
		for (code = 0; code < 256; code++) {
			u8 in[8] = { type, code, 0xfe, 0xdc };
			char what[24];
			int ret;

			if (type == 2)
				ref_put16(in + 6, 1400);
			else if (type != 4)
				memset(in + 4, 0x77, 4);
			ret = icmp_run64(in, false, out);
			snprintf(what, sizeof(what), "%u/%u", type, code);
			if (!icmp_row_find(icmp_rows64,
					   ARRAY_SIZE(icmp_rows64), type, code,
					   want)) {
				KUNIT_EXPECT_EQ_MSG(test, ret,
						    -CLAT_DROP_ICMP64, "%s",
						    what);
				continue;
			}
			KUNIT_EXPECT_EQ_MSG(test, ret, 0, "%s", what);
			ref_expect_bytes(test, what, out, 8, want, 8);
		}
}

/* RFC 7915, figure 3; -1: not translated */
static int icmp_pointer46(unsigned int pointer)
{
	switch (pointer) {
	case 0: return 0;
	case 1: return 1;
	case 2: case 3: return 4;
	case 8: return 7;
	case 9: return 6;
	case 12: case 13: case 14: case 15: return 8;
	case 16: case 17: case 18: case 19: return 24;
	default: return -1;
	}
}

/* RFC 7915, figure 6 */
static int icmp_pointer64(u32 pointer)
{
	if (pointer >= 24 && pointer < 40)
		return 16;
	if (pointer >= 8 && pointer < 24)
		return 12;
	switch (pointer) {
	case 0: return 0;
	case 1: return 1;
	case 4: case 5: return 2;
	case 6: return 9;
	case 7: return 8;
	default: return -1;
	}
}

static void icmp_pointers46(struct kunit *test)
{
	unsigned int pointer, code;

	for (code = 0; code <= 2; code += 2)
		for (pointer = 0; pointer < 256; pointer++) {
			u8 in[8] = { 12, code, 1, 2, pointer, 3, 4, 5 };
			u8 want[8] = { 4, 0 }, out[8];
			int ret = icmp_run46(in, 1500, out);

			want[7] = icmp_pointer46(pointer);
			KUNIT_EXPECT_EQ_MSG(test, ret,
					    icmp_pointer46(pointer) < 0 ?
					    -CLAT_DROP_ICMP46 : 0,
					    "pointer %u", pointer);
			if (!ret)
				ref_expect_bytes(test, "pointer", out, 8,
						 want, 8);
		}
}

static void icmp_pointers64_one(struct kunit *test, u32 pointer)
{
	u8 in[8] = { 4, 0, 1, 2 }, want[8] = { 12, 0 }, out[8];
	int ret;

	ref_put16(in + 4, pointer >> 16);
	ref_put16(in + 6, pointer);
	ret = icmp_run64(in, false, out);
	want[4] = icmp_pointer64(pointer);
	KUNIT_EXPECT_EQ_MSG(test, ret,
			    icmp_pointer64(pointer) < 0 ? -CLAT_DROP_ICMP64 : 0,
			    "pointer %u", pointer);
	if (!ret)
		ref_expect_bytes(test, "pointer", out, 8, want, 8);
}

/* A pointer that is the same as a good one in its low octets is not good. */
static void icmp_pointers64(struct kunit *test)
{
	u32 pointer, bit;

	for (pointer = 0; pointer < 300; pointer++)
		icmp_pointers64_one(test, pointer);
	for (bit = 8; bit < 32; bit++)
		icmp_pointers64_one(test, 1U << bit | 6);
	icmp_pointers64_one(test, 0xffffffff);
}

struct icmp_mtu {
	const char *name;
	u32 in;
	u16 v4, v6;	/* of the next hops */
	u16 quoted;	/* 4 to 6: total length of the quoted packet */
	bool frag;	/* 6 to 4: it has a Fragment header */
	u32 want;
};

static const struct icmp_mtu icmp_mtus46[] = {
	{ "as said, and 20 more", 1400, 1480, 1500, 1480, .want = 1420 },
	{ "one less than the link's", 1479, 1480, 1500, 1480, .want = 1499 },
	{ "the link's", 1480, 1480, 1500, 1480, .want = 1500 },
	{ "more than the uplink takes", 9000, 8980, 1500, 9000, .want = 1500 },
	{ "more than the device takes", 9000, 1380, 9000, 9000, .want = 1400 },
	{ "more than both, IPv6 is less", 65535, 1480, 1400, 65535,
	  .want = 1400 },
	{ "gives 1280", 1260, 1480, 1500, 1480, .want = 1280 },
	{ "gives 1281", 1261, 1480, 1500, 1480, .want = 1281 },
	{ "would give 1279", 1259, 1480, 1500, 1480, .want = 1280 },
	{ "576", 576, 1480, 1500, 1480, .want = 1280 },
	{ "68", 68, 1480, 1500, 1480, .want = 1280 },
	{ "1", 1, 1480, 1500, 1480, .want = 1280 },
	{ "next hops below 1280", 1400, 1000, 1000, 1480, .want = 1280 },

	/* RFC 1191, section 7: below the length, and its plateau plus 20 */
	{ "none, quoted 65535", 0, 65515, 65535, 65535, .want = 32020 },
	{ "none, quoted 32001", 0, 65515, 65535, 32001, .want = 32020 },
	{ "none, quoted 32000", 0, 65515, 65535, 32000, .want = 17934 },
	{ "none, quoted 17915", 0, 65515, 65535, 17915, .want = 17934 },
	{ "none, quoted 17914", 0, 65515, 65535, 17914, .want = 8186 },
	{ "none, quoted 8167", 0, 65515, 65535, 8167, .want = 8186 },
	{ "none, quoted 8166", 0, 65515, 65535, 8166, .want = 4372 },
	{ "none, quoted 4353", 0, 65515, 65535, 4353, .want = 4372 },
	{ "none, quoted 4352", 0, 65515, 65535, 4352, .want = 2022 },
	{ "none, quoted 2003", 0, 65515, 65535, 2003, .want = 2022 },
	{ "none, quoted 2002", 0, 65515, 65535, 2002, .want = 1512 },
	{ "none, quoted 1500", 0, 65515, 65535, 1500, .want = 1512 },
	{ "none, quoted 1493", 0, 65515, 65535, 1493, .want = 1512 },
	{ "none, quoted 1492", 0, 65515, 65535, 1492, .want = 1280 },
	{ "none, quoted 1007", 0, 65515, 65535, 1007, .want = 1280 },
	{ "none, quoted 300", 0, 65515, 65535, 300, .want = 1280 },
	{ "none, quoted 68", 0, 65515, 65535, 68, .want = 1280 },
	{ "none, quoted 0", 0, 65515, 65535, 0, .want = 1280 },
	{ "none, the uplink takes less", 0, 1480, 1500, 1500, .want = 1500 },
};

static const struct icmp_mtu icmp_mtus64[] = {
	{ "as said, less 20", 1400, 1480, 1500, .want = 1380 },
	{ "the link's", 1500, 1480, 1500, .want = 1480 },
	{ "1280", 1280, 1480, 1500, .want = 1260 },
	{ "1281", 1281, 1480, 1500, .want = 1261 },
	{ "1279", 1279, 1480, 1500, .want = 1260 },
	{ "0", 0, 1480, 1500, .want = 1260 },
	{ "68", 68, 1480, 1500, .want = 1260 },
	{ "1280, fragment", 1280, 1480, 1500, .frag = true, .want = 1252 },
	{ "0, fragment", 0, 1480, 1500, .frag = true, .want = 1252 },
	{ "1400, fragment", 1400, 1480, 1500, .frag = true, .want = 1372 },
	{ "1508, fragment", 1508, 1480, 1500, .frag = true, .want = 1480 },
	{ "1507, fragment", 1507, 1480, 1500, .frag = true, .want = 1479 },
	{ "more than the device takes", 9000, 1380, 9000, .want = 1380 },
	{ "more than the uplink takes", 9000, 9000, 1400, .want = 1380 },
	{ "65536", 65536, 1480, 1500, .want = 1480 },
	{ "low half is small", 0x10010, 1480, 1500, .want = 1480 },
	{ "all ones", 0xffffffff, 1480, 1500, .want = 1480 },
	{ "all ones, fragment", 0xffffffff, 1480, 1500, .frag = true,
	  .want = 1480 },
};

static void icmp_mtu_desc(const struct icmp_mtu *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(icmp_mtu46, icmp_mtus46, icmp_mtu_desc);
KUNIT_ARRAY_PARAM(icmp_mtu64, icmp_mtus64, icmp_mtu_desc);

static void icmp_too_big46(struct kunit *test)
{
	const struct icmp_mtu *c = test->param_value;
	const struct clat_mtus mtus = { .v4 = c->v4, .v6 = c->v6 };
	struct icmphdr in = { .type = 3, .code = 4 };
	struct icmp6hdr out;

	in.un.frag.mtu = htons(c->in);
	KUNIT_ASSERT_EQ(test, clat_icmp46(&in, &mtus, c->quoted, &out), 0);
	KUNIT_EXPECT_EQ(test, out.icmp6_type, 2);
	KUNIT_EXPECT_EQ(test, out.icmp6_code, 0);
	KUNIT_EXPECT_EQ(test, ntohl(out.icmp6_mtu), c->want);
}

static void icmp_too_big64(struct kunit *test)
{
	const struct icmp_mtu *c = test->param_value;
	const struct clat_mtus mtus = { .v4 = c->v4, .v6 = c->v6 };
	struct icmp6hdr in = { .icmp6_type = 2 };
	struct icmphdr out;

	in.icmp6_mtu = htonl(c->in);
	KUNIT_ASSERT_EQ(test, clat_icmp64(&in, &mtus, c->frag, &out), 0);
	KUNIT_EXPECT_EQ(test, out.type, 3);
	KUNIT_EXPECT_EQ(test, out.code, 4);
	KUNIT_EXPECT_EQ(test, ntohs(out.un.frag.__unused), 0);
	KUNIT_EXPECT_EQ(test, (u32)ntohs(out.un.frag.mtu), c->want);
}

static struct kunit_case icmp_cases[] = {
	KUNIT_CASE(icmp_class4),
	KUNIT_CASE(icmp_class6),
	KUNIT_CASE(icmp_echo),
	KUNIT_CASE(icmp_table46),
	KUNIT_CASE(icmp_table64),
	KUNIT_CASE(icmp_pointers46),
	KUNIT_CASE(icmp_pointers64),
	KUNIT_CASE_PARAM(icmp_too_big46, icmp_mtu46_gen_params),
	KUNIT_CASE_PARAM(icmp_too_big64, icmp_mtu64_gen_params),
	{}
};

static struct kunit_suite icmp_suite = {
	.name = "clat-icmp",
	.test_cases = icmp_cases,
};

kunit_test_suite(icmp_suite);
