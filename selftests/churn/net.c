// SPDX-License-Identifier: GPL-2.0
/* Namespaces, links, addresses, routes and clat devices, by netlink and without a process for each step. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/clat.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "churn.h"

static int clat_family;

double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

void pause_ms(unsigned int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* --- requests ---------------------------------------------------------------------------------------------------- */

/* libnl's own codes fold several errors into one. */
static int keep_errno(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	(void)from;
	*(int *)arg = error->error;
	return NL_STOP;
}

/* Returns 0 or -errno; the answer's messages go to valid. */
static int try_request(struct nl_sock *sock, struct nl_msg *msg, nl_recvmsg_msg_cb_t valid, void *arg)
{
	struct nl_cb *cb = nl_cb_clone(nl_socket_get_cb(sock));
	int error = 0, rc;

	if (!msg || !cb)
		die("out of memory");
	nl_cb_err(cb, NL_CB_CUSTOM, keep_errno, &error);
	if (valid)
		nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, valid, arg);
	rc = nl_send_auto(sock, msg);
	nlmsg_free(msg);
	if (rc < 0)
		die("netlink send: %s", nl_geterror(rc));
	/* A query's answer is a message of its own, the acknowledgement follows it. */
	rc = valid ? nl_recvmsgs(sock, cb) : 0;
	if (rc >= 0 && !error) {
		nl_cb_set(cb, NL_CB_ACK, NL_CB_DEFAULT, NULL, NULL);
		rc = nl_recvmsgs(sock, cb);
	}
	nl_cb_put(cb);
	if (rc < 0 && !error)
		die("netlink receive: %s", nl_geterror(rc));
	return error;
}

static void request(struct nl_sock *sock, struct nl_msg *msg, const char *what, const char *name)
{
	int error = try_request(sock, msg, NULL, NULL);

	if (error)
		die("%s %s: %s", what, name, strerror(-error));
}

static struct nl_sock *open_socket(int protocol)
{
	struct nl_sock *sock = nl_socket_alloc();

	if (!sock || nl_connect(sock, protocol) < 0)
		die("netlink socket: %s", strerror(errno));
	nl_socket_disable_auto_ack(sock);
	return sock;
}

/* --- namespaces -------------------------------------------------------------------------------------------------- */

void ns_enter(const struct ns *ns)
{
	if (setns(ns->fd, CLONE_NEWNET))
		die("setns: %s", strerror(errno));
}

static void ns_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die("%s: %s", path, strerror(errno));
	close(fd);
}

/* The calling thread stays in the new namespace. */
void ns_open(struct ns *ns)
{
	if (unshare(CLONE_NEWNET))
		die("unshare: %s", strerror(errno));
	ns->fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (ns->fd < 0)
		die("/proc/thread-self/ns/net: %s", strerror(errno));
	ns->rt = open_socket(NETLINK_ROUTE);
	ns->ge = open_socket(NETLINK_GENERIC);
	/* A cycle is too short for addresses that wait for duplicate detection. */
	ns_sysctl("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
	ns_sysctl("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "1");
	link_up(ns, "lo", true);
}

void ns_close(struct ns *ns)
{
	nl_socket_free(ns->rt);
	nl_socket_free(ns->ge);
	close(ns->fd);
	*ns = (struct ns){ .fd = -1 };
}

/* --- links ------------------------------------------------------------------------------------------------------- */

static struct nl_msg *link_msg(int type, int flags, const char *name, unsigned int up, unsigned int change)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | NLM_F_ACK | flags);
	struct ifinfomsg ifi = { .ifi_flags = up, .ifi_change = change };

	if (!msg || nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO) < 0)
		die("out of memory");
	if (name)
		nla_put_string(msg, IFLA_IFNAME, name);
	return msg;
}

void link_add(const struct ns *ns, const char *name, const char *kind)
{
	struct nl_msg *msg = link_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name, 0, 0);
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO);

	nla_put_string(msg, IFLA_INFO_KIND, kind);
	nla_nest_end(msg, info);
	request(ns->rt, msg, "add", name);
}

