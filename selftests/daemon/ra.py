#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Sends a Router Advertisement with what no radvd of today can be made to send.

Usage: ra.py INTERFACE [WORD...]

  pref64=PREFIX/LEN,SECONDS   NAT64 prefix (RFC 8781)
  rdnss=ADDRESS,SECONDS       DNS server (RFC 8106)
  prefix=PREFIX/64,SECONDS    on-link prefix for addresses, preferred and valid so long
  mtu=N                       link MTU
  lifetime=SECONDS            as a default router; 0 by default, which says nothing of that
  hops=N                      hop limit; 255 by default, and only that is right
  raw=HEX                     octets behind all this, whatever they mean
  from=ADDRESS                source address; the interface's link-local one by default
"""
import ipaddress
import socket
import struct
import sys

LENGTHS = {96: 0, 64: 1, 56: 2, 48: 3, 40: 4, 32: 5}


def pref64(value):
    prefix, seconds = value.split(",")
    net = ipaddress.IPv6Network(prefix)
    scaled = int(seconds) // 8 << 3 | LENGTHS[net.prefixlen]
    return struct.pack("!BBH", 38, 2, scaled) + net.network_address.packed[:12]


def rdnss(value):
    address, seconds = value.split(",")
    return struct.pack("!BBHI", 25, 3, 0, int(seconds)) + ipaddress.IPv6Address(address).packed


def prefix(value):
    text, seconds = value.split(",")
    net = ipaddress.IPv6Network(text)
    return struct.pack("!BBBBIII", 3, 4, net.prefixlen, 0xc0, int(seconds), int(seconds), 0) \
        + net.network_address.packed


def mtu(value):
    return struct.pack("!BBHI", 5, 1, 0, int(value))


def main():
    interface, lifetime, hops, source, options = sys.argv[1], 0, 255, None, b""
    makers = {"pref64": pref64, "rdnss": rdnss, "prefix": prefix, "mtu": mtu, "raw": bytes.fromhex}
    for word in sys.argv[2:]:
        key, value = word.split("=", 1)
        if key == "lifetime":
            lifetime = int(value)
        elif key == "hops":
            hops = int(value)
        elif key == "from":
            source = value
        else:
            options += makers[key](value)
    index = socket.if_nametoindex(interface)
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, hops)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        if source:
            sock.bind((source, 0, 0, index))
        # The kernel fills in the checksum.
        message = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, lifetime, 0, 0) + options
        sock.sendto(message, ("ff02::1", 0, 0, index))


main()
