# SPDX-License-Identifier: GPL-2.0
"""Requests that the kernel must refuse: errno, text, the attribute blamed, and nothing changed. netlink.sh runs it
with a configured device c0, another c1, and interfaces that cannot be an uplink."""
import errno
import os
import socket
import sys

from genl import F_DUMP, Client, Refused, Results, Spec, differs, matches, no_userns, userns

LENGTHS = (32, 40, 48, 56, 64, 96)


def prefix(addr, length, *blame):
    return ("prefix", [("addr", addr), ("len", length)], *blame)


def pair(v4, v4_len, v6, v6_len, *blame):
    return ("pair", [("v4", v4), ("v4-len", v4_len), ("v6", v6), ("v6-len", v6_len)], *blame)


def plat(*prefixes):
    return [("plat", list(prefixes))]


def pairs(*items):
    return [("map", list(items))]


def number(name):
    return socket.if_nametoindex(name)


RFC6052 = "plat: not a prefix of RFC 6052"
GOOD_PREFIX = prefix("2001:db8:aaaa::", 96)
GOOD_PAIR = pair("10.9.0.0", 24, "2001:db8:9::", 120)
MANY_PREFIXES = [prefix(f"2001:db8:{n:x}::", 96) for n in range(1, 9)]
MANY_PAIRS = [pair(f"10.1.0.{n}", 32, f"2001:db8:1::{n:x}", 128) for n in range(1, 65)]

