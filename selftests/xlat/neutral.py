# SPDX-License-Identifier: GPL-2.0
"""Addresses with which a translation changes no transport checksum."""
import ipaddress
import struct

from pkt import a4, a6, csum


def neutral_address(prefix, near4="192.0.0.1"):
    """An address under 2001:db8:1::/64 that sums up with the prefix to near4, found by trying."""
    want = csum(a4(near4))
    other = csum(a6(prefix.split("/")[0]))
    start = a6("2001:db8:1::5:6:0")[:14]
    for last in range(0x10000):
        candidate = start + struct.pack("!H", last)
        if csum(struct.pack("!HH", csum(candidate) ^ 0xFFFF, other ^ 0xFFFF)) == want:
            return str(ipaddress.IPv6Address(candidate))
    raise AssertionError(f"no address under 2001:db8:1::/64 is neutral with {prefix}")
