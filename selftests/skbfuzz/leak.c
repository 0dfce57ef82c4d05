// SPDX-License-Identifier: GPL-2.0
/*
 * Counts the skbs and the IPv6 routes there are in the whole system, by the
 * tracepoints of the slab allocator: whoever made them, no skb may be left of a
 * throw, nor many routes when all links are gone.
 */
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <trace/events/kmem.h>

#include "skbfuzz.h"

static const struct kmem_cache *skb_cache, *route_cache;
static const void *wanted;
static long skbs, routes;

static void on_alloc(void *data, unsigned long call_site, const void *ptr,
		     struct kmem_cache *cache, gfp_t flags, int node)
{
	if (cache == skb_cache)
		skbs++;
	else if (cache == route_cache)
		routes++;
}

static void on_free(void *data, unsigned long call_site, const void *ptr,
		    const struct kmem_cache *cache)
{
	/* Whose skb this is tells the cache of all. */
	if (ptr == wanted)
		skb_cache = cache;
	if (cache == skb_cache)
		skbs--;
	else if (cache == route_cache)
		routes--;
}

/**
 * fuzz_leak_count() - the skbs there are, beyond those when counting began
 */
long fuzz_leak_count(void)
{
	return skbs;
}

/**
 * fuzz_leak_watch_routes() - count IPv6 routes from now on
 * @cache:	where they are allocated
 */
void fuzz_leak_watch_routes(struct kmem_cache *cache)
{
	route_cache = cache;
}

/**
 * fuzz_leak_routes() - the routes there are, beyond those when counting began
 */
long fuzz_leak_routes(void)
{
	return routes;
}

/**
 * fuzz_leak_init() - begin to count
 *
 * Return: 0 or an error.
 */
int fuzz_leak_init(void)
{
	struct sk_buff *skb;
	int err;

	err = register_trace_kmem_cache_free(on_free, NULL);
	if (err)
		return err;
	err = register_trace_kmem_cache_alloc(on_alloc, NULL);
	if (err) {
		unregister_trace_kmem_cache_free(on_free, NULL);
		return err;
	}
	skb = alloc_skb(1, GFP_KERNEL);
	wanted = skb;
	kfree_skb(skb);
	wanted = NULL;
	if (!skb_cache) {
		fuzz_leak_exit();
		return -ENOENT;
	}
	skbs = 0;
	return 0;
}

/**
 * fuzz_leak_exit() - count no more
 */
void fuzz_leak_exit(void)
{
	unregister_trace_kmem_cache_alloc(on_alloc, NULL);
	unregister_trace_kmem_cache_free(on_free, NULL);
	tracepoint_synchronize_unregister();
}
