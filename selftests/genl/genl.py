# SPDX-License-Identifier: GPL-2.0
"""A generic netlink client that knows the family clat from its spec alone, and sends what clatctl would not."""
import ctypes
import errno
import ipaddress
import os
import re
import socket
import struct

import yaml

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
F_REQUEST, F_ACK, F_DUMP = 1, 4, 0x300
MSG_ERROR, MSG_DONE = 2, 3
SOL_NETLINK, ADD_MEMBERSHIP, CAP_ACK, EXT_ACK = 270, 1, 10, 11
ACK_MSG, ACK_OFFS = 1, 2
NESTED = 0x8000
CLONE_NEWUSER = 0x10000000
TIMEOUT = 10                            # seconds, for an answer
HEADERS = 20                            # of netlink and of generic netlink
FORMATS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}


class Refused(Exception):
    """The kernel's no: errno, the text of the extended ack, and where in the request the bad attribute begins."""

    def __init__(self, code, acks):
        self.code = code
        self.text = acks.get(ACK_MSG, b"").rstrip(b"\0").decode()
        self.offset = struct.unpack("=I", acks[ACK_OFFS])[0] if ACK_OFFS in acks else None
        super().__init__(f"{errno.errorcode.get(code, code)} '{self.text}' at {self.offset}")


class Spec:
    """Attributes and operations as the spec numbers them."""

    def __init__(self):
        with open(f"{TOP}/Documentation/netlink/specs/clat.yaml", encoding="ascii") as file:
            self.yaml = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.sets = {s["name"]: s["attributes"] for s in self.yaml["attribute-sets"]}
        self.ops = {op["name"]: op for op in self.yaml["operations"]["list"]}
        self.cmds = {name: number for number, name in enumerate(self.ops, 1)}
        self.enums = {d["name"]: [e["name"] for e in d["entries"]]
                      for d in self.yaml["definitions"] if d["type"] == "enum"}

    def find(self, within, name):
        """Number and description of an attribute; a number stands for itself and has no description."""
        if isinstance(name, int):
            return name, {}
        names = [a["name"] for a in self.sets[within]]
        return names.index(name) + 1, self.sets[within][names.index(name)]


def attr(number, data):
    return struct.pack("=HH", 4 + len(data), number) + data + b"\0" * (-len(data) % 4)


def attrs(data):
    """(number, octets) of each attribute, in order; what is no attribute is an error."""
    found = []
    while data:
        length, number = struct.unpack_from("=HH", data)
        if length < 4 or length > len(data):
            raise ValueError(f"attribute {number} has the length {length}")
        found.append((number & 0x3fff, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


class Client:
    """A socket in the network namespace of the caller."""

    def __init__(self, spec):
        self.spec = spec
        self.blamed = None
        self.seq = 0
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.bind((0, 0))
        self.sock.settimeout(TIMEOUT)
        for option in CAP_ACK, EXT_ACK:
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        answer = self.send(16, 3, attr(2, spec.yaml["name"].encode() + b"\0"))[0]
        family = dict(attrs(answer))
        self.family = struct.unpack("=H", family[1])[0]
        self.groups = {}
        for _, group in attrs(family.get(7, b"")):
            group = dict(attrs(group))
            self.groups[group[1].rstrip(b"\0").decode()] = struct.unpack("=I", group[2])[0]

    def listen(self, group):
        """Notifications come to this socket from now on."""
        self.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, self.groups[group])

    def heard(self):
        """The notifications that have come."""
        found = []
        self.sock.setblocking(False)
        try:
            while True:
                found.append(self.sock.recv(1 << 16))
        except BlockingIOError:
            self.sock.settimeout(TIMEOUT)
            return found

    def encode(self, within, items, at=HEADERS):
        """(name or number, value[, True]) to octets. Octets as value go as they are, a list is a nest; the item with
        True is the one that is to be blamed."""
        data = b""
        for name, value, *blame in items:
            number, about = self.spec.find(within, name)
            if blame:
                self.blamed = at + len(data)
            if isinstance(value, list):
                number |= NESTED
                value = self.encode(about.get("nested-attributes", within), value, at + len(data) + 4)
            elif not isinstance(value, bytes) and about.get("display-hint"):
                value = ipaddress.ip_address(value).packed
            elif not isinstance(value, bytes):
                value = struct.pack("=" + FORMATS[about["type"]], value)
            data += attr(number, value)
        return data

    def decode(self, within, data):
        """Octets to a list of (name, value), nests within; addresses as text."""
        found = []
        for number, value in attrs(data):
            about = self.spec.sets[within][number - 1]
            if about["type"] == "nest":
                value = self.decode(about["nested-attributes"], value)
            elif about.get("display-hint"):
                value = str(ipaddress.ip_address(value))
            elif about["type"] == "string":
                value = value.rstrip(b"\0").decode()
            elif about["type"] in FORMATS:
                value = struct.unpack("=" + FORMATS[about["type"]], value)[0]
                if "enum" in about:
                    value = self.spec.enums[about["enum"]][value]
            if about["type"] != "pad":
                found.append((about["name"], value))
        return found

    def send(self, family, cmd, data, flags=0):
        """Sends a request; returns the attributes of each answer as octets, or raises Refused."""
        self.seq += 1
        data = struct.pack("=BBH", cmd, 1, 0) + data
        head = struct.pack("=IHHII", 16 + len(data), family, F_REQUEST | F_ACK | flags, self.seq, 0)
        self.sock.send(head + data)
        answers = []
        while True:
            data = self.sock.recv(1 << 16)
            while data:
                length, kind, _, _, _ = struct.unpack_from("=IHHII", data)
                body, data = data[16:length], data[(length + 3) & ~3:]
                if kind in (MSG_ERROR, MSG_DONE):
                    code = struct.unpack_from("=i", body)[0]
                    if code:
                        raise Refused(-code, dict(attrs(body[4 if kind == MSG_DONE else 20:])))
                    return answers
                answers.append(body[4:])

    def ask(self, op, items=(), flags=0, tail=b""):
        """An operation by its name, with attributes as encode() takes them."""
        self.blamed = None
        data = self.encode(self.spec.ops[op].get("attribute-set", "dev"), items)
        return self.send(self.family, self.spec.cmds[op], data + tail, flags)

    def dump(self, op):
        return self.ask(op, flags=F_DUMP)


def userns():
    """This process becomes root of a user namespace of its own."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")


def no_userns():
    """Why no user namespace can be made here; empty if one can. The kernel refuses it to all who are in a chroot."""
    child = os.fork()
    if not child:
        try:
            userns()
        except OSError as error:
            os._exit(error.errno)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code and f"no user namespace can be made here: {os.strerror(code)}"


class Results:
    """Results for the shell script that runs this, which numbers them."""

    failed = 0

    @staticmethod
    def skip(name, reason):
        """one that cannot be had here"""
        print(f"skip {name}: {reason}")

    def check(self, name, faults):
        """faults is a list of what went wrong, best none"""
        print(f"{'not ' if faults else ''}ok {name}")
        for line in "\n".join(faults).splitlines():
            print(f"# {line}")
        self.failed += bool(faults)


def differs(what, want, got):
    """A list of one fault where two values are not the same, or an empty list."""
    return [] if want == got else [f"{what}: wanted {want}", f"{what}: got    {got}"]


def matches(what, pattern, text):
    """A list of one fault where the text does not have the pattern, or an empty list."""
    return [] if re.search(pattern, text) else [f"{what}: wanted {pattern}", f"{what}: got    {text}"]
