# SPDX-License-Identifier: GPL-2.0
"""A client of the generic netlink family clat, independent of clatctl, that can also send what must be refused."""
import errno
import ipaddress
import os
import re
import socket
import struct

GET_FAMILY, GENL_CTRL = 3, 16
F_REQUEST, F_ACK, F_DUMP = 1, 4, 0x300
SOL_NETLINK, EXT_ACK, CAP_ACK = 270, 11, 10
NESTED = 0x8000
CMD = {"dev-get": 1, "dev-set": 2, "stats-get": 5}
DEV = {"ifindex": 1, "ifname": 2, "uplink": 3, "plat": 4, "map": 5, "lowest-ipv6-mtu": 6, "fwmark": 7, "wkp-strict": 8,
       "tos": 9, "state": 10, "path": 11, "detach": 12, "silent": 13, "shared": 14, "lan": 15}
STATES = ("active", "down", "no-uplink", "uplink-down", "no-plat", "no-map")
DETACH = ("none", "gone", "moved", "enslaved")


class Refused(Exception):
    """errno, extack text, and the request's octets from the attribute that was blamed"""

    def __init__(self, code, text, blamed):
        super().__init__(f"{errno.errorcode.get(code, code)}: {text!r}")
        self.code, self.text, self.blamed = code, text, blamed


def attr(kind, data):
    if isinstance(data, str):
        data = data.encode() + b"\0"
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def nest(kind, *attrs):
    return attr(kind | NESTED, b"".join(attrs))


def u8(value):
    return struct.pack("=B", value)


def u16(value):
    return struct.pack("=H", value)


def u32(value):
    return struct.pack("=I", value)


def attrs(data):
    """Octets to a list of (number, octets); order and repetitions are kept."""
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found.append((kind & 0x3FFF, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


def prefix(addr, length):
    return nest(1, attr(1, ipaddress.IPv6Address(addr).packed), attr(2, u8(length)))


def pair(v4, v4_len, v6, v6_len):
    return nest(1, attr(1, ipaddress.IPv4Address(v4).packed), attr(2, u8(v4_len)),
                attr(3, ipaddress.IPv6Address(v6).packed), attr(4, u8(v6_len)))


def plat(*prefixes):
    """Attribute plat of texts like 64:ff9b::/96."""
    return nest(DEV["plat"], *(prefix(p.split("/")[0], int(p.split("/")[1])) for p in prefixes))


def lan(*ifindexes):
    """Attribute lan."""
    return nest(DEV["lan"], *(attr(1, u32(ifindex)) for ifindex in ifindexes))


def local_map(*pairs):
    """Attribute map of texts like 192.0.0.1/32=2001:db8::1/128."""
    parts = [re.fullmatch(r"(.*)/(\d+)=(.*)/(\d+)", p).groups() for p in pairs]
    return nest(DEV["map"], *(pair(v4, int(n4), v6, int(n6)) for v4, n4, v6, n6 in parts))


def drop_names():
    """Names of the drop counters in the order of their numbers, from the header that programs use."""
    header = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../uapi/linux/clat.h")
    with open(header, encoding="ascii") as text:
        enum = re.search(r"enum clat_drop \{(.*?)__CLAT_DROP_MAX", text.read(), re.S).group(1)
    return [name.lower().replace("_", "-") for name in re.findall(r"CLAT_DROP_(\w+)", enum)]


class Clat:
    """One socket, in the namespace that the caller is in when it is made."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.bind((0, 0))
        self.sock.settimeout(20)
        self.sock.setsockopt(SOL_NETLINK, EXT_ACK, 1)
        self.seq = 0
        family = dict(attrs(self.talk(GENL_CTRL, GET_FAMILY, attr(2, "clat"))[0]))
        self.family = struct.unpack("=H", family[1])[0]
        self.drops = drop_names()

    def talk(self, family, cmd, payload, flags=F_ACK, version=1):
        """Returns the attributes' octets of each message of the answer; raises Refused."""
        self.seq += 1
        body = struct.pack("=BBH", cmd, version, 0) + payload
        request = struct.pack("=IHHII", 16 + len(body), family, F_REQUEST | flags, self.seq, 0) + body
        self.sock.send(request)
        answer = []
        while True:
            data = self.sock.recv(1 << 17)
            while data:
                length, kind = struct.unpack_from("=IH", data)
                if kind == 2:
                    self.judge(data[16:length], request)
                    return answer
                if kind == 3:
                    return answer
                answer.append(data[20:length])
                data = data[(length + 3) & ~3:]

    @staticmethod
    def judge(error, request):
        code = -struct.unpack_from("=i", error)[0]
        if not code:
            return
        inner = struct.unpack_from("=I", error, 4)[0]
        extack = dict(attrs(error[4 + ((inner + 3) & ~3):]))
        text = extack.get(1, b"").rstrip(b"\0").decode()
        blamed = request[struct.unpack("=I", extack[2])[0]:] if 2 in extack else None
        raise Refused(code, text, blamed)

    def set(self, dev, *attributes):
        self.talk(self.family, CMD["dev-set"], attr(DEV["ifindex"], u32(dev)) + b"".join(attributes))

    def get_raw(self, dev):
        """All that dev-get says of a device, as octets."""
        return self.talk(self.family, CMD["dev-get"], attr(DEV["ifindex"], u32(dev)))[0]

    def get(self, dev):
        return self.view(self.get_raw(dev))

    def dump(self):
        return [self.view(data) for data in self.talk(self.family, CMD["dev-get"], b"", F_DUMP)]

    @staticmethod
    def view(data):
        raw = dict(attrs(data))
        names = {number: name for name, number in DEV.items()}
        dev = {}
        for number, value in raw.items():
            name = names[number]
            if name == "ifname":
                dev[name] = value.rstrip(b"\0").decode()
            elif name in ("plat", "map"):
                dev[name] = [dict(attrs(entry)) for _, entry in attrs(value)]
            elif name == "lan":
                dev[name] = [int.from_bytes(entry, "little") for _, entry in attrs(value)]
            else:
                dev[name] = int.from_bytes(value, "little")
        dev["state"] = STATES[dev["state"]]
        dev["detach"] = DETACH[dev["detach"]]
        return dev

    def stats(self, dev):
        """Counters by name, drops among them."""
        raw = dict(attrs(self.talk(self.family, CMD["stats-get"], attr(1, u32(dev)))[0]))
        counters = {name: struct.unpack("=Q", raw[number])[0] for name, number in
                    (("packets46", 4), ("bytes46", 5), ("packets64", 6), ("bytes64", 7))}
        drops = dict(attrs(raw[8]))
        for number, name in enumerate(self.drops, 1):
            if name != "pad":
                counters[name] = struct.unpack("=Q", drops[number])[0]
        return counters
