# SPDX-License-Identifier: GPL-2.0
"""clatctl against the family's spec: what it sets is what the kernel has, what it shows is all the kernel says, and a
refusal is told with message, attribute, remedy and exit code. netlink.sh runs it with the devices of refuse.py."""
import json
import os
import socket
import subprocess
import sys

from genl import Client, Results, Spec, differs, matches, no_userns
from refuse import MANY_PAIRS, MANY_PREFIXES, prefix

CLATCTL = os.environ["CLATCTL"]
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
OTHER_USERNS = ["unshare", "--user", "--map-root-user"]

# Words after clatctl, exit code, message, attribute, remedy; the program to run it by.
REFUSALS = [
    ("set c0 uplink nosuch", 10, "^no interface 'nosuch' to be the uplink$", "uplink", "ip link"),
    ("set c0 uplink c0", 2, "^cannot set c0: uplink is a clat device$", "uplink", "another interface"),
    ("set c0 uplink c1", 2, "^cannot set c0: uplink is a clat device$", "uplink", "another interface"),
    ("set c0 uplink lo", 2, "^cannot set c0: uplink is a loopback device$", "uplink", "loopback"),
    ("set c0 uplink port", 2, "^cannot set c0: uplink is a bridge port$", "uplink", "bridge port"),
    ("set c0 uplink slave", 2, "^cannot set c0: uplink is a slave of a bond or team$", "uplink", "bond"),
    ("set c0 plat 2001:db8::/33", 2, "^cannot set c0: plat: not a prefix of RFC 6052", "plat.prefix", "32, 40, 48"),
    ("set c0 plat 2001:db8::1/96", 2, "^cannot set c0: plat: not a prefix of RFC 6052", "plat.prefix", "64:ff9b::/96"),
    ("set c0 plat 2001:db8:0:0:100::/96", 2, "^cannot set c0: plat: .* bits 64 to 71", "plat.prefix", "octet 8"),
    ("set c0 plat fe80::/64", 2, "^cannot set c0: plat: multicast, link-local", "plat.prefix", "64:ff9b::/96"),
    ("set c0 plat 64:ff9b::/96,64:ff9b::/96", 2, "^cannot set c0: plat: prefix is there twice$", "plat.prefix", "."),
    ("set c0 plat 64:ff9b::", 1, "^'64:ff9b::' is no PREFIX/LEN$", "plat", "64:ff9b::/96"),
    ("set c0 plat 64:ff9b::/129", 1, "^'64:ff9b::/129' is no PREFIX/LEN$", "plat", "64:ff9b::/96"),
    ("set c0 map 10.0.0.0/24=2001:db8::/121", 2, "^cannot set c0: map: v4-len must be", "map.pair", "equally long"),
    ("set c0 map 10.0.0.1/24=2001:db8::/120", 2, "^cannot set c0: map: bits of v4 are set", "map.pair", "behind LEN"),
    ("set c0 map 10.0.0.0/24=2001:db8::1/120", 2, "^cannot set c0: map: bits of v6 are set", "map.pair", "behind LEN"),
    ("set c0 map 127.0.0.1=2001:db8::1", 2, "^cannot set c0: map: v4 has addresses that are never", "map.pair", "."),
    ("set c0 map 10.0.0.1=fe80::1", 2, "^cannot set c0: map: v6 is multicast, link-local", "map.pair", "."),
    ("set c0 map 10.0.0.1=2001:db8::1,10.0.0.0/24=2001:db8:1::/120", 2, "^cannot set c0: map: overlaps", "map.pair",
     "overlap"),
    ("set c0 map 10.0.0.1", 1, "^'10.0.0.1' is no V4", "map", "192.0.0.1=2001:db8::1"),
    ("set c0 lowest-ipv6-mtu 1279", 2, "^cannot set c0: .*out of range", "lowest-ipv6-mtu", "1280"),
    ("set c0 lowest-ipv6-mtu 4294967296", 1, "^lowest-ipv6-mtu '4294967296' is no number", "lowest-ipv6-mtu", None),
    ("set c0 fwmark -1", 1, "^fwmark '-1' is no number", "fwmark", None),
    ("set c0 tos 256", 1, "^tos '256' is no number from 0 to 255$", "tos", None),
    ("set c0 wkp-strict yes", 1, "^wkp-strict 'yes' is neither on nor off$", "wkp-strict", None),
    ("set c0 shared yes", 1, "^shared 'yes' is neither on nor off$", "shared", None),
    ("set c0 map 10.0.0.0/24=2001:db8::/120 shared on", 2, "^cannot set c0: shared: the map can only have one pair",
     "shared", "one pair of single addresses"),
    ("set c0 fwmark 9 plat 64:ff9b:1::/96 map 10.0.0.1=::1", 2, "^cannot set c0: map: v6 is", "map.pair", "."),
    ("set c0 lan up1,nosuch", 10, "^no interface 'nosuch' to be a LAN$", "lan", "ip link"),
    ("set c0 lan up0", 2, "^cannot set c0: lan: the uplink cannot be a LAN$", "lan", "interface of clients"),
    ("set c0 lan up1,port", 2, "^cannot set c0: lan: is a bridge port, name the bridge", "lan.link", "bridge port"),
    ("set c0 mtu 1400", 1, "^set: unknown attribute 'mtu'$", None, "clatctl set --help"),
    ("set c0 tos", 1, "^set: attribute 'tos' needs a value$", None, "clatctl set --help"),
    ("set c0 tos 1 tos 2", 1, "^set: attribute 'tos' given twice$", None, "clatctl set --help"),
    ("set c0", 1, "^set: no attribute given for 'c0'$", None, "clatctl set --help"),
    ("set nosuch tos 1", 10, "^no interface 'nosuch'$", None, "clatctl show"),
    ("set up0 tos 1", 10, "^'up0' is no clat device$", None, "clatctl show"),
    ("show up0", 10, "^'up0' is no clat device$", None, "clatctl show"),
    ("stats nosuch", 10, "^no interface 'nosuch'$", None, "clatctl show"),
    ("del up0", 10, "^'up0' is no clat device$", None, "clatctl show"),
    ("del nosuch", 10, "^no interface 'nosuch'$", None, "clatctl show"),
    ("add up0", 2, "^cannot make up0: the name is taken$", "ifname", "another name"),
    ("add c1", 2, "^cannot make c1: the name is taken$", "ifname", "another name"),
    ("add abcdefghijklmnop", 1, "^'abcdefghijklmnop' is no name for an interface$", None, "15"),
    ("add a/b", 2, "^cannot make a/b: ", None, None),
    ("add n0 uplink lo", 2, "^cannot set n0: uplink is a loopback device$", "uplink", "loopback"),
    ("add n0 uplink n0", 10, "^no interface 'n0' to be the uplink$", "uplink", "ip link"),
    ("add n0 uplink up1 plat 64:ff9b::/90", 2, "^cannot set n0: plat: not a prefix of RFC 6052", "plat.prefix", "."),
    ("-n nosuch show", 10, "^no network namespace 'nosuch'", None, "ip netns list"),
    ("-n other set c0 tos 1", 10, "^no interface 'c0'$", None, "clatctl show"),
    ("set c0 tos 1", 7, "^cannot set c0: Operation not permitted$", None, "as root, or with CAP_NET_ADMIN", NOBODY),
    ("add n0", 7, "^cannot make n0: Operation not permitted$", None, "as root, or with CAP_NET_ADMIN", NOBODY),
    ("del c0", 7, "^cannot delete c0: Operation not permitted$", None, "as root, or with CAP_NET_ADMIN", NOBODY),
    ("set c0 tos 1", 7, "^cannot set c0: Operation not permitted$", None, "CAP_NET_ADMIN", NOBODY + OTHER_USERNS),
    ("add n0", 7, "^cannot make n0: Operation not permitted$", None, "CAP_NET_ADMIN", NOBODY + OTHER_USERNS),
    ("del c0", 7, "^cannot delete c0: Operation not permitted$", None, "CAP_NET_ADMIN", NOBODY + OTHER_USERNS),
]

