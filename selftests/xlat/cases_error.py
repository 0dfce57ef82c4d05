# SPDX-License-Identifier: GPL-2.0
"""ICMP errors both ways, with the packets they quote."""
import socket
import struct

from expect import W, comes64, drops46, drops64, passes46, untouched64
from pkt import FRAGMENT, ICMP, ICMP6, TCP, UDP, UDPLITE, frag6, icmp4, icmp6, ip4, ip6, tcp, udp, udplite
from tap import case, equal, run
from world import CLIENT4, CLIENT6, NEAR4, NEAR6, PATIENCE, SERVER4, enter, forget_mtu

ROUTER4, ROUTER6, DUMMY4 = "203.0.113.7", "2001:db8:1::1", "192.0.0.8"
LONG = bytes(range(256)) * 6
EXTENSIONS = bytes.fromhex("2000dead0008010100012345")


def word(value):
    return struct.pack("!I", value)


def error46(kind4, kind6, quote4, quote6, src=NEAR4, src6=NEAR6, send=None, hops=64):
    """An ICMPv4 error goes out as that ICMPv6 error; kinds are (type, code, four octets)."""
    far6 = W.embed(SERVER4)
    (type4, code4, rest4), (type6, code6, rest6) = kind4, kind6
    passes46(ip4(src, SERVER4, ICMP, icmp4(type4, code4, rest4, quote4)),
             ip6(src6, far6, ICMP6, icmp6(src6, far6, type6, code6, rest6, quote6), hops=hops), send)


def error64(kind6, kind4, quote6, quote4, router6=ROUTER6, router4=DUMMY4, dst=NEAR6, dst4=NEAR4, tap=None, ttl=64):
    (type4, code4, rest4), (type6, code6, rest6) = kind4, kind6
    comes64(ip6(router6, dst, ICMP6, icmp6(router6, dst, type6, code6, rest6, quote6)),
            ip4(router4, dst4, ICMP, icmp4(type4, code4, rest4, quote4), flags=0, ttl=ttl), tap)


def quotes46(near=NEAR4, near6=NEAR6, data=b"some octets"):
    """What the server sent, as IPv4 and as IPv6 quote it."""
    far6 = W.embed(SERVER4)
    return (ip4(SERVER4, near, UDP, udp(SERVER4, near, data), tos=4, ttl=5), ip6(far6, near6, UDP, udp(far6, near6, data), tc=4, hops=5))


def quotes64(near6=NEAR6, near=NEAR4, data=b"some octets", flags=0):
    """What the phone sent, as IPv6 and as IPv4 quote it. No identification was ever told to IPv6."""
    far6 = W.embed(SERVER4)
    return (ip6(near6, far6, UDP, udp(near6, far6, data), tc=4, hops=5),
            ip4(near, SERVER4, UDP, udp(near, SERVER4, data), tos=4, ttl=5, ident=0, flags=flags))


# --- types and codes ---------------------------------------------------------------------------------------------------

NOTHING = bytes(4)
UNREACH46 = {0: 0, 1: 0, 5: 0, 6: 0, 7: 0, 8: 0, 11: 0, 12: 0, 3: 4, 9: 1, 10: 1, 13: 1, 15: 1}
POINTER46 = {0: 0, 1: 1, 2: 4, 3: 4, 8: 7, 9: 6, **{p: 8 for p in range(12, 16)}, **{p: 24 for p in range(16, 20)}}
UNREACH64 = {0: (3, 1), 1: (3, 10), 2: (3, 1), 3: (3, 1), 4: (3, 3)}
POINTER64 = {0: 0, 1: 1, 4: 2, 5: 2, 6: 9, 7: 8, **{p: 12 for p in range(8, 24)}, **{p: 16 for p in range(24, 40)}}


@case("4 to 6: destination unreachable, every code")
def unreach46():
    W.configure()
    quote4, quote6 = quotes46()
    for code, code6 in UNREACH46.items():
        error46((3, code, NOTHING), (1, code6, NOTHING), quote4, quote6)
    error46((3, 2, NOTHING), (4, 1, word(6)), quote4, quote6)
    for code in (14, 16, 17, 255):
        drops46("icmp46", ip4(NEAR4, SERVER4, ICMP, icmp4(3, code, NOTHING, quote4)))


