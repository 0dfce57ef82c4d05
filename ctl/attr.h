/* SPDX-License-Identifier: GPL-2.0 */
/* The words "ATTR VALUE..." of the command line. */
#ifndef ATTR_H
#define ATTR_H

#include "ctl.h"
#include "dev.h"

#define ATTR_ARGS "[ATTR VALUE]..."

/* For the help texts of commands that take them. */
#define ATTR_HELP \
"Attributes (ATTR VALUE):\n" \
"  uplink IF|none               interface with the IPv6-only network\n" \
"  plat PREFIX/LEN[,...]|none   prefix of the network's NAT64, LEN 32, 40, 48, 56, 64 or 96; the first one is sent\n" \
"                               to, answers are taken from all\n" \
"  map V4[/LEN]=V6[/LEN][,...]|none\n" \
"                               local IPv4 addresses and the IPv6 addresses they become; suffixes of equal length\n" \
"  lowest-ipv6-mtu N            longest IPv6 packet made of an IPv4 packet that may be fragmented (1280 or more)\n" \
"  fwmark N                     mark for the IPv6 route lookup, decimal or 0x...\n" \
"  wkp-strict on|off            refuse non-global IPv4 addresses under 64:ff9b::/96\n" \
"  tos N|inherit                fixed traffic class of translated packets, or the packet's own\n" \
"  shared on|off                the map's IPv6 address is one that IPv6 itself uses: what its sockets own is left to it\n" \
"  lan IF[,IF...]|none          interfaces whose mapped clients take the LAN shortcut, past the IPv4 firewall\n"

int attr_parse(const struct command *cmd, int argc, char **argv, struct dev *dev);
int attr_plat(const char *text, struct dev *dev);
int attr_map(const char *text, struct dev *dev);
int attr_pair(const char *word, struct dev *dev);
int attr_number(const char *text, unsigned long max, unsigned long *value);
int attr_prefix6(const char *text, struct in6_addr *addr, int *len);

#endif
