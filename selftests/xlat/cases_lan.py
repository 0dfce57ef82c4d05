# SPDX-License-Identifier: GPL-2.0
"""
The LAN shortcut. Whether a packet took it, the phone's IPv4 stack tells: it has received nothing then. What must not take it
comes out all the same, or is answered, as if there were none.
"""
import contextlib
import hashlib
import os
import socket
import struct
import subprocess
import threading

from clatnl import DEV, attr, u8, u32
from expect import W
from pkt import ICMP, TCP, UDP, eth, icmp4, icmp6, ip4, ip6, payloads, tcp, udp
from tap import case, equal, run, true
from world import (CLIENT4, CLIENT6, CLIENT_MAC, MAP, NEAR4, PATIENCE, SERVER4, WLAN_MAC, blank_id, enter, ip, offload, sysctl,
                   wait)

OTHER4 = "198.51.100.20"
BULK = 8 << 20


def received():
    """IPv4 packets that the phone's stack has received."""
    enter("phone")
    with open("/proc/net/snmp", encoding="ascii") as file:
        names, values = [line.split() for line in file if line.startswith("Ip: ")]
    return int(values[names.index("InReceives")])


def in_phone(*words, **more):
    subprocess.run(("ip", "netns", "exec", "phone") + words, check=True, **more)


def lan_on(**more):
    enter("phone")
    W.configure(lan=(socket.if_nametoindex("wlan0"),), **more)
    ip("-n", "phone", "neigh", "replace", CLIENT4, "lladdr", CLIENT_MAC, "dev", "wlan0", "nud", "permanent")


@contextlib.contextmanager
def phone(*words, undo="del", do="add"):
    """ip WORDS with add where DO stands, undone at the end."""
    ip("-n", "phone", *(do if word == "ADD" else word for word in words))
    try:
        yield
    finally:
        ip("-n", "phone", *(undo if word == "ADD" else word for word in words))


def u(data=b"data", src=CLIENT4, dst=SERVER4, **more):
    return ip4(src, dst, UDP, udp(src, dst, data), **more)


def u6(data=b"data", dst=SERVER4, **more):
    far6 = W.embed(dst)
    return ip6(CLIENT6, far6, UDP, udp(CLIENT6, far6, data), **more)


def shortcut46(packet, want):
    """The packet leaves by the uplink as wanted, is counted, and the IPv4 stack has not seen it."""
    before, seen = W.quiet(), received()
    W.from_client(packet)
    equal(W.far.take(), want, "octets on the uplink")
    equal(W.moved(before), {"packets46": 1, "bytes46": struct.unpack("!H", packet[2:4])[0]}, "counters")
    equal(received() - seen, 0, "packets that the IPv4 stack received")


def stack46(packet, want):
    """The packet leaves all the same, through the stack."""
    before, seen = W.quiet(), received()
    W.from_client(packet)
    equal(W.far.take(), want, "octets on the uplink")
    equal(W.moved(before)["packets46"], 1, "packets46")
    equal(received() - seen, 1, "packets that the IPv4 stack received")


def stack_only(packet, dst_mac=WLAN_MAC):
    """The packet is the stack's, whatever that makes of it, and does not leave by the uplink."""
    before, seen = W.quiet(), received()
    W.client.send(eth(dst_mac, CLIENT_MAC, 0x0800, packet))
    wait(lambda: received() == seen + 1, "the IPv4 stack receives it")
    true(W.far.take(0.01) is None, "nothing leaves")
    return W.moved(before)


def arrives64(packet, want, seen_by_stack):
    """The packet comes to the client, which must not answer: the stack would receive that too."""
    ip("-n", "client", "route", "replace", "blackhole", SERVER4)
    try:
        before, seen = W.quiet(), received()
        W.from_far(packet)
        got = W.client.take()
        true(got is not None, "nothing arrived")
        equal(blank_id(got), blank_id(want), "octets but for the identification")
        equal(W.moved(before), {"packets64": 1, "bytes64": len(want)}, "counters")
        equal(received() - seen, seen_by_stack, "packets that the IPv4 stack received")
    finally:
        ip("-n", "client", "route", "del", "blackhole", SERVER4)