void link_add_veth(const struct ns *ns, const char *name, const struct ns *peer_ns, const char *peer)
{
	struct nl_msg *msg = link_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name, 0, 0);
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *data, *nest;
	struct ifinfomsg ifi = {};

	nla_put_string(msg, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	nest = nla_nest_start(msg, VETH_INFO_PEER);
	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, peer);
	nla_put_u32(msg, IFLA_NET_NS_FD, peer_ns->fd);
	nla_nest_end(msg, nest);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	request(ns->rt, msg, "add veth", name);
}

void link_del(const struct ns *ns, const char *name)
{
	request(ns->rt, link_msg(RTM_DELLINK, 0, name, 0, 0), "delete", name);
}

void link_up(const struct ns *ns, const char *name, bool up)
{
	request(ns->rt, link_msg(RTM_NEWLINK, 0, name, up ? IFF_UP : 0, IFF_UP), "set up or down", name);
}

void link_move(const struct ns *ns, const char *name, const struct ns *to)
{
	struct nl_msg *msg = link_msg(RTM_NEWLINK, 0, name, 0, 0);

	nla_put_u32(msg, IFLA_NET_NS_FD, to->fd);
	request(ns->rt, msg, "move", name);
}

void link_enslave(const struct ns *ns, const char *name, const char *master)
{
	struct nl_msg *msg = link_msg(RTM_NEWLINK, 0, name, 0, 0);

	nla_put_u32(msg, IFLA_MASTER, link_find(ns, master));
	request(ns->rt, msg, "enslave", name);
}

static int read_index(struct nl_msg *msg, void *arg)
{
	const struct ifinfomsg *ifi = nlmsg_data(nlmsg_hdr(msg));

	*(uint32_t *)arg = ifi->ifi_index;
	return NL_OK;
}

uint32_t link_find(const struct ns *ns, const char *name)
{
	uint32_t index = 0;
	int error = try_request(ns->rt, link_msg(RTM_GETLINK, 0, name, 0, 0), read_index, &index);

	if (error && error != -ENODEV)
		die("look for %s: %s", name, strerror(-error));
	return index;
}

static int count_link(struct nl_msg *msg, void *arg)
{
	(void)msg;
	++*(unsigned int *)arg;
	return NL_OK;
}

unsigned int link_count(const struct ns *ns)
{
	struct nl_cb *cb = nl_cb_clone(nl_socket_get_cb(ns->rt));
	struct nl_msg *msg = link_msg(RTM_GETLINK, NLM_F_DUMP, NULL, 0, 0);
	unsigned int count = 0;

	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, count_link, &count);
	if (nl_send_auto(ns->rt, msg) < 0 || nl_recvmsgs(ns->rt, cb) < 0)
		die("dump of links");
	nlmsg_free(msg);
	nl_cb_put(cb);
	return count;
}

/* --- addresses and routes ---------------------------------------------------------------------------------------- */

static void put_addr(struct nl_msg *msg, int attr, int family, const char *text)
{
	unsigned char addr[sizeof(struct in6_addr)];

	if (inet_pton(family, text, addr) != 1)
		die("not an address: %s", text);
	nla_put(msg, attr, family == AF_INET ? 4 : 16, addr);
}

void addr_add(const struct ns *ns, const char *link, int family, const char *addr, unsigned int len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE);
	struct ifaddrmsg ifa = {
		.ifa_family = family,
		.ifa_prefixlen = len,
		.ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0,
		.ifa_index = link_find(ns, link),
	};

	nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO);
	put_addr(msg, IFA_LOCAL, family, addr);
	put_addr(msg, IFA_ADDRESS, family, addr);
	request(ns->rt, msg, "add address", addr);
}

void route_add(const struct ns *ns, const char *link, int family, const char *dst, unsigned int len,
	       const char *gateway, const char *source)
{
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE);
	struct rtmsg rtm = {
		.rtm_family = family,
		.rtm_dst_len = len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = family == AF_INET && !gateway ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};

	nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO);
	put_addr(msg, RTA_DST, family, dst);
	if (gateway)
		put_addr(msg, RTA_GATEWAY, family, gateway);
	if (source)
		put_addr(msg, RTA_PREFSRC, family, source);
	nla_put_u32(msg, RTA_OIF, link_find(ns, link));
	request(ns->rt, msg, "add route to", dst);
}

