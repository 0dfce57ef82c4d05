// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration of a device: one immutable object, replaced whole under
 * RCU, and the hooks that go with it. All of it under RTNL.
 */
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>

#include "clat.h"

/* What a device begins with, and while one is changed in place, what packets see. */
static const struct clat_config clat_config_none = {
	.lowest_ipv6_mtu = IPV6_MIN_MTU,
	.tos = CLAT_TOS_INHERIT,
};

/**
 * clat_config_new() - make a configuration
 * @old:	what it begins as, without its routes; %NULL for an empty one
 *
 * Return: a configuration that is the caller's to change, and then to give to
 * clat_config_apply() or clat_config_free(); %NULL if out of memory.
 */
struct clat_config *clat_config_new(const struct clat_config *old)
{
	struct clat_config *cfg;

	cfg = kmemdup(old ?: &clat_config_none, sizeof(*cfg), GFP_KERNEL);
	if (!cfg)
		return NULL;
	cfg->routes = clat_routes_alloc();
	cfg->lans = clat_lan_alloc();
	if (!cfg->routes || !cfg->lans) {
		clat_config_free(cfg);
		return NULL;
	}
	return cfg;
}

/**
 * clat_config_free() - free a configuration that no packet uses
 * @cfg:	the configuration, or %NULL
 */
void clat_config_free(struct clat_config *cfg)
{
	if (!cfg)
		return;
	clat_routes_free(cfg->routes);
	free_percpu(cfg->lans);
	kfree(cfg);
}

static void clat_config_free_cb(struct rcu_head *head)
{
	clat_config_free(container_of(head, struct clat_config, rcu));
}

/**
 * clat_uplink_check() - tell whether a device can be an uplink
 * @dev:	the device
 * @extack:	says why not
 *
 * Return: 0 or -EINVAL. Context: RTNL.
 */
int clat_uplink_check(const struct net_device *dev,
		      struct netlink_ext_ack *extack)
{
	if (clat_is_dev(dev))
		NL_SET_ERR_MSG(extack, "uplink is a clat device");
	else if (dev->flags & IFF_LOOPBACK)
		NL_SET_ERR_MSG(extack, "uplink is a loopback device");
	else if (netif_is_bridge_port(dev))
		NL_SET_ERR_MSG(extack, "uplink is a bridge port");
	else if (netif_is_lag_port(dev))
		NL_SET_ERR_MSG(extack, "uplink is a slave of a bond or team");
	else
		return 0;
	return -EINVAL;
}

/**
 * clat_has_lan() - tell whether a device is a LAN of a configuration
 * @cfg:	the configuration
 * @dev:	the device
 */
bool clat_has_lan(const struct clat_config *cfg, const struct net_device *dev)
{
	unsigned int i;

	for (i = 0; i < cfg->n_lan; i++)
		if (cfg->lan[i] == dev)
			return true;
	return false;
}

/**
 * clat_config_apply() - replace the configuration of a device
 * @clat:	the device
 * @cfg:	the new configuration; consumed if 0 is returned
 * @extack:	says what was refused
 *
 * What is new is hooked before the configuration that names it is published,
 * and what is old left after that, so that no packet passes either unseen.
 *
 * Return: 0, or an error; nothing is changed then. Context: RTNL.
 */
int clat_config_apply(struct clat_dev *clat, struct clat_config *cfg,
		      struct netlink_ext_ack *extack)
{
	struct clat_config *old = rtnl_dereference(clat->config);
	struct nf_hook_ops *hooks[CLAT_HOOKS];
	bool left;
	int err;

	ASSERT_RTNL();
	if (cfg->shared && !clat->flows) {
		clat->flows = clat_flows_alloc();
		if (!clat->flows)
			return -ENOMEM;
	}
	cfg->flows = clat->flows;
	err = clat_hooks_get(clat, cfg, hooks, extack);
	if (err)
		return err;
	if (cfg->uplink != old->uplink) {
		if (cfg->uplink)
			dev_disable_lro(cfg->uplink);
		clat->detach = CLAT_DETACH_NONE;
	}

	rcu_assign_pointer(clat->config, cfg);
	left = clat_hooks_put(clat->hooks, hooks);
	memcpy(clat->hooks, hooks, sizeof(hooks));
	call_rcu(&old->rcu, clat_config_free_cb);
	/* The devices may go away as soon as this returns. */
	if (left)
		synchronize_net();
	clat_follow(clat);
	return 0;
}

/* Packets see no configuration, until the caller publishes its own again. */
static void clat_config_hide(struct clat_dev *clat)
{
	rcu_assign_pointer(clat->config,
			   (struct clat_config *)&clat_config_none);
	synchronize_net();
}

/**
 * clat_uplink_lost() - detach a device from its uplink
 * @clat:	the device
 * @why:	told to listeners
 *
 * Must not fail, so it allocates nothing: the configuration is hidden from
 * packets, changed, and published again. Listeners are told. Context: RTNL.
 */
