# SPDX-License-Identifier: GPL-2.0
"""The tracepoint clat:clat_drop: what it says of dropped packets, and that its names are those of the specification."""
import os
import re
import subprocess

import yaml

from expect import W, u46, u64
from pkt import FRAGMENT, UDP, frag6, ip4, ip6, udp
from tap import case, equal, run, true
from world import NEAR4, NEAR6, SERVER4, wait

TRACE = "/sys/kernel/tracing"
EVENT = TRACE + "/events/clat/clat_drop"
SPEC = os.path.join(os.path.dirname(__file__), "../../Documentation/netlink/specs/clat.yaml")


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def traced():
    """(device, reason, length, linear octets, gso_size) of each drop since the trace was emptied"""
    fields = re.findall(r"clat_drop: dev=(\S+) reason=(\S+) len=(\d+) linear=(\d+) gso_size=(\d+)", read(TRACE + "/trace"))
    return [(dev, reason) + tuple(map(int, numbers)) for dev, reason, *numbers in fields]


@case("every dropped packet is traced with its device, reason and lengths")
def drops():
    W.configure()
    far6 = W.embed(SERVER4)
    before = W.quiet()
    write(TRACE + "/trace", "")
    sent = (("checksum46", u46(check=1), 32), ("source46", u46(src="192.0.2.1"), 32), ("dest46", u46(dst="127.0.0.1"), 32))
    for _, packet, _ in sent:
        W.dev.send(packet)
    received = (("source64", u64(src=W.embed("127.0.0.1")), 52),
                ("icmp-fragment64", ip6(far6, NEAR6, FRAGMENT, frag6(58, 1, 8, 1) + bytes(16)), 64))
    for _, packet, _ in received:
        W.from_far(packet)
    wait(lambda: len(traced()) >= len(sent + received), "all are traced")
    equal([(dev, reason, length) for dev, reason, length, _, _ in traced()],
          [("clat0", reason, length) for reason, _, length in sent + received], "the trace")
    for _, reason, length, linear, gso_size in traced():
        true(0 < linear <= length and gso_size == 0, f"{reason}: linear octets {linear}, gso_size {gso_size}")
    equal({name: n for name, n in W.moved(before).items() if n == 1}, {reason: 1 for reason, _, _ in sent + received}, "counters")


@case("what passes is not traced")
def passes():
    W.configure()
    W.quiet()
    write(TRACE + "/trace", "")
    equal(*W.echo46(), "a packet")
    equal(*W.echo64(), "a packet")
    equal(traced(), [], "the trace")


@case("the reasons have the names of the specification, each its own")
def names():
    with open(SPEC, encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    drop, = (s for s in spec["attribute-sets"] if s["name"] == "drop")
    # The first attribute is padding, and the numbers begin at 1 with it.
    want = [(number, a["name"]) for number, a in enumerate(drop["attributes"], 1) if a["name"] != "pad"]
    found = [(int(number), name) for number, name in re.findall(r'{ *(\d+), *"([a-z0-9-]+)" *}', read(EVENT + "/format"))]
    equal(found, want, "names")


if __name__ == "__main__":
    if not os.path.exists(TRACE + "/events"):
        subprocess.run(("mount", "-t", "tracefs", "tracefs", TRACE), check=True)
    true(os.path.exists(EVENT), f"{EVENT} is there")
    write(EVENT + "/enable", "1")
    try:
        run()
    finally:
        write(EVENT + "/enable", "0")