/* --- clat devices ------------------------------------------------------------------------------------------------ */

/* A module that was loaded anew has a new number. */
void clat_resolve(const struct ns *ns)
{
	clat_family = genl_ctrl_resolve(ns->ge, CLAT_GENL_NAME);
	if (clat_family < 0)
		die("no generic netlink family " CLAT_GENL_NAME ": %s", nl_geterror(clat_family));
}

static struct nl_msg *clat_msg(const struct ns *ns, int cmd, int attr, const char *name)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, clat_family, 0, NLM_F_REQUEST | NLM_F_ACK, cmd,
				 CLAT_GENL_VERSION))
		die("out of memory");
	nla_put_u32(msg, attr, link_find(ns, name));
	return msg;
}

/* Uplink, prefix and pair of this test, in one request. */
void clat_set(const struct ns *ns, const char *name, const char *uplink)
{
	struct nl_msg *msg = clat_msg(ns, CLAT_CMD_DEV_SET, CLAT_A_DEV_IFINDEX, name);
	struct nlattr *list, *entry;

	nla_put_u32(msg, CLAT_A_DEV_UPLINK, link_find(ns, uplink));
	list = nla_nest_start(msg, CLAT_A_DEV_PLAT);
	entry = nla_nest_start(msg, CLAT_A_PREFIXES_PREFIX);
	put_addr(msg, CLAT_A_PREFIX_ADDR, AF_INET6, PLAT);
	nla_put_u8(msg, CLAT_A_PREFIX_LEN, PLAT_LEN);
	nla_nest_end(msg, entry);
	nla_nest_end(msg, list);
	list = nla_nest_start(msg, CLAT_A_DEV_MAP);
	entry = nla_nest_start(msg, CLAT_A_PAIRS_PAIR);
	put_addr(msg, CLAT_A_PAIR_V4, AF_INET, NEAR4);
	nla_put_u8(msg, CLAT_A_PAIR_V4_LEN, 32);
	put_addr(msg, CLAT_A_PAIR_V6, AF_INET6, CLAT6);
	nla_put_u8(msg, CLAT_A_PAIR_V6_LEN, 128);
	nla_nest_end(msg, entry);
	nla_nest_end(msg, list);
	request(ns->ge, msg, "dev-set", name);
}

static int read_dev(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[CLAT_A_DEV_MAX + 1];
	struct clat_view *view = arg;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, tb, CLAT_A_DEV_MAX, NULL) < 0 || !tb[CLAT_A_DEV_UPLINK] ||
	    !tb[CLAT_A_DEV_STATE] || !tb[CLAT_A_DEV_DETACH])
		die("dev-get: attributes are missing");
	view->uplink = nla_get_u32(tb[CLAT_A_DEV_UPLINK]);
	view->state = nla_get_u32(tb[CLAT_A_DEV_STATE]);
	view->detach = nla_get_u32(tb[CLAT_A_DEV_DETACH]);
	return NL_OK;
}

static int read_stats(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[CLAT_A_STATS_MAX + 1];
	struct clat_view *view = arg;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, tb, CLAT_A_STATS_MAX, NULL) < 0 || !tb[CLAT_A_STATS_PACKETS46] ||
	    !tb[CLAT_A_STATS_PACKETS64])
		die("stats-get: attributes are missing");
	view->packets46 = nla_get_u64(tb[CLAT_A_STATS_PACKETS46]);
	view->packets64 = nla_get_u64(tb[CLAT_A_STATS_PACKETS64]);
	return NL_OK;
}

void clat_get(const struct ns *ns, const char *name, struct clat_view *view)
{
	int error = try_request(ns->ge, clat_msg(ns, CLAT_CMD_DEV_GET, CLAT_A_DEV_IFINDEX, name), read_dev, view);

	if (!error)
		error = try_request(ns->ge, clat_msg(ns, CLAT_CMD_STATS_GET, CLAT_A_STATS_IFINDEX, name), read_stats,
				    view);
	if (error)
		die("dev-get or stats-get %s: %s", name, strerror(-error));
}