void clat_uplink_lost(struct clat_dev *clat, enum clat_detach why)
{
	struct clat_config *cfg = rtnl_dereference(clat->config);

	ASSERT_RTNL();
	if (!cfg->uplink)
		return;

	clat_hook_del(&clat->hooks[0]);
	clat_config_hide(clat);
	clat_routes_flush(cfg->routes);
	cfg->uplink = NULL;
	rcu_assign_pointer(clat->config, cfg);

	clat->detach = why;
	clat_follow(clat);
	clat_netlink_notify(clat);
}

/**
 * clat_lan_lost() - forget a LAN of a device
 * @clat:	the device
 * @dev:	the LAN; %NULL: all of them
 *
 * Must not fail, as clat_uplink_lost(). Listeners are told. Context: RTNL.
 */
void clat_lan_lost(struct clat_dev *clat, const struct net_device *dev)
{
	struct clat_config *cfg = rtnl_dereference(clat->config);
	unsigned int i, n = 0;

	ASSERT_RTNL();
	if (dev ? !clat_has_lan(cfg, dev) : !cfg->n_lan)
		return;

	for (i = 0; i < cfg->n_lan; i++)
		if (!dev || cfg->lan[i] == dev)
			clat_hook_del(&clat->hooks[1 + i]);
	clat_config_hide(clat);
	for (i = 0; i < cfg->n_lan; i++) {
		if (!dev || cfg->lan[i] == dev)
			continue;
		cfg->lan[n] = cfg->lan[i];
		clat->hooks[1 + n++] = clat->hooks[1 + i];
	}
	for (i = n; i < cfg->n_lan; i++)
		clat->hooks[1 + i] = NULL;
	cfg->n_lan = n;
	clat_lan_flush(cfg->lans);
	rcu_assign_pointer(clat->config, cfg);
	clat_netlink_notify(clat);
}

/**
 * clat_state() - say what a device is doing
 * @clat:	the device
 *
 * Return: the first thing that keeps it from translating, or
 * CLAT_STATE_ACTIVE. Context: RTNL.
 */
enum clat_state clat_state(const struct clat_dev *clat)
{
	const struct clat_config *cfg = rtnl_dereference(clat->config);

	if (!(clat->dev->flags & IFF_UP))
		return CLAT_STATE_DOWN;
	if (!cfg->uplink)
		return CLAT_STATE_NO_UPLINK;
	if (!cfg->xlat.n_plat)
		return CLAT_STATE_NO_PLAT;
	if (!cfg->xlat.map.n)
		return CLAT_STATE_NO_MAP;
	if (!(cfg->uplink->flags & IFF_UP) || !netif_carrier_ok(cfg->uplink))
		return CLAT_STATE_UPLINK_DOWN;
	return CLAT_STATE_ACTIVE;
}

/* IPv6 MTU of the uplink, as lowered by Router Advertisements. */
static unsigned int clat_uplink_mtu6(const struct net_device *uplink)
{
	const struct inet6_dev *idev = __in6_dev_get(uplink);
	unsigned int mtu = READ_ONCE(uplink->mtu);

	if (idev)
		mtu = min_t(unsigned int, mtu, READ_ONCE(idev->cnf.mtu6));
	return max_t(unsigned int, mtu, IPV6_MIN_MTU);
}

/*
 * IPv6 leaves a device whose MTU gets less than 1280, and when it gets more
 * begins anew with the defaults of the namespace: an address of its own, and
 * router solicitations. Nothing has a use for those: see clat_dev_open().
 */
static int clat_set_mtu(struct net_device *dev, unsigned int mtu)
{
	struct ipv6_devconf *defaults = dev_net(dev)->ipv6.devconf_dflt;
	u32 mode = defaults->addr_gen_mode;
	int err;

	defaults->addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	err = dev_set_mtu(dev, mtu);
	defaults->addr_gen_mode = mode;
	return err;
}

/**
 * clat_follow() - let MTU, headroom and operational state follow the uplink
 * @clat:	the device
 *
 * Without an uplink that runs the device is dormant; its carrier stays on, for
 * a device without carrier drops what is sent into it, and the programs that
 * sent it would hang instead of getting an answer.
 *
 * Return: true if the state is another than before: listeners are to be told.
 * Context: RTNL.
 */
bool clat_follow(struct clat_dev *clat)
{
	const struct clat_config *cfg = rtnl_dereference(clat->config);
	struct net_device *dev = clat->dev, *uplink = cfg->uplink;
	/* A fragment header may come on top of the longer IP header. */
	unsigned int room = CLAT_HDR_DIFF + sizeof(struct frag_hdr);
	enum clat_state state = clat_state(clat);

	ASSERT_RTNL();
	if (uplink) {
		unsigned int mtu = clat_uplink_mtu6(uplink) - CLAT_HDR_DIFF;

		/* More than is needed makes ip_forward() reallocate. */
		room += uplink->hard_header_len + uplink->needed_headroom;
		if (mtu != dev->mtu && clat_set_mtu(dev, mtu))
			netdev_warn(dev, "cannot follow the MTU of %s to %u\n",
				    uplink->name, mtu);
	}
	dev->needed_headroom = room;

	if (state == CLAT_STATE_ACTIVE || state == CLAT_STATE_DOWN)
		netif_dormant_off(dev);
	else
		netif_dormant_on(dev);

	if (state == clat->state)
		return false;
	clat->state = state;
	return true;
}
