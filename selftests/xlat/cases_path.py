# SPDX-License-Identifier: GPL-2.0
"""What the path does to translated traffic: sizes and who is told of them, missing routes, superframes, links of other kinds."""
import fcntl
import hashlib
import os
import socket
import struct
import subprocess
import threading

import clatnl
from expect import W, comes64, drops46, passes46
from pkt import ICMP, ICMP6, UDP, embed, eth, icmp4, icmp6, ip4, ip6, l4_ok, udp
from tap import case, equal, run, true
from world import (CLIENT4, CLIENT6, CLIENT_MAC, MAP, NEAR4, NEAR6, PATIENCE, PLAT, SERVER4, WLAN_MAC, Tap, enter, forget_mtu,
                   ip, ip_json, offload, sysctl, wait)

OTHER4 = "198.51.100.20"
BULK = 24 << 20


def u(length, src=NEAR4, dst=SERVER4, **more):
    """An IPv4 UDP packet of that length."""
    return ip4(src, dst, UDP, udp(src, dst, bytes(length - 28)), **more)


def raw_icmp():
    """What the phone's programs are told by ICMP."""
    enter("phone")
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    sock.settimeout(PATIENCE)
    return sock


def told(packet, kind, code, mtu, quoted, dst):
    """The packet is that ICMP error, about that packet."""
    true(packet is not None, "no ICMP error came")
    true(l4_ok(packet), "checksums of the ICMP error")
    head = packet[(packet[0] & 15) * 4:]
    equal((socket.inet_ntoa(packet[16:20]), head[0], head[1]), (dst, kind, code), "destination, type and code")
    if mtu:
        equal(struct.unpack("!H", head[6:8])[0], mtu, "MTU that is told")
    # The stack undoes NAT44 in the addresses and ports of what it quotes, and leaves the quoted checksums alone.
    equal(head[8:18], quoted[:10], "quoted packet, before the header checksum")
    equal(head[20:32], quoted[12:24], "quoted packet, addresses and ports")


def errors(counter, kind, code, mtu=0, length=100, dst=SERVER4):
    """From the phone and from a client behind it: dropped, counted, and the sender is told."""
    before = W.quiet()
    with raw_icmp() as icmp:
        packet = u(length, dst=dst)
        W.from_phone(packet)
        told(icmp.recv(2000), kind, code, mtu, packet, NEAR4)
    W.from_client(u(length, src=CLIENT4, dst=dst, ttl=65))
    told(W.client.take(), kind, code, mtu, u(length, src=CLIENT4, dst=dst), CLIENT4)
    moved = W.moved(before)
    equal(moved, {counter: 2}, "counters")
    true(W.far.take(0.01) is None, "nothing leaves")


def learn_mtu(mtu, far6):
    """The operator's router says that a packet to far6 was too big."""
    router = "2001:db8:1::1"
    for near6 in (NEAR6, CLIENT6):
        quoted = ip6(near6, far6, ICMP6, icmp6(near6, far6, 128, data=bytes(40)))
        W.from_far(ip6(router, NEAR6, ICMP6, icmp6(router, NEAR6, 2, rest=struct.pack("!I", mtu), data=quoted)))


# --- sizes and routes --------------------------------------------------------------------------------------------------

@case("the uplink's path MTU, once learnt, is honoured and told as 3/4, for that destination only")
def pmtu():
    W.configure()
    far6 = W.embed(SERVER4)
    learn_mtu(1400, far6)
    wait(lambda: "mtu 1400" in subprocess.run(("ip", "-n", "phone", "-6", "route", "get", far6, "from", NEAR6), check=True,
                                              stdout=subprocess.PIPE).stdout.decode(), "exception in the phone's routes")
    before = W.quiet()
    with raw_icmp() as icmp:
        W.from_phone(u(1381))
        told(icmp.recv(2000), 3, 4, 1380, u(1381), NEAR4)
    equal(W.moved(before), {"too-big46": 1}, "counters")
    for length, dst in ((1380, SERVER4), (1480, OTHER4)):
        before = W.quiet()
        W.from_phone(u(length, dst=dst))
        equal(W.far.take(), ip6(NEAR6, W.embed(dst), UDP, udp(NEAR6, W.embed(dst), bytes(length - 28))), "octets on the uplink")
        equal(W.moved(before), {"packets46": 1, "bytes46": length}, "counters")
    forget_mtu()


