# SPDX-License-Identifier: GPL-2.0
"""
A device that shares the uplink's own address: what is IPv6's own stays so, whatever the CLAT does, and the CLAT gets the rest.
Programs of the phone speak IPv6 to the same hosts under the PLAT prefix all the while.
"""
import errno
import multiprocessing
import select
import socket
import struct
import subprocess
import time

from clatnl import DEV, Refused, attr, local_map, u8
from expect import W
from pkt import FRAGMENT, ICMP, ICMP6, TCP, UDP, a4, a6, ext, frag6, icmp4, icmp6, ip4, ip6, tcp, udp
from tap import case, equal, run, true
from world import CLIENT4, NEAR4, PLAT, SERVER4, blank_id, enter, ip, wait

OWN6 = "2001:db8:1::2"
PAIR = f"192.0.0.1/32={OWN6}/128"
OTHER4 = "198.51.100.77"
GRE = 47
PORTS = iter(range(20000, 30000))


def share():
    W.configure(plat=(PLAT,), pairs=(PAIR,))
    W.clat.set(W.index, attr(DEV["shared"], u8(1)))
    W.far.mine = lambda packet: packet[8:24] == a6(OWN6) and packet[24:36] == a6(PLAT.split("/")[0])[:12]
    return W.embed(SERVER4)


def native(kind, port=None, far=None, dport=7, v6only=None, device=None):
    """A socket of the phone's IPv6, bound if there is a port, and connected if there is a far end."""
    enter("phone")
    sock = socket.socket(socket.AF_INET6, kind)
    sock.settimeout(20)
    if kind == socket.SOCK_STREAM:
        # A close that says RST once: a FIN would be said again while later cases look at what leaves.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if v6only is not None:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    if port:
        sock.bind(("::", port))
    if far:
        sock.setblocking(False)
        try:
            sock.connect((far, dport))
        except BlockingIOError:
            pass
    return sock


def readable(sock):
    return select.select([sock], [], [], 20)[0]


def received(sock):
    true(readable(sock), "the native socket received nothing")
    return sock.recv(65536)


def leaves(want, what):
    """What native connections have to say meanwhile is not looked at."""
    last = None
    while True:
        got = W.far.take(5)
        if got is None:
            equal(last, want, what)
        if got == want:
            return
        last = got


def passes(proto, near, near6, dst=SERVER4):
    """IPv4 sends it, and it leaves translated: both payloads are given."""
    before = W.quiet()
    W.dev.send(ip4(NEAR4, dst, proto, near))
    leaves(ip6(OWN6, W.embed(dst), ICMP6 if proto == ICMP else proto, near6), "octets on the uplink")
    equal({name: n for name, n in W.moved(before).items() if "bytes" not in name}, {"packets46": 1}, "counters")


def passes_udp(port, dport=7, dst=SERVER4, data=b"ours"):
    passes(UDP, udp(NEAR4, dst, data, port, dport), udp(OWN6, W.embed(dst), data, port, dport), dst)


def mark():
    """By an echo request of IPv4: whatever was sent before it has been dealt with when it leaves."""
    ident = struct.pack("!HH", next(PORTS), 1)
    W.dev.send(ip4(NEAR4, SERVER4, ICMP, icmp4(8, rest=ident)))
    leaves(ip6(OWN6, W.embed(SERVER4), ICMP6, icmp6(OWN6, W.embed(SERVER4), 128, rest=ident)), "the mark")


def drops(payload, proto=UDP):
    """IPv4 may not send it."""
    before = W.quiet()
    W.dev.send(ip4(NEAR4, SERVER4, proto, payload))
    mark()
    equal({name: n for name, n in W.moved(before).items() if "bytes" not in name}, {"native46": 1, "packets46": 1}, "counters")


def ours(packet, want):
    """It comes out of clat0 so, and the stack of IPv6 hears nothing of it."""
    before = W.quiet()
    W.from_far(packet)
    got = W.dev.take()
    true(got is not None, f"nothing came out of clat0; counters {W.moved(before)}")
    equal(blank_id(got), blank_id(want), "octets but for the identification")
    equal(W.moved(before).get("packets64"), 1, "packets64")


