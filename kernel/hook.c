// SPDX-License-Identifier: GPL-2.0
/*
 * Netdev ingress hooks: at the uplink for what the PLAT sends, at LANs for what
 * takes the shortcut. All of it under RTNL.
 */
#include <linux/slab.h>

#include "clat.h"

/*
 * After user chains, the last of which may have priority 0 or above, and
 * before anything else that reads IP: documented in Documentation/clat.rst.
 */
#define CLAT_HOOK_PRIORITY	1000

/* Whoever lists hooks reads them under RCU, also while one is removed. */
struct clat_hook {
	struct nf_hook_ops ops;
	struct rcu_head rcu;
};

static struct nf_hook_ops *clat_hook_add(struct clat_dev *clat,
					 struct net_device *dev, nf_hookfn *fn)
{
	struct clat_hook *alloc;
	struct nf_hook_ops *hook;
	int err;

	alloc = kzalloc(sizeof(*alloc), GFP_KERNEL);
	if (!alloc)
		return ERR_PTR(-ENOMEM);
	hook = &alloc->ops;
	hook->hook = fn;
	hook->priv = clat->dev;
	hook->pf = NFPROTO_NETDEV;
	hook->hooknum = NF_NETDEV_INGRESS;
	hook->priority = CLAT_HOOK_PRIORITY;
	hook->dev = dev;

	err = nf_register_net_hook(dev_net(dev), hook);
	if (!err)
		return hook;
	kfree(alloc);
	return ERR_PTR(err);
}

/* A hook that the device has already, or a new one */
static struct nf_hook_ops *clat_hook_get(struct clat_dev *clat,
					 struct net_device *dev, nf_hookfn *fn)
{
	unsigned int i;

	for (i = 0; i < CLAT_HOOKS; i++) {
		struct nf_hook_ops *hook = clat->hooks[i];

		if (hook && hook->dev == dev && hook->hook == fn)
			return hook;
	}
	return clat_hook_add(clat, dev, fn);
}

/**
 * clat_hook_del() - remove a hook
 * @hook:	the hook, or %NULL; is %NULL afterwards
 *
 * Packets may still be in the hook when it returns: synchronize_net().
 */
void clat_hook_del(struct nf_hook_ops **hook)
{
	if (!*hook)
		return;
	nf_unregister_net_hook(dev_net((*hook)->dev), *hook);
	kfree_rcu(container_of(*hook, struct clat_hook, ops), rcu);
	*hook = NULL;
}

static bool clat_hooks_have(struct nf_hook_ops *hooks[CLAT_HOOKS],
			    const struct nf_hook_ops *hook)
{
	unsigned int i;

	for (i = 0; i < CLAT_HOOKS; i++)
		if (hooks[i] == hook)
			return true;
	return false;
}

/**
 * clat_hooks_put() - remove hooks
 * @hooks:	as clat_dev::hooks
 * @keep:	likewise; what is here too stays
 *
 * Packets may still be in a hook when it returns: synchronize_net().
 *
 * Return: true if one was removed.
 */
bool clat_hooks_put(struct nf_hook_ops *hooks[CLAT_HOOKS],
		    struct nf_hook_ops *keep[CLAT_HOOKS])
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < CLAT_HOOKS; i++) {
		if (!hooks[i] || clat_hooks_have(keep, hooks[i]))
			continue;
		clat_hook_del(&hooks[i]);
		any = true;
	}
	return any;
}

/**
 * clat_hooks_get() - have the hooks that a configuration needs
 * @clat:	the device, whose hooks are used where they fit
 * @cfg:	the configuration
 * @hooks:	filled in, as clat_dev::hooks
 * @extack:	says what was refused
 *
 * Return: 0, or an error; no hook is there then that wasn't before.
 */
int clat_hooks_get(struct clat_dev *clat, const struct clat_config *cfg,
		   struct nf_hook_ops *hooks[CLAT_HOOKS],
		   struct netlink_ext_ack *extack)
{
	struct nf_hook_ops *hook;
	unsigned int i;

	memset(hooks, 0, CLAT_HOOKS * sizeof(*hooks));
	if (cfg->uplink) {
		hook = clat_hook_get(clat, cfg->uplink, clat_ingress);
		/* Without NETFILTER_INGRESS packets are routed to the device. */
		if (!IS_ERR(hook)) {
			hooks[0] = hook;
		} else if (PTR_ERR(hook) != -EOPNOTSUPP) {
			NL_SET_ERR_MSG(extack, "uplink takes no ingress hook");
			return PTR_ERR(hook);
		}
	}
	for (i = 0; i < cfg->n_lan; i++) {
		hook = clat_hook_get(clat, cfg->lan[i], clat_lan_ingress);
		if (IS_ERR(hook)) {
			NL_SET_ERR_MSG(extack,
				       "lan: interface takes no ingress hook");
			clat_hooks_put(hooks, clat->hooks);
			return PTR_ERR(hook);
		}
		hooks[1 + i] = hook;
	}
	return 0;
}
