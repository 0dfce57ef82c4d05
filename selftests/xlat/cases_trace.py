# SPDX-License-Identifier: GPL-2.0
"""
Traceroute and path MTU discovery through routers of real stacks.

    client ──── phone ──── far ──── mid ──── server
                clat0               |        its address under the PLAT prefix, as behind a NAT64 that changes nothing else
                                    a router that has an IPv4 address under the PLAT prefix; far has none
"""
import hashlib
import os
import socket
import struct
import subprocess
import threading

from expect import W
from pkt import ICMP, TCP, UDP, icmp4, icmp6, ip4, ip6, l4_ok, udp
from tap import case, equal, run, true
from world import (CLIENT4, CLIENT6, MAP, NEAR4, NEAR6, PATIENCE, PLAT, SERVER4, Tap, blank_id, enter, forget_mtu, ip, sysctl,
                   wait)

MIDDLE4, DUMMY4, PHONE4 = "203.0.113.7", "192.0.0.8", "192.168.43.1"
BULK = 1 << 20


def build():
    W.configure()
    far6, middle6 = W.embed(SERVER4), W.embed(MIDDLE4)
    for name in ("mid", "server"):
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
    lines = {
        "far": f"""
            link add core0 type veth peer name far0 netns mid
            address add fe80::a/64 dev core0 nodad
            link set core0 up
            route add {PLAT} via fe80::b dev core0""",
        "mid": f"""
            address add fe80::b/64 dev far0 nodad
            address add {middle6}/128 dev far0 nodad
            link set far0 up
            link add srv0 type veth peer name eth0 netns server
            address add fe80::c/64 dev srv0 nodad
            link set srv0 up
            route add default via fe80::a dev far0
            route add {far6}/128 via fe80::d dev srv0""",
        "server": f"""
            address add {far6}/128 dev lo nodad
            address add fe80::d/64 dev eth0 nodad
            link set eth0 up
            route add default via fe80::c dev eth0""",
    }
    for name, batch in lines.items():
        subprocess.run(("ip", "-n", name, "-6", "-batch", "-"), input=batch.encode(), check=True)
    for name, link in (("far", "core0"), ("mid", "far0"), ("mid", "srv0"), ("server", "eth0")):
        subprocess.run(("ip", "netns", "exec", name, "ethtool", "-K", link, "tx", "off"), check=True, stdout=subprocess.DEVNULL)
    for name in ("far", "mid"):
        sysctl(name, "ipv6/conf/all/forwarding", 1)
    for name in ("far", "mid", "server", "phone"):
        sysctl(name, "ipv6/icmp/ratelimit", 0)
    sysctl("client", "ipv4/icmp_ratelimit", 0)


# --- traceroute --------------------------------------------------------------------------------------------------------

def probe(tap, send, packet):
    before = W.quiet()
    send(packet)
    got = tap.take()
    true(got is not None, f"no answer; counters {W.moved(before)}")
    return got


@case("traceroute by UDP from a client: the phone, a router without an IPv4 address, one with, and the server")
def trace_udp():
    payload = udp(CLIENT4, SERVER4, b"traceroute", dport=33434)
    # The answers come by as many routers as the probes went; the first is the phone's own.
    for ttl, router, kind, left in ((2, DUMMY4, (11, 0), 63), (3, MIDDLE4, (11, 0), 62), (4, SERVER4, (3, 3), 61)):
        got = probe(W.client, W.from_client, ip4(CLIENT4, SERVER4, UDP, payload, ttl=ttl))
        quoted = ip4(CLIENT4, SERVER4, UDP, payload, ttl=1, ident=0, flags=0)
        want = ip4(router, CLIENT4, ICMP, icmp4(*kind, bytes(4), quoted), ttl=left, flags=0)
        equal(blank_id(got), blank_id(want), f"answer to TTL {ttl}")
    got = probe(W.client, W.from_client, ip4(CLIENT4, SERVER4, UDP, payload, ttl=1))
    equal((socket.inet_ntoa(got[12:16]), got[20:22]), (PHONE4, b"\x0b\0"), "answer to TTL 1")