def answered(packet, kind, code):
    """The stack answers the client, and nothing leaves by the uplink."""
    seen = received()
    W.quiet()
    W.from_client(packet)
    got = W.client.take()
    true(got is not None, "no answer came")
    equal((got[9], got[20], got[21]), (ICMP, kind, code), "protocol, type and code of the answer")
    equal(received() - seen, 1, "packets that the IPv4 stack received")
    true(W.far.take(0.01) is None, "nothing leaves")
    return got


# --- what takes it ---------------------------------------------------------------------------------------------------------

@case("LAN shortcut, 4 to 6: every protocol leaves without the IPv4 stack, one hop counted")
def protocols46():
    lan_on()
    far6 = W.embed(SERVER4)
    for proto, payload, next_header, payload6 in payloads(CLIENT4, SERVER4, CLIENT6, far6, b"short"):
        shortcut46(ip4(CLIENT4, SERVER4, proto, payload, ttl=33, tos=0x2E),
                   ip6(CLIENT6, far6, next_header, payload6, hops=32, tc=0x2E))


@case("LAN shortcut, 6 to 4: every protocol comes to the client without the IPv4 stack, one hop counted")
def protocols64():
    lan_on()
    far6 = W.embed(SERVER4)
    for proto, payload, next_header, payload6 in payloads(SERVER4, CLIENT4, far6, CLIENT6, b"short"):
        arrives64(ip6(far6, CLIENT6, next_header, payload6, hops=33, tc=0x2E),
                  ip4(SERVER4, CLIENT4, proto, payload, ttl=32, tos=0x2E, flags=0), 0)


@case("LAN shortcut: off unless asked for, and off again")
def off():
    W.configure()
    stack46(u(ttl=64), u6(hops=63))
    lan_on()
    shortcut46(u(ttl=64), u6(hops=63))
    W.configure()
    stack46(u(ttl=64), u6(hops=63))
    far6 = W.embed(SERVER4)
    arrives64(ip6(far6, CLIENT6, UDP, udp(far6, CLIENT6, b"x")), ip4(SERVER4, CLIENT4, UDP, udp(SERVER4, CLIENT4, b"x"), ttl=63,
                                                                     flags=0), 1)


@case("LAN shortcut: as large as the uplink takes, and the padding of a short frame is cut off")
def sizes():
    lan_on()
    shortcut46(u(bytes(1452), ttl=64), u6(bytes(1452), hops=63))
    shortcut46(u(b"", ttl=64) + bytes(18), u6(b"", hops=63))


def bulk(upload):
    """BULK octets of a TCP connection between the client and the far side, with superframes; counters that moved."""
    far6 = W.embed(SERVER4)
    data = os.urandom(1 << 16) * (BULK >> 16)
    enter("far")
    listener = socket.create_server((far6, 80), family=socket.AF_INET6)
    listener.settimeout(PATIENCE)
    got = []

    def take_all(sock):
        while chunk := sock.recv(1 << 18):
            got.append(chunk)

    def far_side():
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(PATIENCE * 3)
            if upload:
                take_all(peer)
            else:
                peer.sendall(data)

    thread = threading.Thread(target=far_side)
    before, seen = W.counters(), received()
    enter("client")
    thread.start()
    with socket.create_connection((SERVER4, 80), timeout=PATIENCE * 3) as sock:
        if upload:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            sock.recv(1)
        else:
            take_all(sock)
    thread.join()
    listener.close()
    equal(hashlib.sha256(b"".join(got)).hexdigest(), hashlib.sha256(data).hexdigest(), "SHA-256 of what arrived")
    equal(received() - seen, 0, "packets that the IPv4 stack received")
    return W.moved(before)