def ours_udp(port, sport=7, src=SERVER4, data=b"answer"):
    far6 = W.embed(src)
    ours(ip6(far6, OWN6, UDP, udp(far6, OWN6, data, sport, port)),
         ip4(src, NEAR4, UDP, udp(src, NEAR4, data, sport, port), flags=0))


class Left:
    """What is sent within is left to IPv6: no counter of 6 to 4 moves, and nothing comes out of clat0."""

    def __enter__(self):
        self.before = W.quiet()

    def __exit__(self, kind, *_):
        if kind is None:
            mark()
            moved = W.moved(self.before)
            equal(set(moved) - {"packets46", "bytes46"}, set(), "counters")
            equal(W.dev.take(0.001), None, "a packet out of clat0")


def left_udp(sock, port, sport=7, src=SERVER4, data=b"native"):
    """It comes to the native socket."""
    far6 = W.embed(src)
    with Left():
        W.from_far(ip6(far6, OWN6, UDP, udp(far6, OWN6, data, sport, port)))
        equal(received(sock), data, "what the native socket received")


def handshake(port, far6, dport=80):
    """A native connection from port, its far end played here. Returns the socket and both sequence numbers."""
    W.quiet()
    sock = native(socket.SOCK_STREAM, port, far6, dport)
    syn = W.far.take()
    true(syn and syn[6] == TCP and syn[53] == 2, f"no SYN left: {syn}")
    seq = struct.unpack("!I", syn[44:48])[0] + 1
    W.from_far(ip6(far6, OWN6, TCP, tcp(far6, OWN6, sport=dport, dport=port, flags=0x12, seq=99, ack=seq)))
    true(select.select([], [sock], [], 20)[1], "the native connection was not made")
    equal(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), 0, "error of the native connection")
    W.far.take()
    return sock, seq, 100


# --- sockets that own their flow ----------------------------------------------------------------------------------------

@case("shared: TCP of the CLAT and of IPv6 to the same host, at the same time")
def both_tcp():
    far6 = share()
    port, other = next(PORTS), next(PORTS)
    sock, seq, ack = handshake(port, far6)
    for data in (b"one", b"two"):
        with Left():
            W.from_far(ip6(far6, OWN6, TCP, tcp(far6, OWN6, data, sport=80, dport=port, seq=ack, ack=seq)))
            equal(received(sock), data, "what the native connection received")
        ack += len(data)
        passes(TCP, tcp(NEAR4, SERVER4, data, sport=other), tcp(OWN6, far6, data, sport=other))
        ours(ip6(far6, OWN6, TCP, tcp(far6, OWN6, data, sport=80, dport=other)),
             ip4(SERVER4, NEAR4, TCP, tcp(SERVER4, NEAR4, data, sport=80, dport=other), flags=0))
    sock.close()


@case("shared: UDP of the CLAT and of IPv6 to the same host, at the same time")
def both_udp():
    far6 = share()
    port, other = next(PORTS), next(PORTS)
    with native(socket.SOCK_DGRAM, port, far6) as sock:
        for _ in range(2):
            left_udp(sock, port)
            passes_udp(other)
            ours_udp(other)


@case("shared: what has the ports of a connected socket of IPv6 may not leave, and is answered")
def same_ports():
    far6 = share()
    port = next(PORTS)
    sock, seq, ack = handshake(port, far6)
    drops(tcp(NEAR4, SERVER4, b"stolen", sport=port), TCP)
    with Left():
        W.from_far(ip6(far6, OWN6, TCP, tcp(far6, OWN6, b"native", sport=80, dport=port, seq=ack, ack=seq)))
        equal(received(sock), b"native", "what the native connection received")
    sock.close()
    with native(socket.SOCK_DGRAM, port, far6) as sock:
        drops(udp(NEAR4, SERVER4, b"stolen", port, 7))
        left_udp(sock, port)
        # Another port of the far end, another far end: another flow.
        passes_udp(port, dport=8)
        passes_udp(port, dst=OTHER4)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mine:
            mine.settimeout(20)
            mine.setsockopt(socket.SOL_IP, 11, 1)
            mine.bind((NEAR4, port))
            mine.sendto(b"stolen", (SERVER4, 7))
            # Answered by ICMP 3/13: the program fails over at once.
            wait(lambda: mine.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.EHOSTUNREACH, "EHOSTUNREACH")
    passes_udp(port)
    ours_udp(port)