# Attribute, word for set, value by the spec, value with -j, words of show.
MIRROR = [
    ("uplink", "up1", None, "up1", "uplink up1"),
    ("uplink", "none", 0, None, "uplink none"),
    ("plat", "2001:db8:64::/48,64:ff9b::/96",
     [("prefix", [("addr", "2001:db8:64::"), ("len", 48)]), ("prefix", [("addr", "64:ff9b::"), ("len", 96)])],
     [{"prefix": "2001:db8:64::", "len": 48, "source": None, "expires_s": None},
      {"prefix": "64:ff9b::", "len": 96, "source": None, "expires_s": None}], "plat 2001:db8:64::/48,64:ff9b::/96"),
    *(("plat", f"2001:db8::/{n}", [("prefix", [("addr", "2001:db8::"), ("len", n)])],
       [{"prefix": "2001:db8::", "len": n, "source": None, "expires_s": None}], f"plat 2001:db8::/{n}")
      for n in (32, 40, 48, 56, 64, 96)),
    ("plat", "none", [], [], "plat none"),
    ("map", "192.0.0.1=2001:db8::1,192.168.43.0/24=2001:db8::c1a7:0/120",
     [("pair", [("v4", "192.0.0.1"), ("v4-len", 32), ("v6", "2001:db8::1"), ("v6-len", 128)]),
      ("pair", [("v4", "192.168.43.0"), ("v4-len", 24), ("v6", "2001:db8::c1a7:0"), ("v6-len", 120)])],
     [{"v4": "192.0.0.1", "v4-len": 32, "v6": "2001:db8::1", "v6-len": 128},
      {"v4": "192.168.43.0", "v4-len": 24, "v6": "2001:db8::c1a7:0", "v6-len": 120}],
     "map 192.0.0.1=2001:db8::1,192.168.43.0/24=2001:db8::c1a7:0/120"),
    ("map", "none", [], [], "map none"),
    ("lowest-ipv6-mtu", "1500", 1500, 1500, "lowest-ipv6-mtu 1500"),
    ("fwmark", "0xfffffffe", 0xfffffffe, 0xfffffffe, "fwmark 0xfffffffe"),
    ("fwmark", "7", 7, 7, "fwmark 0x7"),
    ("wkp-strict", "on", 1, True, "wkp-strict on"),
    ("wkp-strict", "off", 0, False, "wkp-strict off"),
    ("tos", "184", 184, 184, "tos 184"),
    ("tos", "0", 0, 0, "tos 0"),
    ("tos", "inherit", 256, None, "tos inherit"),
    ("shared", "on", 1, True, "shared on"),
    ("shared", "off", 0, False, "shared off"),
    ("lan", "up1", None, ["up1"], "lan up1"),
    ("lan", "up1,up2", None, ["up1", "up2"], "lan up1,up2"),
    ("lan", "none", None, [], "lan none"),
]