# Name, attributes of dev-set besides the ifindex, errno, text. The attribute that carries True is to be blamed.
UPLINKS = [
    ("an uplink that does not exist", [("uplink", 1 << 30, True)], errno.ENODEV, "^uplink: no such device$"),
    ("the device itself as uplink", lambda: [("uplink", number("c0"), True)], errno.EINVAL,
     "^uplink is a clat device$"),
    ("another clat device as uplink", lambda: [("uplink", number("c1"), True)], errno.EINVAL,
     "^uplink is a clat device$"),
    ("loopback as uplink", lambda: [("uplink", number("lo"), True)], errno.EINVAL, "^uplink is a loopback device$"),
    ("a bridge port as uplink", lambda: [("uplink", number("port"), True)], errno.EINVAL, "^uplink is a bridge port$"),
    ("a slave of a bond as uplink", lambda: [("uplink", number("slave"), True)], errno.EINVAL,
     "^uplink is a slave of a bond or team$"),
    ("an uplink of two octets", [("uplink", b"\1\0", True)], errno.EINVAL, "invalid attribute length"),
    ("an uplink that is a nest", [("uplink", [(1, b"")], True)], errno.EINVAL, "NLA_F_NESTED not expected"),
]
PLAT = [
    ("a list that is no nest", [("plat", b"", True)], errno.EINVAL, "NLA_F_NESTED is missing"),
    ("something else than a prefix in the list", plat(GOOD_PREFIX, (7, b"\0\0\0\0", True)), errno.EINVAL,
     "Unknown attribute type"),
    ("something unknown in a prefix", plat(("prefix", [("addr", "2001:db8::"), ("len", 96), (3, b"", True)])),
     errno.EINVAL, "Unknown attribute type"),
    ("a prefix without addr", plat(("prefix", [("len", 96)], True)), errno.EINVAL,
     "^plat: a prefix needs both addr and len$"),
    ("a prefix without len", plat(("prefix", [("addr", "2001:db8::")], True)), errno.EINVAL,
     "^plat: a prefix needs both addr and len$"),
    ("an address of 15 octets", plat(("prefix", [("addr", b"\x20" * 15, True), ("len", 96)])), errno.ERANGE,
     "binary attribute size out of range"),
    ("an address of 17 octets", plat(("prefix", [("addr", b"\x20" * 17, True), ("len", 96)])), errno.ERANGE,
     "binary attribute size out of range"),
    ("a length of two octets", plat(("prefix", [("addr", "2001:db8::"), ("len", b"\x60\0", True)])), errno.EINVAL,
     "invalid attribute length"),
    ("a bit beyond 32", plat(prefix("2001:db8:0:8000::", 32, True)), errno.EINVAL, RFC6052),
    ("the first bit beyond 40", plat(prefix("2001:db8:80::", 40, True)), errno.EINVAL, RFC6052),
    ("the last bit beyond 56", plat(prefix("2001:db8::1", 56, True)), errno.EINVAL, RFC6052),
    ("octet 8 set beyond 64", plat(prefix("2001:db8:0:0:100::", 64, True)), errno.EINVAL, RFC6052),
    ("octet 8 set within 96", plat(prefix("2001:db8:0:0:100::", 96, True)), errno.EINVAL, RFC6052),
    ("a bit beyond 96", plat(prefix("2001:db8::8000:0", 96, True)), errno.EINVAL, RFC6052),
    ("multicast", plat(prefix("ff0e::", 96, True)), errno.EINVAL, "^plat: multicast, link-local"),
    ("link-local", plat(prefix("fe80::", 64, True)), errno.EINVAL, "^plat: multicast, link-local"),
    ("::/96", plat(prefix("::", 96, True)), errno.EINVAL, "^plat: multicast, link-local"),
    ("the same twice", plat(GOOD_PREFIX, prefix("2001:db8:aaaa::", 96, True)), errno.EEXIST,
     "^plat: prefix is there twice$"),
    ("the second of two bad", plat(GOOD_PREFIX, prefix("2001:db8::", 33, True)), errno.EINVAL, RFC6052),
    ("nine prefixes", plat(*MANY_PREFIXES, prefix("2001:db8:9::", 96, True)), errno.ENOSPC,
     "^plat: more than 8 prefixes$"),
]
LENGTH_TEXT = "^map: v4-len must be 0 to 32, and v6-len 96 more$"
NEVER = "^map: v4 has addresses that are never translated$"
LOCAL6 = "^map: v6 is multicast, link-local or within ::/96$"
OVERLAP = "^map: overlaps with another pair$"
MAP = [
    ("a list that is no nest", [("map", b"", True)], errno.EINVAL, "NLA_F_NESTED is missing"),
    ("something else than a pair in the list", pairs((2, b"", True)), errno.EINVAL, "Unknown attribute type"),
    ("something unknown in a pair", pairs(GOOD_PAIR, ("pair", GOOD_PAIR[1] + [(9, b"", True)])), errno.EINVAL,
     "Unknown attribute type"),
    *((f"a pair without {GOOD_PAIR[1][n][0]}", pairs(("pair", GOOD_PAIR[1][:n] + GOOD_PAIR[1][n + 1:], True)),
       errno.EINVAL, "^map: a pair needs v4, v4-len, v6 and v6-len$") for n in range(4)),
    ("an IPv4 address of 5 octets", pairs(("pair", [("v4", b"\1\2\3\4\5", True), *GOOD_PAIR[1][1:]])), errno.EINVAL,
     "invalid attribute length"),
    ("an IPv6 address of 4 octets", pairs(("pair", [*GOOD_PAIR[1][:2], ("v6", b"\1\2\3\4", True), ("v6-len", 120)])),
     errno.ERANGE, "binary attribute size out of range"),
    ("v4-len 33", pairs(pair("10.0.0.0", 33, "2001:db8::", 129, True)), errno.EINVAL, LENGTH_TEXT),
    ("v4-len 255 and v6-len 95", pairs(pair("10.0.0.0", 255, "2001:db8::", 95, True)), errno.EINVAL, LENGTH_TEXT),
    ("suffixes of 8 and 7 bits", pairs(pair("10.0.0.0", 24, "2001:db8::", 121, True)), errno.EINVAL, LENGTH_TEXT),
    ("suffixes of 0 and 8 bits", pairs(pair("10.0.0.1", 32, "2001:db8::", 120, True)), errno.EINVAL, LENGTH_TEXT),
    ("a v4 bit beyond v4-len", pairs(pair("10.0.0.128", 24, "2001:db8::", 120, True)), errno.EINVAL,
     "^map: bits of v4 are set beyond v4-len$"),
    ("a v6 bit beyond v6-len", pairs(pair("10.0.0.0", 24, "2001:db8::1", 120, True)), errno.EINVAL,
     "^map: bits of v6 are set beyond v6-len$"),
    *((f"{v4}/{v4_len}, never translated", pairs(pair(v4, v4_len, "2001:db8::", v4_len + 96, True)), errno.EINVAL,
       NEVER)
      for v4, v4_len in (("0.0.0.0", 0), ("0.0.0.1", 32), ("127.0.0.1", 32), ("169.254.0.0", 16), ("169.254.3.0", 24),
                         ("224.0.0.1", 32), ("240.0.0.0", 4), ("255.255.255.255", 32), ("169.0.0.0", 8))),
    *((f"{v6} as local address", pairs(pair("10.0.0.1", 32, v6, 128, True)), errno.EINVAL, LOCAL6)
      for v6 in ("ff02::1", "fe80::1", "::", "::1", "::10.0.0.1")),
    ("the same pair twice", pairs(GOOD_PAIR, (*GOOD_PAIR, True)), errno.EEXIST, OVERLAP),
    ("an address within the first pair's IPv4 subnet",
     pairs(GOOD_PAIR, pair("10.9.0.7", 32, "2001:db8:8::", 128, True)), errno.EEXIST, OVERLAP),
    ("an address within the first pair's IPv6 subnet",
     pairs(GOOD_PAIR, pair("10.8.0.7", 32, "2001:db8:9::7", 128, True)), errno.EEXIST, OVERLAP),
    ("a subnet around the first pair's address", pairs(pair("10.9.0.7", 32, "2001:db8:8::", 128),
                                                       (*GOOD_PAIR, True)), errno.EEXIST, OVERLAP),
    ("65 pairs", pairs(*MANY_PAIRS, pair("10.2.0.0", 32, "2001:db8:2::", 128, True)), errno.ENOSPC,
     "^map: more than 64 pairs$"),
]
SHARED = "^shared: the map can only have one pair, of single addresses$"
LAN = [
    ("a list that is no nest", [("lan", b"", True)], errno.EINVAL, "NLA_F_NESTED is missing"),
    ("something else than a link in the list", [("lan", [(2, b"\0\0\0\0", True)])], errno.EINVAL, "Unknown attribute type"),
    ("a link of two octets", [("lan", [("link", b"\1\0", True)])], errno.EINVAL, "invalid attribute length"),
    ("a LAN that does not exist", [("lan", [("link", 1 << 30, True)])], errno.ENODEV, "^lan: no such device$"),
    *((what, lambda name=name: [("lan", [("link", number("up1")), ("link", number(name), True)])], errno.EINVAL, text)
      for what, name, text in (("a clat device", "c1", "^lan: is a clat device$"),
                               ("loopback", "lo", "^lan: is a loopback device$"),
                               ("a bridge port", "port", "^lan: is a bridge port, name the bridge instead$"),
                               ("a slave of a bond", "slave", "^lan: is a slave of a bond or team, name that instead$"))),
    ("the same twice", lambda: [("lan", [("link", number("up1")), ("link", number("up1"), True)])], errno.EEXIST,
     "^lan: interface is there twice$"),
    ("the uplink", lambda: [("lan", [("link", number("up0"))], True)], errno.EINVAL, "^lan: the uplink cannot be a LAN$"),
    ("nine", lambda: [("lan", [*(("link", number(f"up{n}")) for n in range(1, 9)), ("link", number("bridge0"), True)])],
     errno.ENOSPC, "^lan: more than 8 interfaces$"),
]
OTHERS = [
    ("lowest-ipv6-mtu 1279", [("lowest-ipv6-mtu", 1279, True)], errno.ERANGE, "integer out of range"),
    ("lowest-ipv6-mtu 0", [("lowest-ipv6-mtu", 0, True)], errno.ERANGE, "integer out of range"),
    ("an fwmark of two octets", [("fwmark", b"\1\0", True)], errno.EINVAL, "invalid attribute length"),
    ("wkp-strict 2", [("wkp-strict", 2, True)], errno.ERANGE, "integer out of range"),
    ("tos 257", [("tos", 257, True)], errno.ERANGE, "integer out of range"),
    ("shared 2", [("shared", 2, True)], errno.ERANGE, "integer out of range"),
    ("shared with a subnet", [*pairs(GOOD_PAIR), ("shared", 1, True)], errno.EINVAL, SHARED),
    ("shared with two pairs", [*pairs(*MANY_PAIRS[:2]), ("shared", 1, True)], errno.EINVAL, SHARED),
    ("an attribute that nobody knows", [("tos", 1), (99, b"\0\0\0\0", True)], errno.EINVAL, "Unknown attribute type"),
    ("an attribute numbered 0", [(0, b"\0\0\0\0", True)], errno.EINVAL, "Unknown attribute type"),
    ("ifname, which is in answers only", [("ifname", b"c9\0", True)], errno.EINVAL, "Unsupported attribute"),
    ("state, which is in answers only", [("state", 0, True)], errno.EINVAL, "Unsupported attribute"),
    ("a good prefix, a good mark and a bad map",
     [("fwmark", 9), *plat(GOOD_PREFIX), *pairs(GOOD_PAIR, (*GOOD_PAIR, True))], errno.EEXIST, OVERLAP),
    ("a good map and a bad uplink", lambda: [*pairs(GOOD_PAIR), ("uplink", number("lo"), True)], errno.EINVAL,
     "^uplink is a loopback device$"),
    ("a good uplink and a bad prefix", lambda: [("uplink", number("up1")), *plat(prefix("2001:db8::", 95, True))],
     errno.EINVAL, RFC6052),
]