@case("shared: a socket bound to another interface, or in another namespace, owns nothing")
def elsewhere():
    far6 = share()
    port = next(PORTS)
    ip("-n", "client", "-6", "address", "add", f"{OWN6}/128", "dev", "lo", "nodad")
    ip("-n", "client", "-6", "route", "add", "default", "dev", "eth0")
    ip("-n", "phone", "-6", "route", "add", "default", "via", "fe80::99", "dev", "wlan0", "metric", "4096")
    try:
        enter("client")
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as other:
            other.bind((OWN6, port))
            other.connect((far6, 7))
            with native(socket.SOCK_DGRAM, device="wlan0") as bound:
                bound.bind((OWN6, port))
                bound.connect((far6, 7))
                passes_udp(port)
                ours_udp(port)
            with native(socket.SOCK_DGRAM, device="wwan0") as bound:
                bound.bind((OWN6, port))
                bound.connect((far6, 7))
                left_udp(bound, port)
                drops(udp(NEAR4, SERVER4, b"stolen", port, 7))
    finally:
        ip("-n", "client", "-6", "address", "del", f"{OWN6}/128", "dev", "lo")
        ip("-n", "phone", "-6", "route", "del", "default", "via", "fe80::99", "dev", "wlan0")


# --- sockets that take packets from anybody -------------------------------------------------------------------------------

@case("shared: an unconnected socket of IPv6 gets what IPv4 has not asked for")
def unconnected():
    share()
    for v6only in (0, 1):
        port = next(PORTS)
        with native(socket.SOCK_DGRAM, port, v6only=v6only) as sock:
            # A program that uses both families on one port, or a client of the hotspot.
            for far in (SERVER4, OTHER4):
                left_udp(sock, port, src=far)
                passes_udp(port, dst=far)
                ours_udp(port, src=far)
                if not v6only:
                    equal(received(sock), b"answer", "what came by IPv4")
                left_udp(sock, port, sport=8, src=far)


@case("shared: one socket for both families hears each by the family that it spoke")
def dual_stack():
    far6 = share()
    port = next(PORTS)
    with native(socket.SOCK_DGRAM, port, v6only=0) as sock:
        W.quiet()
        sock.sendto(b"by IPv4", (f"::ffff:{SERVER4}", 7))
        equal(W.far.take()[48:], b"by IPv4", "what left")
        W.from_far(ip6(far6, OWN6, UDP, udp(far6, OWN6, b"to IPv4", 7, port)))
        data, sender = sock.recvfrom(100)
        equal((data, sender[0]), (b"to IPv4", f"::ffff:{SERVER4}"), "data and sender")
        sock.sendto(b"by IPv6", (W.embed(OTHER4), 7))
        equal(W.far.take()[48:], b"by IPv6", "what left")
        other6 = W.embed(OTHER4)
        W.from_far(ip6(other6, OWN6, UDP, udp(other6, OWN6, b"to IPv6", 7, port)))
        data, sender = sock.recvfrom(100)
        equal((data, sender[0]), (b"to IPv6", other6), "data and sender")


@case("shared: a listener of IPv6 gets what begins a connection, but no answers to IPv4")
def listener():
    far6 = share()
    port = next(PORTS)
    with native(socket.SOCK_STREAM, port) as sock:
        sock.listen()
        with Left():
            W.from_far(ip6(far6, OWN6, TCP, tcp(far6, OWN6, sport=1000, dport=port, flags=2)))
            answer = W.far.take()
            equal((answer[6], answer[53]), (TCP, 0x12), "protocol and flags of what the listener answered")
            seq = struct.unpack("!I", answer[44:48])[0] + 1
            W.from_far(ip6(far6, OWN6, TCP, tcp(far6, OWN6, sport=1000, dport=port, flags=0x10, seq=0x01020305, ack=seq)))
            connection = sock.accept()[0]
        drops(tcp(NEAR4, SERVER4, sport=port, dport=1000), TCP)
        connection.close()
        passes(TCP, tcp(NEAR4, SERVER4, flags=2, sport=port), tcp(OWN6, far6, flags=2, sport=port))
        ours(ip6(far6, OWN6, TCP, tcp(far6, OWN6, sport=80, dport=port, flags=0x12)),
             ip4(SERVER4, NEAR4, TCP, tcp(SERVER4, NEAR4, sport=80, dport=port, flags=0x12), flags=0))


