# SPDX-License-Identifier: GPL-2.0
"""Headers of the packets that are injected, as octets with right checksums; payloads are zeros."""
import ipaddress
import struct

TCP, UDP = 6, 17
CHECK = {TCP: 16, UDP: 6}
HEADER = {TCP: 20, UDP: 8}
GSO_TCPV4, GSO_TCPV6, GSO_UDP_L4 = 1 << 0, 1 << 4, 1 << 17


def fold(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def l4_header(proto, sport, dport, length, check=0):
    if proto == UDP:
        return struct.pack("!HHHH", sport, dport, length, check)
    return struct.pack("!HHIIBBHHH", sport, dport, 1000, 2000, 5 << 4, 0x10, 0xFFFF, check, 0)


class Packet:
    """A packet of `length` octets; a superframe if `gso` (payload octets of a segment) is not 0.

    `vary` is the number of far ends that packets go to, or come from, one after the other; `far_is_dst` says which."""

    def __init__(self, src, dst, proto, length, sport=1024, dport=4433, gso=0, vary=1, far_is_dst=True):
        src, dst = ipaddress.ip_address(src), ipaddress.ip_address(dst)
        self.version = src.version
        self.ip_len = 20 if self.version == 4 else 40
        self.proto, self.length, self.gso, self.vary = proto, length, gso, vary
        self.vary_off = (16 if far_is_dst else 12) if self.version == 4 else (36 if far_is_dst else 20)
        l4_len = length - self.ip_len
        pseudo = src.packed + dst.packed + struct.pack("!II", l4_len, proto)
        if gso:
            check = fold(pseudo)
        else:
            check = 0xFFFF - fold(pseudo + l4_header(proto, sport, dport, l4_len & 0xFFFF)) or 0xFFFF
        self.header = self.ip_header(src, dst) + l4_header(proto, sport, dport, l4_len, check)

    def ip_header(self, src, dst):
        if self.version == 6:
            return struct.pack("!IHBB", 6 << 28, self.length - 40, self.proto, 64) + src.packed + dst.packed
        words = struct.pack("!BBHHHBBH", 0x45, 0, self.length, 0, 0x4000, 64, self.proto, 0) + src.packed + dst.packed
        return words[:10] + struct.pack("!H", 0xFFFF - fold(words)) + words[12:]

    def gso_type(self):
        if not self.gso:
            return 0
        if self.proto == UDP:
            return GSO_UDP_L4
        return GSO_TCPV4 if self.version == 4 else GSO_TCPV6

    def request(self, dev_in, dev_out, batches, mark=False):
        """A struct bench_request of clat-bench.c and the headers."""
        return struct.pack("=16s16sIIIIHHHHHH", dev_in.encode(), dev_out.encode(), batches, mark, self.length,
                           self.gso_type(), self.gso, self.ip_len, CHECK[self.proto], self.vary_off, self.vary,
                           len(self.header)) + self.header