@case("traceroute by ping from a client")
def trace_ping():
    payload = icmp4(8, data=b"traceroute")
    for ttl, router, left in ((2, DUMMY4, 63), (3, MIDDLE4, 62)):
        got = probe(W.client, W.from_client, ip4(CLIENT4, SERVER4, ICMP, payload, ttl=ttl))
        quoted = ip4(CLIENT4, SERVER4, ICMP, payload, ttl=1, ident=0, flags=0)
        want = ip4(router, CLIENT4, ICMP, icmp4(11, 0, bytes(4), quoted), ttl=left, flags=0)
        equal(blank_id(got), blank_id(want), f"answer to TTL {ttl}")
    got = probe(W.client, W.from_client, ip4(CLIENT4, SERVER4, ICMP, payload, ttl=4))
    equal(blank_id(got), blank_id(ip4(SERVER4, CLIENT4, ICMP, icmp4(0, data=b"traceroute"), ttl=61, flags=0)), "answer to TTL 4")


@case("traceroute from the phone itself: one hop fewer")
def trace_phone():
    payload = udp(NEAR4, SERVER4, b"traceroute", dport=33434)
    for ttl, router, kind, left in ((1, DUMMY4, (11, 0), 64), (2, MIDDLE4, (11, 0), 63), (3, SERVER4, (3, 3), 62)):
        got = probe(W.dev, W.from_phone, ip4(NEAR4, SERVER4, UDP, payload, ttl=ttl))
        quoted = ip4(NEAR4, SERVER4, UDP, payload, ttl=1, ident=0, flags=0)
        want = ip4(router, NEAR4, ICMP, icmp4(*kind, bytes(4), quoted), ttl=left, flags=0)
        equal(blank_id(got), blank_id(want), f"answer to TTL {ttl}")


@case("traceroute from the Internet to a client: the phone and the client answer")
def trace_back():
    far6 = W.embed(SERVER4)
    enter("server")
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as icmp, \
            socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        icmp.settimeout(PATIENCE)
        payload = udp(far6, CLIENT6, b"traceroute", dport=33434)
        # What is quoted is the packet as it came to who answers.
        for hops, router, kind, left in ((3, NEAR6, (3, 0), 1), (4, CLIENT6, (1, 4), 1)):
            raw.sendto(ip6(far6, CLIENT6, UDP, payload, hops=hops), (CLIENT6, 0))
            while True:
                got, (sender, *_) = icmp.recvfrom(2000)
                if got[0] < 128:
                    break
            want = icmp6(router, far6, *kind, bytes(4), ip6(far6, CLIENT6, UDP, payload, hops=left))
            equal((sender, got), (router, want), f"answer to hop limit {hops}")


# --- path MTU discovery ------------------------------------------------------------------------------------------------

def transfer(near, near4, upload):
    """BULK octets through a TCP connection from near to the server, or back. Without path MTU discovery it would hang."""
    data = os.urandom(BULK)
    received = []
    enter("server")
    listener = socket.create_server((W.embed(SERVER4), 80), family=socket.AF_INET6)
    listener.settimeout(PATIENCE)

    def read(sock):
        while chunk := sock.recv(1 << 16):
            received.append(chunk)

    def serve():
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(PATIENCE)
            if upload:
                read(peer)
            else:
                peer.sendall(data)

    thread = threading.Thread(target=serve)
    thread.start()
    enter(near)
    with socket.create_connection((SERVER4, 80), PATIENCE, (near4, 0)) as sock:
        if upload:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            sock.recv(1)
        else:
            read(sock)
    thread.join()
    listener.close()
    equal(hashlib.sha256(b"".join(received)).hexdigest(), hashlib.sha256(data).hexdigest(), "SHA-256 of what arrived")


def route_mtu(name, family, dst, src):
    words = ("ip", "-n", name, family, "route", "get", dst, "from", src)
    return subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout.decode()


def forget_all():
    forget_mtu()
    for name in ("far", "mid", "server"):
        ip("-n", name, "-6", "route", "flush", "cache")


def narrow(links, mtu, test):
    for name, link in links:
        ip("-n", name, "link", "set", link, "mtu", str(mtu))
    try:
        test()
    finally:
        for name, link in links:
            ip("-n", name, "link", "set", link, "mtu", "1500")
        forget_all()


@case("a narrow link of IPv6 beyond the uplink: uploads of the phone and of a client find its MTU, in both families")
def narrow_core():
    def test():
        for near, near4, near6 in (("phone", NEAR4, NEAR6), ("client", CLIENT4, CLIENT6)):
            transfer(near, near4, upload=True)
            true("mtu 1300" in route_mtu("phone", "-6", W.embed(SERVER4), near6), "the phone's IPv6 route has the MTU")
            true("mtu 1280" in route_mtu(near, "-4", SERVER4, near4), f"the IPv4 route of {near} has the MTU")
    narrow((("far", "core0"), ("mid", "far0")), 1300, test)


