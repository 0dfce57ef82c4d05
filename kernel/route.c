// SPDX-License-Identifier: GPL-2.0
/*
 * The way of translated packets to the PLAT: a per-CPU cache of what the pair of
 * addresses alone decides, their translation and the IPv6 route by the uplink;
 * and the last steps to the neighbour.
 *
 * The cache has an entry for each pair of addresses, not one for all: path MTU
 * exceptions are routes of their own. It has two levels: few entries with all
 * that a packet needs, and many with the route alone, whose lookup costs most.
 */
#include <linux/jhash.h>
#include <linux/netfilter.h>
#include <net/dst.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/xfrm.h>

#include "clat.h"

#define CLAT_ROUTES	64
#define CLAT_DESTS	1024

/* No route has it: serial numbers of IPv6 routes begin at 1. */
#define CLAT_COOKIE_STALE	0

/**
 * struct clat_dest - route of a pair of addresses
 * @local:	the local end
 * @far:	the far end
 * @cookie:	tells whether @dst is still good
 * @dst:	the route, with a reference; %NULL if unused
 */
struct clat_dest {
	__be32 local;
	__be32 far;
	u32 cookie;
	struct dst_entry *dst;
};

/*
 * A cache belongs to one configuration, whose addresses it has translated. It is
 * written by its own CPU only, with BH disabled; any may make a route stale.
 */
struct clat_route_table {
	struct clat_route routes[CLAT_ROUTES];
	struct clat_dest dests[CLAT_DESTS];
};

/**
 * clat_routes_alloc() - make an empty cache
 *
 * Return: the cache, or %NULL. Context: process.
 */
struct clat_route_table __percpu *clat_routes_alloc(void)
{
	return alloc_percpu(struct clat_route_table);
}

/**
 * clat_routes_flush() - forget the routes of a cache that no packet uses
 * @routes:	the cache
 */
void clat_routes_flush(struct clat_route_table __percpu *routes)
{
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct clat_route_table *table = per_cpu_ptr(routes, cpu);

		for (i = 0; i < CLAT_ROUTES; i++) {
			dst_release(table->routes[i].dst);
			table->routes[i].dst = NULL;
		}
		for (i = 0; i < CLAT_DESTS; i++) {
			dst_release(table->dests[i].dst);
			table->dests[i].dst = NULL;
		}
	}
}

/**
 * clat_routes_free() - free a cache that no packet uses
 * @routes:	the cache, or %NULL
 */
void clat_routes_free(struct clat_route_table __percpu *routes)
{
	if (!routes)
		return;
	clat_routes_flush(routes);
	free_percpu(routes);
}

/**
 * clat_routes_stale() - have the next packet by each route start the watch
 * @routes:	the cache; packets may use it
 *
 * A packet that writes an entry at the same time may win, and its route stays.
 */
void clat_routes_stale(struct clat_route_table __percpu *routes)
{
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu)
		for (i = 0; i < CLAT_ROUTES; i++)
			WRITE_ONCE(per_cpu_ptr(routes, cpu)->routes[i].cookie,
				   CLAT_COOKIE_STALE);
}

static u32 clat_route_key(__be32 local, __be32 far)
{
	u32 key = (__force u32)(local ^ far);

	key ^= key >> 16;
	return key ^ key >> 8;
}

static struct dst_entry *clat_route_lookup(struct net *net,
					   const struct clat_config *cfg,
					   const struct in6_addr *saddr,
					   const struct in6_addr *daddr)
{
	struct flowi6 fl6 = {
		.flowi6_oif = cfg->uplink->ifindex,
		.flowi6_mark = cfg->fwmark,
		.saddr = *saddr,
		.daddr = *daddr,
	};
	struct dst_entry *dst;

	/* With a source address, oif alone is a preference only. */
	dst = ip6_route_output_flags(net, NULL, &fl6, RT6_LOOKUP_F_IFACE);
	if (dst->error || dst->dev != cfg->uplink) {
		dst_release(dst);
		return NULL;
	}
	return dst;
}

/* Return: an entry with a good route, valid as clat_route46()'s; or %NULL. */
static const struct clat_dest *clat_route_dest(struct net *net,
					       const struct clat_config *cfg,
					       const struct clat_ends *ends)
{
	u32 key = clat_route_key(ends->local4, ends->far4);
	struct clat_dest *dest;

	dest = &this_cpu_ptr(cfg->routes)->dests[key % CLAT_DESTS];
	if (dest->dst && dest->local == ends->local4 &&
	    dest->far == ends->far4 && dst_check(dest->dst, dest->cookie))
		return dest;

	/* Freed after a grace period: who still sends by it may go on. */
	dst_release(dest->dst);
	dest->dst = clat_route_lookup(net, cfg, &ends->local6, &ends->far6);
	if (!dest->dst)
		return NULL;
	dest->local = ends->local4;
	dest->far = ends->far4;
	dest->cookie = rt6_get_cookie(dst_rt6_info(dest->dst));
	return dest;
}

