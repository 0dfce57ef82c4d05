# SPDX-License-Identifier: GPL-2.0
"""
Routed mode. All that the uplink receives goes through an ifb, as with ingress shaping, and comes back behind the ingress
hook: what is ours is then routed to clat0.
"""
import socket
import subprocess

from expect import W, comes64, u64
from pkt import FRAGMENT, ICMP, ICMP6, UDP, eth, frag6, icmp4, icmp6, ip4, ip6, payloads, udp
from tap import case, equal, run
from world import CLIENT4, CLIENT6, CLIENT_MAC, NEAR4, NEAR6, PHONE_MAC, SERVER4, WLAN_MAC, enter, ip, ip_json, sysctl, wait

PAIRS = "2001:db8:1:2:c1a7::/120"


def route_all():
    """Around the hook, and to the device: the CLAT address is no address of the phone any more."""
    sysctl("phone", "ipv6/conf/all/forwarding", 1)
    ip("-n", "phone", "link", "add", "ifb0", "type", "ifb")
    ip("-n", "phone", "link", "set", "ifb0", "up")
    for words in (("qdisc", "add", "dev", "wwan0", "ingress"),
                  ("filter", "add", "dev", "wwan0", "parent", "ffff:", "matchall", "action", "mirred", "egress", "redirect",
                   "dev", "ifb0")):
        subprocess.run(("tc", "-n", "phone") + words, check=True)
    ip("-n", "phone", "address", "del", NEAR6 + "/128", "dev", "wwan0")
    for dst in (NEAR6, PAIRS):
        # A packet of the uplink's MTU fits: it gets shorter.
        ip("-n", "phone", "-6", "route", "add", dst, "dev", "clat0", "mtu", "lock", "1500")
    sysctl("phone", "ipv6/conf/wwan0/proxy_ndp", 1)
    ip("-n", "phone", "-6", "neighbour", "add", "proxy", NEAR6, "dev", "wwan0")


@case("routed: every protocol to the phone, the hop limit counted once")
def to_phone():
    W.configure()
    far6 = W.embed(SERVER4)
    for proto, payload, next_header, payload6 in payloads(SERVER4, NEAR4, far6, NEAR6, b"routed"):
        comes64(ip6(far6, NEAR6, next_header, payload6, hops=33), ip4(SERVER4, NEAR4, proto, payload, ttl=32, flags=0))


@case("routed: to a client, the hop limit counted by both passes over the stack")
def to_client():
    W.configure()
    far6 = W.embed(SERVER4)
    for proto, payload, next_header, payload6 in payloads(SERVER4, CLIENT4, far6, CLIENT6, b"routed"):
        comes64(ip6(far6, CLIENT6, next_header, payload6, hops=33), ip4(SERVER4, CLIENT4, proto, payload, ttl=31, flags=0),
                W.client)


@case("routed: the phone answers for the CLAT address, which is none of its own")
def neighbour():
    enter("far")
    ip("-n", "far", "-6", "route", "add", NEAR6, "dev", "cell0")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"who is it?", (NEAR6, 9))
    entry = wait(lambda: [n for n in ip_json("-n", "far", "-6", "neighbour", "show", NEAR6) if "lladdr" in n], "an answer")
    equal(entry[0]["lladdr"], PHONE_MAC, "who answers")


@case("routed: a packet as large as the uplink takes, a fragment, an ICMP error")
def others():
    W.configure()
    far6 = W.embed(SERVER4)
    data = bytes(range(256)) * 5 + bytes(1500 - 48 - 1280)
    comes64(u64(data), ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, data), ttl=63))
    comes64(ip6(far6, NEAR6, FRAGMENT, frag6(UDP, 0x42, 160, 1) + data[:80]),
            ip4(SERVER4, NEAR4, UDP, data[:80], flags=1, offset=20, ident=0x42, ttl=63), blank=False)
    quote6 = ip6(NEAR6, far6, UDP, udp(NEAR6, far6, b"asked"))
    quote = ip4(NEAR4, SERVER4, UDP, udp(NEAR4, SERVER4, b"asked"), ident=0, flags=0)
    # A router without an IPv4 address: RFC 7600
    router = "2001:db8:1::1"
    comes64(ip6(router, NEAR6, ICMP6, icmp6(router, NEAR6, 1, 0, bytes(4), quote6)),
            ip4("192.0.0.8", NEAR4, ICMP, icmp4(3, 1, bytes(4), quote), flags=0, ttl=63))


@case("routed, dropped: what did not come in by the uplink, and what is not from the PLAT")
def foreign():
    W.configure()
    far6 = W.embed(SERVER4)
    spoofed = ip6(far6, NEAR6, UDP, udp(far6, NEAR6, b"spoofed"))
    before = W.quiet()
    W.client.send(eth(WLAN_MAC, CLIENT_MAC, 0x86DD, spoofed))
    W.dev.send(spoofed, 0x86DD)
    W.from_far(u64(src="2001:db8:77::1"))
    wait(lambda: W.moved(before).get("not-ours64") == 3, "three packets are dropped")
    W.from_far(u64(b"mark"))
    equal((W.dev.take() or b"")[28:], b"mark", "the first that comes out of clat0")
    equal(W.moved(before)["packets64"], 1, "packets64")


if __name__ == "__main__":
    enter("phone")
    route_all()
    run()
