// SPDX-License-Identifier: GPL-2.0
/*
 * Target: requests to configure a device, through the policies of
 * netlink-gen.c, the kernel's own lib/nlattr.c and netlink-set.c. A request
 * that is refused changes nothing and says why; one that is accepted makes a
 * configuration in which everything is as packets rely on, and what was asked.
 */
#include <net/genetlink.h>

#include "clat.h"
#include "netlink-gen.h"
#include "netlink.h"

bool fz_rtnl;
struct net init_net;

static struct clat_dev fz_clat;
static struct net_device fz_devs[] = {
	{ .ifindex = FZ_OTHER },
	{ .ifindex = FZ_CLAT, .priv = &fz_clat },
	{ .ifindex = FZ_UPLINK },
	{ .ifindex = FZ_HOOKLESS },
	{ .ifindex = FZ_REFUSED },
};

/* What the module around would do; configurations are counted. */
static unsigned int fz_configs, fz_told;
static bool fz_no_memory;

void do_trace_netlink_extack(const char *msg)
{
	fz_check(msg && *msg);
}

struct net_device *__dev_get_by_index(struct net *net, int ifindex)
{
	fz_check(fz_rtnl && net == &init_net);
	if (ifindex < 1 || ifindex > (int)ARRAY_SIZE(fz_devs))
		return NULL;
	return &fz_devs[ifindex - 1];
}

bool clat_is_dev(const struct net_device *dev)
{
	return dev->priv;
}

int clat_uplink_check(const struct net_device *dev,
		      struct netlink_ext_ack *extack)
{
	if (dev->ifindex != FZ_REFUSED && !dev->priv)
		return 0;
	NL_SET_ERR_MSG(extack, "uplink is what cannot be one");
	return -EINVAL;
}

const char *clat_lan_check(const struct net_device *dev)
{
	return dev->ifindex == FZ_REFUSED || dev->priv ?
	       "lan: is what cannot be one" : NULL;
}

bool clat_has_lan(const struct clat_config *cfg, const struct net_device *dev)
{
	unsigned int i;

	for (i = 0; i < cfg->n_lan; i++)
		if (cfg->lan[i] == dev)
			return true;
	return false;
}

struct clat_config *clat_config_new(const struct clat_config *old)
{
	struct clat_config *cfg;

	if (fz_no_memory)
		return NULL;
	cfg = malloc(sizeof(*cfg));
	if (!cfg)
		abort();
	*cfg = *old;
	fz_configs++;
	return cfg;
}

void clat_config_free(struct clat_config *cfg)
{
	free(cfg);
	fz_configs--;
}

int clat_config_apply(struct clat_dev *clat, struct clat_config *cfg,
		      struct netlink_ext_ack *extack)
{
	fz_check(fz_rtnl);
	if (cfg->uplink && cfg->uplink->ifindex == FZ_HOOKLESS) {
		NL_SET_ERR_MSG(extack, "uplink takes no ingress hook");
		return -EOPNOTSUPP;
	}
	clat_config_free(clat->config);
	clat->config = cfg;
	return 0;
}

bool clat_shared_possible(void)
{
	return true;
}

void clat_netlink_notify(struct clat_dev *clat)
{
	fz_check(fz_rtnl && clat == &fz_clat);
	fz_told++;
}

/* The other operations of the family's table are not called. */
int clat_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return skb || info ? -EOPNOTSUPP : 0;
}

int clat_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return skb || cb ? -EOPNOTSUPP : 0;
}

int clat_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return skb || info ? -EOPNOTSUPP : 0;
}

int clat_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return skb || cb ? -EOPNOTSUPP : 0;
}

static const struct genl_ops *fz_op(u8 cmd)
{
	const struct genl_ops *op = clat_nl_ops;

	while (op->cmd != cmd)
		op++;
	return op;
}

/* As genl_family_rcv_msg_doit() of the kernel does. */
static int fz_doit(const struct fz_request *req, struct netlink_ext_ack *extack)
{
	const struct genl_ops *op = fz_op(CLAT_CMD_DEV_SET);
	struct nlattr **attrs = malloc((op->maxattr + 1) * sizeof(*attrs));
	struct genl_info info = { .attrs = attrs, .extack = extack };
	int err;

	if (!attrs)
		abort();
	genl_info_net_set(&info, &init_net);
	err = __nla_parse(attrs, op->maxattr,
			  (const struct nlattr *)req->msg.data, req->msg.len,
			  op->policy, NL_VALIDATE_STRICT, extack);
	if (!err)
		err = op->doit(NULL, &info);
	free(attrs);
	return err;
}

static void fz_check_refused(const struct fz_request *req, int err,
			     const struct netlink_ext_ack *extack,
			     const struct clat_config *cfg,
			     const struct clat_config *old)
{
	const u8 *bad = (const u8 *)extack->bad_attr;

	fz_check(err < 0);
	fz_check(err == -ENOMEM || (extack->_msg && *extack->_msg));
	fz_check(!bad || (bad >= req->msg.data &&
			  bad + 4 <= req->msg.data + req->msg.len));
	fz_check(fz_clat.config == cfg && !fz_told);
	fz_check_same("configuration", cfg, sizeof(*cfg), old, sizeof(*old));
}