def clatctl(words, by=()):
    done = subprocess.run([*by, CLATCTL, *words.split()], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


class Clatctl(Results):
    """The command beside a client that knows nothing but the spec."""

    def __init__(self):
        self.spec = Spec()
        self.client = Client(self.spec)
        self.no_userns = no_userns()
        self.forms = set()

    def get(self, op, name):
        answer = self.client.ask(op, [("ifindex", socket.if_nametoindex(name))])[0]
        return self.client.decode(self.spec.ops[op]["attribute-set"], answer)

    def state(self):
        return sorted(os.listdir("/sys/class/net")), self.client.dump("dev-get")

    def refusal(self, words, code, message, attribute, hint, by=()):
        as_whom = " in a user namespace" if OTHER_USERNS[0] in by else " as nobody" if by else ""
        name = f"clatctl {words}{as_whom}: {code}"
        if OTHER_USERNS[0] in by and self.no_userns:
            self.skip(name, self.no_userns)
            return
        before = self.state()
        got, out, _ = clatctl("-j " + words, by)
        faults = differs("exit code", code, got)
        try:
            error = json.loads(out)["error"]
        except (ValueError, KeyError):
            error = {"code": None, "message": out, "attribute": None, "hint": None}
        faults += differs("code of -j", code, error["code"]) + matches("message", message, error["message"])
        faults += differs("attribute", attribute, error["attribute"]) + matches("hint", hint or "", error["hint"] or "")
        form = (code, attribute, bool(error["hint"]))
        if form not in self.forms:
            self.forms.add(form)
            faults += self.as_text(words, by, error)
        faults += differs("devices", before, self.state())
        self.check(name, faults)

    @staticmethod
    def as_text(words, by, error):
        """The same for a person. Once for each form, since there are many refusals and all are written alike."""
        got, out, text = clatctl(words, by)
        about = f" (attribute {error['attribute']})" if error["attribute"] else ""
        want = f"clatctl: {error['message']}{about}\n"
        want += f"  {error['hint']}\n" if error["hint"] else ""
        return differs("exit code, stdout and stderr", (error["code"], "", want), (got, out, text))

    def mirror(self, name, word, value, in_json, in_text):
        if name == "lan":
            value = [("link", socket.if_nametoindex(link)) for link in in_json]
        elif word == "up1":
            value = socket.if_nametoindex(word)
        wanted = [(n, value if n == name else v) for n, v in self.get("dev-get", "c0")]
        code, out, err = clatctl(f"-j set c0 {name} {word}")
        got = self.get("dev-get", "c0")
        known = ("state", "path")       # follow what is set
        faults = differs("exit code and errors", (0, ""), (code, err))
        faults += differs("dev-get", [i for i in wanted if i[0] not in known], [i for i in got if i[0] not in known])
        shown = json.loads(out)["instances"][0]
        faults += differs("set -j", in_json, shown[name])
        faults += differs("state and path", [dict(got)[n] for n in known], [shown[n] for n in known])
        text = clatctl("show c0")[1]
        if f" {in_text} " not in " ".join(text.split()) + " ":
            faults += [f"show lacks {in_text}: {text}"]
        self.check(f"set c0 {name} {word} is what the kernel has, and show tells it", faults)

    def whole(self):
        """Each attribute of the spec has a word, each answer a key."""
        settable = [a for a in self.spec.ops["dev-set"]["do"]["request"]["attributes"] if a != "ifindex"]
        self.check("every attribute of dev-set was set by its name",
                   differs("attributes", sorted(settable), sorted({row[0] for row in MIRROR})))
        shown = json.loads(clatctl("-j show c0")[1])["instances"][0]
        names = [name for name, _ in self.get("dev-get", "c0")]
        self.check("show -j has every attribute that dev-get answers",
                   differs("spec and answer", self.spec.ops["dev-get"]["do"]["reply"]["attributes"], names) +
                   differs("missing", [], [name for name in names if name not in shown]))
        counted = json.loads(clatctl("-j stats c0")[1])["instances"][0]
        stats = dict(self.get("stats-get", "c0"))
        wanted = {n: v for n, v in stats.items() if n not in ("ifindex", "ifname")}
        wanted["drops"] = dict(stats["drops"])
        drops = [a["name"] for a in self.spec.sets["drop"] if a["name"] != "pad"]
        self.check("stats -j has every counter by the spec's name, and every drop reason",
                   differs("counters", wanted, counted["counters"]) + differs("drops", drops, list(wanted["drops"])))

    def limits(self):
        """As much as a device takes; its answer is the longest there is."""
        plat, pairs = [], []
        for _, one in MANY_PREFIXES:
            plat.append("{}/{}".format(*(value for _, value in one)))
        for _, one in MANY_PAIRS:
            pairs.append("{}/{}={}/{}".format(*(value for _, value in one)))
        want = {"plat": MANY_PREFIXES, "map": MANY_PAIRS}
        code, out, err = clatctl(f"set c1 uplink up1 plat {','.join(plat)} map {','.join(pairs)}")
        faults = differs("exit code and output", (0, "", ""), (code, out, err))
        got = dict(self.get("dev-get", "c1"))
        self.check("8 prefixes and 64 pairs are taken, and dev-get gives them back",
                   faults + differs("dev-get", want, {n: got[n] for n in want}))
        dumped = [self.client.decode("dev", answer) for answer in self.client.dump("dev-get")]
        self.check("a dump has them too", differs("dump", 1, dumped.count(self.get("dev-get", "c1"))))
        shown = json.loads(clatctl("-j show c1")[1])["instances"][0]
        self.check("clatctl show has them too", differs("show", [[dict(o) for _, o in MANY_PAIRS], 8],
                                                        [shown["map"], len(shown["plat"])]))
        self.refusal(f"set c1 plat {','.join(plat)},64:ff9b::/96", 1, "^more than 8 PLAT prefixes", "plat", "commas")
        self.refusal(f"set c1 map {','.join(pairs)},10.2.0.0=2001:db8:2::", 1, "^more than 64 local pairs", "map", ".")

    def many(self):
        """A dump that does not fit into one message buffer."""
        names = [f"d{n}" for n in range(8)]
        for name in names:
            self.check_quiet(clatctl(f"add {name}"))
            items = [("ifindex", socket.if_nametoindex(name)), ("plat", [prefix("64:ff9b::", 96)]), ("map", MANY_PAIRS)]
            self.client.ask("dev-set", items)
        wanted = [self.client.ask("dev-get", [("ifindex", socket.if_nametoindex(n))])[0] for n in ("c0", "c1", *names)]
        shown = [i["ifname"] for i in json.loads(clatctl("-j show")[1])["instances"]]
        self.check("ten devices, each long, are dumped whole and once",
                   differs("dump", wanted, self.client.dump("dev-get")) + differs("show", ["c0", "c1", *names], shown))
        counted = [dict(self.client.decode("stats", s))["ifname"] for s in self.client.dump("stats-get")]
        self.check("and so are their counters", differs("dump", ["c0", "c1", *names], counted))
        for name in names:
            self.check_quiet(clatctl(f"del {name}"))
        self.check("those deleted are gone", differs("devices", 2, len(self.client.dump("dev-get"))))

    @staticmethod
    def check_quiet(result):
        if result != (0, "", ""):
            raise RuntimeError(f"clatctl: {result}")


def main():
    test = Clatctl()
    for row in REFUSALS:
        test.refusal(*row)
    for row in MIRROR:
        test.mirror(*row)
    test.whole()
    test.limits()
    test.many()
    sys.exit(test.failed > 0)


if __name__ == "__main__":
    main()
