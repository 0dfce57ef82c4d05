// SPDX-License-Identifier: GPL-2.0
/*
 * core/quote.c: quoted packets of every transport, cut at every octet, whole
 * and in fragments, with options and extension headers. What is refused is in
 * refuse_test.c, extensions of the error are in extend_test.c.
 */
#include "message.h"

#define QUOTE_PAYLOAD	24

static const u8 quote_payload[QUOTE_PAYLOAD] = "abcdefghijklmnopqrstuvw";

/*
 * The first there octets behind the IP header are quoted. A checksum that isn't
 * among them changes nothing that is.
 */
static void quote_cut(struct kunit *test, struct quote *q,
		      const struct ref_packet *ref, unsigned int there,
		      const char *what)
{
	unsigned int h4 = quote_hlen(q, ref, false);
	unsigned int h6 = quote_hlen(q, ref, true);
	bool icmp = ref->proto == IPPROTO_ICMP;
	char name[80];

	quote_build(q, ref);
	if (ref_l4_len(ref) && there < ref_check_off(ref) + 2) {
		if (q->to6)
			memcpy(q->v6 + h6, q->v4 + h4, there);
		else
			memcpy(q->v4 + h4, q->v6 + h6, there);
	}
	snprintf(name, sizeof(name), "%s, protocol %u, %u octets", what,
		 ref->proto, there);
	quote_in_unreach(q, (q->to6 ? h4 : h6) + there);
	/* RFC 7915, section 5.1.1: no AH behind a Fragment header */
	if ((icmp && (there < 4 || ref->frag_off & 0x3fff)) ||
	    (!q->to6 && ref->proto == 51 && ref->frag_off & 0x3fff)) {
		quote_expect_drop(test, q, CLAT_DROP_QUOTE46,
				  CLAT_DROP_QUOTE64, name);
		return;
	}
	quote_want_unreach(q, (q->to6 ? h6 : h4) + there);
	quote_expect(test, q, name);
}

static void quote_all_cuts(struct kunit *test, struct quote *q,
			   const struct ref_packet *ref, const char *what)
{
	unsigned int there;

	quote_build(q, ref);
	for (there = 0; there <= ref_l4_len(ref) + ref->payload_len; there++)
		quote_cut(test, q, ref, there, what);
}

/* Those that are adjusted, and SCTP, ESP, AH, GRE and one unknown to all */
static const u8 quote_protos[] = { 6, 17, 136, 33, 1, 132, 50, 51, 47, 253 };

static const struct {
	const char *name;
	u16 off;
	u32 id;
} quote_frags[] = {
	{ "whole", 0, 0 },
	{ "first fragment", 0x2000, 0xabcd },
	{ "fragment in the middle", 0x20b9, 0xabcd },
	{ "last fragment", 0x1ff0, 0xabcd },
};

static void quote_transports(struct kunit *test, bool to6)
{
	static const u8 behind[] = "what other fragments carry";
	struct quote *q = quote_new(test, to6);
	struct ref_packet ref;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(quote_protos); i++)
		for (j = 0; j < ARRAY_SIZE(quote_frags); j++) {
			quote_ref(&ref, to6, quote_protos[i], quote_payload,
				  sizeof(quote_payload));
			ref.frag_off = quote_frags[j].off;
			ref.id = quote_frags[j].id;
			if (ref.frag_off == 0x2000) {
				ref.behind = behind;
				ref.behind_len = sizeof(behind);
			}
			quote_all_cuts(test, q, &ref, quote_frags[j].name);
		}
}

static void quote_transports46(struct kunit *test)
{
	quote_transports(test, true);
}

static void quote_transports64(struct kunit *test)
{
	quote_transports(test, false);
}

/* A datagram without a checksum has none in the other family either. */
static void quote_udp_zero(struct kunit *test)
{
	unsigned int way, frag;

	for (way = 0; way < 2; way++)
		for (frag = 0; frag < 2; frag++) {
			struct quote *q = quote_new(test, way);
			struct ref_packet ref;

			quote_ref(&ref, way, IPPROTO_UDP, quote_payload,
				  sizeof(quote_payload));
			ref.check = REF_CHECK_ZERO;
			ref.frag_off = frag ? 0x2000 : 0;
			quote_all_cuts(test, q, &ref, "UDP without checksum");
		}
}

