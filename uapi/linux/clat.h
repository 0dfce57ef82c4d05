/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/clat.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_CLAT_H
#define _UAPI_LINUX_CLAT_H

#define CLAT_GENL_NAME		"clat"
#define CLAT_GENL_VERSION	1

/**
 * enum clat_state - What a device is doing, or the first thing that keeps it
 *   from translating.
 * @CLAT_STATE_ACTIVE: translating both ways
 * @CLAT_STATE_DOWN: the clat device is administratively down
 * @CLAT_STATE_NO_UPLINK: no uplink is attached
 * @CLAT_STATE_UPLINK_DOWN: the uplink is down or has no carrier
 * @CLAT_STATE_NO_PLAT: no PLAT prefix is configured
 * @CLAT_STATE_NO_MAP: no local address pair is configured
 */
enum clat_state {
	CLAT_STATE_ACTIVE,
	CLAT_STATE_DOWN,
	CLAT_STATE_NO_UPLINK,
	CLAT_STATE_UPLINK_DOWN,
	CLAT_STATE_NO_PLAT,
	CLAT_STATE_NO_MAP,
};

/**
 * enum clat_path - How IPv6 packets reach the device.
 * @CLAT_PATH_NONE: not at all, no uplink is attached
 * @CLAT_PATH_INGRESS: from the uplink's netdev ingress hook
 * @CLAT_PATH_ROUTED: by routes to the device, since this kernel has no ingress
 *   hooks
 */
enum clat_path {
	CLAT_PATH_NONE,
	CLAT_PATH_INGRESS,
	CLAT_PATH_ROUTED,
};

/**
 * enum clat_detach - Why the last uplink was lost.
 * @CLAT_DETACH_NONE: it was not lost, or a request took it away
 * @CLAT_DETACH_GONE: the uplink was unregistered
 * @CLAT_DETACH_MOVED: the uplink or the clat device moved to another network
 *   namespace
 * @CLAT_DETACH_ENSLAVED: the uplink became a bridge port or a slave of a bond
 *   or team
 */
enum clat_detach {
	CLAT_DETACH_NONE,
	CLAT_DETACH_GONE,
	CLAT_DETACH_MOVED,
	CLAT_DETACH_ENSLAVED,
};

#define CLAT_PLAT_MAX		8
#define CLAT_MAP_MAX		64
#define CLAT_LAN_MAX		8
#define CLAT_TOS_INHERIT	256

enum {
	CLAT_A_PREFIX_ADDR = 1,
	CLAT_A_PREFIX_LEN,

	__CLAT_A_PREFIX_MAX,
	CLAT_A_PREFIX_MAX = (__CLAT_A_PREFIX_MAX - 1)
};

enum {
	CLAT_A_PREFIXES_PREFIX = 1,

	__CLAT_A_PREFIXES_MAX,
	CLAT_A_PREFIXES_MAX = (__CLAT_A_PREFIXES_MAX - 1)
};

enum {
	CLAT_A_PAIR_V4 = 1,
	CLAT_A_PAIR_V4_LEN,
	CLAT_A_PAIR_V6,
	CLAT_A_PAIR_V6_LEN,

	__CLAT_A_PAIR_MAX,
	CLAT_A_PAIR_MAX = (__CLAT_A_PAIR_MAX - 1)
};

enum {
	CLAT_A_PAIRS_PAIR = 1,

	__CLAT_A_PAIRS_MAX,
	CLAT_A_PAIRS_MAX = (__CLAT_A_PAIRS_MAX - 1)
};

enum {
	CLAT_A_LINKS_LINK = 1,

	__CLAT_A_LINKS_MAX,
	CLAT_A_LINKS_MAX = (__CLAT_A_LINKS_MAX - 1)
};

enum {
	CLAT_A_DEV_IFINDEX = 1,
	CLAT_A_DEV_IFNAME,
	CLAT_A_DEV_UPLINK,
	CLAT_A_DEV_PLAT,
	CLAT_A_DEV_MAP,
	CLAT_A_DEV_LOWEST_IPV6_MTU,
	CLAT_A_DEV_FWMARK,
	CLAT_A_DEV_WKP_STRICT,
	CLAT_A_DEV_TOS,
	CLAT_A_DEV_STATE,
	CLAT_A_DEV_PATH,
	CLAT_A_DEV_DETACH,
	CLAT_A_DEV_SILENT,
	CLAT_A_DEV_SHARED,
	CLAT_A_DEV_LAN,

	__CLAT_A_DEV_MAX,
	CLAT_A_DEV_MAX = (__CLAT_A_DEV_MAX - 1)
};

enum clat_drop {
	CLAT_DROP_PAD = 1,
	CLAT_DROP_HEADER46,
	CLAT_DROP_CHECKSUM46,
	CLAT_DROP_SOURCE46,
	CLAT_DROP_DEST46,
	CLAT_DROP_SOURCE_ROUTE46,
	CLAT_DROP_ICMP_FRAGMENT46,
	CLAT_DROP_PROTOCOL46,
	CLAT_DROP_ICMP46,
	CLAT_DROP_ICMP_CHECKSUM46,
	CLAT_DROP_QUOTE46,
	CLAT_DROP_UDP46,
	CLAT_DROP_TRANSPORT46,
	CLAT_DROP_TOO_BIG46,
	CLAT_DROP_GSO46,
	CLAT_DROP_ROUTE46,
	CLAT_DROP_INACTIVE46,
	CLAT_DROP_MEMORY46,
	CLAT_DROP_NOT_IP,
	CLAT_DROP_HEADER64,
	CLAT_DROP_SOURCE64,
	CLAT_DROP_ICMP_FRAGMENT64,
	CLAT_DROP_EXTENSION64,
	CLAT_DROP_ROUTING64,
	CLAT_DROP_TOO_BIG64,
	CLAT_DROP_PROTOCOL64,
	CLAT_DROP_ICMP64,
	CLAT_DROP_ICMP_CHECKSUM64,
	CLAT_DROP_QUOTE64,
	CLAT_DROP_TRANSPORT64,
	CLAT_DROP_GSO64,
	CLAT_DROP_DOWN64,
	CLAT_DROP_MEMORY64,
	CLAT_DROP_NOT_OURS64,
	CLAT_DROP_NATIVE46,

	__CLAT_DROP_MAX,
	CLAT_DROP_MAX = (__CLAT_DROP_MAX - 1)
};

enum {
	CLAT_A_STATS_IFINDEX = 1,
	CLAT_A_STATS_IFNAME,
	CLAT_A_STATS_PAD,
	CLAT_A_STATS_PACKETS46,
	CLAT_A_STATS_BYTES46,
	CLAT_A_STATS_PACKETS64,
	CLAT_A_STATS_BYTES64,
	CLAT_A_STATS_DROPS,

	__CLAT_A_STATS_MAX,
	CLAT_A_STATS_MAX = (__CLAT_A_STATS_MAX - 1)
};

enum {
	CLAT_CMD_DEV_GET = 1,
	CLAT_CMD_DEV_SET,
	CLAT_CMD_DEV_NTF,
	CLAT_CMD_DEV_DEL_NTF,
	CLAT_CMD_STATS_GET,

	__CLAT_CMD_MAX,
	CLAT_CMD_MAX = (__CLAT_CMD_MAX - 1)
};

#define CLAT_MCGRP_MONITOR	"monitor"

#endif /* _UAPI_LINUX_CLAT_H */