def superframes(upload, packets, octets):
    lan_on()
    far6 = W.embed(SERVER4)
    hosts = (("client", "eth0"), ("phone", "wlan0"), ("phone", "wwan0"), ("far", "cell0"))
    for name, link in hosts:
        offload(name, link, True)
    for name in ("client", "far"):
        sysctl(name, "ipv4/tcp_min_tso_segs", 32)
    ip("-n", "far", "address", "add", far6 + "/128", "dev", "lo", "nodad")
    try:
        moved = bulk(upload)
        true(moved[octets] / moved[packets] > 8000, f"superframes are split: {moved}")
        equal(set(moved) - {"packets46", "bytes46", "packets64", "bytes64"}, set(), "drops")
    finally:
        ip("-n", "far", "address", "del", far6 + "/128", "dev", "lo")
        for name, link in hosts:
            offload(name, link, False)


case("LAN shortcut: TCP superframes of a client cross in one piece", True, "packets46", "bytes46")(superframes)
case("LAN shortcut: TCP superframes to a client cross in one piece", False, "packets64", "bytes64")(superframes)


# --- what does not ---------------------------------------------------------------------------------------------------------

@case("LAN shortcut: an expired TTL is answered by the stack, both ways")
def expired():
    lan_on()
    got = answered(u(ttl=1), 11, 0)
    equal(got[12:16], socket.inet_aton("192.168.43.1"), "who answers")
    far6 = W.embed(SERVER4)
    before = W.quiet()
    W.from_far(ip6(far6, CLIENT6, UDP, udp(far6, CLIENT6, b"late"), hops=1))
    got = W.far.take()
    equal((got[6], got[40], got[41]), (58, 3, 0), "next header, type and code of what the far side is told")
    equal(W.moved(before)["packets64"], 1, "packets64")


@case("LAN shortcut: a packet that is too large is answered by the stack; one that may be split, is split")
def too_big():
    lan_on()
    got = answered(u(bytes(1453), ttl=64), 3, 4)
    equal(struct.unpack("!H", got[26:28])[0], 1480, "MTU that is told")
    W.quiet()
    seen = received()
    W.from_client(u(bytes(1400), ttl=64, flags=0))
    first, second = W.far.take(), W.far.take()
    equal((first[6], second[6], received() - seen), (44, 44, 1), "next headers, and packets of the stack")
    ip("-n", "phone", "link", "set", "clat0", "mtu", "1400")
    try:
        equal(struct.unpack("!H", answered(u(bytes(1380), ttl=64), 3, 4)[26:28])[0], 1400, "MTU of the device")
    finally:
        ip("-n", "phone", "link", "set", "clat0", "mtu", "1480")


@case("LAN shortcut: fragments, options and ICMP errors go through the stack")
def odd():
    lan_on()
    far6 = W.embed(SERVER4)
    W.quiet()
    seen = received()
    W.from_client(ip4(CLIENT4, SERVER4, UDP, bytes(64), ttl=64, flags=1, offset=20))
    equal((W.far.take() or bytes(41))[6], 44, "next header of a fragment")
    equal(received() - seen, 1, "packets of the stack")
    stack46(u(ttl=64, options=b"\1\1\1\1"), u6(hops=63))
    quoted = ip4(SERVER4, CLIENT4, UDP, udp(SERVER4, CLIENT4, b"asked"))
    seen = received()
    W.from_client(ip4(CLIENT4, SERVER4, ICMP, icmp4(3, 3, bytes(4), quoted), ttl=64))
    equal((W.far.take() or bytes(41))[40], 1, "type of a translated error")
    equal(received() - seen, 1, "packets of the stack")
    asked = ip6(CLIENT6, far6, UDP, udp(CLIENT6, far6, b"asked"))
    W.quiet()
    seen = received()
    W.from_far(ip6(far6, CLIENT6, 58, icmp6(far6, CLIENT6, 1, 4, bytes(4), asked)))
    equal((W.client.take() or bytes(21))[20], 3, "type of a translated error to the client")
    equal(received() - seen, 1, "packets of the stack")
    W.quiet()
    seen = received()
    W.from_far(ip6(far6, CLIENT6, 44, struct.pack("!BBHI", UDP, 0, 160 | 1, 7) + bytes(64)))
    true(W.client.take() is not None, "a fragment comes")
    equal(received() - seen, 1, "packets of the stack")


