// SPDX-License-Identifier: GPL-2.0
/*
 * Link kinds "skbfuzz", an Ethernet-like link, and "skbfuzzraw", one of raw IP
 * as modems have. What is sent by them is judged and ends here.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <net/rtnetlink.h>

#include "skbfuzz.h"

static netdev_tx_t fuzz_dev_xmit(struct sk_buff *skb, struct net_device *dev)
{
	if (fuzz_running)
		fuzz_arrive(fuzz_running, skb, dev);
	consume_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops fuzz_dev_ops = {
	.ndo_start_xmit = fuzz_dev_xmit,
};

/**
 * fuzz_device_is() - tell whether a device is of a kind of ours
 * @dev:	the device
 */
bool fuzz_device_is(const struct net_device *dev)
{
	return dev->netdev_ops == &fuzz_dev_ops;
}

static void fuzz_dev_setup(struct net_device *dev)
{
	const netdev_features_t features =
		NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM |
		NETIF_F_HIGHDMA | NETIF_F_ALL_TSO | NETIF_F_GSO_UDP_L4;

	dev->netdev_ops = &fuzz_dev_ops;
	dev->flags |= IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	netdev_set_lltx(dev);
	dev->features |= features;
	dev->hw_features |= features;
	dev->needs_free_netdev = true;
	dev->min_mtu = 0;
	dev->max_mtu = 0;
}

static void fuzz_dev_setup_ether(struct net_device *dev)
{
	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->flags &= ~IFF_MULTICAST;
	fuzz_dev_setup(dev);
}

static void fuzz_dev_setup_raw(struct net_device *dev)
{
	dev->type = ARPHRD_RAWIP;
	dev->flags = IFF_POINTOPOINT;
	dev->mtu = ETH_DATA_LEN;
	fuzz_dev_setup(dev);
}

static struct rtnl_link_ops fuzz_link_ops[] = {
	{ .kind = "skbfuzz", .setup = fuzz_dev_setup_ether },
	{ .kind = "skbfuzzraw", .setup = fuzz_dev_setup_raw },
};

/**
 * fuzz_device_init() - make the link kinds known
 *
 * Return: 0 or an error.
 */
int fuzz_device_init(void)
{
	int err = rtnl_link_register(&fuzz_link_ops[0]);

	if (err)
		return err;
	err = rtnl_link_register(&fuzz_link_ops[1]);
	if (err)
		rtnl_link_unregister(&fuzz_link_ops[0]);
	return err;
}

/**
 * fuzz_device_exit() - delete all links of these kinds
 */
void fuzz_device_exit(void)
{
	rtnl_link_unregister(&fuzz_link_ops[1]);
	rtnl_link_unregister(&fuzz_link_ops[0]);
}
