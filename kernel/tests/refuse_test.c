// SPDX-License-Identifier: GPL-2.0
/*
 * core/quote.c: ICMP errors that are refused, by reason: the quoted packet isn't
 * ours, is an error itself or isn't there, the checksum is bad, the type is one
 * that the other family lacks.
 */
#include <linux/slab.h>

#include "message.h"

#define REFUSE_PAYLOAD	24

static const u8 refuse_payload[REFUSE_PAYLOAD] = "abcdefghijklmnopqrstuvw";

struct refuse_foreign {
	const char *name;
	bool to6;
	unsigned int at;	/* octet of the quoted packet */
	u8 put;
};

/* A quoted packet that did not cross us, or that we would not have let by */
static const struct refuse_foreign refuse_foreigns[] = {
	{ "destination beside the map", true, 19, 2 },
	{ "destination elsewhere", true, 16, 193 },
	{ "source 127.0.113.33", true, 12, 127 },
	{ "source 0.0.113.33", true, 12, 0 },
	{ "source 224.0.113.33", true, 12, 224 },
	{ "version 0", true, 0, 0x05 },
	{ "version 6", true, 0, 0x65 },
	{ "IHL 4", true, 0, 0x44 },
	{ "IHL past what is there", true, 0, 0x4f },
	{ "length 19", true, 3, 19 },
	{ "length 0", true, 3, 0 },
	{ "hop-by-hop options", true, 9, 0 },
	{ "routing header", true, 9, 43 },
	{ "Fragment header", true, 9, 44 },
	{ "ICMPv6", true, 9, 58 },
	{ "destination options", true, 9, 60 },

	{ "source beside the map", false, 23, 0xa8 },
	{ "source elsewhere", false, 8, 0x21 },
	{ "destination under no prefix", false, 25, 0x65 },
	{ "destination 127.0.113.33", false, 36, 127 },
	{ "destination 224.0.113.33", false, 36, 224 },
	{ "version 0", false, 0, 0x02 },
	{ "version 4", false, 0, 0x42 },
	{ "ICMPv4", false, 6, 1 },
	{ "hop-by-hop options past what is there", false, 6, 0 },
	{ "routing header with segments left", false, 6, 43 },
	{ "length 65516", false, 4, 0xff },
};

static void refuse_foreign_desc(const struct refuse_foreign *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %s", c->name,
		 c->to6 ? "to IPv6" : "to IPv4");
}

KUNIT_ARRAY_PARAM(refuse_foreign, refuse_foreigns, refuse_foreign_desc);

static void refuse_not_ours(struct kunit *test)
{
	const struct refuse_foreign *c = test->param_value;
	struct quote *q = quote_new(test, c->to6);
	struct ref_packet ref;

	quote_ref(&ref, c->to6, IPPROTO_TCP, refuse_payload,
		  sizeof(refuse_payload));
	quote_build(q, &ref);
	/* 20 octets are there: an IHL of 15 goes past them. */
	quote_in_unreach(q, c->to6 ? 40 : 60);
	quote_want_unreach(q, c->to6 ? 60 : 40);
	quote_expect(test, q, "as it should be");

	if (c->put == 0xff)
		q->v6[5] = 0xec;
	(c->to6 ? q->v4 : q->v6)[c->at] = c->put;
	quote_in_unreach(q, c->to6 ? 40 : 60);
	quote_expect_drop(test, q, CLAT_DROP_QUOTE46, CLAT_DROP_QUOTE64,
			  c->name);
}

/* A segment for messages to quote */
static struct quote *refuse_segment(struct kunit *test, bool to6)
{
	struct quote *q = quote_new(test, to6);
	struct ref_packet ref;

	quote_ref(&ref, to6, IPPROTO_TCP, refuse_payload, 0);
	quote_build(q, &ref);
	return q;
}

/* Not even an IP header is there. */
static void refuse_too_short(struct kunit *test)
{
	unsigned int way, len;

	for (way = 0; way < 2; way++) {
		struct quote *q = refuse_segment(test, way);

		for (len = 0; len < (way ? 20 : 40); len++) {
			quote_in_unreach(q, len);
			quote_expect_drop(test, q, CLAT_DROP_QUOTE46,
					  CLAT_DROP_QUOTE64, "short");
		}
	}
}

