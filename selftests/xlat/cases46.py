# SPDX-License-Identifier: GPL-2.0
"""IPv4 to IPv6, packet by packet: what goes into clat0 or comes from a client, and the octets that leave by the uplink."""
import struct

from expect import W, drops46, passes46, u46
from neutral import neutral_address
from pkt import ICMP, ICMP6, TCP, UDP, UDPLITE, DCCP, dccp, embed, icmp4, icmp6, ip4, ip6, payloads, tcp, udp, udplite
from tap import case, equal, run, true
from world import CLIENT4, CLIENT6, MAP, NEAR4, NEAR6, PLAT, SERVER4, WKP, Tap

PREFIXES = ("3fff:db8::/32", "3fff:db8:100::/40", "3fff:db8:122::/48", "3fff:db8:122:300::/56", "3fff:db8:122:344::/64",
            "3fff:db8:122:344::/96")


# --- what is translated ------------------------------------------------------------------------------------------------

def every_protocol(prefix):
    W.configure(plat=(prefix,))
    for data in (b"", b"x", b"some octets, an odd number of them!!!", bytes(range(256)) * 4):
        far6 = embed(prefix, SERVER4)
        for proto, payload, next_header, payload6 in payloads(NEAR4, SERVER4, NEAR6, far6, data):
            packet = ip4(NEAR4, SERVER4, proto, payload)
            moved = passes46(packet, ip6(NEAR6, far6, next_header, payload6))
            equal(moved["bytes46"], len(packet), "bytes46")


for PREFIX in PREFIXES + (WKP,):
    case(f"4 to 6 under {PREFIX}: TCP, UDP, echo", PREFIX)(every_protocol)


@case("4 to 6 forwarded from a client, NAT-free pair /24 - /120: the hop limit is one less, by ip_forward")
def forwarded():
    W.configure()
    far6 = W.embed(SERVER4)
    for proto, payload, next_header, payload6 in payloads(CLIENT4, SERVER4, CLIENT6, far6, b"from a laptop"):
        passes46(ip4(CLIENT4, SERVER4, proto, payload, ttl=33), ip6(CLIENT6, far6, next_header, payload6, hops=32),
               W.from_client)


@case("4 to 6 from the phone's own sockets: the hop limit is the TTL")
def local():
    W.configure()
    far6 = W.embed(SERVER4)
    for proto, payload, next_header, payload6 in payloads(NEAR4, SERVER4, NEAR6, far6, b"from the phone"):
        passes46(ip4(NEAR4, SERVER4, proto, payload, ttl=7), ip6(NEAR6, far6, next_header, payload6, hops=7), W.from_phone)


@case("4 to 6: TTL and TOS of any value; the flow label is 0")
def ttl_tos():
    W.configure()
    far6 = W.embed(SERVER4)
    for ttl in (1, 2, 64, 128, 255):
        for tos in (0, 1, 2, 0xB8, 0xFF):
            passes46(ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, b"t"), ttl=ttl, tos=tos),
                   ip6(NEAR6, far6, UDP, udp(NEAR6, far6, b"t"), hops=ttl, tc=tos))


@case("4 to 6: tos fixed to a value writes that value")
def tos_fixed():
    W.configure(tos=0x28)
    far6 = W.embed(SERVER4)
    for tos in (0, 0xB8):
        passes46(ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4), tos=tos), ip6(NEAR6, far6, UDP, udp(NEAR6, far6), tc=0x28))


@case("4 to 6: options are skipped, expired source routes too")
def options():
    W.configure()
    far6 = W.embed(SERVER4)
    record = b"\x07\x07\x04\0\0\0\0"
    stamp = b"\x44\x08\x05\0\0\0\0\0"
    expired = b"\x83\x07\x08\xc0\0\2\1"
    strict = b"\x89\x07\x08\xc0\0\2\1"
    for option in (b"\1", b"\1\1\1\1", record, stamp, expired, strict, b"\1" + expired, b"\x94\4\0\0", b"\0\xff\xff\xff",
                   b"\1" * 40):
        for proto, payload, next_header, payload6 in payloads(NEAR4, SERVER4, NEAR6, far6, b"options"):
            passes46(ip4(NEAR4, SERVER4, proto, payload, options=option), ip6(NEAR6, far6, next_header, payload6))


@case("4 to 6: a UDP checksum of 0 is computed")
def udp_no_checksum():
    W.configure()
    far6 = W.embed(SERVER4)
    for data in (b"", b"x", b"no checksum here", bytes(1000)):
        passes46(ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, data, check=0)), ip6(NEAR6, far6, UDP, udp(NEAR6, far6, data)))


def summing_to_zero(src, dst):
    """Data with which the checksum computes to 0, and is therefore sent as 0xffff."""
    check = struct.unpack("!H", udp(src, dst, b"\0\0")[6:8])[0]
    data = struct.pack("!H", check)
    equal(udp(src, dst, data)[6:8], b"\xff\xff", "the test's own packet")
    return data


