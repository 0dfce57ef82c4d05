/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers below /proc/sys/net/ipv6/conf and neigh, of which netlink can only read some, and of any file. */
#ifndef SYSCTL_H
#define SYSCTL_H

int sysctl_get(const char *path, int *value);
int sysctl6_get(const char *ifname, const char *key, int *value);
int sysctl6_set(const char *ifname, const char *key, int value);

#endif