@case("LAN shortcut: an address that is shared has none")
def shared():
    lan_on(pairs=(f"{CLIENT4}/32={CLIENT6}/128",))
    shortcut46(u(ttl=64), u6(hops=63))
    W.clat.set(W.index, attr(DEV["shared"], u8(1)))
    try:
        stack46(u(ttl=64), u6(hops=63))
    finally:
        W.clat.set(W.index, attr(DEV["shared"], u8(0)))


PRIORITIES = """table ip6 priorities {
    chain out { type filter hook postrouting priority 0; oifname "wwan0" meta priority 0:6 drop; };
}"""


@case("LAN shortcut: the priority is that of a forwarded packet")
def priority():
    lan_on()
    marked = (u(ttl=64, tos=0x10), u6(hops=63, tc=0x10))
    in_phone("nft", "-f", "-", input=PRIORITIES.encode())
    try:
        seen = received()
        W.quiet()
        W.from_client(marked[0])
        true(W.far.take(0.2) is None, "TOS 0x10 has priority 6")
        equal(received() - seen, 0, "packets that the IPv4 stack received")
        sysctl("phone", "ipv4/ip_forward_update_priority", 0)
        shortcut46(*marked)
    finally:
        sysctl("phone", "ipv4/ip_forward_update_priority", 1)
        in_phone("nft", "flush", "ruleset")


@case("LAN shortcut: other destinations are the stack's: the phone, another route, never translated, broadcast")
def destinations():
    lan_on()
    for dst in ("192.168.43.1", "10.1.2.3", "192.168.43.255", "192.168.43.0"):
        equal(stack_only(u(dst=dst, ttl=64)), {}, f"counters, for {dst}")
    equal(stack_only(u(dst="192.0.0.5", ttl=64)), {"dest46": 1}, "counters of what is never translated")
    equal(stack_only(u(dst="192.168.43.255", ttl=64), "ff:ff:ff:ff:ff:ff"), {}, "counters, by link broadcast")


@case("LAN shortcut: a source that is in no pair, or does not route back to its LAN, is the stack's")
def sources():
    lan_on(pairs=MAP[:1])
    equal(stack_only(u(ttl=64)), {"source46": 1}, "counters without a pair")
    lan_on()
    sysctl("phone", "ipv4/conf/all/rp_filter", 1)
    try:
        with phone("route", "ADD", "192.168.43.77/32", "dev", "wwan0"):
            equal(stack_only(u(src="192.168.43.77", ttl=64)), {}, "counters of a source that is elsewhere")
        equal(stack_only(u(src="192.168.43.1", ttl=64)), {}, "counters of the phone's own address")
        equal(stack_only(u(src="192.168.43.255", ttl=64)), {}, "counters of the broadcast address")
    finally:
        sysctl("phone", "ipv4/conf/all/rp_filter", 0)


@case("LAN shortcut: a change of routes counts from the next packet on")
def routes():
    lan_on()
    plain = (u(ttl=64), u6(hops=63))
    shortcut46(*plain)
    with phone("route", "ADD", "blackhole", SERVER4):
        stack_only(u(ttl=64))
    shortcut46(*plain)
    with phone("route", "ADD", SERVER4, "dev", "clat0", "mtu", "1400"):
        stack46(*plain)
    shortcut46(*plain)
    sysctl("phone", "ipv4/conf/wlan0/forwarding", 0)
    stack_only(u(ttl=64))
    sysctl("phone", "ipv4/conf/wlan0/forwarding", 1)
    shortcut46(*plain)