static noinline int clat_route_fill(struct clat_dev *clat,
				    const struct clat_config *cfg,
				    struct clat_route *route,
				    __be32 local, __be32 far)
{
	const struct clat_dest *dest;
	int err;

	if (!cfg->xlat.n_plat || !cfg->xlat.map.n)
		return -CLAT_DROP_INACTIVE46;

	dst_release(route->dst);
	route->dst = NULL;
	err = clat_ends46(&cfg->xlat, local, far, &route->ends);
	if (err)
		return err;
	dest = clat_route_dest(dev_net(clat->dev), cfg, &route->ends);
	if (!dest)
		return -CLAT_DROP_ROUTE46;
	dst_hold(dest->dst);
	route->dst = dest->dst;
	WRITE_ONCE(route->cookie, dest->cookie);
	clat_watch_start(clat);
	return 0;
}

/**
 * clat_route46() - find the translation of two addresses and the way there
 * @clat:	the device
 * @cfg:	its configuration
 * @local:	address of the local end
 * @far:	address of the far end
 *
 * Context: BH disabled, RCU read side.
 *
 * Return: both, valid until the CPU handles another packet; the route is by the
 * uplink, without a reference for the caller, and itself valid as long as the
 * RCU read side lasts. Or a negative drop reason as an error pointer.
 */
const struct clat_route *clat_route46(struct clat_dev *clat,
				      const struct clat_config *cfg,
				      __be32 local, __be32 far)
{
	struct clat_route *route;
	int err;

	/* A configuration without an uplink may have no cache either. */
	if (!cfg->uplink)
		return ERR_PTR(-CLAT_DROP_INACTIVE46);
	route = &this_cpu_ptr(cfg->routes)->routes[clat_route_key(local, far) %
						   CLAT_ROUTES];
	if (route->dst && route->ends.far4 == far &&
	    route->ends.local4 == local &&
	    dst_check(route->dst, READ_ONCE(route->cookie)))
		return route;
	err = clat_route_fill(clat, cfg, route, local, far);
	return err ? ERR_PTR(err) : route;
}

/*
 * okfn of POST_ROUTING: hand the packet to the next hop. Consumes it. Context:
 * BH disabled, by the transmission or by nf_reinject().
 */
static int clat_neigh_output(struct net *net, struct sock *sk,
			     struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);
	struct net_device *dev = dst->dev;
	const struct in6_addr *nexthop;
	struct neighbour *neigh;

	/*
	 * Raw-IP links make no header and resolve nothing. An entry for each
	 * destination would only fill the neighbour table.
	 */
	if (!dev->header_ops || !dev->header_ops->create)
		return dev_queue_xmit(skb);

	nexthop = rt6_nexthop(dst_rt6_info(dst), &ipv6_hdr(skb)->daddr);
	neigh = __ipv6_neigh_lookup_noref(dev, nexthop);
	if (!neigh)
		neigh = __neigh_create(&nd_tbl, nexthop, dev, false);
	if (IS_ERR(neigh)) {
		kfree_skb(skb);
		return -EINVAL;
	}
	sock_confirm_neigh(skb, neigh);
	return neigh_output(neigh, skb, false);
}

/* IPsec policies see the translated packet; their routes are not cached. */
static void clat_xfrm_output(struct net *net, const struct clat_config *cfg,
			     struct sk_buff *skb, struct dst_entry *dst)
{
	struct flowi fl;

	dst_hold(dst);
	skb_dst_set(skb, dst);
	if (xfrm_decode_session(net, skb, &fl, AF_INET6)) {
		kfree_skb(skb);
		return;
	}
	fl.u.ip6.flowi6_oif = cfg->uplink->ifindex;
	dst_hold(dst);
	dst = xfrm_lookup(net, dst, &fl, NULL, 0);
	if (IS_ERR(dst)) {
		kfree_skb(skb);
		return;
	}
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
	dst_output(net, NULL, skb);
}

/**
 * clat_route_output() - send a translated packet
 * @net:	namespace of the device
 * @cfg:	the configuration the packet was translated by
 * @skb:	the packet, data at the IPv6 header; consumed
 * @indev:	the clat device
 * @dst:	its route, as clat_route46() gave it
 *
 * The packet leaves in the same pass: no second receive pass, no FORWARD
 * chain, no forwarding sysctl, no IPv6 connection tracking. skb->sk stays, for
 * TCP small queues; the sk argument is %NULL, or cgroup programs would see the
 * packet a second time, as IPv6.
 *
 * Context: BH disabled, RCU read side.
 */
void clat_route_output(struct net *net, const struct clat_config *cfg,
		       struct sk_buff *skb, struct net_device *indev,
		       struct dst_entry *dst)
{
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	skb_clear_hash_if_not_l4(skb);
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	skb->dev = cfg->uplink;

	if (xfrm_policies_out(net)) {
		clat_xfrm_output(net, cfg, skb, dst);
		return;
	}
	if (dst->lwtstate) {
		dst_hold(dst);
		skb_dst_set(skb, dst);
		dst_output(net, NULL, skb);
		return;
	}

	skb_dst_set_noref(skb, dst);
	/*
	 * A packet that nfnetlink_queue holds is dropped when its input device
	 * goes down: so none comes back to clat_neigh_output() after unload.
	 */
	NF_HOOK(NFPROTO_IPV6, NF_INET_POST_ROUTING, net, NULL, skb, indev,
		cfg->uplink, clat_neigh_output);
}