# --- what has no ports ----------------------------------------------------------------------------------------------------

@case("shared: ping by IPv4, by IPv6, and from outside")
def ping():
    far6 = share()
    enter("phone")
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, ICMP6) as raw:
        raw.settimeout(20)
        mine, other = struct.pack("!HH", next(PORTS), 1), struct.pack("!HH", next(PORTS), 1)
        passes(ICMP, icmp4(8, rest=mine, data=b"ping"), icmp6(OWN6, far6, 128, rest=mine, data=b"ping"))
        ours(ip6(far6, OWN6, ICMP6, icmp6(far6, OWN6, 129, rest=mine, data=b"ping")),
             ip4(SERVER4, NEAR4, ICMP, icmp4(0, rest=mine, data=b"ping"), flags=0))
        with Left():
            reply = icmp6(far6, OWN6, 129, rest=other, data=b"ping")
            W.from_far(ip6(far6, OWN6, ICMP6, reply))
            wait(lambda: raw.recv(100) == reply, "the reply at the native socket")
        with Left():
            W.from_far(ip6(far6, OWN6, ICMP6, icmp6(far6, OWN6, 128, rest=mine, data=b"from outside")))
            got = W.far.take()
            equal(got[40:], icmp6(OWN6, far6, 129, rest=mine, data=b"from outside"), "what IPv6 answered")


@case("shared: protocols without ports are IPv6's until IPv4 speaks them with that host")
def other_protocols():
    far6 = share()
    for proto in (GRE, 50, 132, 253):
        data = bytes([proto]) * 40
        with Left():
            W.from_far(ip6(far6, OWN6, proto, data))
        passes(proto, data, data)
        ours(ip6(far6, OWN6, proto, data), ip4(SERVER4, NEAR4, proto, data, flags=0))
        with Left():
            W.from_far(ip6(W.embed(OTHER4), OWN6, proto, data))


@case("shared: ports are found behind extension headers")
def extensions():
    far6 = share()
    port, other = next(PORTS), next(PORTS)
    with native(socket.SOCK_DGRAM, port, far6) as sock:
        with Left():
            W.from_far(ip6(far6, OWN6, 0, ext(60) + ext(UDP) + udp(far6, OWN6, b"native", 7, port)))
            equal(received(sock), b"native", "what the native socket received")
        ours(ip6(far6, OWN6, 0, ext(60) + ext(UDP) + udp(far6, OWN6, b"ours", 7, other)),
             ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, b"ours", 7, other), flags=0))
    with Left():
        # Cut off before the ports.
        W.from_far(ip6(far6, OWN6, UDP, b"\0\7\0"))
        W.from_far(ip6(far6, OWN6, 60, bytes([UDP, 9, 0, 0, 0, 0, 0, 0])))


# --- fragments ------------------------------------------------------------------------------------------------------------

def in_fragments(far6, payload, ident):
    """In three; the transport header is in the first."""
    return [ip6(far6, OWN6, FRAGMENT, frag6(UDP, ident, at, at < 1600) + payload[at:at + 800]) for at in (0, 800, 1600)]