@case("packet too big from the operator's router: the IPv6 route and the program's IPv4 route learn it, 3/4 comes out of clat0")
def learnt():
    W.configure()
    router, far6 = "2001:db8:1::1", W.embed(SERVER4)
    quote6 = ip6(NEAR6, far6, UDP, udp(NEAR6, far6, bytes(1452)))
    quote4 = ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, bytes(1452)), ident=0)
    try:
        for mtu in (1452, 1380):
            comes64(ip6(router, NEAR6, ICMP6, icmp6(router, NEAR6, 2, 0, struct.pack("!I", mtu), quote6[:1232])),
                    ip4("192.0.0.8", NEAR4, ICMP, icmp4(3, 4, struct.pack("!I", mtu - 20), quote4[:548]), flags=0))
            for family, dst, src, want in (("-6", far6, NEAR6, mtu), ("-4", SERVER4, NEAR4, mtu - 20)):
                words = ("ip", "-n", "phone", family, "route", "get", dst, "from", src)
                wait(lambda words=words, want=want: f"mtu {want}" in subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout.decode(),
                     f"MTU {want} of the route to {dst}")
            # clat0 itself holds to it, whatever the IPv4 stack knows.
            drops46("too-big46", u(mtu - 19))
            passes46(u(mtu - 20), ip6(NEAR6, far6, UDP, udp(NEAR6, far6, bytes(mtu - 48))))
    finally:
        forget_mtu()


@case("a route to the PLAT with an MTU of its own: 3/4 to the phone and to a client")
def route_mtu():
    W.configure()
    ip("-n", "phone", "route", "add", PLAT, "via", "fe80::1", "dev", "wwan0", "mtu", "1300")
    errors("too-big46", 3, 4, 1280, 1281)
    ip("-n", "phone", "route", "del", PLAT)
    forget_mtu()
    for src, near6, send, ttl in ((NEAR4, NEAR6, W.from_phone, 64), (CLIENT4, CLIENT6, W.from_client, 65)):
        W.quiet()
        send(u(1480, src=src, ttl=ttl))
        far6 = W.embed(SERVER4)
        equal(W.far.take(), ip6(near6, far6, UDP, udp(near6, far6, bytes(1452))), "octets on the uplink")


NAT44 = "chain post { type nat hook postrouting priority srcnat; oifname clat0 masquerade; };"
FLOWTABLE = """flowtable fast { hook ingress priority 0; devices = { wlan0, clat0 }; };
    chain forward { type filter hook forward priority 0; meta l4proto udp flow add @fast; };"""


def in_phone(*words, **more):
    return subprocess.run(("ip", "netns", "exec", "phone") + words, check=True, **more)


def behind_nat44(rules, prepare):
    W.configure(pairs=MAP[:1])
    in_phone("nft", "-f", "-", input=f"table ip nat44 {{ {rules} }}".encode())
    try:
        prepare()
        ip("-n", "phone", "route", "add", PLAT, "via", "fe80::1", "dev", "wwan0", "mtu", "1300")
        before = W.quiet()
        W.from_client(u(1281, src=CLIENT4, ttl=65))
        told(W.client.take(), 3, 4, 1280, u(1281, src=CLIENT4), CLIENT4)
        equal(W.moved(before), {"too-big46": 1}, "counters")
        ip("-n", "phone", "route", "del", PLAT)
    finally:
        in_phone("nft", "delete", "table", "ip", "nat44")
        forget_mtu()


