// SPDX-License-Identifier: GPL-2.0
/*
 * xlat46.c and xlat64.c over real skbs: fragments, extension headers and all
 * transports, in every shape and checksum state that they can have.
 */
#include "skb.h"

#define CARRY_PAYLOAD	136	/* a fragment's is a multiple of 8 */

/* Adjusted, carried as they are, and one that nobody knows */
static const u8 carry_protos[] = {
	6, 17, 136, 33, 132, 50, 51, 47, 4, 41, 59, 89, 253, 255,
};

/* Destination options of 24 octets, routing header without segments left */
static const u8 carry_ext[] = {
	43, 2, 1, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
	13, 14, 15, 16, 17, 18, 19, 20,
	0, 0, 4, 0, 0, 0, 0, 0,
};

struct carry_frag {
	const char *name;
	u16 off;	/* as IPv4 has it */
	u32 id;
	bool atomic;	/* IPv6 only: a Fragment header nevertheless */
	bool ext;	/* IPv6 only: with extension headers */
};

static const struct carry_frag carry_frags[] = {
	{ "whole", 0, 0 },
	{ "atomic", 0, 0xdeadbeef, true },
	{ "first", 0x2000, 0xabcd1234 },
	{ "middle", 0x20b9, 0x0000ffff },
	{ "last", 0x00b9, 0xffff0000 },
	{ "last that IPv4 has a length for", 0x1fec, 0x00010000 },
	{ "whole, extension headers", 0, 0, .ext = true },
	{ "first, extension headers", 0x2000, 0xabcd1234, .ext = true },
	{ "last, extension headers", 0x00b9, 0xabcd1234, .ext = true },
};

static const u8 carry_behind[] = "what other fragments carry, odd";