@case("shared: fragments follow the first of them, and those that come before it are IPv6's")
def fragments():
    far6 = share()
    port, other = next(PORTS), next(PORTS)
    data = bytes(range(256)) * 8
    with native(socket.SOCK_DGRAM, port, far6) as sock:
        with Left():
            for packet in in_fragments(far6, udp(far6, OWN6, data, 7, port), 0x77):
                W.from_far(packet)
            equal(received(sock), data, "what the native socket received")
        payload, payload4 = udp(far6, OWN6, data, 7, other), udp(SERVER4, NEAR4, data, 7, other)
        for at, packet in zip((0, 800, 1600), in_fragments(far6, payload, 0x78)):
            ours(packet, ip4(SERVER4, NEAR4, UDP, payload4[at:at + 800], ident=0x78, flags=at < 1600, offset=at // 8))
        with Left():
            W.from_far(in_fragments(far6, payload, 0x79)[1])
        # An atomic fragment is a whole datagram.
        with Left():
            W.from_far(ip6(far6, OWN6, FRAGMENT, frag6(UDP, 0x80) + udp(far6, OWN6, b"native", 7, port)))
            equal(received(sock), b"native", "what the native socket received")
        # Out go the fragments of IPv4, but none of a native flow's first.
        drops_first(udp(NEAR4, SERVER4, data, port, 7)[:800])


def drops_first(payload):
    before = W.quiet()
    W.dev.send(ip4(NEAR4, SERVER4, UDP, payload, flags=1))
    mark()
    equal(W.moved(before).get("native46"), 1, "native46")


# --- errors ---------------------------------------------------------------------------------------------------------------

def too_big(router, quoted, mtu=1300):
    return ip6(router, OWN6, ICMP6, icmp6(router, OWN6, 2, rest=struct.pack("!I", mtu), data=quoted))


def unreachable(router, quoted):
    return ip6(router, OWN6, ICMP6, icmp6(router, OWN6, 1, 4, rest=bytes(4), data=quoted))


@case("shared: errors go to whom the packet is from that they quote")
def errors():
    far6 = share()
    port, other = next(PORTS), next(PORTS)
    router = "2001:db8:1::1"
    with native(socket.SOCK_DGRAM, port, far6) as sock:
        with Left():
            W.from_far(unreachable(router, ip6(OWN6, far6, UDP, udp(OWN6, far6, b"native", port, 7))))
            wait(lambda: sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNREFUSED, "ECONNREFUSED")
        W.quiet()
        W.from_far(unreachable(router, ip6(OWN6, far6, UDP, udp(OWN6, far6, b"ours", other, 7))))
        got = W.dev.take()
        true(got is not None, "the error about a packet of ours did not come")
        # The source is what stands for routers without an IPv4 address; the ports are those quoted.
        equal((got[12:16], got[20:22], got[48:52]), (a4("192.0.0.8"), b"\3\3", struct.pack("!HH", other, 7)), "error")
    sock, seq, _ = handshake(port, far6)
    with Left():
        quoted = tcp(OWN6, far6, bytes(1000), sport=port, seq=seq)
        W.from_far(too_big(router, ip6(OWN6, far6, TCP, quoted)))
    sock.close()
    # No socket can tell of these; what IPv4 has sent can.
    mine, stray = struct.pack("!HH", next(PORTS), 1), struct.pack("!HH", next(PORTS), 1)
    passes(ICMP, icmp4(8, rest=mine), icmp6(OWN6, far6, 128, rest=mine))
    before = W.quiet()
    W.from_far(unreachable(router, ip6(OWN6, far6, ICMP6, icmp6(OWN6, far6, 128, rest=mine))))
    true(W.dev.take() is not None, f"the error about an echo request of ours did not come; counters {W.moved(before)}")
    for quoted in (ip6(OWN6, far6, ICMP6, icmp6(OWN6, far6, 128, rest=stray)), ip6(OWN6, far6, ICMP6, icmp6(OWN6, far6, 129, rest=mine)),
                   ip6(OWN6, W.embed(OTHER4), GRE, bytes(40)), ip6(OWN6, "2001:db8:9::9", UDP, udp(OWN6, "2001:db8:9::9", b"x", other, 7)),
                   ip6(OWN6, far6, FRAGMENT, frag6(UDP, 0x90, 800) + bytes(40)), ip6(OWN6, far6, UDP, b"\0")):
        with Left():
            W.from_far(unreachable(router, quoted))


@case("shared: an error of IPv4 about a native flow may not leave")
def errors46():
    far6 = share()
    port, other = next(PORTS), next(PORTS)
    def error(dport):
        return icmp4(3, 3, rest=bytes(4), data=ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, b"quoted", 7, dport)))

    with native(socket.SOCK_DGRAM, port, far6):
        drops(error(port), ICMP)
        W.quiet()
        W.dev.send(ip4(NEAR4, SERVER4, ICMP, error(other)))
        equal(W.far.take()[40:42], b"\1\4", "type and code of what left")


# --- the device -----------------------------------------------------------------------------------------------------------

@case("shared: while clat0 is down IPv6 goes on")
def down():
    far6 = share()
    port = next(PORTS)
    with native(socket.SOCK_DGRAM, port, far6) as sock:
        ip("-n", "phone", "link", "set", "clat0", "down")
        try:
            before = W.counters()
            W.from_far(ip6(far6, OWN6, UDP, udp(far6, OWN6, b"native", 7, port)))
            equal(received(sock), b"native", "what the native socket received")
            W.from_far(ip6(far6, OWN6, UDP, udp(far6, OWN6, b"ours", 7, next(PORTS))))
            wait(lambda: W.moved(before) == {"down64": 1}, "the packet that is ours is dropped")
        finally:
            ip("-n", "phone", "link", "set", "clat0", "up")
            ip("-n", "phone", "route", "add", "default", "dev", "clat0", "src", NEAR4)
            W.dev.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