def offloaded():
    """A UDP flow both ways, until conntrack says that it is in the flowtable."""
    far6 = W.embed(SERVER4)

    def both_ways():
        W.quiet()
        W.from_client(u(100, src=CLIENT4, ttl=65))
        equal(W.far.take()[8:24], socket.inet_pton(socket.AF_INET6, NEAR6), "source after NAT44")
        W.from_far(ip6(far6, NEAR6, UDP, udp(far6, NEAR6, b"back", sport=2222, dport=1111)))
        equal((W.client.take() or bytes(28))[28:], b"back", "what came back to the client")
        return b"OFFLOAD" in in_phone("conntrack", "-L", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    wait(both_ways, "the flow is offloaded")


def counted():
    """What the flowtable forwards has lost one hop, and no more by the translation."""
    offloaded()
    W.quiet()
    W.from_client(u(100, src=CLIENT4, ttl=65))
    equal((W.far.take() or bytes(8))[7], 64, "hop limit")


case("3/4 finds a client behind NAT44", NAT44, lambda: None)(behind_nat44)
case("3/4 finds a client behind NAT44 whose flow is in a flowtable", NAT44 + FLOWTABLE, offloaded)(behind_nat44)
case("a flowtable counts the hop, and the translator does not", NAT44 + FLOWTABLE, counted)(behind_nat44)


@case("no IPv6 route: 3/1; a route by another link does not count")
def no_route():
    W.configure()
    ip("-n", "phone", "route", "del", "default", "via", "fe80::1", "dev", "wwan0")
    try:
        errors("route46", 3, 1)
        ip("-n", "phone", "-6", "route", "add", "default", "dev", "wlan0")
        errors("route46", 3, 1)
        ip("-n", "phone", "-6", "route", "del", "default", "dev", "wlan0")
    finally:
        ip("-n", "phone", "route", "add", "default", "via", "fe80::1", "dev", "wwan0")
    equal(*W.echo46(), "with the route back")


@case("no IPv6 route: what the kernel answers with is not answered itself")
def no_route_back():
    W.configure()
    far6 = W.embed(SERVER4)
    ip("-n", "phone", "route", "del", "default", "via", "fe80::1", "dev", "wwan0")
    try:
        before = W.quiet()
        with raw_icmp() as icmp:
            W.from_far(ip6(far6, NEAR6, ICMP6, icmp6(far6, NEAR6, 128)))
            equal(icmp.recv(2000)[20], 8, "type of what came")
            wait(lambda: W.moved(before).get("route46") == 1, "the reply is dropped")
            packet = u(100)
            W.from_phone(packet)
            told(icmp.recv(2000), 3, 1, 0, packet, NEAR4)
    finally:
        ip("-n", "phone", "route", "add", "default", "via", "fe80::1", "dev", "wwan0")


@case("no PLAT prefix: 3/1")
def no_plat():
    W.configure(plat=())
    errors("inactive46", 3, 1)


@case("a destination that is never translated: 3/13")
def never():
    W.configure()
    errors("dest46", 3, 13, dst="192.0.0.5")


@case("a source route that is not used up: 3/5")
def source_route():
    W.configure()
    before = W.quiet()
    packet = u(100, options=b"\x83\x07\x04\xc0\0\2\1")
    with raw_icmp() as icmp:
        W.from_phone(packet)
        told(icmp.recv(2000), 3, 5, 0, packet, NEAR4)
    equal(W.moved(before), {"source-route46": 1}, "counters")


@case("a client that is in no pair: 3/13")
def unmapped():
    W.configure(pairs=MAP[:1])
    before = W.quiet()
    W.from_client(u(100, src=CLIENT4, ttl=65))
    told(W.client.take(), 3, 13, 0, u(100, src=CLIENT4), CLIENT4)
    equal(W.moved(before), {"source46": 1}, "counters")


@case("an ICMP error that cannot be translated is never answered")
def no_answer():
    W.configure(pairs=MAP[:1])
    before = W.quiet()
    W.from_client(ip4(CLIENT4, SERVER4, ICMP, struct.pack("!BBHI", 3, 3, 0xFCFC - 0 & 0xFFFF, 0), ttl=65))
    W.from_client(u(100, src=CLIENT4, ttl=65))
    told(W.client.take(), 3, 13, 0, u(100, src=CLIENT4), CLIENT4)
    moved = W.moved(before)
    equal(sum(moved.values()), 2, f"drops {moved}")


@case("the uplink down: 3/1, state uplink-down; up again: active")
def uplink_down():
    W.configure()
    ip("-n", "phone", "link", "set", "wwan0", "down")
    try:
        equal(W.clat.get(W.index)["state"], "uplink-down", "state")
        errors("route46", 3, 1)
    finally:
        ip("-n", "phone", "link", "set", "wwan0", "up")
        for addr in ("fe80::2/64", "2001:db8:1::2/64", NEAR6 + "/128"):
            ip("-n", "phone", "address", "replace", addr, "dev", "wwan0", "nodad")
        ip("-n", "phone", "route", "add", "default", "via", "fe80::1", "dev", "wwan0")
    wait(lambda: W.clat.get(W.index)["state"] == "active", "state active")
    equal(*W.echo46(), "after it")


def mtu_of(link):
    return ip_json("-n", "phone", "link", "show", link)[0]["mtu"]


@case("the device's MTU is the uplink's IPv6 MTU less 20, and follows it")
def follow_mtu():
    W.configure()
    for mtu, want in ((1500, 1480), (1400, 1380), (1280, 1260), (1500, 1480)):
        ip("-n", "phone", "link", "set", "wwan0", "mtu", str(mtu))
        wait(lambda want=want: mtu_of("clat0") == want, f"MTU {want} for an uplink of {mtu}; it is {mtu_of('clat0')}")


# --- superframes -------------------------------------------------------------------------------------------------------

def bulk(upload, before_close=None):
    """Sends BULK octets through a TCP connection of the phone's to the far side; returns the counters that moved."""
    far6 = W.embed(SERVER4)
    data = os.urandom(1 << 16) * (BULK >> 16)
    enter("far")
    listener = socket.create_server((far6, 80), family=socket.AF_INET6)
    listener.settimeout(PATIENCE)
    received = []

    def far_side():
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(PATIENCE * 3)
            if upload:
                while chunk := peer.recv(1 << 18):
                    received.append(chunk)
            else:
                peer.sendall(data)

    thread = threading.Thread(target=far_side)
    enter("phone")
    before = W.counters()
    thread.start()
    with socket.create_connection((SERVER4, 80), timeout=PATIENCE * 3) as sock:
        if upload:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            sock.recv(1)
        else:
            while chunk := sock.recv(1 << 18):
                received.append(chunk)
    thread.join()
    listener.close()
    got = hashlib.sha256(b"".join(received)).hexdigest()
    equal(got, hashlib.sha256(data).hexdigest(), "SHA-256 of what arrived")
    return W.moved(before)


def with_server(test):
    """The far side has the server's translated address while the test runs."""
    W.configure()
    far6 = W.embed(SERVER4)
    # TCP sizes its superframes by its rate: on a machine that has no time for it they would be small from the beginning.
    for name in ("phone", "far"):
        sysctl(name, "ipv4/tcp_min_tso_segs", 32)
    ip("-n", "far", "address", "add", far6 + "/128", "dev", "lo", "nodad")
    try:
        test()
    finally:
        ip("-n", "far", "address", "del", far6 + "/128", "dev", "lo")
        offload("phone", "wwan0", False)
        offload("far", "cell0", False)


@case("TCP 4 to 6 crosses in superframes, and is cut into right segments by the uplink")
def superframes46():
    def test():
        offload("phone", "wwan0", True)
        moved = bulk(upload=True)
        true(moved["bytes46"] / moved["packets46"] > 20000, f"octets a packet: {moved}")
        offload("phone", "wwan0", False)
        W.far.empty()
        watcher = Tap("far", "cell0", 0x86DD, lambda packet: packet[6] == 6)
        moved = bulk(upload=True)
        true(moved["bytes46"] / moved["packets46"] > 20000, f"octets a packet, segmented before the uplink: {moved}")
        seen = 0
        while (packet := watcher.take(0.01)) is not None:
            true(len(packet) <= 1500 and l4_ok(packet), f"segment of {len(packet)} octets, checksum {l4_ok(packet)}")
            seen += 1
        # The socket's buffer may not have held all of them.
        true(seen > 1000, f"{seen} segments seen")
    with_server(test)


@case("TCP 6 to 4 crosses in superframes")
def superframes64():
    def test():
        offload("far", "cell0", True)
        moved = bulk(upload=False)
        true(moved["bytes64"] / moved["packets64"] > 20000, f"octets a packet: {moved}")
    with_server(test)


@case("TCP 6 to 4 from plain packets: superframes are GRO's, never wrong")
def plain64():
    def test():
        moved = bulk(upload=False)
        true(moved["bytes64"] > BULK, f"octets: {moved}")
    with_server(test)


def send_uso(name, family, src, dst, size, segments, dont_fragment=True):
    enter(name)
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        if family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, 10, 2 if dont_fragment else 0)
        sock.setsockopt(socket.IPPROTO_UDP, 103, size)
        sock.bind((src, 1111))
        sock.sendto(b"".join(bytes([i]) * size for i in range(segments)), (dst, 2222))


