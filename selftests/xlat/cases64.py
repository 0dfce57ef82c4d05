# SPDX-License-Identifier: GPL-2.0
"""IPv6 to IPv4, packet by packet: what the uplink receives, and the octets that come out of clat0 or reach a client."""
import socket
import struct

from clatnl import attr, local_map, plat, u32
from expect import OWN46, W, comes64, drops64, u64, untouched64
from neutral import neutral_address
from pkt import DCCP, ICMP, ICMP6, TCP, UDP, UDPLITE, dccp, embed, eth, ext, frag6, icmp4, icmp6, ip4, ip6, payloads, tcp, udp, udplite
from tap import case, equal, run, true
from world import (CLIENT4, CLIENT6, FAR_MAC, MAP, NEAR4, NEAR6, PHONE_MAC, PLAT, SERVER4, WKP, Tap, blank_id, enter, ip, ip_json,
                   wait)

PREFIXES = ("3fff:db8::/32", "3fff:db8:100::/40", "3fff:db8:122::/48", "3fff:db8:122:300::/56", "3fff:db8:122:344::/64",
            "3fff:db8:122:344::/96")


# --- what is translated ------------------------------------------------------------------------------------------------

def every_protocol(prefix):
    W.configure(plat=(prefix,))
    far6 = W.embed(SERVER4)
    for data in (b"", b"x", b"some octets, an odd number of them!!!", bytes(range(256)) * 4):
        for proto, payload, next_header, payload6 in payloads(SERVER4, NEAR4, far6, NEAR6, data):
            comes64(ip6(far6, NEAR6, next_header, payload6), ip4(SERVER4, NEAR4, proto, payload, flags=0))


for PREFIX in PREFIXES + (WKP,):
    case(f"6 to 4 under {PREFIX}: TCP, UDP, echo", PREFIX)(every_protocol)


@case("6 to 4: the suffix behind the address is ignored")
def suffix():
    for prefix in PREFIXES[:5]:
        W.configure(plat=(prefix,))
        far6 = W.embed(SERVER4, suffix=0x99)
        for proto, payload, next_header, payload6 in payloads(SERVER4, NEAR4, far6, NEAR6, b"suffix"):
            comes64(ip6(far6, NEAR6, next_header, payload6), ip4(SERVER4, NEAR4, proto, payload, flags=0))


@case("6 to 4: octet 8 of the source is not zero: left to the stack")
def octet8():
    for prefix in PREFIXES[:5]:
        W.configure(plat=(prefix,))
        packet = bytearray(u64())
        packet[8 + 8] = 1
        untouched64(bytes(packet))


@case("6 to 4: every PLAT prefix is accepted, the first writes")
def several_prefixes():
    W.configure(plat=(PLAT, PREFIXES[2], WKP))
    for prefix in (PLAT, PREFIXES[2], WKP):
        W.plat = prefix
        comes64(u64(), ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, b"data"), flags=0))
    W.plat = PLAT
    # Not what the phone's stack answers.
    W.far.mine, mine = (lambda packet: packet[6] == UDP), W.far.mine
    try:
        equal(*W.echo46(), "the way back")
    finally:
        W.far.mine = mine


@case("6 to 4 forwarded to a client, NAT-free pair /120 - /24: the TTL is one less, by ip_forward")
def forwarded():
    W.configure()
    far6 = W.embed(SERVER4)
    for proto, payload, next_header, payload6 in payloads(SERVER4, CLIENT4, far6, CLIENT6, b"to a laptop"):
        comes64(ip6(far6, CLIENT6, next_header, payload6, hops=33), ip4(SERVER4, CLIENT4, proto, payload, ttl=32, flags=0), W.client)


@case("6 to 4 to the phone's own socket")
def to_socket():
    W.configure()
    enter("phone")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((NEAR4, 2222))
        sock.settimeout(20)
        W.from_far(u64(b"to a program"))
        equal(sock.recvfrom(100), (b"to a program", (SERVER4, 1111)), "what the program received")