/* The parsers do not rely on their callers: nothing beyond the octets is read. */
static void refuse_cut_header(struct kunit *test)
{
	unsigned int way, len;

	for (way = 0; way < 2; way++) {
		struct quote *q = refuse_segment(test, way);

		for (len = 0; len < (way ? 20 : 40); len++) {
			u8 *part = kmemdup(way ? q->v4 : q->v6, len,
					   GFP_KERNEL);
			struct clat_packet pkt;
			int ret;

			KUNIT_ASSERT_NOT_NULL(test, part);
			ret = way ? clat_parse4_quoted(part, len, &pkt) :
				    clat_parse6_quoted(part, len, &pkt);
			kfree(part);
			KUNIT_EXPECT_EQ_MSG(test, ret,
					    way ? -CLAT_DROP_QUOTE46 :
						  -CLAT_DROP_QUOTE64,
					    "%u octets", len);
		}
	}
}

/* No error is sent in answer to one; other types were never translated. */
static void refuse_nested(struct kunit *test)
{
	unsigned int way, type;

	for (way = 0; way < 2; way++) {
		struct quote *q = quote_new(test, way);
		struct ref_packet ref;

		quote_ref(&ref, way, IPPROTO_ICMP, refuse_payload,
			  sizeof(refuse_payload));
		for (type = 0; type < 256; type++) {
			bool echo = way ? type == 0 || type == 8 :
					  type == 128 || type == 129;
			char what[16];

			if (echo)
				continue;
			quote_build(q, &ref);
			(way ? q->v4 + 20 : q->v6 + 40)[0] = type;
			quote_in_unreach(q, way ? q->v4_len : q->v6_len);
			snprintf(what, sizeof(what), "type %u", type);
			quote_expect_drop(test, q, CLAT_DROP_QUOTE46,
					  CLAT_DROP_QUOTE64, what);
		}
	}
}

/* Each bit counts: a new checksum would hide what happened to the message. */
static void refuse_bad_checksum(struct kunit *test)
{
	unsigned int way, bit;

	for (way = 0; way < 2; way++) {
		struct quote *q = quote_new(test, way);
		struct ref_packet ref;

		quote_ref(&ref, way, IPPROTO_TCP, refuse_payload,
			  sizeof(refuse_payload));
		quote_build(q, &ref);
		quote_in_unreach(q, way ? q->v4_len : q->v6_len);
		for (bit = 0; bit < q->in_len * 8; bit++) {
			q->in[bit / 8] ^= 1 << bit % 8;
			quote_expect_drop(test, q, CLAT_DROP_ICMP_CHECKSUM46,
					  CLAT_DROP_ICMP_CHECKSUM64, "bit");
			q->in[bit / 8] ^= 1 << bit % 8;
		}
		/* ICMPv6 covers the addresses too. */
		q->router.s6_addr[15] ^= 1;
		if (!way)
			quote_expect_drop(test, q, CLAT_DROP_ICMP_CHECKSUM46,
					  CLAT_DROP_ICMP_CHECKSUM64, "address");
	}
}

/* An error that is not translated is named as such. */
static void refuse_no_row(struct kunit *test)
{
	static const u8 rows[][2][2] = {
		{ { 3, 14 }, { 1, 5 } }, { { 3, 16 }, { 1, 7 } },
		{ { 12, 1 }, { 4, 2 } }, { { 12, 3 }, { 4, 3 } },
	};
	unsigned int i, way;

	for (way = 0; way < 2; way++)
		for (i = 0; i < ARRAY_SIZE(rows); i++) {
			const u8 *row = rows[i][way ? 0 : 1];
			struct quote *q = quote_new(test, way);
			struct ref_icmp in;
			struct ref_packet ref;

			quote_ref(&ref, way, IPPROTO_UDP, refuse_payload,
				  sizeof(refuse_payload));
			quote_build(q, &ref);
			in = quote_unreach(!way, way ? q->v4 : q->v6,
					   way ? q->v4_len : q->v6_len);
			in.type = row[0];
			in.code = row[1];
			quote_in(q, &in);
			quote_expect_drop(test, q, CLAT_DROP_ICMP46,
					  CLAT_DROP_ICMP64, "row");
		}
}

static struct kunit_case refuse_cases[] = {
	KUNIT_CASE_PARAM(refuse_not_ours, refuse_foreign_gen_params),
	KUNIT_CASE(refuse_too_short),
	KUNIT_CASE(refuse_cut_header),
	KUNIT_CASE(refuse_nested),
	KUNIT_CASE(refuse_bad_checksum),
	KUNIT_CASE(refuse_no_row),
	{}
};

static struct kunit_suite refuse_suite = {
	.name = "clat-refuse",
	.init = test_ctx_init,
	.exit = test_ctx_exit,
	.test_cases = refuse_cases,
};

kunit_test_suite(refuse_suite);