@case("a narrow link of IPv4 behind the phone: a download by a client finds its MTU")
def narrow_lan():
    def test():
        transfer("client", CLIENT4, upload=False)
        true("mtu 1420" in route_mtu("server", "-6", CLIENT6, W.embed(SERVER4)), "the server's IPv6 route has the MTU")
    narrow((("phone", "wlan0"),), 1400, test)


NAT44 = """table ip nat44 {
    chain post { type nat hook postrouting priority srcnat; oifname clat0 masquerade; };
    chain forward { type filter hook forward priority 0; ct state invalid drop; };
}"""


def behind_nat44(test):
    """A client that shares the phone's only address, and a firewall that lets related errors alone through."""
    W.configure(pairs=MAP[:1])
    nft = ("ip", "netns", "exec", "phone", "nft")
    subprocess.run(nft + ("-f", "-"), input=NAT44.encode(), check=True)
    try:
        test()
    finally:
        subprocess.run(nft + ("delete", "table", "ip", "nat44"), check=True)
        W.configure()
        forget_all()


def trace_nat44():
    payload = udp(CLIENT4, SERVER4, b"traceroute", sport=1234, dport=33434)
    for ttl, router, kind in ((2, DUMMY4, (11, 0)), (3, MIDDLE4, (11, 0)), (4, SERVER4, (3, 3))):
        packet = ip4(CLIENT4, SERVER4, UDP, payload, ttl=ttl)
        got = probe(W.client, W.from_client, packet)
        true(l4_ok(got), "checksums")
        equal((socket.inet_ntoa(got[12:16]), got[20], got[21]), (router, *kind), f"answer to TTL {ttl}")
        # Addresses and ports of what is quoted: NAT44 undone.
        equal(got[40:52], packet[12:24], f"what the answer to TTL {ttl} quotes")


case("behind NAT44: traceroute from a client", trace_nat44)(behind_nat44)
case("behind NAT44: a client finds the MTU of a narrow link beyond the uplink", lambda: narrow(
    (("far", "core0"), ("mid", "far0")), 1300, lambda: transfer("client", CLIENT4, upload=True)))(behind_nat44)


def datagrams_nat44():
    """60 KB both ways, by way of what connection tracking puts together and takes apart again."""
    data, far6 = os.urandom(60000), W.embed(SERVER4)
    enter("server")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as server:
        server.bind((far6, 2222))
        server.settimeout(PATIENCE)
        enter("client")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.IPPROTO_IP, 10, 0)
            sock.settimeout(PATIENCE)
            sock.sendto(data, (SERVER4, 2222))
            got, sender = server.recvfrom(1 << 17)
            equal((hashlib.sha256(got).hexdigest(), sender[0]), (hashlib.sha256(data).hexdigest(), NEAR6), "datagram at the server")
            server.sendto(data[::-1], sender)
            got, sender = sock.recvfrom(1 << 17)
            equal((hashlib.sha256(got[::-1]).hexdigest(), sender), (hashlib.sha256(data).hexdigest(), (SERVER4, 2222)), "the answer")


case("behind NAT44: UDP of 60 KB without DF from a client, and back", datagrams_nat44)(behind_nat44)


@case("an uplink of 1280 octets: both directions")
def narrow_uplink():
    def test():
        wait(lambda: b"mtu 1260" in subprocess.run(("ip", "-n", "phone", "link", "show", "clat0"), check=True,
                                                  stdout=subprocess.PIPE).stdout, "MTU of clat0")
        for near, near4 in (("phone", NEAR4), ("client", CLIENT4)):
            transfer(near, near4, upload=True)
            transfer(near, near4, upload=False)
    narrow((("phone", "wwan0"), ("far", "cell0")), 1280, test)


@case("TCP without DF: superframes of too large segments are segmented, then fragmented")
def no_discovery():
    sysctl("phone", "ipv4/ip_no_pmtu_disc", 1)
    watcher = Tap("far", "cell0", 0x86DD, lambda packet: packet[6] in (TCP, 44))
    try:
        transfer("phone", NEAR4, upload=True)
    finally:
        sysctl("phone", "ipv4/ip_no_pmtu_disc", 0)
        forget_all()
    fragments = 0
    while (packet := watcher.take(0.01)) is not None:
        true(len(packet) <= 1280, f"a packet of {len(packet)} octets")
        fragments += packet[6] == 44 and struct.unpack("!H", packet[42:44])[0] > 1
    # The socket's buffer may not have held all of them.
    true(fragments > 100, f"{fragments} fragments other than first ones seen")


if __name__ == "__main__":
    build()
    run()