@case("6 to 4: hop limit and traffic class of any value, flow label ignored")
def hops_class():
    W.configure()
    for hops in (1, 2, 64, 255):
        for traffic_class in (0, 1, 0xB8, 0xFF):
            comes64(u64(b"t", hops=hops, tc=traffic_class, flow=0xABCDE),
                    ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, b"t"), ttl=hops, tos=traffic_class, flags=0))


@case("6 to 4: up to 1260 octets DF is 0 and identifications differ, above DF is 1")
def identification():
    W.configure()
    seen = set()
    for length in [60] * 8 + [1259, 1260]:
        data = bytes(length - 28)
        seen.add(comes64(u64(data), ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, data), flags=0)))
    equal(len(seen), 10, "different identifications")
    for length in (1261, 1480):
        data = bytes(length - 28)
        comes64(u64(data), ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, data), flags=2))


@case("6 to 4: identifications begin at random in every device")
def random_start():
    W.configure()
    first = set()
    for number in range(6):
        link, near4, near6, prefix = f"clat{10 + number}", f"10.77.0.{number}", f"2001:db8:77::{number}", f"3fff:db8:{number}::/96"
        ip("-n", "phone", "link", "add", link, "type", "clat")
        try:
            ip("-n", "phone", "link", "set", link, "up")
            listener = Tap("phone", link, 0x0800, lambda packet: True, cooked=True)
            W.clat.set(socket.if_nametoindex(link), attr(3, u32(W.uplink)), plat(prefix), local_map(f"{near4}/32={near6}/128"))
            W.from_far(u64(src=embed(prefix, SERVER4), dst=near6))
            packet = listener.take()
            true(packet is not None, f"nothing arrived at {link}")
            first.add(packet[4:6])
        finally:
            ip("-n", "phone", "link", "del", link)
    # Six times the same by chance: once in 2^80.
    true(len(first) > 1, f"first identifications: {first}")


@case("6 to 4: a UDP checksum of 0 stays 0")
def udp_no_checksum():
    W.configure()
    far6 = W.embed(SERVER4)
    comes64(ip6(far6, NEAR6, UDP, udp(far6, NEAR6, b"none", check=0)),
            ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, b"none", check=0), flags=0))


@case("6 to 4: a UDP checksum that comes out as 0 is sent as 0xffff")
def udp_checksum_zero():
    W.configure()
    data = udp(SERVER4, NEAR4, b"\0\0")[6:8]
    want = udp(SERVER4, NEAR4, data)
    equal(want[6:8], b"\xff\xff", "the test's own packet")
    comes64(u64(data), ip4(SERVER4, NEAR4, UDP, want, flags=0))


@case("6 to 4: a wrong transport checksum stays wrong by as much")
def wrong_checksum():
    W.configure()
    far6 = W.embed(SERVER4)
    wrong, wrong6 = bytearray(tcp(SERVER4, NEAR4, b"wrong")), bytearray(tcp(far6, NEAR6, b"wrong"))
    for packet in (wrong, wrong6):
        packet[-1] ^= 0x40
    comes64(ip6(far6, NEAR6, TCP, bytes(wrong6)), ip4(SERVER4, NEAR4, TCP, bytes(wrong), flags=0))


@case("6 to 4: link padding behind the packet is cut off")
def padding():
    W.configure()
    for pad in (1, 6, 300):
        comes64(u64(b"pad") + b"\xaa" * pad, ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, b"pad"), flags=0))


@case("6 to 4: who listens on the uplink sees the packet as it came")
def not_in_place():
    W.configure()
    far6 = W.embed(SERVER4)
    listener = Tap("phone", "wwan0", 3, lambda packet: packet[8:24] == socket.inet_pton(socket.AF_INET6, far6))
    for proto, payload, next_header, payload6 in payloads(SERVER4, NEAR4, far6, NEAR6, b"cloned"):
        packet = ip6(far6, NEAR6, next_header, payload6)
        comes64(packet, ip4(SERVER4, NEAR4, proto, payload, flags=0))
        equal(listener.take(), packet, "what the listener sees")


# --- what is dropped ---------------------------------------------------------------------------------------------------

def far(proto, payload, **more):
    return lambda: ip6(W.embed(SERVER4), NEAR6, proto, payload, **more)


