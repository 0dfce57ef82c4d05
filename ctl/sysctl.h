/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers below /proc/sys/net/ipv6/conf and neigh, of which netlink can only read some. */
#ifndef SYSCTL_H
#define SYSCTL_H

int sysctl6_get(const char *ifname, const char *key, int *value);
int sysctl6_set(const char *ifname, const char *key, int value);

#endif
