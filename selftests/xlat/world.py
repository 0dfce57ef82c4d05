# SPDX-License-Identifier: GPL-2.0
"""Three hosts that packets are put into and taken out of, frame by frame.

    client eth0 ──── wlan0 phone wwan0 ──── cell0 far
    192.168.43.2     192.168.43.1           the operator's router, PLAT and Internet in one
                     clat0
"""
import ctypes
import errno
import socket
import struct
import subprocess
import time

import clatnl
import pkt

PATIENCE = 20
FAR_MAC, PHONE_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
WLAN_MAC, CLIENT_MAC = "02:00:00:00:00:03", "02:00:00:00:00:04"
NEAR4, NEAR6 = "192.0.0.1", "2001:db8:1::c1a7"
CLIENT4, CLIENT6 = "192.168.43.2", "2001:db8:1:2:c1a7::2"
SERVER4 = "198.51.100.10"
WKP = "64:ff9b::/96"
PLAT = "2001:db8:64::/96"
MAP = ("192.0.0.1/32=2001:db8:1::c1a7/128", "192.168.43.0/24=2001:db8:1:2:c1a7::/120")
LAYOUT = {
    "far": f"""
        link add cell0 address {FAR_MAC} type veth peer name wwan0 address {PHONE_MAC} netns phone
        address add fe80::1/64 dev cell0 nodad
        address add 2001:db8:1::1/64 dev cell0 nodad
        link set cell0 up
        route add 2001:db8:1:2::/64 via fe80::2 dev cell0
        route add blackhole ::/0""",
    "client": f"""
        link add eth0 address {CLIENT_MAC} type veth peer name wlan0 address {WLAN_MAC} netns phone
        address add {CLIENT4}/24 dev eth0
        link set eth0 up
        route add default via 192.168.43.1""",
    "phone": f"""
        address add fe80::2/64 dev wwan0 nodad
        address add 2001:db8:1::2/64 dev wwan0 nodad
        address add {NEAR6}/128 dev wwan0 nodad preferred_lft 0
        link set wwan0 up
        route add default via fe80::1 dev wwan0
        address add 192.168.43.1/24 dev wlan0
        link set wlan0 up
        route add blackhole 10.0.0.0/8
        link add clat0 type clat
        link set clat0 up
        address add {NEAR4}/32 dev clat0
        route add default dev clat0 src {NEAR4}""",
}
LIBC = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    subprocess.run(("ip",) + words, check=True)


def ip_json(*words):
    import json
    return json.loads(subprocess.run(("ip", "-j") + words, check=True, stdout=subprocess.PIPE).stdout or "[]")


def enter(name):
    with open(f"/run/netns/{name}", encoding="ascii") as ns:
        if LIBC.setns(ns.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")


def sysctl(name, path, value):
    enter(name)
    with open(f"/proc/sys/net/{path}", "w", encoding="ascii") as file:
        file.write(str(value))


def wait(condition, what):
    end = time.monotonic() + PATIENCE
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited {PATIENCE} s in vain: {what}")
        time.sleep(0.02)


class Tap:
    """A packet socket on a link: puts frames in, and gives what comes in. Kind 3, all, sees them before the uplink's hook."""

    def __init__(self, name, link, kind, mine, cooked=False):
        enter(name)
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM if cooked else socket.SOCK_RAW, socket.htons(kind))
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 23)
        self.sock.bind((link, kind))
        self.link, self.mine, self.cut = link, mine, 0 if cooked else 14

    def send(self, frame, kind=0x0800):
        """Waits while the far end of the link has its queue full."""
        self.sock.settimeout(None)
        while True:
            try:
                if self.cut:
                    self.sock.send(frame)
                else:
                    self.sock.sendto(frame, (self.link, kind))
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
            time.sleep(0.01)

    def take(self, patience=PATIENCE, outgoing=False):
        """The next packet that is about translated traffic, without its link header; None if none came."""
        end = time.monotonic() + patience
        while True:
            self.sock.settimeout(max(0.001, end - time.monotonic()))
            try:
                frame, (_, _, direction, _, _) = self.sock.recvfrom(1 << 17)
            except socket.timeout:
                return None
            packet = frame[self.cut:]
            if (direction == 4) == outgoing and self.mine(packet):
                return packet

    def empty(self):
        while self.take(0.001) is not None:
            pass


def from_near(packet):
    """IPv6 of a local pair, neighbour discovery left out."""
    prefix = pkt.a6("2001:db8:1:2:c1a7::")[:15]
    return (packet[8:24] == pkt.a6(NEAR6) or packet[8:23] == prefix) and not (packet[6] == 58 and packet[40] >= 130)


def unicast4(packet):
    return packet[16] < 224