def behind(*headers, proto=UDP, payload=None):
    """A UDP datagram behind extension headers: (number, body), as pkt.ext() takes it, or all octets but the first."""
    def make():
        inner = udp(W.embed(SERVER4), NEAR6, b"data") if payload is None else payload
        numbers = [number for number, _ in headers] + [proto]
        chain = b"".join(ext(numbers[at + 1], body) for at, (_, body) in enumerate(headers))
        return ip6(W.embed(SERVER4), NEAR6, numbers[0], chain + inner)
    return make


def bad_source(addr4):
    return lambda: u64(src=W.embed(addr4))


PADDED = b"\1\4\0\0\0\0"
HOP, ROUTING, OPTIONS = (0, PADDED), (43, b"\2\0\0\0\0\0"), (60, PADDED)
LONG = (60, b"\1\xff" + bytes(255) + b"\1\xff" + bytes(255) + b"\1\x82" + bytes(130))
REAL = ROUTING[0], b"\2\0" + bytes(4 + 16)


@case("6 to 4: hop-by-hop options, routing headers with no segments left and destination options are skipped")
def extensions():
    W.configure()
    far6 = W.embed(SERVER4)
    for headers in ([HOP], [ROUTING], [OPTIONS], [REAL], [HOP, OPTIONS, ROUTING, OPTIONS], [LONG], [HOP] + [OPTIONS] * 7, [HOP, LONG]):
        for proto, payload, next_header, payload6 in payloads(SERVER4, NEAR4, far6, NEAR6, b"behind headers"):
            comes64(behind(*headers, proto=next_header, payload=payload6)(), ip4(SERVER4, NEAR4, proto, payload, flags=0))


@case("6 to 4: DF depends on the size of the IPv4 packet, whatever is skipped")
def extensions_size():
    W.configure()
    far6 = W.embed(SERVER4)
    for length, flags in ((1260, 0), (1261, 2)):
        data = bytes(length - 28)
        comes64(behind(HOP, OPTIONS, payload=udp(far6, NEAR6, data))(),
                ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, data), flags=flags))


@case("6 to 4: a routing header with segments left: dropped, and a parameter problem points at them")
def segments_left():
    W.configure()
    for headers, pointer in (([(43, b"\2\1" + bytes(20))], 43), ([(43, b"\0\xff" + bytes(20))], 43), ([HOP, (43, b"\4\2" + bytes(36))], 51),
                             ([HOP, OPTIONS, ROUTING, (43, b"\2\1" + bytes(20))], 67)):
        packet = behind(*headers)()
        drops64("routing64", packet)
        before = W.quiet()
        W.from_far(packet)
        got = W.far.take()
        true(got is not None, "no parameter problem came")
        want = icmp6(NEAR6, W.embed(SERVER4), 4, 0, rest=struct.pack("!I", pointer), data=packet)
        # The flow label is the stack's own affair.
        equal(got[4:], ip6(NEAR6, W.embed(SERVER4), ICMP6, want)[4:], "parameter problem")
        equal(W.moved(before), {"routing64": 1}, "counters")


@case("6 to 4: what has no checksum over the addresses goes untouched: SCTP, GRE, ESP, AH, tunnels, unknown numbers")
def opaque():
    W.configure()
    far6 = W.embed(SERVER4)
    for proto in (132, 47, 50, 51, 4, 41, 59, 89, 253, 255):
        for payload in (b"", b"\0", bytes(range(41)), bytes(1200)):
            comes64(ip6(far6, NEAR6, proto, payload), ip4(SERVER4, NEAR4, proto, payload, flags=0))