/* Options are left out; what a source route says is for others to judge. */
static void quote_options(struct kunit *test)
{
	static const u8 options[40] = { 131, 7, 4, 203, 0, 113, 1, 7, 31, 4 };
	static const u8 broken[4] = { 148, 0, 0, 0 };
	struct quote *q = quote_new(test, true);
	struct ref_packet ref;
	unsigned int len;

	for (len = 4; len <= 40; len += 4) {
		quote_ref(&ref, true, IPPROTO_UDP, quote_payload,
			  sizeof(quote_payload));
		ref.options = options;
		ref.options_len = len;
		quote_all_cuts(test, q, &ref, "options");
	}
	ref.options = broken;
	ref.options_len = sizeof(broken);
	quote_all_cuts(test, q, &ref, "options with an error");
}

/* The checksum of the header is what some router on the way made of it. */
static void quote_header_check(struct kunit *test)
{
	struct quote *q = quote_new(test, true);
	struct ref_packet ref;

	quote_ref(&ref, true, IPPROTO_TCP, quote_payload,
		  sizeof(quote_payload));
	quote_build(q, &ref);
	ref_put16(q->v4 + 10, 0);
	quote_in_unreach(q, q->v4_len);
	quote_want_unreach(q, q->v6_len);
	quote_expect(test, q, "header checksum 0");
}

static void quote_extensions(struct kunit *test)
{
	/* hop-by-hop, routing without segments left, destination options */
	static const u8 ext[] = {
		43, 0, 5, 2, 0, 0, 1, 0,
		60, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8,
		0, 0, 1, 4, 0, 0, 0, 0,
	};
	struct quote *q = quote_new(test, false);
	struct ref_packet ref;
	unsigned int i, cut;

	for (i = 0; i < ARRAY_SIZE(quote_frags); i++) {
		quote_ref(&ref, false, IPPROTO_UDP, quote_payload,
			  sizeof(quote_payload));
		ref.ext = ext;
		ref.ext_len = sizeof(ext);
		ref.ext_last = 24;
		ref.ext_first = 0;
		ref.frag_off = quote_frags[i].off;
		ref.id = quote_frags[i].id;
		quote_all_cuts(test, q, &ref, quote_frags[i].name);
		/* Where the chain is cut nobody knows what follows. */
		for (cut = 40; cut < quote_hlen(q, &ref, true); cut++) {
			quote_in_unreach(q, cut);
			quote_expect_drop(test, q, CLAT_DROP_QUOTE46,
					  CLAT_DROP_QUOTE64, "chain cut");
		}
	}
}

/* Written small where it was sent small: RFC 7915, section 5.1 */
static void quote_df(struct kunit *test)
{
	static u8 payload[1300];
	struct quote *q = quote_new(test, false);
	struct ref_packet ref;
	unsigned int len;

	for (len = 1220; len <= 1240; len++) {
		quote_ref(&ref, false, IPPROTO_UDP, payload, len);
		ref.frag_off = 20 + 8 + len > 1260 ? 0x4000 : 0;
		q->v4_len = ref_build4(q->v4, &ref);
		ref.frag_off = 0;
		q->v6_len = ref_build6(q->v6, &ref);
		quote_in_unreach(q, 48);
		quote_want_unreach(q, 28);
		quote_expect(test, q, "DF");
	}
}

static void quote_long(struct kunit *test, struct quote *q, unsigned int len)
{
	unsigned int max = q->to6 ? 1280 - 40 - 8 : 576 - 20 - 8;
	static u8 payload[1800];
	struct ref_packet ref;
	unsigned int i;

	for (i = 0; i < sizeof(payload); i++)
		payload[i] = i * 3;
	quote_ref(&ref, q->to6, IPPROTO_UDP, payload, len);
	quote_build(q, &ref);
	if (!q->to6 && q->v4_len > 1260) {
		ref.frag_off = 0x4000;
		ref_build4(q->v4, &ref);
	}
	quote_in_unreach(q, q->to6 ? q->v4_len : q->v6_len);
	quote_want_unreach(q, min(q->to6 ? q->v6_len : q->v4_len, max));
	quote_expect(test, q, "length");
	KUNIT_EXPECT_LE(test, q->want_len, max + 8);
}

/* 1280 octets with the IPv6 header, 576 with the IPv4 header */
static void quote_longest(struct kunit *test)
{
	unsigned int way, len;

	for (way = 0; way < 2; way++) {
		struct quote *q = quote_new(test, way);

		for (len = 500; len < 540; len++)
			quote_long(test, q, len);
		for (len = 1170; len < 1270; len++)
			quote_long(test, q, len);
		quote_long(test, q, 1800);
	}
}