@case("4 to 6: a UDP checksum that comes out as 0 is sent as 0xffff")
def udp_checksum_zero():
    W.configure()
    far6 = W.embed(SERVER4)
    data = summing_to_zero(NEAR6, far6)
    passes46(ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, data)), ip6(NEAR6, far6, UDP, udp(NEAR6, far6, data)))
    data = summing_to_zero(NEAR4, SERVER4)
    passes46(ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, data)), ip6(NEAR6, far6, UDP, udp(NEAR6, far6, data)))


@case("4 to 6: a wrong transport checksum stays wrong by as much")
def wrong_checksum():
    W.configure()
    far6 = W.embed(SERVER4)
    wrong, wrong6 = bytearray(tcp(NEAR4, SERVER4, b"wrong")), bytearray(tcp(NEAR6, far6, b"wrong"))
    for packet in (wrong, wrong6):
        packet[-1] ^= 0x40
    passes46(ip4(NEAR4, SERVER4, TCP, bytes(wrong)), ip6(NEAR6, far6, TCP, bytes(wrong6)))


@case("4 to 6: who listens on clat0 sees the packet as it came")
def not_in_place():
    W.configure()
    far6 = W.embed(SERVER4)
    listener = Tap("phone", "clat0", 3, lambda packet: True, cooked=True)
    for proto, payload, next_header, payload6 in payloads(NEAR4, SERVER4, NEAR6, far6, b"cloned"):
        packet = ip4(NEAR4, SERVER4, proto, payload)
        passes46(packet, ip6(NEAR6, far6, next_header, payload6), W.from_phone)
        equal(listener.take(outgoing=True), packet, "what the listener sees")


@case("4 to 6: link padding behind the packet is cut off")
def padding():
    W.configure()
    far6 = W.embed(SERVER4)
    for pad in (1, 18, 300):
        passes46(ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, b"pad")) + b"\xaa" * pad, ip6(NEAR6, far6, UDP, udp(NEAR6, far6, b"pad")))
        passes46(ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, b"pad", check=0)) + b"\xaa" * pad,
               ip6(NEAR6, far6, UDP, udp(NEAR6, far6, b"pad")))


@case("4 to 6: every address of a pair keeps its suffix")
def suffixes():
    W.configure(pairs=("10.7.0.0/16=2001:db8:7::/112", "10.8.0.0/30=2001:db8:8::c/126", MAP[0]))
    far6 = W.embed(SERVER4)
    for near, near6 in (("10.7.0.1", "2001:db8:7::1"), ("10.7.255.254", "2001:db8:7::fffe"), ("10.8.0.3", "2001:db8:8::f")):
        W.dev.send(ip4(near, SERVER4, UDP, udp(near, SERVER4)))
        W.far.mine, mine = (lambda packet: packet[6] == UDP), W.far.mine
        try:
            equal(W.far.take(), ip6(near6, far6, UDP, udp(near6, far6)), f"{near} to {near6}")
        finally:
            W.far.mine = mine


@case("4 to 6: a checksum-neutral address leaves the transport header as it was")
def neutral():
    for prefix in (PREFIXES[0], PREFIXES[5]):
        near6 = neutral_address(prefix)
        W.configure(plat=(prefix,), pairs=(f"192.0.0.1/32={near6}/128",))
        W.far.mine, mine = (lambda packet: packet[6] in (TCP, UDP)), W.far.mine
        try:
            for proto, payload in ((TCP, tcp(NEAR4, SERVER4, b"neutral")), (UDP, udp(NEAR4, SERVER4, b"neutral"))):
                W.quiet()
                W.dev.send(ip4(NEAR4, SERVER4, proto, payload))
                equal(W.far.take(), ip6(near6, embed(prefix, SERVER4), proto, payload), "octets on the uplink")
        finally:
            W.far.mine = mine


# --- sizes -------------------------------------------------------------------------------------------------------------

@case("4 to 6: what fits goes, with DF or without, to the octet")
def sizes():
    W.configure()
    far6 = W.embed(SERVER4)
    for flags, largest in ((0, 1260), (2, 1480)):
        for length in (largest - 1, largest):
            data = bytes(length - 28)
            passes46(ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, data), flags=flags), ip6(NEAR6, far6, UDP, udp(NEAR6, far6, data)))


@case("4 to 6: what has no checksum over the addresses goes untouched: SCTP, GRE, ESP, AH, tunnels, unknown numbers")
def opaque():
    W.configure()
    far6 = W.embed(SERVER4)
    for proto in (132, 47, 50, 51, 4, 41, 59, 89, 135, 139, 140, 253, 255):
        for payload in (b"", b"\0", bytes(range(41)), bytes(1200)):
            passes46(ip4(NEAR4, SERVER4, proto, payload), ip6(NEAR6, far6, proto, payload))


# --- what is dropped ---------------------------------------------------------------------------------------------------