class Judge(Results):
    """Sends what must be refused, and looks at all devices before and after."""

    def __init__(self):
        self.spec = Spec()
        self.client = Client(self.spec)
        self.listener = Client(self.spec)
        self.listener.listen("monitor")
        self.before = self.state()

    def state(self):
        return sorted(os.listdir("/sys/class/net")), self.client.dump("dev-get"), [
            self.client.ask("dev-get", [("ifindex", number(name))]) for name in ("c0", "c1")]

    def refused(self, client, op, items, code, text, **more):
        """The faults of one request."""
        try:
            client.ask(op, items, **more)
        except Refused as no:
            faults = differs("errno", errno.errorcode[code], errno.errorcode.get(no.code, no.code))
            faults += matches("text", text, no.text)
            faults += differs("offset of the bad attribute", client.blamed, no.offset)
        else:
            faults = ["the kernel took it"]
        return faults + differs("devices", self.before, self.state())

    def case(self, name, op, items, code, text, **more):
        self.check(f"{op}: {name}", self.refused(self.client, op, items, code, text, **more))

    def table(self, what, table):
        for name, items, code, text in table:
            items = items() if callable(items) else items
            self.case(f"{what}{name}", "dev-set", [("ifindex", number("c0")), *items], code, text)

    def devices(self):
        """Requests that name no clat device, to each operation that wants one"""
        for op in "dev-get", "dev-set", "stats-get":
            for name, items, code, text in (
                    ("no ifindex", [], errno.EINVAL, "^attribute ifindex is missing$"),
                    ("ifindex 0", [("ifindex", 0, True)], errno.ERANGE, "integer out of range"),
                    ("ifindex of no device", [("ifindex", 1 << 30, True)], errno.ENODEV, "^ifindex: no such device$"),
                    ("ifindex of a dummy", [("ifindex", number("up0"), True)], errno.EOPNOTSUPP,
                     "^ifindex: not a clat device$"),
                    ("ifindex of one octet", [("ifindex", b"\1", True)], errno.EINVAL, "invalid attribute length")):
                self.case(name, op, items, code, text)
        mine = ("ifindex", number("c0"))
        self.case("an attribute that the request does not have", "dev-get", [mine, ("tos", 1, True)], errno.EINVAL,
                  "Unknown attribute type")
        self.case("octets left over", "dev-set", [mine, ("tos", 1)], errno.EINVAL, "bytes leftover", tail=b"\1\0\0")
        self.case("an attribute longer than the message", "dev-set", [mine, ("tos", 1)], errno.EINVAL, "bytes leftover",
                  tail=b"\x40\0\x07\0")
        self.case("a dump of what has none", "dev-set", [mine, ("tos", 1)], errno.EOPNOTSUPP, "^$", flags=F_DUMP)
        self.case("a request for what only the kernel tells", "dev-ntf", [mine], errno.EOPNOTSUPP, "^$")

    def lengths(self):
        faults = []
        for length in range(256):
            if length not in LENGTHS:
                items = [("ifindex", number("c0")), *plat(prefix("2000::", length, True))]
                found = self.refused(self.client, "dev-set", items, errno.EINVAL, RFC6052)
                faults += [f"/{length}: {fault}" for fault in found]
        self.check("dev-set: plat: every length but the six of RFC 6052", faults[:20])

    def unprivileged(self, name, become):
        """In a process of its own, which does not get its rights back; its socket is new, so is that of no root."""
        sys.stdout.flush()
        child = os.fork()
        if not child:
            faults = ["the rights could not be given up"]
            try:
                become()
                client = Client(self.spec)
                items = [("ifindex", number("c0")), ("tos", 1)]
                faults = self.refused(client, "dev-set", items, errno.EPERM, "^$")
                faults += differs("dev-get", self.before[1], client.dump("dev-get"))
            finally:
                self.check(name, faults)
                sys.stdout.flush()
                os._exit(bool(faults))
        self.failed += os.waitpid(child, 0)[1] != 0

    def permission(self):
        def user():
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)

        def other_root():
            user()
            userns()

        self.unprivileged("dev-set: by an unprivileged user, who may read all the same", user)
        name, reason = "dev-set: with CAP_NET_ADMIN in another user namespace only", no_userns()
        if reason:
            self.skip(name, reason)
        else:
            self.unprivileged(name, other_root)


def main():
    judge = Judge()
    judge.devices()
    judge.table("", UPLINKS)
    judge.table("plat: ", PLAT)
    judge.lengths()
    judge.table("map: ", MAP)
    judge.table("lan: ", LAN)
    judge.table("", OTHERS)
    judge.permission()
    judge.check("what was refused was told to nobody", [repr(m) for m in judge.listener.heard()][:3])
    judge.client.ask("dev-set", [("ifindex", number("c0")), ("tos", 17)])
    judge.check("what was done was told once, and changed what it says",
                differs("notifications", 1, len(judge.listener.heard())) +
                differs("unchanged", False, judge.before == judge.state()))
    sys.exit(judge.failed > 0)


if __name__ == "__main__":
    main()
