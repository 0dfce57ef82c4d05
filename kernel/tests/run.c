// SPDX-License-Identifier: GPL-2.0
/* Packets through the translator, step by step as its users take them. */
#include "skb.h"

/* What the next hops take, in tests that don't say another. */
static const struct clat_mtus test_mtus = { .v4 = 1480, .v6 = 1500 };

static int test_replace(struct test_ctx *ctx, struct sk_buff *error)
{
	if (IS_ERR(error))
		return PTR_ERR(error);
	consume_skb(ctx->skb);
	ctx->skb = error;
	return 0;
}

/**
 * test_run46() - translate ctx->skb as ndo_start_xmit does it, without a route
 * @ctx:	the context; an ICMP error takes the place of its skb
 *
 * Return: 0, or a negative drop reason.
 */
int test_run46(struct test_ctx *ctx)
{
	struct sk_buff *skb = ctx->skb;
	struct clat_packet pkt;
	struct clat_ends ends;
	int err;

	do {
		err = clat_parse4(skb->data, skb_headlen(skb), skb->len, &pkt);
	} while (err > 0 && pskb_may_pull(skb, err));
	if (err)
		return err;
	err = clat_ends46(&ctx->cfg->xlat, ip_hdr(skb)->saddr,
			  ip_hdr(skb)->daddr, &ends);
	if (err)
		return err;
	skb_set_transport_header(skb, pkt.l4_off);
	if (skb_is_gso(skb) &&
	    (!clat_gso_known(skb) || !clat_gso_fits(skb, pkt.proto)))
		return -CLAT_DROP_GSO46;
	if (pkt.l4 != CLAT_L4_ERROR)
		return clat_xlat46(ctx->cfg, skb, &pkt, &ends);
	return test_replace(ctx, clat_error_skb46(ctx->cfg, skb, &pkt, &ends,
						  &test_mtus));
}

/**
 * test_run64() - translate ctx->skb as the ingress hook does it
 * @ctx:	the context; an ICMP error takes the place of its skb
 *
 * Return: 0, or a negative drop reason.
 */
int test_run64(struct test_ctx *ctx)
{
	struct sk_buff *skb = ctx->skb;
	struct clat_packet pkt;
	struct clat_ends ends;
	int err;

	if (skb_is_gso(skb) && !clat_gso_known(skb))
		return -CLAT_DROP_GSO64;
	do {
		err = clat_parse6(skb->data, skb_headlen(skb), skb->len, &pkt);
	} while (err > 0 && pskb_may_pull(skb, err));
	if (err)
		return err;
	err = clat_ends64(&ctx->cfg->xlat, &ipv6_hdr(skb)->daddr,
			  &ipv6_hdr(skb)->saddr, &ends);
	if (err)
		return err;
	if (pkt.l4 != CLAT_L4_ERROR)
		return clat_xlat64(ctx->clat, skb, &pkt, &ends);
	return test_replace(ctx, clat_error_skb64(ctx->clat, ctx->cfg, skb,
						  &pkt, &ends, &test_mtus));
}
