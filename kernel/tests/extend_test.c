// SPDX-License-Identifier: GPL-2.0
/*
 * Extensions of ICMP errors (RFC 4884) through core/quote.c: where they begin,
 * how the quoted packet before them is padded, and which messages lose them.
 */
#include "message.h"

#define EXTEND_PAYLOAD	1400

/* Version 2, checksum, and an object of 8 octets, and so on */
static u8 extend_octet(unsigned int i)
{
	return i ? i * 5 + 1 : 0x20;
}

struct extend {
	struct quote *q;
	u8 ext[1200], payload[EXTEND_PAYLOAD];
	unsigned int quoted;	/* octets of the quoted packet in the message */
	unsigned int field;	/* octets its field has, padding included */
	unsigned int ext_len;
};

static struct extend *extend_new(struct kunit *test, bool to6)
{
	struct extend *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, e);
	e->q = quote_new(test, to6);
	for (i = 0; i < sizeof(e->ext); i++)
		e->ext[i] = extend_octet(i);
	for (i = 0; i < sizeof(e->payload); i++)
		e->payload[i] = i * 3 + 2;
	return e;
}

/* The packet, of so many octets as the family it comes in counts them */
static void extend_quote(struct extend *e, unsigned int len)
{
	unsigned int hlen = e->q->to6 ? 28 : 48;
	struct ref_packet ref;

	quote_ref(&ref, e->q->to6, IPPROTO_UDP, e->payload, len - hlen);
	quote_build(e->q, &ref);
	if (e->q->v4_len > 1260 && !e->q->to6) {
		ref.frag_off = 0x4000;
		ref_build4(e->q->v4, &ref);
	}
	e->quoted = len;
}

static void extend_in(struct extend *e, u8 type, u8 code)
{
	struct quote *q = e->q;
	struct ref_icmp ref = {
		.type = type,
		.code = code,
		.quote = q->to6 ? q->v4 : q->v6,
		.quote_len = min(e->quoted, e->field),
		.pad = e->field - min(e->quoted, e->field),
		.ext = e->ext,
		.ext_len = e->ext_len,
	};

	/* RFC 4884: words of 32 bits in octet 5, words of 64 bits in octet 4 */
	ref.rest[q->to6 ? 1 : 0] = e->field / (q->to6 ? 4 : 8);
	quote_in(q, &ref);
}

/* quote_len octets of the new packet, and extensions if there shall be any */
static void extend_want(struct extend *e, u8 type, u8 code,
			unsigned int quote_len, bool ext)
{
	unsigned int unit = e->q->to6 ? 8 : 4;
	unsigned int field = max(round_up(quote_len, unit), 128U);
	struct ref_icmp ref = {
		.type = type,
		.code = code,
		.quote = e->q->to6 ? e->q->v6 : e->q->v4,
		.quote_len = quote_len,
	};

	if (ext) {
		ref.pad = field - quote_len;
		ref.ext = e->ext;
		ref.ext_len = e->ext_len;
		ref.rest[e->q->to6 ? 0 : 1] = field / unit;
	}
	quote_want(e->q, &ref);
}

/* Time exceeded, which is 11 in IPv4 and 3 in IPv6 */
static void extend_expect(struct kunit *test, struct extend *e,
			  unsigned int quote_len, bool ext, const char *what)
{
	bool to6 = e->q->to6;
	char name[80];

	snprintf(name, sizeof(name), "%s, %u octets in %u, %u more", what,
		 e->quoted, e->field, e->ext_len);
	extend_in(e, to6 ? 11 : 3, 0);
	extend_want(e, to6 ? 3 : 11, 0, quote_len, ext);
	quote_expect(test, e->q, name);
}

/* Octets of the new packet, where len of the old one are quoted */
static unsigned int extend_grow(const struct extend *e, unsigned int len)
{
	return e->q->to6 ? len + 20 : len - 20;
}

