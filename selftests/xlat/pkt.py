# SPDX-License-Identifier: GPL-2.0
"""Packets written out octet by octet, with checksums computed the plain way: what the module's output is compared with."""
import ipaddress
import struct

TCP, UDP, ICMP, ICMP6, UDPLITE, DCCP = 6, 17, 1, 58, 136, 33
FRAGMENT = 44


def csum(data):
    """Internet checksum of the octets (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def a4(text):
    return ipaddress.IPv4Address(text).packed


def a6(text):
    return ipaddress.IPv6Address(text).packed


def embed(prefix, addr4, suffix=0):
    """The address of addr4 under a prefix of RFC 6052, section 2.2, as a table of octet positions."""
    net, length = prefix.split("/")
    places = {"32": (4, 5, 6, 7), "40": (5, 6, 7, 9), "48": (6, 7, 9, 10), "56": (7, 9, 10, 11), "64": (9, 10, 11, 12),
              "96": (12, 13, 14, 15)}[length]
    octets = bytearray(a6(net))
    for place, octet in zip(places, a4(addr4)):
        octets[place] = octet
    if suffix:
        octets[15] = suffix
    return str(ipaddress.IPv6Address(bytes(octets)))


def pseudo(src, dst, proto, length):
    """Pseudo header of either family."""
    if ":" in src:
        return a6(src) + a6(dst) + struct.pack("!I3xB", length, proto)
    return a4(src) + a4(dst) + struct.pack("!BBH", 0, proto, length)


def ip4(src, dst, proto, payload, tos=0, ttl=64, ident=0x1234, flags=2, offset=0, options=b"", check=None, total=None,
        version=4, ihl=None):
    """flags: 2 is DF, 1 is MF. What is wrong on purpose is given by name."""
    options += b"\0" * (-len(options) % 4)
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    total = 20 + len(options) + len(payload) if total is None else total
    head = struct.pack("!BBHHHBBH", version << 4 | ihl, tos, total, ident, flags << 13 | offset, ttl, proto, 0)
    head += a4(src) + a4(dst) + options
    if check is None:
        check = csum(head)
    return head[:10] + struct.pack("!H", check) + head[12:] + payload


def ip6(src, dst, proto, payload, tc=0, hops=64, flow=0, length=None, version=6):
    length = len(payload) if length is None else length
    return struct.pack("!IHBB", version << 28 | tc << 20 | flow, length, proto, hops) + a6(src) + a6(dst) + payload


def udp(src, dst, data=b"", sport=1111, dport=2222, check=None):
    length = 8 + len(data)
    head = struct.pack("!HHH", sport, dport, length)
    if check is None:
        check = csum(pseudo(src, dst, UDP, length) + head + b"\0\0" + data) or 0xFFFF
    return head + struct.pack("!H", check) + data


def tcp(src, dst, data=b"", sport=1111, dport=80, flags=0x18, seq=0x01020304, ack=0x0A0B0C0D, options=b"", window=500):
    options += b"\0" * (-len(options) % 4)
    head = struct.pack("!HHIIBBH", sport, dport, seq, ack, (5 + len(options) // 4) << 4, flags, window)
    tail = b"\0\0" + options + data
    check = csum(pseudo(src, dst, TCP, len(head) + 2 + len(tail)) + head + b"\0\0" + tail)
    return head + struct.pack("!H", check) + tail


def udplite(src, dst, data=b"", sport=1111, dport=2222, coverage=0):
    """RFC 3828: the checksum covers the pseudo header with the length of all, and that many octets (0: all)."""
    head = struct.pack("!HHH", sport, dport, coverage)
    covered = (head + b"\0\0" + data)[:coverage or None]
    check = csum(pseudo(src, dst, UDPLITE, 8 + len(data)) + covered) or 0xFFFF
    return head + struct.pack("!H", check) + data


def dccp(src, dst, data=b"", sport=1111, dport=2222):
    """RFC 4340: a DCCP-Data packet with a long sequence number, the checksum covers all."""
    head = struct.pack("!HHBB", sport, dport, 4, 0)
    tail = struct.pack("!BBHI", 2 << 1 | 1, 0, 0x0102, 0x03040506) + data
    check = csum(pseudo(src, dst, DCCP, len(head) + 2 + len(tail)) + head + b"\0\0" + tail)
    return head + struct.pack("!H", check) + tail


def ext(next_header, body=b"\1\4\0\0\0\0"):
    """An extension header; unless told otherwise what is in it is an option that pads."""
    assert (2 + len(body)) % 8 == 0
    return bytes([next_header, (2 + len(body)) // 8 - 1]) + body


def frag6(next_header, ident, offset=0, more=0):
    """A Fragment header; the offset counts octets."""
    return struct.pack("!BBHI", next_header, 0, offset | more, ident)


def fragments6(src, dst, proto, payload, ident, mtu, start=0, more=0, **header):
    """The fragments, none longer than mtu, that IPv6 carries a payload in, or the part of one that begins at start."""
    step = (mtu - 48) // 8 * 8
    return [ip6(src, dst, FRAGMENT, frag6(proto, ident, start + at, more if at + step >= len(payload) else 1) + payload[at:at + step],
                **header) for at in range(0, len(payload), step)]


def icmp4(kind, code=0, rest=b"\x12\x34\0\1", data=b""):
    body = rest + data
    return struct.pack("!BBH", kind, code, csum(struct.pack("!BBH", kind, code, 0) + body)) + body


def icmp6(src, dst, kind, code=0, rest=b"\x12\x34\0\1", data=b""):
    body = rest + data
    head = struct.pack("!BBH", kind, code, 0)
    check = csum(pseudo(src, dst, ICMP6, 4 + len(body)) + head + body)
    return struct.pack("!BBH", kind, code, check) + body


def payloads(src, dst, src6, dst6, data=b"data"):
    """(IPv4 protocol, its payload, IPv6 next header, its payload) of all that is translated"""
    return (
        (UDP, udp(src, dst, data), UDP, udp(src6, dst6, data)),
        (TCP, tcp(src, dst, data, options=b"\x02\x04\x05\xb4"), TCP, tcp(src6, dst6, data, options=b"\x02\x04\x05\xb4")),
        (TCP, tcp(src, dst, flags=2), TCP, tcp(src6, dst6, flags=2)),
        (UDPLITE, udplite(src, dst, data), UDPLITE, udplite(src6, dst6, data)),
        (UDPLITE, udplite(src, dst, data, coverage=8), UDPLITE, udplite(src6, dst6, data, coverage=8)),
        (DCCP, dccp(src, dst, data), DCCP, dccp(src6, dst6, data)),
        (ICMP, icmp4(8, data=data), ICMP6, icmp6(src6, dst6, 128, data=data)),
        (ICMP, icmp4(0, data=data), ICMP6, icmp6(src6, dst6, 129, data=data)),
    )


def eth(dst, src, kind, payload):
    return bytes.fromhex(dst.replace(":", "")) + bytes.fromhex(src.replace(":", "")) + struct.pack("!H", kind) + payload


def l4_ok(packet):
    """Whether the transport checksum of a whole packet is right, and that of its IPv4 header."""
    if packet[0] >> 4 == 6:
        src, dst = str(ipaddress.IPv6Address(packet[8:24])), str(ipaddress.IPv6Address(packet[24:40]))
        proto, body = packet[6], packet[40:]
    else:
        if csum(packet[:20]):
            return False
        src, dst = str(ipaddress.IPv4Address(packet[12:16])), str(ipaddress.IPv4Address(packet[16:20]))
        proto, body = packet[9], packet[20:]
    head = b"" if proto == ICMP else pseudo(src, dst, proto, len(body))
    return csum(head + body) == 0