MARKS = """table netdev marks {
    chain wlan0 { type filter hook ingress device wlan0 priority 0; udp length 13 meta mark set 7; };
}"""


@case("LAN shortcut: rules by DSCP and mark are asked with the packet's own, rules by port mean the stack")
def rules():
    lan_on()
    plain = (u(ttl=64), u6(hops=63))
    with phone("route", "ADD", "blackhole", "default", "table", "77"):
        with phone("rule", "ADD", "tos", "0x10", "table", "77"):
            shortcut46(*plain)
            stack_only(u(ttl=64, tos=0x10))
            shortcut46(*plain)
        with phone("rule", "ADD", "fwmark", "7", "table", "77"):
            in_phone("nft", "-f", "-", input=MARKS.encode())
            shortcut46(*plain)
            stack_only(u(b"12345", ttl=64))
            shortcut46(*plain)
            in_phone("nft", "flush", "ruleset")
        with phone("rule", "ADD", "iif", "wlan0", "table", "77"):
            stack_only(u(ttl=64))
        with phone("rule", "ADD", "ipproto", "tcp", "dport", "80", "table", "77"):
            stack46(*plain)
            stack_only(ip4(CLIENT4, SERVER4, TCP, tcp(CLIENT4, SERVER4), ttl=64))
    shortcut46(*plain)


@case("LAN shortcut: no neighbour entry yet: the stack asks for one")
def neighbour():
    lan_on()
    ip("-n", "phone", "neigh", "del", CLIENT4, "dev", "wlan0")
    far6 = W.embed(SERVER4)
    arrive = (ip6(far6, CLIENT6, UDP, udp(far6, CLIENT6, b"who?")),
              ip4(SERVER4, CLIENT4, UDP, udp(SERVER4, CLIENT4, b"who?"), ttl=63, flags=0))
    arrives64(*arrive, 1)
    arrives64(*arrive, 0)
    ip("-n", "phone", "neigh", "replace", CLIENT4, "lladdr", CLIENT_MAC, "dev", "wlan0", "nud", "failed")
    arrives64(*arrive, 1)
    arrives64(*arrive, 0)


@case("LAN shortcut: a client behind another router, and a LAN with a smaller MTU, are the stack's")
def lan_side():
    lan_on()
    far6 = W.embed(SERVER4)
    ip("-n", "client", "address", "add", "192.168.43.99/32", "dev", "lo")
    near6 = CLIENT6[:-1] + "63"
    try:
        with phone("route", "ADD", "192.168.43.99/32", "via", CLIENT4), \
                phone("neigh", "ADD", "192.168.43.99", "lladdr", CLIENT_MAC, "dev", "wlan0"):
            arrives64(ip6(far6, near6, UDP, udp(far6, near6, b"x")),
                      ip4(SERVER4, "192.168.43.99", UDP, udp(SERVER4, "192.168.43.99", b"x"), ttl=63, flags=0), 1)
    finally:
        ip("-n", "client", "address", "del", "192.168.43.99/32", "dev", "lo")
    ip("-n", "phone", "link", "set", "wlan0", "mtu", "1400")
    try:
        W.quiet()
        seen = received()
        W.from_far(ip6(far6, CLIENT6, UDP, udp(far6, CLIENT6, bytes(1430))))
        got = W.far.take()
        equal((got[6], got[40]), (58, 2), "next header and type of what the far side is told")
        true(received() > seen, "the stack received it")
    finally:
        ip("-n", "phone", "link", "set", "wlan0", "mtu", "1500")


@contextlib.contextmanager
def xfrm_default(direction):
    """What has no policy is refused, after policies have been looked at."""
    ip("-n", "phone", "xfrm", "policy", "setdefault", direction, "block")
    try:
        yield
    finally:
        ip("-n", "phone", "xfrm", "policy", "setdefault", direction, "accept")