@case("4 to 6: time exceeded, and a parameter problem of every pointer")
def others46():
    W.configure()
    quote4, quote6 = quotes46()
    for code in (0, 1):
        error46((11, code, NOTHING), (3, code, NOTHING), quote4, quote6)
    for code in (0, 2):
        for pointer in list(range(41)) + [255]:
            if pointer in POINTER46:
                error46((12, code, bytes([pointer, 0, 0, 0])), (4, 0, word(POINTER46[pointer])), quote4, quote6)
            elif code == 0 or pointer % 8 == 0:
                drops46("icmp46", ip4(NEAR4, SERVER4, ICMP, icmp4(12, code, bytes([pointer, 0, 0, 0]), quote4)))
    for code in (1, 3):
        drops46("icmp46", ip4(NEAR4, SERVER4, ICMP, icmp4(12, code, NOTHING, quote4)))


@case("4 to 6: fragmentation needed, with every kind of MTU")
def too_big46():
    W.configure()
    quote4, quote6 = quotes46()
    for mtu, mtu6 in ((68, 1280), (1259, 1280), (1260, 1280), (1261, 1281), (1400, 1420), (1480, 1500), (1481, 1500), (9000, 1500)):
        error46((3, 4, word(mtu)), (2, 0, word(mtu6)), quote4, quote6)
    far6 = W.embed(SERVER4)
    # An MTU of 0: the plateau below the length of what was too big.
    for total, mtu6 in ((1006, 1280), (1492, 1280), (1493, 1500), (2002, 1500), (40000, 1500)):
        payload, payload6 = udp(SERVER4, NEAR4, bytes(total - 28)), udp(far6, NEAR6, bytes(total - 28))
        error46((3, 4, NOTHING), (2, 0, word(mtu6)), ip4(SERVER4, NEAR4, UDP, payload)[:60], ip6(far6, NEAR6, UDP, payload6)[:80])


@case("6 to 4: destination unreachable and time exceeded, every code")
def unreach64():
    W.configure()
    quote6, quote4 = quotes64()
    for code, (kind, code4) in UNREACH64.items():
        error64((1, code, NOTHING), (kind, code4, NOTHING), quote6, quote4)
    for code in (0, 1):
        error64((3, code, NOTHING), (11, code, NOTHING), quote6, quote4)


@case("6 to 4: a parameter problem of every pointer")
def paramprob64():
    W.configure()
    quote6, quote4 = quotes64()
    for pointer, pointer4 in POINTER64.items():
        error64((4, 0, word(pointer)), (12, 0, bytes([pointer4, 0, 0, 0])), quote6, quote4)
    error64((4, 1, word(6)), (3, 2, NOTHING), quote6, quote4)


@case("6 to 4: packet too big, with every kind of MTU")
def too_big64():
    W.configure()
    quote6, quote4 = quotes64()
    try:
        for mtu6, mtu in ((0, 1260), (1279, 1260), (1280, 1260), (1281, 1261), (1499, 1479), (1500, 1480), (9000, 1480), (0xFFFFFFFF, 1480)):
            error64((2, 0, word(mtu6)), (3, 4, word(mtu)), quote6, quote4)
            forget_mtu()
    finally:
        forget_mtu()


@case("6 to 4: errors of no IPv4 counterpart, and those that quote what is not ours, are left to the stack")
def left64():
    W.configure()
    quote6, _ = quotes64()
    far6 = W.embed(SERVER4)

    def error(kind, code, rest, quote):
        return ip6(ROUTER6, NEAR6, ICMP6, icmp6(ROUTER6, NEAR6, kind, code, rest, quote))

    for kind, code, rest in ((1, 5, NOTHING), (1, 6, NOTHING), (1, 255, NOTHING), (4, 2, NOTHING), (4, 3, NOTHING), (4, 0, word(2)),
                             (4, 0, word(3)), (4, 0, word(40)), (4, 0, word(0x10000)), (5, 0, NOTHING), (100, 0, NOTHING)):
        untouched64(error(kind, code, rest, quote6))
    native = "2001:db8:1::2"
    for src, dst in ((native, far6), (NEAR6, native), (native, native)):
        untouched64(error(1, 0, NOTHING, ip6(src, dst, UDP, udp(src, dst, b"native"))))
    untouched64(error(1, 0, NOTHING, quote6[:39]))