/* The second pair, and each prefix that an address may lie under */
static void quote_addresses(struct kunit *test)
{
	unsigned int way, i;

	for (way = 0; way < 2; way++)
		for (i = 0; i < TEST_PREFIXES; i++) {
			const struct test_prefix *p = &test_prefixes[i];
			struct quote *q = quote_new(test, way);
			struct ref_packet ref;

			quote_ref(&ref, way, IPPROTO_TCP, quote_payload,
				  sizeof(quote_payload));
			*(way ? &ref.daddr4 : &ref.saddr4) =
				ref_v4("192.168.43.77");
			*(way ? &ref.daddr6 : &ref.saddr6) =
				ref_v6("2001:db8:1:2::c1a7:4d");
			*(way ? &ref.saddr6 : &ref.daddr6) = ref_v6(p->addr);
			test_set_plat(test, p->prefix, p->len);
			quote_all_cuts(test, q, &ref, p->addr);
		}
}

static void quote_echo_reply(struct kunit *test)
{
	unsigned int way;

	for (way = 0; way < 2; way++) {
		struct quote *q = quote_new(test, way);
		struct ref_packet ref;
		u16 pseudo;

		quote_ref(&ref, way, IPPROTO_ICMP, quote_payload,
			  sizeof(quote_payload));
		quote_build(q, &ref);
		q->v4[20] = 0;
		ref_put16(q->v4 + 22, 0);
		ref_put16(q->v4 + 22, ~ref_sum(q->v4 + 20, 32, 0));
		q->v6[40] = 129;
		ref_put16(q->v6 + 42, 0);
		pseudo = ref_sum(q->v6 + 8, 32, 58 + 32);
		ref_put16(q->v6 + 42, ~ref_sum(q->v6 + 40, 32, pseudo));
		quote_in_unreach(q, way ? q->v4_len : q->v6_len);
		quote_want_unreach(q, way ? q->v6_len : q->v4_len);
		quote_expect(test, q, "echo reply");
	}
}

/* What the quoted packet says has a part in the MTU. */
static void quote_mtu(struct kunit *test)
{
	struct ref_icmp in = { .type = 3, .code = 4 };
	struct ref_icmp want = { .type = 2, .rest = { 0, 0, 0x11, 0x14 } };
	static u8 payload[4972];
	struct quote *q = quote_new(test, true);
	struct ref_packet ref;

	/* 5000 octets, MTU not said: 4352 + 20 */
	q->mtus.v4 = 8980;
	q->mtus.v6 = 9000;
	quote_ref(&ref, true, IPPROTO_UDP, payload, 28);
	quote_build(q, &ref);
	ref_put16(q->v4 + 2, 5000);
	ref_put16(q->v6 + 4, 4980);
	in.quote = q->v4;
	want.quote = q->v6;
	in.quote_len = 24;
	want.quote_len = 44;
	quote_in(q, &in);
	quote_want(q, &want);
	quote_expect(test, q, "plateau");

	/* A Fragment header takes 8 octets more: 1400 - 28 */
	q = quote_new(test, false);
	quote_ref(&ref, false, IPPROTO_UDP, payload, 28);
	ref.frag_off = 0x00b9;
	quote_build(q, &ref);
	in = (struct ref_icmp) {
		.type = 2, .rest = { 0, 0, 0x05, 0x78 },
		.quote = q->v6, .quote_len = q->v6_len,
	};
	want = (struct ref_icmp) {
		.type = 3, .code = 4, .rest = { 0, 0, 0x05, 0x5c },
		.quote = q->v4, .quote_len = q->v4_len,
	};
	quote_in(q, &in);
	quote_want(q, &want);
	quote_expect(test, q, "fragment");
}

static struct kunit_case quote_cases[] = {
	KUNIT_CASE(quote_transports46),
	KUNIT_CASE(quote_transports64),
	KUNIT_CASE(quote_udp_zero),
	KUNIT_CASE(quote_options),
	KUNIT_CASE(quote_header_check),
	KUNIT_CASE(quote_extensions),
	KUNIT_CASE(quote_df),
	KUNIT_CASE(quote_longest),
	KUNIT_CASE(quote_addresses),
	KUNIT_CASE(quote_echo_reply),
	KUNIT_CASE(quote_mtu),
	{}
};

static struct kunit_suite quote_suite = {
	.name = "clat-quote",
	.init = test_ctx_init,
	.exit = test_ctx_exit,
	.test_cases = quote_cases,
};

kunit_test_suite(quote_suite);
