# SPDX-License-Identifier: GPL-2.0
"""The hosts of a test program, and what becomes of a packet: it comes out as wanted, is dropped and counted, or is not ours."""
import struct

from pkt import UDP, ip4, ip6, udp
from tap import equal, true
from world import NEAR4, NEAR6, PHONE_MAC, SERVER4, World, blank_id

W = World()
# What the phone's own stack answers to what comes in is translated as well.
OWN46 = {"packets46", "bytes46"}


def u46(payload=b"data", src=NEAR4, dst=SERVER4, **more):
    """A UDP packet to the server."""
    return ip4(src, dst, UDP, udp(src, dst, payload), **more)


def u64(payload=b"data", src=None, dst=NEAR6, **more):
    """A UDP packet from the server."""
    src = src or W.embed(SERVER4)
    return ip6(src, dst, UDP, udp(src, dst, payload), **more)


def passes46(packet, want, send=None):
    """The packet leaves as wanted, in one packet or in a list of them, is counted once, and nothing else is counted."""
    before = W.quiet()
    (send or W.dev.send)(packet)
    for number, one in enumerate(want if isinstance(want, list) else [want]):
        equal(W.far.take(), one, f"octets on the uplink, packet {number}")
    moved = W.moved(before)
    equal({name: moved.get(name) for name in moved if "bytes" not in name}, {"packets46": 1}, "counters")
    return moved


def drops46(counter, packet, send=None, kind=0x0800):
    """The packet goes nowhere and is counted there, and only there."""
    before = W.quiet()
    if send:
        send(packet)
    else:
        W.dev.send(packet, kind)
    equal(*W.echo46(), "the packet after it")
    moved = W.moved(before)
    moved.pop("bytes46")
    equal(moved, {counter: 1, "packets46": 1}, "counters")


def comes64(packet, want, tap=None, blank=True):
    """
    The packet arrives as wanted, but for its identification unless told otherwise, which is returned; it is counted once,
    and nothing else.
    """
    before = W.quiet()
    W.from_far(packet)
    got = (tap or W.dev).take()
    true(got is not None, "nothing arrived")
    if blank:
        equal(blank_id(got), blank_id(want), "octets but for the identification")
    else:
        equal(got, want, "octets")
    moved = W.moved(before)
    true(moved.pop("packets64", 0) == 1 and moved.pop("bytes64", 0) == len(want), f"counters: {W.moved(before)}")
    equal(set(moved) - OWN46, set(), "other counters")
    return struct.unpack("!H", got[4:6])[0]


def drops64(counter, packet):
    before = W.quiet()
    W.from_far(packet)
    equal(*W.echo64(), "the packet after it")
    moved = W.moved(before)
    equal((moved.get(counter), moved.get("packets64")), (1, 1), f"counters {moved}")
    equal(set(moved) - OWN46 - {counter, "packets64", "bytes64"}, set(), "other counters")


def untouched64(packet, frame_dst=PHONE_MAC, sender=None):
    """Not ours: no counter moves, nothing comes out of clat0."""
    before = W.quiet()
    if sender:
        sender(packet)
    else:
        W.from_far(packet, frame_dst)
    equal(*W.echo64(), "the packet after it")
    moved = W.moved(before)
    equal(set(moved) - OWN46 - {"packets64", "bytes64"}, set(), "counters")
    equal(moved["packets64"], 1, "packets64")