class World:
    def __init__(self):
        for name in LAYOUT:
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        sysctl("phone", "ipv4/ip_forward", 1)
        sysctl("phone", "ipv4/icmp_ratelimit", 0)
        sysctl("phone", "ipv6/icmp/ratelimit", 0)
        for name, lines in LAYOUT.items():
            subprocess.run(("ip", "-n", name, "-batch", "-"), input=lines.encode(), check=True)
        for name, link in (("phone", "wwan0"), ("phone", "wlan0"), ("far", "cell0"), ("client", "eth0")):
            subprocess.run(("ip", "netns", "exec", name, "ethtool", "-K", link, "tx", "off"), check=True,
                           stdout=subprocess.DEVNULL)
        enter("phone")
        self.clat = clatnl.Clat()
        self.index, self.uplink = socket.if_nametoindex("clat0"), socket.if_nametoindex("wwan0")
        self.far = Tap("far", "cell0", 0x86DD, from_near)
        self.client = Tap("client", "eth0", 0x0800, unicast4)
        self.dev = Tap("phone", "clat0", 0x0800, lambda packet: True, cooked=True)
        self.configure()

    def configure(self, plat=(PLAT,), pairs=MAP, tos=256, strict=0, mtu=1280, lan=()):
        """Everything of the device, so that no case inherits from the one before."""
        self.plat = plat[0] if plat else None
        self.clat.set(self.index, clatnl.attr(3, clatnl.u32(self.uplink)), clatnl.plat(*plat), clatnl.local_map(*pairs),
                      clatnl.attr(6, clatnl.u32(mtu)), clatnl.attr(8, clatnl.u8(strict)), clatnl.attr(9, clatnl.u16(tos)),
                      clatnl.lan(*lan))
        wait(lambda: self.clat.get(self.index)["state"] == ("active" if plat and pairs else "no-plat"), "state of clat0")

    def counters(self):
        return self.clat.stats(self.index)

    def moved(self, before):
        """Counters that differ from before, and by how much."""
        return {name: value - before[name] for name, value in self.counters().items() if value != before[name]}

    def embed(self, addr4, suffix=0):
        return pkt.embed(self.plat, addr4, suffix)

    def from_far(self, packet, dst=PHONE_MAC):
        """Put an IPv6 packet on the uplink, as the PLAT's router would."""
        self.far.send(pkt.eth(dst, FAR_MAC, 0x86DD, packet))

    def from_client(self, packet):
        self.client.send(pkt.eth(WLAN_MAC, CLIENT_MAC, 0x0800, packet))

    def from_phone(self, packet):
        """By a raw socket and the phone's own IPv4 routes: with a route, so that errors are answered."""
        enter("phone")
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
            dst = socket.inet_ntoa(packet[16:20])
            raw.sendto(packet, (dst, 0))

    def quiet(self):
        """Forget what earlier cases left in the sockets."""
        for tap in (self.far, self.client, self.dev):
            tap.empty()
        return self.counters()

    def echo46(self, before=None):
        """A packet that must pass: whatever was sent before it has been dealt with when it arrives, and is not there."""
        mark = pkt.ip4(NEAR4, SERVER4, pkt.UDP, pkt.udp(NEAR4, SERVER4, b"mark"))
        far6 = self.embed(SERVER4)
        self.dev.send(mark)
        want = pkt.ip6(NEAR6, far6, pkt.UDP, pkt.udp(NEAR6, far6, b"mark"))
        return self.far.take(), want

    def echo64(self):
        far6 = self.embed(SERVER4)
        self.from_far(pkt.ip6(far6, NEAR6, pkt.UDP, pkt.udp(far6, NEAR6, b"mark")))
        want = pkt.ip4(SERVER4, NEAR4, pkt.UDP, pkt.udp(SERVER4, NEAR4, b"mark"), flags=0)
        got = self.dev.take()
        return (blank_id(got), blank_id(want)) if got else (got, want)


def blank_id(packet):
    """An IPv4 packet with its identification 0 and the header checksum that belongs to it."""
    head = packet[:4] + b"\0\0" + packet[6:10] + b"\0\0" + packet[12:20]
    return head[:10] + struct.pack("!H", pkt.csum(head)) + packet[12:] if pkt.csum(packet[:20]) == 0 else packet


def offload(name, link, on):
    subprocess.run(("ip", "netns", "exec", name, "ethtool", "-K", link) +
                   tuple(word for what in ("tx", "tso", "gso", "tx-udp-segmentation") for word in (what, "on" if on else "off")),
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def forget_mtu():
    """What the hosts have learnt from the errors of a case."""
    ip("-n", "phone", "route", "flush", "cache")
    ip("-n", "phone", "-6", "route", "flush", "cache")
    ip("-n", "client", "route", "flush", "cache")
