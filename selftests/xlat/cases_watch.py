# SPDX-License-Identifier: GPL-2.0
"""
What the device tells of a PLAT that does not answer. These cases take as long as the watch waits: 10 seconds, in steps of 5.
"""
import struct
import time

import clatnl
from expect import W, u46, u64
from tap import case, equal, run, true
from world import enter

SOL_NETLINK, ADD_MEMBERSHIP = 270, 1
GRACE = 20


class Monitor(clatnl.Clat):
    """A listener to the group monitor, in the phone's namespace."""

    def __init__(self):
        enter("phone")
        super().__init__()
        family = dict(clatnl.attrs(self.talk(clatnl.GENL_CTRL, clatnl.GET_FAMILY, clatnl.attr(2, "clat"))[0]))
        group = dict(clatnl.attrs(clatnl.attrs(family[7])[0][1]))
        self.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, struct.unpack("=I", group[2])[0])
        self.sock.settimeout(0.1)

    def silent(self):
        """What the next notification says, or None if none has come."""
        try:
            return self.view(self.sock.recv(1 << 17)[20:])["silent"]
        except TimeoutError:
            return None


def until(monitor, each, told):
    """Calls `each` now and again until a notification says so; the seconds it took."""
    start = time.monotonic()
    while time.monotonic() < start + GRACE:
        each()
        if monitor.silent() == told:
            return time.monotonic() - start
    raise AssertionError(f"waited {GRACE} s in vain for silent={told}; counters {W.counters()}")


def ask():
    W.dev.send(u46())


def answer():
    W.from_far(u64())


@case("packets go out and none comes back: told after 10 seconds, not before, and once")
def silence():
    W.configure()
    monitor = Monitor()
    seconds = until(monitor, ask, 1)
    true(seconds > 9, f"told after {seconds:.1f} s")
    equal(W.clat.get(W.index)["silent"], 1, "silent in dev-get")
    end = time.monotonic() + 6
    while time.monotonic() < end:
        ask()
        equal(monitor.silent(), None, "a second notification")


@case("a packet comes back: told within 5 seconds")
def answered():
    monitor = Monitor()
    seconds = until(monitor, answer, 0)
    true(seconds < 7, f"told after {seconds:.1f} s")
    equal(W.clat.get(W.index)["silent"], 0, "silent in dev-get")


@case("after a pause in which the watch slept it is told again")
def again():
    monitor = Monitor()
    time.sleep(11)
    equal(monitor.silent(), None, "a notification while nothing flows")
    seconds = until(monitor, ask, 1)
    true(seconds > 9, f"told after {seconds:.1f} s")
    until(monitor, answer, 0)


@case("packets that are answered now and then are not silence")
def conversation():
    W.configure()
    monitor = Monitor()
    end = time.monotonic() + 12
    while time.monotonic() < end:
        ask()
        answer()
        time.sleep(0.5)
        equal(monitor.silent() or 0, 0, "silent")


if __name__ == "__main__":
    run()