# --- quoted packets ----------------------------------------------------------------------------------------------------

def transports(src, dst, src6, dst6):
    """(IPv4 protocol, payload, IPv6 next header, payload) of what may be quoted"""
    return ((UDP, udp(src, dst, LONG), UDP, udp(src6, dst6, LONG)), (UDP, udp(src, dst, LONG, check=0), UDP, udp(src6, dst6, LONG, check=0)),
            (TCP, tcp(src, dst, LONG), TCP, tcp(src6, dst6, LONG)), (UDPLITE, udplite(src, dst, LONG), UDPLITE, udplite(src6, dst6, LONG)),
            (ICMP, icmp4(8, data=LONG), ICMP6, icmp6(src6, dst6, 128, data=LONG)),
            (ICMP, icmp4(0, data=LONG), ICMP6, icmp6(src6, dst6, 129, data=LONG)), (132, LONG, 132, LONG), (50, LONG, 50, LONG))


@case("4 to 6: every transport in the quote, cut anywhere; the whole message has 1280 octets at most")
def quoted46():
    W.configure()
    far6 = W.embed(SERVER4)
    for proto, payload, next_header, payload6 in transports(SERVER4, NEAR4, far6, NEAR6):
        for length in (8, 9, 12, 17, 18, 19, 20, 100, 1191, 1192, 1193, 1400):
            # Half a checksum can't be adjusted.
            same = proto == TCP and length == 17
            error46((11, 0, NOTHING), (3, 0, NOTHING), ip4(SERVER4, NEAR4, proto, payload, ttl=1)[:20 + length],
                    ip6(far6, NEAR6, next_header, payload if same else payload6, hops=1)[:min(40 + length, 1232)])


@case("6 to 4: every transport in the quote, cut anywhere; the whole message has 576 octets at most")
def quoted64():
    W.configure()
    far6 = W.embed(SERVER4)
    for proto, payload, next_header, payload6 in transports(NEAR4, SERVER4, NEAR6, far6):
        for length in (8, 9, 12, 17, 18, 19, 20, 100, 527, 528, 529, 1192):
            same = proto == TCP and length == 17
            error64((3, 0, NOTHING), (11, 0, NOTHING), ip6(NEAR6, far6, next_header, payload6, hops=1)[:40 + length],
                    ip4(NEAR4, SERVER4, proto, payload6 if same else payload, ttl=1, ident=0, flags=2)[:min(20 + length, 548)])


