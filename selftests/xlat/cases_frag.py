# SPDX-License-Identifier: GPL-2.0
"""Fragments: those that come, those that grow too large, and those that a packet without DF is split into."""
import hashlib
import os
import socket
import struct

from expect import W, comes64, drops46, drops64, passes46
from pkt import DCCP, FRAGMENT, ICMP, ICMP6, TCP, UDP, a6, dccp, frag6, fragments6, icmp4, icmp6, ip4, ip6, tcp, udp
from tap import case, equal, run, true
from world import CLIENT4, CLIENT6, NEAR4, NEAR6, PATIENCE, PLAT, SERVER4, Tap, enter, ip, ip_json, offload, wait

DATA = bytes(range(256)) * 8
BIG = 60000


def cut(payload, *ends):
    """(offset, more, octets) of a payload cut at those places"""
    places = (0,) + ends + (len(payload),)
    return [(start, end < len(payload), payload[start:end]) for start, end in zip(places, places[1:])]


# --- fragments that come -----------------------------------------------------------------------------------------------

@case("4 to 6: fragments of every transport, first, middle and last: each keeps its place, the identification is 0x0000 and the IPv4 one")
def fragments46():
    W.configure()
    far6 = W.embed(SERVER4)
    for proto, payload, payload6 in ((UDP, udp(NEAR4, SERVER4, DATA), udp(NEAR6, far6, DATA)),
                                     (TCP, tcp(NEAR4, SERVER4, DATA), tcp(NEAR6, far6, DATA)),
                                     (DCCP, dccp(NEAR4, SERVER4, DATA), dccp(NEAR6, far6, DATA)), (132, DATA, DATA), (47, DATA, DATA)):
        for part, part6 in zip(cut(payload, 24, 1000), cut(payload6, 24, 1000)):
            for ident in (0, 1, 0xFFFF):
                start, more, octets = part
                packet = ip4(NEAR4, SERVER4, proto, octets, flags=int(more), offset=start // 8, ident=ident, tos=0x42, ttl=9)
                want = ip6(NEAR6, far6, FRAGMENT, frag6(proto, ident, start, int(more)) + part6[2], tc=0x42, hops=9)
                passes46(packet, want)


@case("4 to 6: a fragment with options and DF, and the last octets that a datagram can have")
def odd46():
    W.configure()
    far6 = W.embed(SERVER4)
    for start, length, flags in ((8, 1, 0), (65528, 7, 0), (65520, 8, 1), (32768, 15, 2), (800, 800, 3)):
        octets = bytes(range(255)) * 4
        octets = octets[:length]
        for options in (b"", b"\x07\x07\x04\0\0\0\0"):
            passes46(ip4(NEAR4, SERVER4, UDP, octets, flags=flags, offset=start // 8, options=options),
                     ip6(NEAR6, far6, FRAGMENT, frag6(UDP, 0x1234, start, flags & 1) + octets))


@case("4 to 6: a fragment that is too large in IPv6 is split again, and MF stays on the last part if it was there")
def resplit46():
    W.configure()
    far6 = W.embed(SERVER4)
    octets = DATA[:1400]
    for start in (800, 0):
        for more in (0, 1):
            if start:
                payload, payload6 = octets, octets
            else:
                payload, payload6 = udp(NEAR4, SERVER4, DATA)[:1400], udp(NEAR6, far6, DATA)[:1400]
                if not more:
                    continue
            passes46(ip4(NEAR4, SERVER4, UDP, payload, flags=more, offset=start // 8, ident=0xBEEF),
                     fragments6(NEAR6, far6, UDP, payload6, 0xBEEF, 1280, start, more))


@case("4 to 6: one octet before a fragment must be split, and one after")
def resplit_edge46():
    W.configure()
    far6 = W.embed(SERVER4)
    for length in (1231, 1232, 1233, 1240, 1460):
        passes46(ip4(NEAR4, SERVER4, UDP, DATA[:length], flags=0, offset=10),
                 fragments6(NEAR6, far6, UDP, DATA[:length], 0x1234, 1280, 80, 0))


@case("6 to 4: fragments of every transport, first, middle and last: each keeps its place, the identification is the low half")
def fragments64():
    W.configure()
    far6 = W.embed(SERVER4)
    for proto, payload, payload6 in ((UDP, udp(SERVER4, NEAR4, DATA), udp(far6, NEAR6, DATA)),
                                     (TCP, tcp(SERVER4, NEAR4, DATA), tcp(far6, NEAR6, DATA)),
                                     (DCCP, dccp(SERVER4, NEAR4, DATA), dccp(far6, NEAR6, DATA)), (132, DATA, DATA), (50, DATA, DATA)):
        for part, part6 in zip(cut(payload, 24, 1000), cut(payload6, 24, 1000)):
            for ident in (0, 0xABCD0001, 0xFFFFFFFF):
                start, more, octets = part
                packet = ip6(far6, NEAR6, FRAGMENT, frag6(proto, ident, start, int(more)) + part6[2], tc=0x42, hops=9)
                want = ip4(SERVER4, NEAR4, proto, octets, flags=int(more), offset=start // 8, ident=ident & 0xFFFF, tos=0x42, ttl=9)
                comes64(packet, want, blank=False)


@case("6 to 4: an atomic fragment is a whole datagram, ICMP included; DF is 0, the identification its own")
def atomic64():
    W.configure()
    far6 = W.embed(SERVER4)
    for data in (b"", DATA[:100], DATA[:1400]):
        for next_header, payload6, proto, payload in (
                (UDP, udp(far6, NEAR6, data), UDP, udp(SERVER4, NEAR4, data)), (TCP, tcp(far6, NEAR6, data), TCP, tcp(SERVER4, NEAR4, data)),
                (ICMP6, icmp6(far6, NEAR6, 129, data=data), ICMP, icmp4(0, data=data))):
            comes64(ip6(far6, NEAR6, FRAGMENT, frag6(next_header, 0x5555AAAA) + payload6),
                    ip4(SERVER4, NEAR4, proto, payload, flags=0, ident=0xAAAA), blank=False)


@case("6 to 4: a fragment behind hop-by-hop, routing and destination options")
def chain64():
    W.configure()
    far6 = W.embed(SERVER4)
    octets = DATA[:80]
    chain = b"\x2b\0\1\4\0\0\0\0" + b"\x3c\0\2\0\0\0\0\0" + b"\x2c\0\1\4\0\0\0\0"
    comes64(ip6(far6, NEAR6, 0, chain + frag6(UDP, 0x77, 160, 1) + octets),
            ip4(SERVER4, NEAR4, UDP, octets, flags=1, offset=20, ident=0x77), blank=False)


@case("6 to 4: a fragmented UDP datagram without a checksum stays without")
def no_checksum64():
    W.configure()
    far6 = W.embed(SERVER4)
    payload = udp(far6, NEAR6, DATA, check=0)
    for start, more, octets in cut(payload, 800):
        comes64(ip6(far6, NEAR6, FRAGMENT, frag6(UDP, 5, start, int(more)) + octets),
                ip4(SERVER4, NEAR4, UDP, octets, flags=int(more), offset=start // 8, ident=5), blank=False)


# --- fragments that are dropped ----------------------------------------------------------------------------------------

@case("4 to 6, dropped: the first fragment of a UDP datagram without a checksum, and 3/13 tells the phone")
def udp46():
    W.configure()
    packet = ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, DATA, check=0)[:800], flags=1)
    drops46("udp46", packet)
    enter("phone")
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as icmp:
        icmp.settimeout(PATIENCE)
        W.from_phone(packet)
        told = icmp.recv(2000)
    equal((told[20], told[21], told[28:38], told[40:56]), (3, 13, packet[:10], packet[12:28]), "ICMP error")


@case("dropped: a first fragment that is too short for its transport header, a fragment that reaches beyond 65535 octets")
def short():
    W.configure()
    far6 = W.embed(SERVER4)
    drops46("transport46", ip4(NEAR4, SERVER4, TCP, tcp(NEAR4, SERVER4)[:16], flags=1))
    drops46("header46", ip4(NEAR4, SERVER4, UDP, DATA[:16], flags=0, offset=65528 // 8))
    drops64("transport64", ip6(far6, NEAR6, FRAGMENT, frag6(TCP, 9, 0, 1) + tcp(far6, NEAR6)[:16]))
    # Their IPv4 datagram would have more than a total length can say.
    drops64("too-big64", ip6(far6, NEAR6, FRAGMENT, frag6(UDP, 9, 65528) + DATA[:16]))
    drops64("too-big64", ip6(far6, NEAR6, FRAGMENT, frag6(UDP, 9, 65504) + DATA[:16]))


# --- packets without DF ------------------------------------------------------------------------------------------------

def splits(length, mtu):
    """That UDP packet without DF leaves whole if it fits into the MTU, in fragments otherwise."""
    far6 = W.embed(SERVER4)
    data = (DATA * 2)[:length - 28]
    header = {"tc": 3, "hops": 77}
    want = ip6(NEAR6, far6, UDP, udp(NEAR6, far6, data), **header)
    if length + 20 > mtu:
        want = fragments6(NEAR6, far6, UDP, udp(NEAR6, far6, data), 0x4321, mtu, **header)
    passes46(ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, data), flags=0, ident=0x4321, tos=3, ttl=77), want)


@case("4 to 6: without DF and one octet more than lowest-ipv6-mtu: two fragments; never an atomic one")
def unfragmented():
    for mtu in (1280, 1400):
        W.configure(mtu=mtu)
        for length in (mtu - 20, mtu - 19, 1480):
            splits(length, mtu)


def uplink_mtu(mtu):
    for name, link in (("phone", "wwan0"), ("far", "cell0")):
        ip("-n", name, "link", "set", link, "mtu", str(mtu))
    wait(lambda: ip_json("-n", "phone", "link", "show", "clat0")[0]["mtu"] == mtu - 20, "MTU of clat0")


@case("4 to 6: without DF on an uplink of large packets, and on one of 1280 octets")
def uplinks():
    try:
        uplink_mtu(4000)
        for mtu in (1280, 1500, 4000):
            W.configure(mtu=mtu)
            for length in (mtu - 20, min(mtu - 19, 3980), 3980):
                splits(length, mtu)
        uplink_mtu(1280)
        W.configure()
        splits(1260, 1280)
    finally:
        uplink_mtu(1500)


@case("4 to 6: without DF and lowest-ipv6-mtu above the MTU of the way: split by that")
def narrow_way():
    W.configure(mtu=4000)
    ip("-n", "phone", "route", "add", PLAT, "via", "fe80::1", "dev", "wwan0", "mtu", "1400")
    try:
        for length in (1380, 1381, 1480):
            splits(length, 1400)
    finally:
        ip("-n", "phone", "route", "del", PLAT)


@case("lowest-ipv6-mtu of a new device is 1280")
def default_mtu():
    enter("phone")
    ip("-n", "phone", "link", "add", "clat7", "type", "clat")
    try:
        equal(W.clat.get(socket.if_nametoindex("clat7"))["lowest-ipv6-mtu"], 1280, "lowest-ipv6-mtu")
    finally:
        ip("-n", "phone", "link", "del", "clat7")


@case("4 to 6: TCP, echo, UDP without a checksum and what is opaque, split: the checksum is made before")
def split46():
    W.configure()
    far6 = W.embed(SERVER4)
    data = DATA[:1400]
    for proto, payload, next_header, payload6 in (
            (TCP, tcp(NEAR4, SERVER4, data), TCP, tcp(NEAR6, far6, data)), (ICMP, icmp4(8, data=data), ICMP6, icmp6(NEAR6, far6, 128, data=data)),
            (UDP, udp(NEAR4, SERVER4, data, check=0), UDP, udp(NEAR6, far6, data)), (132, data, 132, data)):
        passes46(ip4(NEAR4, SERVER4, proto, payload, flags=0), fragments6(NEAR6, far6, next_header, payload6, 0x1234, 1280))


@case("4 to 6 from a client, without DF: split")
def client46():
    W.configure()
    far6 = W.embed(SERVER4)
    data = DATA[:1450]
    passes46(ip4(CLIENT4, SERVER4, UDP, udp(CLIENT4, SERVER4, data), flags=0, ttl=33),
             fragments6(CLIENT6, far6, UDP, udp(CLIENT6, far6, data), 0x1234, 1280, hops=32), W.from_client)


# --- whole datagrams between real stacks -------------------------------------------------------------------------------

def big(family, sender, src, receiver, dst):
    """One datagram of 60 KB from a socket to another, which takes it whole and unchanged."""
    data = os.urandom(BIG)
    enter(receiver)
    other = socket.AF_INET if family == socket.AF_INET6 else socket.AF_INET6
    with socket.socket(other, socket.SOCK_DGRAM) as sink:
        sink.bind((dst[0], 2222))
        sink.settimeout(PATIENCE)
        enter(sender)
        with socket.socket(family, socket.SOCK_DGRAM) as source:
            if family == socket.AF_INET:
                source.setsockopt(socket.IPPROTO_IP, 10, 0)
            source.bind((src, 1111))
            source.sendto(data, (dst[1], 2222))
        got, (addr, *_) = sink.recvfrom(1 << 17)
    equal(hashlib.sha256(got).hexdigest(), hashlib.sha256(data).hexdigest(), "SHA-256 of the datagram")
    return addr


def with_far6(test):
    W.configure()
    far6 = W.embed(SERVER4)
    ip("-n", "far", "address", "add", far6 + "/128", "dev", "lo", "nodad")
    try:
        test(far6)
    finally:
        ip("-n", "far", "address", "del", far6 + "/128", "dev", "lo")


@case("UDP of 60 KB without DF, from the phone and from a client: arrives whole, in fragments of 1280 octets at most")
def big46():
    def test(far6):
        for sender, src4, src6 in (("phone", NEAR4, NEAR6), ("client", CLIENT4, CLIENT6)):
            W.quiet()
            watcher = Tap("far", "cell0", 0x86DD, lambda packet: packet[6] == FRAGMENT)
            before = W.counters()
            equal(big(socket.AF_INET, sender, src4, "far", (far6, SERVER4)), src6, "sender")
            octets = 0
            while (packet := watcher.take(0.01)) is not None:
                true(len(packet) <= 1280 and packet[8:24] == a6(src6), f"fragment of {len(packet)} octets")
                place, ident = struct.unpack("!HI", packet[42:48])
                true(place & ~6 and ident < 0x10000, "an atomic fragment, or an identification that is not IPv4's")
                octets += len(packet) - 48
            equal(octets, BIG + 8, "octets in the fragments")
            equal(set(W.moved(before)), {"packets46", "bytes46"}, "counters")
    with_far6(test)


@case("UDP of 60 KB to the phone and to a client: arrives whole")
def big64():
    def test(far6):
        for receiver, dst4, dst6 in (("phone", NEAR4, NEAR6), ("client", CLIENT4, CLIENT6)):
            before = W.quiet()
            equal(big(socket.AF_INET6, "far", far6, receiver, (dst4, dst6)), SERVER4, "sender")
            equal(set(W.moved(before)), {"packets64", "bytes64"}, "counters")
    with_far6(test)


# --- superframes -------------------------------------------------------------------------------------------------------

@case("a UDP superframe without DF whose segments are too large: segmented, then each fragmented")
def superframe():
    W.configure()
    far6 = W.embed(SERVER4)
    offload("phone", "wwan0", True)
    before = W.quiet()
    enter("phone")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.IPPROTO_IP, 10, 0)
            sock.setsockopt(socket.IPPROTO_UDP, 103, 1400)
            sock.bind((NEAR4, 1111))
            sock.sendto(b"".join(bytes([i]) * 1400 for i in range(20)), (SERVER4, 2222))
        first = None
        for i in range(20):
            packets = [W.far.take(), W.far.take()]
            true(None not in packets, f"datagram {i}: nothing came")
            ident = struct.unpack("!I", packets[0][44:48])[0]
            first = ident if first is None else first
            equal(packets, fragments6(NEAR6, far6, UDP, udp(NEAR6, far6, bytes([i]) * 1400), (first + i) & 0xFFFF, 1280), f"datagram {i}")
    finally:
        offload("phone", "wwan0", False)
    moved = W.moved(before)
    equal(moved, {"packets46": 20, "bytes46": 20 * 1428}, "counters")


if __name__ == "__main__":
    run()
