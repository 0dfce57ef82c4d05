/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rest of the kernel, as far as lib/nlattr.c, the headers of netlink and
 * kernel/netlink-set.c name it: included before all of them, whose own includes
 * of other headers find empty files (Makefile).
 */
#ifndef _FUZZ_REST_H
#define _FUZZ_REST_H

#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

#define __percpu
#define __rcu
#define __user
#define __ro_after_init
#define fallthrough		__attribute__((__fallthrough__))
#define likely(x)		(x)
#define unlikely(x)		(x)
#define BIT(n)			(1UL << (n))
#define IS_ALIGNED(x, a)	(((x) & ((a) - 1)) == 0)
#define PAGE_SIZE		4096UL
#define SKB_WITH_OVERHEAD(x)	(x)
#define U8_MAX			((u8)~0U)
#define U16_MAX			((u16)~0U)
#define U32_MAX			((u32)~0U)
#define U64_MAX			((u64)~0ULL)
#define S8_MIN			INT8_MIN
#define S8_MAX			INT8_MAX
#define S16_MIN			INT16_MIN
#define S16_MAX			INT16_MAX
#define S32_MIN			INT32_MIN
#define S32_MAX			INT32_MAX
#define S64_MIN			INT64_MIN
#define S64_MAX			INT64_MAX
#define min_t(type, a, b)	min((type)(a), (type)(b))

#define EXPORT_SYMBOL(symbol)	extern int fz_exported
#define BUILD_BUG_ON_ZERO(bad)	((int)sizeof(struct { int : (-!!(bad)); }))
#define BUILD_BUG_ON(bad)	((void)BUILD_BUG_ON_ZERO(bad))
#define THIS_MODULE		NULL
#define array_index_nospec(i, n) (i)

/* What the kernel would warn of is a finding. */
#define WARN_ON(bad)							\
	({								\
		if (bad)						\
			abort();					\
		0;							\
	})
#define WARN_ON_ONCE(bad)	WARN_ON(bad)
#define BUG_ON(bad)		WARN_ON(bad)
#define pr_warn_ratelimited(format, ...) fz_log(format, ##__VA_ARGS__)
#define current			(&fz_task)

struct task_struct {
	char comm[16];
};

static struct task_struct fz_task __attribute__((unused)) = { "fuzz" };

static inline __attribute__((format(printf, 1, 2)))
void fz_log(const char *format, ...)
{
	(void)format;
}

typedef int atomic_t, wait_queue_head_t;
typedef unsigned int gfp_t;
#define GFP_KERNEL	0U

/* Named by functions that nothing here calls. */
static inline void *fz_unused(long unused)
{
	(void)unused;
	abort();
}

#define kmalloc(size, flags)	fz_unused(size)
#define kmemdup(from, len, flags) fz_unused(len)
#define jiffies_to_msecs(t)	((unsigned int)(long)fz_unused(t))
#define msecs_to_jiffies(t)	((unsigned long)fz_unused(t))

static inline bool IS_ERR(const void *ptr)
{
	return (unsigned long)ptr >= -4095UL;
}

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

struct list_head {
	struct list_head *next, *prev;
};

struct delayed_work {
	void *work;
};

struct rcu_head {
	struct rcu_head *next;
};

#define rtnl_dereference(p)	(p)
#define this_cpu_add_return(var, n) ((var) += (n))

/* The lock is only held where it must be. */
extern bool fz_rtnl;
#define ASSERT_RTNL()		WARN_ON(!fz_rtnl)

static inline void rtnl_lock(void)
{
	WARN_ON(fz_rtnl);
	fz_rtnl = true;
}

static inline void rtnl_unlock(void)
{
	WARN_ON(!fz_rtnl);
	fz_rtnl = false;
}

typedef struct {
	struct net *net;
} possible_net_t;

static inline struct net *read_pnet(const possible_net_t *pnet)
{
	return pnet->net;
}

static inline void write_pnet(possible_net_t *pnet, struct net *net)
{
	pnet->net = net;
}

struct net {
	struct sock *genl_sock;
};

extern struct net init_net;

struct net_device {
	int ifindex;
	void *priv;
};

static inline void *netdev_priv(const struct net_device *dev)
{
	return dev->priv;
}

struct net_device *__dev_get_by_index(struct net *net, int ifindex);

typedef int netdev_tx_t;
struct dst_entry;
struct file;
struct module;
struct nf_hook_ops;
struct nf_hook_state;
struct notifier_block;
struct rtnl_link_stats64;
struct sock;
struct user_namespace;

struct scm_creds {
	u32 pid;
};

/* Requests are read here, not answered: no packet is ever made. */
struct sk_buff {
	unsigned char *data, *head;
	unsigned int len;
	char cb[48];
	void (*destructor)(struct sk_buff *skb);
};

#define fz_no_skb(skb)		fz_unused((long)(skb))
#define alloc_skb(len, flags)	fz_unused(len)
#define skb_clone(skb, flags)	fz_no_skb(skb)
#define kfree_skb(skb)		fz_no_skb(skb)
#define skb_tailroom(skb)	((int)(long)fz_no_skb(skb))
#define skb_tail_pointer(skb)	((unsigned char *)fz_no_skb(skb))
#define skb_put(skb, len)	fz_no_skb(skb)
#define __skb_put(skb, len)	fz_no_skb(skb)
#define skb_put_data(skb, data, len) fz_no_skb(skb)
#define skb_trim(skb, len)	fz_no_skb(skb)
#define is_vmalloc_addr(addr)	(fz_no_skb(addr) != NULL)

static inline bool ipv6_addr_equal(const struct in6_addr *a,
				   const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline __be32 inet_make_mask(int len)
{
	return len ? htonl(~0U << (32 - len)) : 0;
}

#endif /* _FUZZ_REST_H */