/* Every length of the quoted packet, padded to 128 octets and to words */
static void extend_padding(struct kunit *test)
{
	unsigned int way, len;

	for (way = 0; way < 2; way++) {
		struct extend *e = extend_new(test, way);

		e->ext_len = 12;
		for (len = way ? 28 : 48; len < 300; len++) {
			extend_quote(e, len);
			e->field = max(128U, round_up(len, way ? 4 : 8));
			extend_expect(test, e, extend_grow(e, len), true,
				      "padding");
		}
	}
}

/* The packet was cut: its field ends before it does. */
static void extend_cut(struct kunit *test)
{
	unsigned int way, field;

	for (way = 0; way < 2; way++) {
		struct extend *e = extend_new(test, way);
		unsigned int unit = way ? 4 : 8;

		e->ext_len = 20;
		extend_quote(e, 400);
		for (field = way ? 28 : 48; field <= 400; field += unit) {
			e->field = field;
			extend_expect(test, e, extend_grow(e, field), true,
				      "cut");
		}
	}
}

/* The quoted packet is cut where the message would be too long. */
static void extend_spared(struct kunit *test)
{
	unsigned int way, ext_len;

	for (way = 0; way < 2; way++) {
		struct extend *e = extend_new(test, way);
		unsigned int max = way ? 1280 - 48 : 576 - 28;
		unsigned int unit = way ? 8 : 4;

		/* 1036 octets as IPv6, 556 as IPv4 */
		extend_quote(e, way ? 1016 : 576);
		e->field = e->quoted;
		for (ext_len = 4; ext_len <= 1100; ext_len += 4) {
			bool kept = 128 + ext_len <= max;
			unsigned int all = extend_grow(e, e->quoted);
			unsigned int room;

			room = kept ? round_down(max - ext_len, unit) : max;
			e->ext_len = ext_len;
			extend_expect(test, e, min(all, room), kept,
				      "long extensions");
			KUNIT_EXPECT_LE(test, e->q->want_len, max + 8);
		}
	}
}

/* A length of zero, at the end, or past it: there are no extensions. */
static void extend_none(struct kunit *test)
{
	unsigned int way, i;

	for (way = 0; way < 2; way++) {
		struct extend *e = extend_new(test, way);
		unsigned int unit = way ? 4 : 8;
		const u8 lengths[] = { 0, 160 / unit, 160 / unit + 1, 255 };

		extend_quote(e, 160);
		e->field = 160;
		for (i = 0; i < ARRAY_SIZE(lengths); i++) {
			struct ref_icmp ref = {
				.type = way ? 11 : 3,
				.quote = way ? e->q->v4 : e->q->v6,
				.quote_len = 160,
			};
			char what[20];

			ref.rest[way ? 1 : 0] = lengths[i];
			quote_in(e->q, &ref);
			extend_want(e, way ? 3 : 11, 0, extend_grow(e, 160),
				    false);
			snprintf(what, sizeof(what), "length %u", lengths[i]);
			quote_expect(test, e->q, what);
		}
	}
}

/* A field that ends within the IP header quotes nothing. */
static void extend_too_short(struct kunit *test)
{
	unsigned int way, field;

	for (way = 0; way < 2; way++) {
		struct extend *e = extend_new(test, way);
		unsigned int unit = way ? 4 : 8;

		extend_quote(e, 100);
		e->ext_len = 100;
		for (field = unit; field < (way ? 20 : 40); field += unit) {
			e->field = field;
			extend_in(e, way ? 11 : 3, 0);
			quote_expect_drop(test, e->q, CLAT_DROP_QUOTE46,
					  CLAT_DROP_QUOTE64, "short");
		}
	}
}

struct extend_type {
	const char *name;
	bool to6;
	u8 type, code;
	u8 want_type, want_code;
	u8 want_rest[4];
	bool ext;
};