@case("4 to 6: options of the quoted packet are skipped, fragments get a Fragment header")
def forms46():
    W.configure()
    far6 = W.embed(SERVER4)
    payload, payload6 = udp(SERVER4, NEAR4, LONG), udp(far6, NEAR6, LONG)
    error46((3, 3, NOTHING), (1, 4, NOTHING), ip4(SERVER4, NEAR4, UDP, payload[:48], options=b"\x07\x07\x04\0\0\0\0", total=28 + len(payload)),
            ip6(far6, NEAR6, UDP, payload6[:48], length=len(payload6)))
    for start, more in ((0, 1), (800, 1), (800, 0)):
        error46((11, 1, NOTHING), (3, 1, NOTHING), ip4(SERVER4, NEAR4, UDP, payload[start:start + 48], flags=more, offset=start // 8, ident=0x77),
                ip6(far6, NEAR6, FRAGMENT, frag6(UDP, 0x77, start, more) + payload6[start:start + 48]))


@case("6 to 4: extension headers of the quoted packet are skipped, its Fragment header counts in the MTU")
def forms64():
    W.configure()
    far6 = W.embed(SERVER4)
    payload, payload6 = udp(NEAR4, SERVER4, LONG), udp(NEAR6, far6, LONG)
    options = bytes([UDP, 0, 1, 4, 0, 0, 0, 0])
    error64((1, 4, NOTHING), (3, 3, NOTHING), ip6(NEAR6, far6, 60, options + payload6)[:200],
            ip4(NEAR4, SERVER4, UDP, payload, ident=0)[:172])
    try:
        for start, more in ((0, 1), (800, 1), (800, 0)):
            error64((2, 0, word(1400)), (3, 4, word(1372)), ip6(NEAR6, far6, FRAGMENT, frag6(UDP, 0x77, start, more) + payload6[start:start + 48]),
                    ip4(NEAR4, SERVER4, UDP, payload[start:start + 48], flags=more, offset=start // 8, ident=0x77))
    finally:
        forget_mtu()


@case("RFC 4884 extensions, both ways: the quote is padded, lengths are counted in the other unit, cutting spares them")
def extensions():
    W.configure()

    def padded(quote, unit):
        return quote + bytes(max(128, -(-len(quote) // unit) * unit) - len(quote))

    for data in (b"", b"short", bytes(80), bytes(107), LONG[:400]):
        quote4, quote6 = quotes46(data=data)
        quote4, want6 = padded(quote4, 4), padded(quote6, 8)
        error46((3, 3, bytes([0, len(quote4) // 4, 0, 0])), (1, 4, bytes([len(want6) // 8, 0, 0, 0])), quote4 + EXTENSIONS, want6 + EXTENSIONS)
        error46((11, 0, bytes([0, len(quote4) // 4, 0, 0])), (3, 0, bytes([len(want6) // 8, 0, 0, 0])), quote4 + EXTENSIONS, want6 + EXTENSIONS)
        # A parameter problem has no place for a length in IPv6.
        error46((12, 0, bytes([8, len(quote4) // 4, 0, 0])), (4, 0, word(7)), quote4 + EXTENSIONS, quote6)
        quote6, quote4 = quotes64(data=data)
        quote6, want4 = padded(quote6, 8), padded(quote4, 4)
        for kind, kind4 in (((1, 1), (3, 10)), ((3, 0), (11, 0))):
            error64((*kind, bytes([len(quote6) // 8, 0, 0, 0])), (*kind4, bytes([0, len(want4) // 4, 0, 0])), quote6 + EXTENSIONS,
                    want4 + EXTENSIONS)
    quote4, quote6 = quotes46(data=LONG[:992])
    room = (1232 - len(EXTENSIONS)) // 8 * 8
    error46((3, 3, bytes([0, 255, 0, 0])), (1, 4, bytes([len(quote6) // 8, 0, 0, 0])), quote4 + EXTENSIONS, quote6 + EXTENSIONS)
    equal(len(quote6) <= room, True, "the test's own packet")
    quote6, quote4 = quotes64(data=LONG[:1112], flags=0)
    room = (548 - len(EXTENSIONS)) // 4 * 4
    error64((3, 0, bytes([1160 // 8, 0, 0, 0])), (11, 0, bytes([0, room // 4, 0, 0])), quote6 + EXTENSIONS, quote4[:room] + EXTENSIONS)


@case("dropped: a bad checksum, an error that quotes an error, what is not ours, or next to nothing")
def dropped():
    W.configure()
    far6 = W.embed(SERVER4)
    quote4, _ = quotes46()
    quote6, _ = quotes64()
    bad = bytearray(icmp4(3, 3, NOTHING, quote4))
    bad[-1] ^= 1
    drops46("icmp-checksum46", ip4(NEAR4, SERVER4, ICMP, bytes(bad)))
    bad = bytearray(icmp6(far6, NEAR6, 1, 4, NOTHING, quote6))
    bad[-1] ^= 1
    drops64("icmp-checksum64", ip6(far6, NEAR6, ICMP6, bytes(bad)))
    for quote in (ip4(SERVER4, NEAR4, ICMP, icmp4(3, 3, NOTHING, quote4)), ip4(SERVER4, NEAR4, ICMP, icmp4(13)), quote4[:19], b"",
                  ip4(SERVER4, "10.1.1.1", UDP, udp(SERVER4, "10.1.1.1")), ip4("127.0.0.1", NEAR4, UDP, udp("127.0.0.1", NEAR4)),
                  ip4(CLIENT4, NEAR4, UDP, udp(CLIENT4, NEAR4)), ip4(SERVER4, NEAR4, ICMP, icmp4(8)[:3]), ip4(SERVER4, NEAR4, 58, icmp4(8))):
        drops46("quote46", ip4(NEAR4, SERVER4, ICMP, icmp4(3, 3, NOTHING, quote)))
    for quote in (ip6(NEAR6, far6, ICMP6, icmp6(NEAR6, far6, 1, 4, NOTHING, quote6)), ip6(NEAR6, far6, ICMP6, icmp6(NEAR6, far6, 135)),
                  ip6(NEAR6, W.embed("127.0.0.1"), UDP, bytes(8)), ip6(NEAR6, W.embed(CLIENT4), UDP, bytes(8)), ip6(NEAR6, far6, 1, bytes(8))):
        drops64("quote64", ip6(ROUTER6, NEAR6, ICMP6, icmp6(ROUTER6, NEAR6, 1, 4, NOTHING, quote)))


# --- who sends and who receives ----------------------------------------------------------------------------------------

@case("6 to 4: a router under the PLAT prefix has its IPv4 address, any other 192.0.0.8")
def routers():
    W.configure()
    quote6, quote4 = quotes64()
    for router6, router4 in ((W.embed(ROUTER4), ROUTER4), (W.embed(SERVER4), SERVER4), (ROUTER6, DUMMY4), ("2001:db8:ffff::1", DUMMY4)):
        error64((3, 0, NOTHING), (11, 0, NOTHING), quote6, quote4, router6, router4)


@case("a client's errors go out, and errors reach the client")
def client():
    W.configure()
    quote4, quote6 = quotes46(CLIENT4, CLIENT6)
    error46((3, 3, NOTHING), (1, 4, NOTHING), quote4, quote6, CLIENT4, CLIENT6, W.from_client, hops=63)
    quote6, quote4 = quotes64(CLIENT6, CLIENT4)
    error64((1, 3, NOTHING), (3, 1, NOTHING), quote6, quote4, dst=CLIENT6, dst4=CLIENT4, tap=W.client, ttl=63)


@case("the phone's own stack: a closed port answers through clat0, and so does a TTL that ends there")
def own_stack():
    W.configure()
    far6 = W.embed(SERVER4)
    for dst6, dst4, hops, kind4, kind6 in ((NEAR6, NEAR4, 64, 3, (1, 4)), (CLIENT6, CLIENT4, 1, 11, (3, 0))):
        before = W.quiet()
        packet = ip6(far6, dst6, UDP, udp(far6, dst6, b"nobody listens", dport=9), hops=hops)
        W.from_far(packet)
        got = W.far.take()
        want = ip6(NEAR6, far6, ICMP6, icmp6(NEAR6, far6, *kind6, NOTHING, packet), tc=0xC0)
        equal(got, want, f"answer to a packet to {dst4}, of type {kind4} in IPv4")
        moved = W.moved(before)
        equal((moved["packets46"], moved["packets64"]), (1, 1), f"counters: {moved}")


@case("a program learns of an ICMPv6 error as of one in IPv4")
def program():
    W.configure()
    far6 = W.embed(SERVER4)
    from world import enter
    enter("phone")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((NEAR4, 1111))
        sock.settimeout(PATIENCE)
        sock.connect((SERVER4, 2222))
        W.quiet()
        sock.send(b"anybody there?")
        packet = W.far.take()
        equal(packet[4:], ip6(NEAR6, far6, UDP, udp(NEAR6, far6, b"anybody there?"))[4:], "octets on the uplink")
        W.from_far(ip6(far6, NEAR6, ICMP6, icmp6(far6, NEAR6, 1, 4, NOTHING, packet)))
        try:
            sock.recv(10)
            raise AssertionError("the program received something")
        except ConnectionRefusedError:
            pass


if __name__ == "__main__":
    run()