@case("shared: clients of the hotspot go through by NAT44")
def hotspot():
    far6 = share()
    enter("phone")
    subprocess.run(("nft", "add table ip nat44; add chain ip nat44 post { type nat hook postrouting priority 100; }; "
                    "add rule ip nat44 post oifname clat0 masquerade"), check=True)
    try:
        port = next(PORTS)
        W.quiet()
        W.from_client(ip4(CLIENT4, SERVER4, UDP, udp(CLIENT4, SERVER4, b"laptop", port, 7)))
        equal(W.far.take(), ip6(OWN6, far6, UDP, udp(OWN6, far6, b"laptop", port, 7), hops=63), "octets on the uplink")
        W.from_far(ip6(far6, OWN6, UDP, udp(far6, OWN6, b"answer", 7, port)))
        equal(blank_id(W.client.take()), blank_id(ip4(SERVER4, CLIENT4, UDP, udp(SERVER4, CLIENT4, b"answer", 7, port), ttl=63, flags=0)),
              "octets at the client")
    finally:
        enter("phone")
        subprocess.run(("nft", "delete table ip nat44"), check=True)


@case("shared: a map that is no single pair is refused, whichever comes first")
def refused():
    share()
    for pairs in ((PAIR, "10.0.0.1/32=2001:db8:9::1/128"), ("10.0.0.0/24=2001:db8:9::/120",)):
        want = local_map(*pairs)
        try:
            W.clat.set(W.index, want)
            raise AssertionError("the kernel took it")
        except Refused as no:
            equal((no.code, no.text), (errno.EINVAL, "shared: the map can only have one pair, of single addresses"), "refusal")
            true(no.blamed and no.blamed.startswith(want[:4]), "the map is to blame")
    equal(W.clat.get(W.index)["shared"], 1, "shared")
    W.clat.set(W.index, local_map())
    W.clat.set(W.index, attr(DEV["shared"], u8(0)), local_map(*pairs))
    equal(W.clat.get(W.index)["shared"], 0, "shared")


@case("shared: sockets that come and go while packets flow both ways")
def churn():
    far6 = share()
    ports = [next(PORTS) for _ in range(16)]

    def sockets():
        while True:
            for number, port in enumerate(ports):
                kind = (socket.SOCK_DGRAM, socket.SOCK_STREAM)[number % 2]
                with socket.socket(socket.AF_INET6, kind) as sock:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    sock.setblocking(False)
                    try:
                        sock.bind(("::", port))
                        if number % 4 < 2:
                            sock.connect((far6, 7))
                        elif kind == socket.SOCK_STREAM:
                            sock.listen()
                    except OSError:
                        pass
                # What RCU frees of closed sockets must not become more and more: a change of the device waits behind it.
                time.sleep(0.002)

    enter("phone")
    # No thread: packets are put in while it runs.
    process = multiprocessing.Process(target=sockets)
    process.start()
    before = W.counters()
    try:
        for turn in range(60):
            for port in ports:
                W.dev.send(ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, b"x", port, 7)))
                W.dev.send(ip4(NEAR4, SERVER4, TCP, tcp(NEAR4, SERVER4, sport=port, dport=7)))
                W.from_far(ip6(far6, OWN6, UDP, udp(far6, OWN6, b"x", 7, port)))
                W.from_far(ip6(far6, OWN6, TCP, tcp(far6, OWN6, sport=7, dport=port)))
            if turn % 10 == 9:
                W.clat.set(W.index, attr(DEV["shared"], u8(turn // 10 % 2)))
    finally:
        process.terminate()
        process.join()
    moved = W.moved(before)
    true(moved.get("packets46", 0) > 500 and moved.get("packets64", 0) > 500, f"too little has flowed: {moved}")
    equal(set(moved) - {"packets46", "bytes46", "packets64", "bytes64", "native46"}, set(), "counters")
    share()
    passes_udp(next(PORTS))


if __name__ == "__main__":
    run()