/* Only 1 and 3 have them in ICMPv6, only 3, 11 and 12 in ICMPv4. */
static const struct extend_type extend_types[] = {
	{ "host unreachable", true, 3, 1, 1, 0, .ext = true },
	{ "port unreachable", true, 3, 3, 1, 4, .ext = true },
	{ "prohibited", true, 3, 13, 1, 1, .ext = true },
	{ "TTL", true, 11, 0, 3, 0, .ext = true },
	{ "reassembly", true, 11, 1, 3, 1, .ext = true },
	{ "protocol unreachable", true, 3, 2, 4, 1, { 0, 0, 0, 6 } },
	/* MTU 0, quoted 148: 68 is the plateau */
	{ "fragmentation needed", true, 3, 4, 2, 0, { 0, 0, 5, 0 } },
	{ "parameter problem", true, 12, 0, 4, 0 },

	{ "no route", false, 1, 0, 3, 1, .ext = true },
	{ "prohibited", false, 1, 1, 3, 10, .ext = true },
	{ "port unreachable", false, 1, 4, 3, 3, .ext = true },
	{ "hop limit", false, 3, 0, 11, 0, .ext = true },
};

static void extend_type_desc(const struct extend_type *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %s", c->name,
		 c->to6 ? "to IPv6" : "to IPv4");
}

KUNIT_ARRAY_PARAM(extend_type, extend_types, extend_type_desc);

static void extend_by_type(struct kunit *test)
{
	const struct extend_type *c = test->param_value;
	struct extend *e = extend_new(test, c->to6);
	unsigned int len = c->to6 ? 148 : 168, grown;
	struct ref_icmp ref = {
		.type = c->want_type, .code = c->want_code,
	};

	e->ext_len = 16;
	e->field = len;
	extend_quote(e, len);
	grown = extend_grow(e, len);
	extend_in(e, c->type, c->code);
	if (c->ext) {
		extend_want(e, c->want_type, c->want_code, grown, true);
	} else {
		memcpy(ref.rest, c->want_rest, 4);
		ref.quote = c->to6 ? e->q->v6 : e->q->v4;
		ref.quote_len = grown;
		quote_want(e->q, &ref);
	}
	quote_expect(test, e->q, c->name);
}

/* Packet too big and parameter problem have no length in ICMPv6. */
static void extend_no_length64(struct kunit *test)
{
	struct extend *e = extend_new(test, false);
	struct ref_icmp in = { .type = 2, .rest = { 5, 0, 0, 0 } };
	struct ref_icmp want = { .type = 3, .code = 4,
				 .rest = { 0, 0, 0x05, 0xc8 } };

	extend_quote(e, 200);
	in.quote = e->q->v6;
	in.quote_len = 200;
	want.quote = e->q->v4;
	want.quote_len = 180;
	quote_in(e->q, &in);
	quote_want(e->q, &want);
	quote_expect(test, e->q, "packet too big, MTU 83886080");

	in.type = 4;
	in.rest[0] = 0;
	in.rest[3] = 7;
	want = (struct ref_icmp) {
		.type = 12, .rest = { 8 },
		.quote = e->q->v4, .quote_len = 180,
	};
	quote_in(e->q, &in);
	quote_want(e->q, &want);
	quote_expect(test, e->q, "parameter problem");
}

static struct kunit_case extend_cases[] = {
	KUNIT_CASE(extend_padding),
	KUNIT_CASE(extend_cut),
	KUNIT_CASE(extend_spared),
	KUNIT_CASE(extend_none),
	KUNIT_CASE(extend_too_short),
	KUNIT_CASE_PARAM(extend_by_type, extend_type_gen_params),
	KUNIT_CASE(extend_no_length64),
	{}
};

static struct kunit_suite extend_suite = {
	.name = "clat-extend",
	.init = test_ctx_init,
	.exit = test_ctx_exit,
	.test_cases = extend_cases,
};

kunit_test_suite(extend_suite);