UNEXPIRED = b"\x83\x07\x04\xc0\0\2\1"
for NAME, COUNTER, PACKETS in (
        ("fragments of ICMP messages", "icmp-fragment46",
         [ip4(NEAR4, SERVER4, ICMP, icmp4(kind, data=bytes(20)), flags=flags, offset=offset)
          for kind in (8, 0, 3) for flags, offset in ((1, 0), (1, 3), (0, 3))]),
        ("numbers of IPv6 extension headers and of ICMPv6, IGMP", "protocol46",
         [ip4(NEAR4, SERVER4, proto, icmp4(8, data=bytes(20))) for proto in (0, 43, 44, 60, 58, 2)]),
        ("ICMP that is neither echo nor an error", "icmp46",
         [ip4(NEAR4, SERVER4, ICMP, icmp4(kind, code, data=u46()))
          for kind, code in ((5, 1), (4, 0), (6, 0), (9, 0), (10, 0), (13, 0), (14, 0), (15, 0), (16, 0), (17, 0), (18, 0), (42, 0), (255, 0))]),
        ("a source that is in no pair", "source46",
         [u46(src=src) for src in ("192.0.0.2", "192.0.0.0", "192.168.42.255", "192.168.44.0", "10.0.0.1", "8.8.8.8", "127.0.0.1",
                                 "224.0.0.1", "0.0.0.0", "255.255.255.255")]),
        ("a destination that is never translated", "dest46",
         [u46(dst=dst) for dst in ("0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "169.254.0.1", "169.254.169.254", "224.0.0.1",
                                 "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.0.0", "192.0.0.7", "192.0.0.8")]),
        ("a destination inside the map", "dest46", [u46(dst=dst) for dst in ("192.0.0.1", "192.168.43.0", "192.168.43.77", "192.168.43.255")]),
        ("a source route that is not expired", "source-route46",
         [u46(options=option) for option in (UNEXPIRED, b"\1" + UNEXPIRED, b"\x89\x0b\x08" + bytes(8), b"\x83\x07\x07\xc0\0\2\1")]),
        ("options that are malformed", "header46",
         [u46(options=option) for option in (b"\x07\0\0\0", b"\x07\1\0\0", b"\x07\5\4\0", b"\1\1\1\x07", b"\x83\2\0\0", b"\x44\x28\5\0")]),
        ("a header that is malformed", "header46",
         [u46(version=5), u46(version=0), u46(version=6), u46(ihl=4), u46(ihl=0), u46(ihl=15)[:40], u46(total=19), u46(total=33), u46(total=0), u46(total=65535),
          u46()[:19], u46()[:1]]),
        ("a bad header checksum", "checksum46", [u46(check=0), u46(check=0xFFFF), u46(options=b"\1\1\1\1", check=1)]),
        ("a transport header that is cut off", "transport46",
         [ip4(NEAR4, SERVER4, TCP, tcp(NEAR4, SERVER4)[:n]) for n in (0, 1, 19)] +
         [ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4)[:n]) for n in (0, 7)] +
         [ip4(NEAR4, SERVER4, ICMP, icmp4(8)[:n]) for n in (0, 1, 7)] +
         [ip4(NEAR4, SERVER4, UDPLITE, bytes(n)) for n in (0, 7)] + [ip4(NEAR4, SERVER4, DCCP, bytes(n)) for n in (0, 11)] +
         [ip4(NEAR4, SERVER4, TCP, tcp(NEAR4, SERVER4)[:19]) + bytes(30)])):
    def dropped(counter, packets):
        W.configure()
        for packet in packets:
            drops46(counter, packet)

    case(f"4 to 6, dropped: {NAME}", COUNTER, PACKETS)(dropped)


@case("4 to 6, dropped: what is not IPv4")
def not_ipv4():
    W.configure()
    far6 = W.embed(SERVER4)
    drops46("not-ip", bytes(28), kind=0x0806)
    drops46("not-ip", ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4)), kind=0x88CC)


@case("4 to 6: private addresses under 64:ff9b::/96 pass, and drop with wkp-strict")
def strict():
    W.configure(plat=(WKP,))
    for dst in ("10.1.2.3", "192.168.1.1", "100.64.0.1", "198.18.0.1"):
        far6 = W.embed(dst)
        passes46(u46(dst=dst), ip6(NEAR6, far6, UDP, udp(NEAR6, far6, b"data")))
    W.configure(plat=(WKP,), strict=1)
    for dst in ("10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1"):
        before = W.quiet()
        W.dev.send(u46(dst=dst))
        W.dev.send(u46(dst="8.8.8.8"))
        far6 = W.embed("8.8.8.8")
        equal(W.far.take(), ip6(NEAR6, far6, UDP, udp(NEAR6, far6, b"data")), "the packet after it")
        true(W.moved(before).get("dest46") == 1, f"dest46 of {dst}: {W.moved(before)}")
    W.configure(plat=(PLAT,), strict=1)
    passes46(u46(dst="10.1.2.3"), ip6(NEAR6, W.embed("10.1.2.3"), UDP, udp(NEAR6, W.embed("10.1.2.3"), b"data")))

if __name__ == "__main__":
    run()