@case("UDP superframes 4 to 6 cross as one, and come out as the right datagrams")
def uso46():
    W.configure()
    far6 = W.embed(SERVER4)
    for size, flags in ((1200, True), (1200, False), (33, True)):
        before = W.quiet()
        send_uso("phone", socket.AF_INET, NEAR4, SERVER4, size, 20, flags)
        for i in range(20):
            equal(W.far.take(), ip6(NEAR6, far6, UDP, udp(NEAR6, far6, bytes([i]) * size)), f"datagram {i}")
        equal(W.moved(before), {"packets46": 1, "bytes46": 28 + 20 * size}, "counters")


@case("UDP superframes 6 to 4 cross as one; each datagram has an identification of its own")
def uso64():
    W.configure()
    far6 = W.embed(SERVER4)
    ip("-n", "far", "address", "add", far6 + "/128", "dev", "lo", "nodad")
    offload("far", "cell0", True)
    before = W.quiet()
    idents = set()
    try:
        for _ in range(3):
            send_uso("far", socket.AF_INET6, far6, CLIENT6, 500, 20)
            for i in range(20):
                packet = W.client.take()
                true(packet is not None and l4_ok(packet), f"datagram {i}: checksums")
                equal(packet[28:], bytes([i]) * 500, f"datagram {i}")
                equal(struct.unpack("!H", packet[6:8])[0], 0, "DF and offset")
                idents.add(packet[4:6])
    finally:
        ip("-n", "far", "address", "del", far6 + "/128", "dev", "lo")
        offload("far", "cell0", False)
    equal(len(idents), 60, "different identifications")
    moved = W.moved(before)
    equal((moved["packets64"], moved["bytes64"]), (3, 3 * (28 + 20 * 500)), "counters")