/* What is shared is one pair of single addresses, if there is a pair. */
static bool fz_shared_legal(const struct fz_request *req,
			    const struct clat_config *old)
{
	const struct clat_map *map = &old->xlat.map;
	bool shared = req->given & FZ_SHARED ? req->shared : old->shared;

	if (!shared)
		return true;
	if (req->given & 1 << CLAT_A_DEV_MAP)
		return !req->n_pair ||
		       (req->n_pair == 1 && req->pair[0].v4_len == 32);
	return !map->n || (map->n == 1 && map->by4[0].mask == htonl(~0U));
}

static void fz_check_scalars(const struct fz_request *req,
			     const struct clat_config *cfg,
			     const struct clat_config *old)
{
	u32 given = req->given, was = old->uplink ? old->uplink->ifindex : 0;

	fz_check((cfg->uplink ? (u32)cfg->uplink->ifindex : 0) ==
		 (given & 1 << CLAT_A_DEV_UPLINK ? req->uplink : was));
	fz_check(cfg->lowest_ipv6_mtu ==
		 (given & 1 << CLAT_A_DEV_LOWEST_IPV6_MTU ?
		  req->lowest : old->lowest_ipv6_mtu));
	fz_check(cfg->fwmark == (given & 1 << CLAT_A_DEV_FWMARK ?
				 req->fwmark : old->fwmark));
	fz_check(cfg->xlat.wkp_strict == (given & 1 << CLAT_A_DEV_WKP_STRICT ?
					  req->strict : old->xlat.wkp_strict));
	fz_check(cfg->tos == (given & 1 << CLAT_A_DEV_TOS ?
			      req->tos : old->tos));
	fz_check(cfg->shared == (given & FZ_SHARED ? req->shared :
						     old->shared));
}

/* What no attribute alone decides */
static bool fz_uplink_is_lan(const struct fz_request *req,
			     const struct clat_config *old)
{
	bool given = req->given & 1 << CLAT_A_DEV_LAN;
	unsigned int i, n = given ? req->n_lan : old->n_lan;
	u32 uplink = req->uplink;

	if (!(req->given & 1 << CLAT_A_DEV_UPLINK))
		uplink = old->uplink ? old->uplink->ifindex : 0;
	for (i = 0; i < n; i++)
		if ((given ? req->lan[i] : (u32)old->lan[i]->ifindex) == uplink)
			return true;
	return false;
}

static void fz_check_lan(const struct fz_request *req,
			 const struct clat_config *cfg,
			 const struct clat_config *old)
{
	unsigned int i;

	if (!(req->given & 1 << CLAT_A_DEV_LAN)) {
		fz_check(cfg->n_lan == old->n_lan);
		fz_check_same("LANs", cfg->lan, sizeof(cfg->lan), old->lan,
			      sizeof(old->lan));
		return;
	}
	fz_check(cfg->n_lan == req->n_lan);
	for (i = 0; i < req->n_lan; i++)
		fz_check((u32)cfg->lan[i]->ifindex == req->lan[i]);
}

static void fz_check_accepted(const struct fz_request *req,
			      const struct clat_config *cfg,
			      const struct clat_config *old)
{
	const struct clat_xlat *xlat = &cfg->xlat;

	fz_check(fz_told == 1);
	fz_check(cfg->lowest_ipv6_mtu >= 1280 && cfg->tos <= 256);
	fz_check(cfg->n_lan <= CLAT_LAN_MAX);
	fz_check_config(xlat);
	if (!req->known)
		return;
	fz_check_scalars(req, cfg, old);
	fz_check_lan(req, cfg, old);
	fz_check_made(req, xlat);
	if (!(req->given & 1 << CLAT_A_DEV_PLAT))
		fz_check_same("prefixes", xlat->plat, sizeof(xlat->plat),
			      old->xlat.plat, sizeof(xlat->plat));
	if (!(req->given & 1 << CLAT_A_DEV_MAP))
		fz_check_same("map", &xlat->map, sizeof(xlat->map),
			      &old->xlat.map, sizeof(xlat->map));
}

static void fz_request(struct fz_input *in)
{
	const struct clat_config *cfg = fz_clat.config;
	struct netlink_ext_ack extack = {};
	struct clat_config old = *cfg;
	struct fz_request req;
	int err;

	fz_request_read(in, &req);
	req.legal &= fz_shared_legal(&req, &old);
	fz_told = 0;
	err = fz_doit(&req, &extack);
	fz_check(!fz_rtnl);
	fz_check(fz_configs == 1);
	if (req.known)
		fz_check(!err == (req.legal && !fz_no_memory &&
				  !fz_uplink_is_lan(&req, &old)));
	if (err)
		fz_check_refused(&req, err, &extack, cfg, &old);
	else
		fz_check_accepted(&req, fz_clat.config, &old);
	fz_packet_free(&req.msg);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const struct clat_config none = {
		.lowest_ipv6_mtu = 1280,
		.tos = CLAT_TOS_INHERIT,
	};
	struct fz_input input = { data, size };
	unsigned int requests;

	fz_no_memory = false;
	fz_configs = 0;
	fz_clat.config = clat_config_new(&none);
	/* Several, for what isn't asked for stays as it was. */
	for (requests = 0; input.left && requests < 3; requests++) {
		fz_no_memory = input.left == 100;
		fz_request(&input);
	}
	clat_config_free(fz_clat.config);
	return 0;
}
