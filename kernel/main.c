// SPDX-License-Identifier: GPL-2.0
/*
 * The clat network device: link kind "clat", its life from register to free,
 * and the events of its uplink and its LANs.
 */
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/genetlink.h>
#include <net/ip.h>
#include <net/rtnetlink.h>

#include "clat.h"

LIST_HEAD(clat_devs);

static int clat_dev_init(struct net_device *dev)
{
	struct clat_dev *clat = netdev_priv(dev);
	struct clat_config *cfg;
	int cpu;

	clat->dev = dev;
	clat->state = CLAT_STATE_DOWN;
	clat_watch_init(clat);
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	clat->drops = alloc_percpu(struct clat_drops);
	clat->ip_id = alloc_percpu(u16);
	cfg = clat_config_new(NULL);
	if (!dev->tstats || !clat->drops || !clat->ip_id || !cfg)
		goto err;

	for_each_possible_cpu(cpu)
		get_random_bytes(per_cpu_ptr(clat->ip_id, cpu), sizeof(u16));
	RCU_INIT_POINTER(clat->config, cfg);
	list_add_tail(&clat->list, &clat_devs);
	return 0;

err:
	if (cfg)
		clat_config_free(cfg);
	free_percpu(clat->ip_id);
	free_percpu(clat->drops);
	free_percpu(dev->tstats);
	dev->tstats = NULL;
	return -ENOMEM;
}

/* Packets were waited for when the device was closed. */
static void clat_dev_uninit(struct net_device *dev)
{
	struct clat_dev *clat = netdev_priv(dev);

	list_del(&clat->list);
	clat_watch_stop(clat);
	clat_config_free(rtnl_dereference(clat->config));
	RCU_INIT_POINTER(clat->config, NULL);
}

/* Counters are read until the last reference is gone. */
static void clat_dev_free(struct net_device *dev)
{
	struct clat_dev *clat = netdev_priv(dev);

	clat_flows_free(clat->flows);
	free_percpu(clat->ip_id);
	free_percpu(clat->drops);
	free_percpu(dev->tstats);
}

/*
 * IPv6 stays enabled, so that routes to the device work, but nothing has a use
 * for a link-local address on it.
 */
static int clat_dev_open(struct net_device *dev)
{
	struct inet6_dev *idev = __in6_dev_get(dev);

	if (idev)
		idev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	return 0;
}

static const struct net_device_ops clat_netdev_ops = {
	.ndo_init		= clat_dev_init,
	.ndo_uninit		= clat_dev_uninit,
	.ndo_open		= clat_dev_open,
	.ndo_start_xmit		= clat_xmit,
	.ndo_get_stats64	= clat_get_stats64,
};

static const struct device_type clat_type = {
	.name = "clat",
};

/**
 * clat_is_dev() - tell whether a device is a clat device
 * @dev:	the device
 */
bool clat_is_dev(const struct net_device *dev)
{
	return dev->netdev_ops == &clat_netdev_ops;
}

static void clat_setup(struct net_device *dev)
{
	const netdev_features_t features =
		NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM |
		NETIF_F_HIGHDMA | NETIF_F_ALL_TSO | NETIF_F_GSO_UDP_L4;

	dev->netdev_ops = &clat_netdev_ops;
	SET_NETDEV_DEVTYPE(dev, &clat_type);
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	netdev_set_lltx(dev);
	netif_keep_dst(dev);
	dev->features |= features;
	dev->hw_features |= features;
	dev->needed_headroom = CLAT_HDR_DIFF + sizeof(struct frag_hdr);
	dev->min_mtu = IPV6_MIN_MTU - CLAT_HDR_DIFF;
	dev->max_mtu = IP_MAX_MTU;
	dev->mtu = ETH_DATA_LEN - CLAT_HDR_DIFF;
	dev->needs_free_netdev = true;
	dev->priv_destructor = clat_dev_free;
}

static int clat_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "a clat device has no link-layer address");
		return -EOPNOTSUPP;
	}
	return 0;
}

static struct rtnl_link_ops clat_link_ops __read_mostly = {
	.kind		= "clat",
	.priv_size	= sizeof(struct clat_dev),
	.setup		= clat_setup,
	.validate	= clat_validate,
};

static void clat_dev_event(struct clat_dev *clat, unsigned long event)
{
	switch (event) {
	case NETDEV_REGISTER:
		clat_netlink_notify(clat);
		break;
	case NETDEV_UNREGISTER:
		/* Deleted, or about to move to another namespace */
		clat_uplink_lost(clat, CLAT_DETACH_MOVED);
		clat_lan_lost(clat, NULL);
		clat_netlink_notify_del(clat);
		break;
	case NETDEV_UP:
	case NETDEV_DOWN:
		if (clat_follow(clat))
			clat_netlink_notify(clat);
		break;
	}
}

static void clat_uplink_event(struct clat_dev *clat, struct net_device *uplink,
			      unsigned long event)
{
	switch (event) {
	case NETDEV_UNREGISTER:
		clat_uplink_lost(clat, uplink->reg_state == NETREG_REGISTERED ?
				       CLAT_DETACH_MOVED : CLAT_DETACH_GONE);
		break;
	case NETDEV_CHANGEUPPER:
		if (clat_uplink_check(uplink, NULL))
			clat_uplink_lost(clat, CLAT_DETACH_ENSLAVED);
		break;
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEMTU:
		if (clat_follow(clat))
			clat_netlink_notify(clat);
		break;
	}
}

static void clat_lan_event(struct clat_dev *clat, const struct net_device *lan,
			   unsigned long event)
{
	if (event == NETDEV_UNREGISTER ||
	    (event == NETDEV_CHANGEUPPER && clat_lan_check(lan)))
		clat_lan_lost(clat, lan);
}

static int clat_netdev_event(struct notifier_block *nb, unsigned long event,
			     void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct clat_dev *clat;

	if (clat_is_dev(dev)) {
		clat_dev_event(netdev_priv(dev), event);
		return NOTIFY_DONE;
	}
	list_for_each_entry(clat, &clat_devs, list) {
		const struct clat_config *cfg = rtnl_dereference(clat->config);

		if (cfg->uplink == dev)
			clat_uplink_event(clat, dev, event);
		else if (clat_has_lan(cfg, dev))
			clat_lan_event(clat, dev, event);
	}
	return NOTIFY_DONE;
}

/* After IPv6, whose view of the uplink is followed */
static struct notifier_block clat_netdev_nb = {
	.notifier_call	= clat_netdev_event,
	.priority	= ADDRCONF_NOTIFY_PRIORITY - 1,
};

static int __init clat_init(void)
{
	int err;

	err = register_netdevice_notifier(&clat_netdev_nb);
	if (err)
		return err;
	err = clat_netlink_init();
	if (err)
		goto err_notifier;
	err = rtnl_link_register(&clat_link_ops);
	if (err)
		goto err_netlink;
	return 0;

err_netlink:
	clat_netlink_exit();
err_notifier:
	unregister_netdevice_notifier(&clat_netdev_nb);
	return err;
}

static void __exit clat_exit(void)
{
	rtnl_link_unregister(&clat_link_ops);
	clat_netlink_exit();
	unregister_netdevice_notifier(&clat_netdev_nb);
	/* Configurations are freed by callbacks of ours. */
	rcu_barrier();
}

module_init(clat_init);
module_exit(clat_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("CLAT of 464XLAT (RFC 6877): stateless IPv4 to IPv6 translation");
MODULE_VERSION(CLAT_VERSION);
MODULE_ALIAS_RTNL_LINK("clat");
MODULE_ALIAS_GENL_FAMILY(CLAT_GENL_NAME);