for NAME, COUNTER, PACKETS in (
        ("chains of extension headers that are too long, out of order or cut off", "extension64",
         [behind(*[OPTIONS] * 9), behind(OPTIONS, HOP), behind(HOP, HOP), far(60, b""), far(60, bytes([UDP, 0]) + bytes(5)),
          far(60, bytes([UDP, 1]) + bytes(6)), far(0, bytes([UDP, 255]) + bytes(1000)), far(43, bytes([UDP, 0, 0, 0])),
          far(44, bytes([UDP, 0, 0, 1]))]),
        ("extension headers behind a Fragment header", "extension64",
         [far(44, frag6(kind, 77, offset, more) + bytes(40)) for kind in (0, 43, 44, 51, 60, 135, 139, 140)
          for offset, more in ((0, 1), (0, 0), (800, 1))]),
        ("ICMPv4 in IPv6", "protocol64", [far(1, icmp4(8, data=bytes(20))), far(44, frag6(1, 77) + icmp4(8)), behind(OPTIONS, proto=1)]),
        ("fragments of ICMPv6 messages", "icmp-fragment64",
         [far(44, frag6(ICMP6, 77, offset, more) + b"\x81" + bytes(39)) for offset, more in ((0, 1), (80, 1), (80, 0))]),
        ("a source that is never translated", "source64",
         [bad_source(addr) for addr in ("0.0.0.0", "127.0.0.1", "169.254.1.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.0",
                                        "192.0.0.8")]),
        ("a source inside the map", "source64", [bad_source(addr) for addr in ("192.0.0.1", "192.168.43.0", "192.168.43.99")]),
        ("a payload length that is more than there is", "header64",
         [lambda: u64(length=13), lambda: u64(length=65535), lambda: u64(b"", length=9)]),
        ("a transport header that is cut off", "transport64",
         [lambda n=n: ip6(W.embed(SERVER4), NEAR6, TCP, bytes(n)) for n in (0, 1, 19)] +
         [lambda n=n: ip6(W.embed(SERVER4), NEAR6, UDP, bytes(n)) for n in (0, 7)] +
         [far(UDPLITE, bytes(7)), far(DCCP, bytes(11))] +
         [lambda: ip6(W.embed(SERVER4), NEAR6, ICMP6, b"\x81\0\0\0"), lambda: ip6(W.embed(SERVER4), NEAR6, TCP, bytes(19), length=19) + bytes(9)])):
    def dropped(counter, packets):
        W.configure()
        for packet in packets:
            drops64(counter, packet())

    case(f"6 to 4, dropped: {NAME}", COUNTER, PACKETS)(dropped)


@case("6 to 4: private addresses under 64:ff9b::/96 pass, and drop with wkp-strict")
def strict():
    W.configure(plat=(WKP,))
    for addr in ("10.1.2.3", "100.64.0.1"):
        comes64(u64(src=W.embed(addr)), ip4(addr, NEAR4, UDP, udp(addr, NEAR4, b"data"), flags=0))
    W.configure(plat=(PLAT, WKP), strict=1)
    for addr in ("10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1"):
        W.plat = WKP
        packet = u64(src=W.embed(addr))
        W.plat = PLAT
        drops64("source64", packet)
    comes64(u64(src=W.embed("10.1.2.3")), ip4("10.1.2.3", NEAR4, UDP, udp("10.1.2.3", NEAR4, b"data"), flags=0))


@case("6 to 4 while clat0 is down: counted, and no TCP reset is sent")
def down():
    W.configure()
    ip("-n", "phone", "link", "set", "clat0", "down")
    far6 = W.embed(SERVER4)
    answers = Tap("far", "cell0", 0x86DD, lambda packet: packet[6] == TCP or packet[40] == 129)
    before = W.counters()
    try:
        W.from_far(ip6(far6, NEAR6, TCP, tcp(far6, NEAR6, flags=0x12)))
        W.from_far(u64())
        # The phone answers a native echo request after it has dealt with those; its flow label is its own affair.
        native = "2001:db8:1::1"
        W.from_far(ip6(native, "2001:db8:1::2", ICMP6, icmp6(native, "2001:db8:1::2", 128, data=b"native")))
        want = ip6("2001:db8:1::2", native, ICMP6, icmp6("2001:db8:1::2", native, 129, data=b"native"))
        equal(answers.take()[4:], want[4:], "the only answer")
        equal(W.moved(before), {"down64": 2}, "counters")
    finally:
        ip("-n", "phone", "link", "set", "clat0", "up")
        ip("-n", "phone", "route", "add", "default", "dev", "clat0", "src", NEAR4)
        # A packet socket tells once that its link was down.
        W.dev.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