static void carry_desc(const struct carry_frag *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(carry, carry_frags, carry_desc);

static void carry_ref(struct kunit *test, struct ref_packet *ref,
		      const struct test_mix *mix, const struct carry_frag *c,
		      u8 *payload)
{
	const struct test_prefix *prefix =
		&test_prefixes[mix->shape % TEST_PREFIXES];

	test_mix_ref(ref, mix, prefix, payload, CARRY_PAYLOAD);
	test_set_plat(test, prefix->prefix, prefix->len);
	ref->frag_off = c->off;
	ref->id = c->id;
	if (c->off == 0x2000) {
		ref->behind = carry_behind;
		ref->behind_len = sizeof(carry_behind);
	}
}

/* A checksum that is left to do is that of a whole packet. */
static bool carry_possible(const struct test_mix *mix,
			   const struct carry_frag *c, bool to6)
{
	bool sum = mix->proto == 6 || mix->proto == 17 ||
		   mix->proto == 136 || mix->proto == 33;

	/* RFC 7915, section 5.1.1: no AH behind a Fragment header */
	if (mix->proto == 51 && !to6 && (c->off & 0x3fff || c->atomic))
		return false;
	if (mix->csum == TEST_PARTIAL)
		return sum && !(c->off & 0x3fff);
	return mix->csum != TEST_INNER_PARTIAL || !(c->off & 0x3fff);
}

/* Puts a Fragment header into the packet. */
static void carry_atomic(struct test_ctx *ctx, u32 id)
{
	memmove(ctx->in + 48, ctx->in + 40, ctx->in_len - 40);
	memset(ctx->in + 40, 0, 8);
	ctx->in[40] = ctx->in[6];
	ctx->in[6] = 44;
	ref_put16(ctx->in + 44, id >> 16);
	ref_put16(ctx->in + 46, id);
	ctx->in_len += 8;
	ref_put16(ctx->in + 4, ctx->in_len - 40);
}

static void carry_one(struct kunit *test, const struct carry_frag *c,
		      const struct test_mix *mix, bool to6)
{
	struct test_ctx *ctx = test->priv;
	u8 payload[CARRY_PAYLOAD];
	struct ref_packet ref;
	unsigned int l4_off;
	char what[80];

	carry_ref(test, &ref, mix, c, payload);
	if (to6) {
		ref.id &= 0xffff;
	} else {
		swap(ref.saddr4, ref.daddr4);
		swap(ref.saddr6, ref.daddr6);
	}
	if (c->ext && !to6) {
		ref.ext = carry_ext;
		ref.ext_len = sizeof(carry_ext);
		ref.ext_last = 24;
		ref.ext_first = 60;
	}
	ctx->want_len = to6 ? ref_build6(ctx->want, &ref) :
			      ref_build4(ctx->want, &ref);
	if (mix->csum == TEST_PARTIAL)
		ref.check = REF_CHECK_SEED;
	ctx->in_len = to6 ? ref_build4(ctx->in, &ref) :
			    ref_build6(ctx->in, &ref);
	if (c->atomic && !to6)
		carry_atomic(ctx, ref.id);
	l4_off = ctx->in_len - CARRY_PAYLOAD - ref_l4_len(&ref);

	snprintf(what, sizeof(what), "protocol %u, shape %u, checksum %u",
		 mix->proto, mix->shape, mix->csum);
	test_skb_make(test, mix, l4_off, !to6);
	test_set_ip_id(ctx, 0);
	KUNIT_ASSERT_EQ_MSG(test, to6 ? test_run46(ctx) : test_run64(ctx), 0,
			    "%s", what);
	test_skb_expect_at(test, what, to6,
			   to6 && c->off & 0x3fff ? 48 : to6 ? 40 : 20,
			   mix->proto == 17 || mix->proto == 136);
	test_skb_drop(ctx);
}

static void carry_all(struct kunit *test, bool to6)
{
	const struct carry_frag *c = test->param_value;
	unsigned int i, shape, csum;

	for (i = 0; i < ARRAY_SIZE(carry_protos); i++)
		for (shape = 0; shape < TEST_SHAPES; shape++)
			for (csum = 0; csum < TEST_CSUMS; csum++) {
				struct test_mix mix = {
					.proto = carry_protos[i],
					.shape = shape,
					.csum = csum,
				};

				if (carry_possible(&mix, c, to6))
					carry_one(test, c, &mix, to6);
			}
}

static void carry46(struct kunit *test)
{
	carry_all(test, true);
}

static void carry64(struct kunit *test)
{
	carry_all(test, false);
}

/* ICMP is whole, or whole behind an atomic Fragment header. */
static void carry_atomic_icmp(struct kunit *test)
{
	static const struct carry_frag atomic = {
		"atomic", 0, 0xdeadbeef, true,
	};
	struct test_mix mix = { .proto = IPPROTO_ICMP };

	for (mix.shape = 0; mix.shape < TEST_SHAPES; mix.shape++)
		for (mix.csum = 0; mix.csum <= TEST_COMPLETE; mix.csum++)
			carry_one(test, &atomic, &mix, false);
}

/* UDP-Lite covers as much as it says, and its pseudo header all of it. */
static void carry_udplite(struct kunit *test)
{
	struct test_mix mix = { .proto = IPPROTO_UDPLITE };
	struct test_ctx *ctx = test->priv;
	unsigned int way, len;
	u8 payload[CARRY_PAYLOAD];
	struct ref_packet ref;

	for (way = 0; way < 2; way++)
		for (len = 0; len <= CARRY_PAYLOAD; len++) {
			carry_ref(test, &ref, &mix, &carry_frags[0], payload);
			ref.udp_short = len;
			if (!way) {
				swap(ref.saddr4, ref.daddr4);
				swap(ref.saddr6, ref.daddr6);
			}
			ctx->want_len = way ? ref_build6(ctx->want, &ref) :
					      ref_build4(ctx->want, &ref);
			ctx->in_len = way ? ref_build4(ctx->in, &ref) :
					    ref_build6(ctx->in, &ref);
			test_skb_make(test, &mix, way ? 20 : 40, !way);
			test_set_ip_id(ctx, 0);
			KUNIT_ASSERT_EQ(test, way ? test_run46(ctx) :
						    test_run64(ctx), 0);
			test_skb_expect(test, "coverage", way, true);
			test_skb_drop(ctx);
		}
}

/* A checksum that is to be summed up from within the IP header on */
static void carry_bad_start(struct kunit *test)
{
	struct test_mix mix = { .proto = IPPROTO_UDP, .csum = TEST_PARTIAL };
	struct test_ctx *ctx = test->priv;
	u8 payload[CARRY_PAYLOAD];
	unsigned int way, start;
	struct ref_packet ref;

	for (way = 0; way < 2; way++)
		for (start = 0; start < (way ? 20 : 40); start++) {
			carry_ref(test, &ref, &mix, &carry_frags[0], payload);
			if (!way) {
				swap(ref.saddr4, ref.daddr4);
				swap(ref.saddr6, ref.daddr6);
			}
			ctx->in_len = way ? ref_build4(ctx->in, &ref) :
					    ref_build6(ctx->in, &ref);
			test_skb_make(test, &mix, way ? 20 : 40, !way);
			ctx->skb->csum_start = skb_headroom(ctx->skb) + start;
			KUNIT_EXPECT_EQ_MSG(test,
					    way ? test_run46(ctx) :
						  test_run64(ctx),
					    way ? -CLAT_DROP_TRANSPORT46 :
						  -CLAT_DROP_TRANSPORT64,
					    "from octet %u", start);
			test_skb_drop(ctx);
		}
}

/* TCP segmentation of what isn't TCP, and the like */
static void carry_bad_gso(struct kunit *test)
{
	static const u8 protos[] = { 6, 17, 136, 33, 1, 132, 47 };
	struct test_ctx *ctx = test->priv;
	u8 payload[CARRY_PAYLOAD];
	unsigned int way, i, tcp;
	struct ref_packet ref;

	for (way = 0; way < 2; way++)
		for (i = 0; i < ARRAY_SIZE(protos); i++)
			for (tcp = 0; tcp < 2; tcp++) {
				struct test_mix mix = { .proto = protos[i] };

				if (protos[i] == (tcp ? 6 : 17))
					continue;	/* as it should be */
				carry_ref(test, &ref, &mix, &carry_frags[0],
					  payload);
				if (!way) {
					swap(ref.saddr4, ref.daddr4);
					swap(ref.saddr6, ref.daddr6);
				}
				ctx->in_len = way ? ref_build4(ctx->in, &ref) :
						    ref_build6(ctx->in, &ref);
				test_skb_make(test, &mix, way ? 20 : 40, !way);
				skb_shinfo(ctx->skb)->gso_size = 20;
				skb_shinfo(ctx->skb)->gso_type =
					!tcp ? SKB_GSO_UDP_L4 :
					way ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6;
				KUNIT_EXPECT_EQ_MSG(test,
						    way ? test_run46(ctx) :
							  test_run64(ctx),
						    way ? -CLAT_DROP_GSO46 :
							  -CLAT_DROP_GSO64,
						    "protocol %u", protos[i]);
				test_skb_drop(ctx);
			}
}

static struct kunit_case carry_cases[] = {
	KUNIT_CASE_PARAM(carry46, carry_gen_params),
	KUNIT_CASE_PARAM(carry64, carry_gen_params),
	KUNIT_CASE(carry_atomic_icmp),
	KUNIT_CASE(carry_udplite),
	KUNIT_CASE(carry_bad_start),
	KUNIT_CASE(carry_bad_gso),
	{}
};

static struct kunit_suite carry_suite = {
	.name = "clat-carry",
	.init = test_ctx_init,
	.exit = test_ctx_exit,
	.test_cases = carry_cases,
};

kunit_test_suite(carry_suite);