@case("no superframe of more than 65536 octets can be asked for")
def no_big_tcp():
    done = subprocess.run(("ip", "-n", "phone", "link", "set", "clat0", "gso_max_size", "100000"), check=False,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    true(done.returncode != 0, "clat0 takes a gso_max_size of 100000")
    equal(ip_json("-n", "phone", "-d", "link", "show", "clat0")[0]["tso_max_size"], 65536, "tso_max_size")


# --- other links -------------------------------------------------------------------------------------------------------

@case("a raw-IP uplink (tun): both ways, without a neighbour entry for each destination")
def raw_ip():
    W.configure()
    enter("phone")
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH22x", b"rmnet0", 0x1001))
    for words in (("link", "set", "rmnet0", "up"), ("-6", "address", "add", "2001:db8:5::5/128", "dev", "rmnet0", "nodad"),
                  ("-6", "route", "add", PLAT, "dev", "rmnet0")):
        ip("-n", "phone", *words)
    W.clat.set(W.index, clatnl.attr(3, clatnl.u32(socket.if_nametoindex("rmnet0"))), clatnl.local_map("192.0.0.1/32=2001:db8:5::5/128"))
    before = W.counters()
    try:
        for i in range(1, 101):
            dst = f"203.0.113.{i}"
            W.dev.send(u(60, dst=dst))
            want = ip6("2001:db8:5::5", W.embed(dst), UDP, udp("2001:db8:5::5", W.embed(dst), bytes(32)))
            packet = os.read(tun, 2000)
            while packet[6] != UDP:
                packet = os.read(tun, 2000)
            equal(packet, want, f"packet to {dst}")
        # What comes back is answered by the phone, as nobody listens.
        equal(W.moved(before)["packets46"], 100, "packets46")
        far6 = W.embed(SERVER4)
        W.dev.empty()
        os.write(tun, ip6(far6, "2001:db8:5::5", UDP, udp(far6, "2001:db8:5::5", b"back")))
        packet = W.dev.take()
        equal(packet[28:] if packet else None, b"back", "what came back")
        true(l4_ok(packet), "its checksums")
        equal(W.moved(before)["packets64"], 1, "packets64")
        entries = ip_json("-n", "phone", "-6", "neighbour", "show", "nud", "all", "dev", "rmnet0")
        equal(len([n for n in entries if n["dst"].startswith("2001:db8:64:")]), 0, "neighbour entries for 100 destinations")
    finally:
        os.close(tun)
    wait(lambda: W.clat.get(W.index)["detach"] == "gone", "the device is detached when the link has gone")


@case("the uplink's MTU goes to 1280 and back: no IPv6 address appears on the device, and it sends nothing by itself")
def no_address():
    W.configure()
    before = W.quiet()

    def mtu_is(uplink, device):
        for name, link in (("phone", "wwan0"), ("far", "cell0")):
            ip("-n", name, "link", "set", link, "mtu", str(uplink))
        wait(lambda: ip_json("-n", "phone", "link", "show", "clat0")[0]["mtu"] == device, f"MTU {device} of clat0")

    mtu_is(1280, 1260)
    mtu_is(1500, 1480)
    addresses = ip_json("-n", "phone", "-6", "address", "show", "dev", "clat0")
    equal([a["local"] for link in addresses for a in link.get("addr_info", [])], [], "IPv6 addresses of clat0")
    # IPv6 is there all the same: routes to the device work.
    ip("-n", "phone", "-6", "route", "replace", "2001:db8:ffff::/64", "dev", "clat0")
    ip("-n", "phone", "-6", "route", "del", "2001:db8:ffff::/64", "dev", "clat0")
    equal(*W.echo46(), "a packet")
    equal(W.moved(before).get("not-ours64"), None, "IPv6 packets that the stack sent into clat0")


@case("two devices on one uplink: each translates its own address, under its own prefix")
def two_devices():
    near4, near6, plat = "192.0.0.2", "2001:db8:1:2:c1a7::9", "2001:db8:65::/96"
    W.configure(pairs=MAP[:1])
    ip("-n", "phone", "link", "add", "clat1", "type", "clat")
    try:
        ip("-n", "phone", "link", "set", "clat1", "up")
        enter("phone")
        index = socket.if_nametoindex("clat1")
        W.clat.set(index, clatnl.attr(3, clatnl.u32(W.uplink)), clatnl.plat(plat), clatnl.local_map(f"{near4}/32={near6}/128"))
        second, far6 = Tap("phone", "clat1", 0x0800, lambda packet: True, cooked=True), embed(plat, SERVER4)
        before = W.quiet()
        second.send(ip4(near4, SERVER4, UDP, udp(near4, SERVER4, b"second")))
        equal(W.far.take(), ip6(near6, far6, UDP, udp(near6, far6, b"second")), "what leaves")
        W.from_far(ip6(far6, near6, UDP, udp(far6, near6, b"back")))
        equal((second.take() or b"")[28:], b"back", "what comes back")
        # The other's prefix is not its own.
        W.from_far(ip6(W.embed(SERVER4), near6, UDP, udp(W.embed(SERVER4), near6, b"foreign")))
        equal(*W.echo46(), "a packet of the first")
        equal(*W.echo64(), "and its answer")
        true(second.take(0.01) is None, "nothing else comes by the second")
        counters = W.clat.stats(index)
        equal((counters["packets46"], counters["packets64"]), (1, 1), "counters of the second")
        equal(W.moved(before)["packets64"], 1, "packets64 of the first")
    finally:
        ip("-n", "phone", "link", "del", "clat1")
        W.configure()


@case("what came by another link than the uplink is not ours")
def other_link():
    W.configure()
    far6 = W.embed(SERVER4)
    before = W.quiet()
    enter("client")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(("eth0", 0))
        sock.send(eth(WLAN_MAC, CLIENT_MAC, 0x86DD, ip6(far6, NEAR6, UDP, udp(far6, NEAR6, b"spoofed"))))
    equal(*W.echo64(), "the packet after it")
    equal(W.moved(before).get("packets64"), 1, "packets64")


if __name__ == "__main__":
    run()