# --- what is not ours --------------------------------------------------------------------------------------------------

@case("not ours: another destination, another source, another MAC address, a VLAN")
def others():
    for pairs in (MAP, MAP[:1]):
        W.configure(pairs=pairs)
        untouched64(u64(dst="2001:db8:1::2"))
        untouched64(u64(dst="2001:db8:1::c1a8"))
        untouched64(u64(dst="2001:db8:1:2:c1a7::100"))
        untouched64(u64(src="2001:db8:1::1"))
        untouched64(u64(src="2001:db8:64:0:0:1::1"))
        untouched64(u64(), frame_dst="02:00:00:00:00:99")
        untouched64(u64(), frame_dst="33:33:00:00:00:01")
        untouched64(None, sender=lambda _: W.far.send(eth(PHONE_MAC, FAR_MAC, 0x8100, struct.pack("!HH", 7, 0x86DD) + u64())))


@case("VLAN 0 is a priority tag only: translated")
def priority_tag():
    W.configure()
    before = W.quiet()
    W.far.send(eth(PHONE_MAC, FAR_MAC, 0x8100, struct.pack("!HH", 5 << 13, 0x86DD) + u64()))
    got = W.dev.take()
    true(got is not None, f"nothing arrived; counters {W.moved(before)}")
    equal(blank_id(got), blank_id(ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, b"data"), flags=0)), "octets")


@case("neighbour discovery of the CLAT address is the kernel's own, native IPv6 is untouched")
def native():
    W.configure()
    ip("-n", "far", "neighbour", "flush", "dev", "cell0")
    before = W.quiet()
    enter("far")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"who has it?", (NEAR6, 9))
        wait(lambda: [n for n in neighbours("far", "cell0") if n["dst"] == NEAR6 and n.get("lladdr") == PHONE_MAC], "neighbour entry")
    # A solicitation from under the PLAT prefix is for the stack as well.
    far6 = W.embed(SERVER4)
    solicitation = icmp6(far6, NEAR6, 135, rest=bytes(4), data=socket.inet_pton(socket.AF_INET6, NEAR6) + b"\1\1" + bytes(6))
    untouched64(ip6(far6, NEAR6, ICMP6, solicitation, hops=255))
    equal(set(W.moved(before)) - OWN46 - {"packets64", "bytes64"}, set(), "counters")


def neighbours(name, link):
    return ip_json("-n", name, "-6", "neighbour", "show", "dev", link)


@case("a checksum-neutral address leaves the transport header as it was")
def neutral():
    for prefix in (PREFIXES[0], PREFIXES[5]):
        near6 = neutral_address(prefix)
        W.configure(plat=(prefix,), pairs=(f"192.0.0.1/32={near6}/128",))
        far6 = W.embed(SERVER4)
        for proto, payload in ((TCP, tcp(far6, near6, b"neutral")), (UDP, udp(far6, near6, b"neutral"))):
            comes64(ip6(far6, near6, proto, payload), ip4(SERVER4, NEAR4, proto, payload, flags=0))


@case("64 pairs and 8 prefixes: the first, one between and the last of them")
def many():
    pairs = [f"10.{i}.0.0/24=2001:db8:1:{i:x}:c1a7::/120" for i in range(63)] + [MAP[0]]
    W.configure(plat=tuple(f"3fff:db8:{i:x}::/96" for i in range(8)), pairs=pairs)
    for prefix in (0, 5, 7):
        W.plat = f"3fff:db8:{prefix:x}::/96"
        for number in (0, 31, 62):
            near6, near = f"2001:db8:1:{number:x}:c1a7::ff", f"10.{number}.0.255"
            far6 = W.embed(SERVER4)
            comes64(ip6(far6, near6, UDP, udp(far6, near6, b"many")), ip4(SERVER4, near, UDP, udp(SERVER4, near, b"many"), flags=0))
        untouched64(u64(dst="2001:db8:1:3f:c1a7::1"))
        untouched64(u64(dst="2001:db8:1:0:c1a7::100"))


if __name__ == "__main__":
    run()