@case("LAN shortcut: where IPsec has a say in forwarded packets, the stack asks it")
def ipsec():
    lan_on()
    none = ("src", "203.0.113.0/24", "dst", "203.0.113.0/24", "dir")
    for direction in ("fwd", "out"):
        shortcut46(u(ttl=64), u6(hops=63))
        with phone("xfrm", "policy", "ADD", *none, direction, undo="delete"):
            stack46(u(ttl=64), u6(hops=63))
        shortcut46(u(ttl=64), u6(hops=63))
        with xfrm_default(direction):
            stack_only(u(ttl=64))
    shortcut46(u(ttl=64), u6(hops=63))


@case("IPsec: what has no policy does not leave translated where the default is to refuse it")
def ipsec_default():
    W.configure()
    with xfrm_default("out"):
        before = W.quiet()
        W.dev.send(u(src=NEAR4))
        true(W.far.take(0.01) is None, "nothing leaves")
        equal(W.moved(before).get("packets46"), 1, "packets46")
    W.dev.send(u(src=NEAR4))
    true(W.far.take() is not None, "it leaves again")


# --- the interface ---------------------------------------------------------------------------------------------------------

def lans():
    return W.clat.get(W.index)["lan"]


def spare(name):
    ip("-n", "phone", "link", "add", name, "type", "dummy")
    ip("-n", "phone", "link", "set", name, "up")
    enter("phone")
    return socket.if_nametoindex(name)


@case("LAN shortcut: a LAN that is enslaved, moved or deleted is forgotten, one that is renamed is not")
def lost():
    lan_on()
    wlan0 = lans()[0]
    ip("-n", "phone", "link", "add", "br0", "type", "bridge")
    for name, words in (("lan1", ("link", "set", "lan1", "master", "br0")), ("lan2", ("link", "set", "lan2", "netns", "far")),
                        ("lan3", ("link", "del", "lan3"))):
        index = spare(name)
        W.configure(lan=(wlan0, index))
        equal(lans(), [wlan0, index], "LANs")
        ip("-n", "phone", *words)
        equal(lans(), [wlan0], f"LANs after: {' '.join(words)}")
        shortcut46(u(ttl=64), u6(hops=63))
    ip("-n", "phone", "link", "del", "lan1")
    ip("-n", "phone", "link", "del", "br0")
    index = spare("lan4")
    W.configure(lan=(index, wlan0))
    ip("-n", "phone", "link", "set", "lan4", "down")
    ip("-n", "phone", "link", "set", "lan4", "name", "lan5")
    equal(lans(), [index, wlan0], "LANs after a rename")
    ip("-n", "phone", "link", "del", "lan5")
    equal(lans(), [wlan0], "LANs when the first is gone")
    shortcut46(u(ttl=64), u6(hops=63))


@case("LAN shortcut: without the uplink the stack answers, with it the shortcut is back")
def uplink():
    lan_on()
    wlan0 = lans()[0]
    W.clat.set(W.index, attr(3, u32(0)))
    equal(lans(), [wlan0], "LANs")
    answered(u(ttl=64), 3, 1)
    lan_on()
    shortcut46(u(ttl=64), u6(hops=63))


@case("LAN shortcut: the device goes down and up")
def down():
    lan_on()
    ip("-n", "phone", "link", "set", "clat0", "down")
    # The packet socket on it is told once.
    with contextlib.suppress(OSError):
        W.dev.take(0.01)
    stack_only(u(ttl=64))
    ip("-n", "phone", "link", "set", "clat0", "up")
    ip("-n", "phone", "route", "add", "default", "dev", "clat0", "src", NEAR4)
    wait(lambda: W.clat.get(W.index)["state"] == "active", "state active")
    shortcut46(u(ttl=64), u6(hops=63))


if __name__ == "__main__":
    run()
