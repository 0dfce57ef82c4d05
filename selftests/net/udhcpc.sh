#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the hotspot client does with its DHCP lease: address, default route, resolver.

[ "$1" = bound ] || exit 0

# shellcheck disable=SC2154 # busybox udhcpc sets them
ip address replace "$ip/$mask" dev "$interface" &&
ip route replace default via "$router" dev "$interface" &&
echo "nameserver $dns" >/etc/resolv.conf
