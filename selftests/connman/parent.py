# SPDX-License-Identifier: GPL-2.0
"""
What ConnMan's CLAT plugin does with its translator, as far as a translator can tell:

    parent.py TAYGA PREFIX/LEN ADDRESS UPLINK [SUBNET [on|off]]

Writes tayga.conf as the plugin does, has TAYGA make its device, sets the device up, and lets TAYGA run: until SIGTERM, or
until it ends by itself. An exit code other than 0 is a restart; death by a signal counts as 0, and is the end. What
happens is told in lines on stdout:

    mktun CODE | runs PID | exit CODE after SECONDS | says TEXT | restart | rmtun CODE | stopped | failed
"""
import os
import signal
import subprocess
import sys
import time

CONF = os.environ.get("TAYGA_CONF", "/run/connman/tayga.conf")
DEVICE = "clat"
BUSY = ("aborting: Device or resource busy", "aborting: Invalid argument")
GONE = "File descriptor in bad state"


def say(*words):
    print(*words, flush=True)


def ip(*words):
    return subprocess.run(("ip",) + words, stderr=subprocess.DEVNULL, check=False).returncode


def sysctl(key, value):
    with open("/proc/sys/net/ipv6/conf/" + key, "w", encoding="ascii") as file:
        file.write(value)


class Parent:
    def __init__(self, tayga, prefix, address, uplink, subnet="192.168.0.0", strict="on"):
        self.tayga, self.address, self.uplink = tayga, address, uplink
        self.task = None
        self.stopping = self.restart = False
        os.makedirs(os.path.dirname(CONF), exist_ok=True)
        with open(CONF, "w", encoding="ascii") as file:
            file.write(f"tun-device {DEVICE}\nipv4-addr 192.0.0.2\nprefix {prefix}\nmap 192.0.0.1 {address}\n"
                       f"dynamic-pool {subnet}/24\nstrict-frag-hdr {strict}\n")
        signal.signal(signal.SIGTERM, self.stop)

    def stop(self, *_):
        self.stopping = True
        self.asked = time.monotonic()
        if self.task:
            self.task.terminate()

    def hears(self, line):
        say("says", line)
        if line.endswith(BUSY):
            # It takes only a tun device away.
            subprocess.run(("ip", "tuntap", "del", DEVICE, "mode", "tun"), stderr=subprocess.DEVNULL, check=False)
            self.restart = True
        elif line.endswith(GONE):
            self.restart = True

    def call(self, *words):
        """To its end; what it says is heard line by line. Death by a signal is 0."""
        self.task = subprocess.Popen((self.tayga, "--config", CONF) + words, stdin=subprocess.DEVNULL, text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if "--nodetach" in words:
            say("runs", self.task.pid)
            if self.stopping:
                self.task.terminate()
        for line in self.task.stdout:
            self.hears(line.rstrip("\n"))
        code = max(self.task.wait(), 0)
        self.task = None
        return code

    def configure(self):
        """IPv6 forwarding and proxy NDP as for NAT66, which it has in common with this; then routes and addresses."""
        ip("link", "set", DEVICE, "up")
        sysctl("all/forwarding", "1")
        sysctl(self.uplink + "/proxy_ndp", "1")
        ip("-6", "neigh", "add", "proxy", self.address, "dev", self.uplink)
        ip("-6", "route", "add", self.address + "/128", "dev", DEVICE, "metric", "1024")
        ip("address", "add", "192.0.0.1/29", "brd", "+", "dev", DEVICE)
        ip("route", "add", "default", "dev", DEVICE, "metric", "2000")

    def unconfigure(self):
        ip("-6", "neigh", "del", "proxy", self.address, "dev", self.uplink)
        if os.path.exists(f"/proc/sys/net/ipv6/conf/{self.uplink}"):
            sysctl(self.uplink + "/proxy_ndp", "0")
        sysctl("all/forwarding", "0")
        ip("route", "del", "default", "dev", DEVICE, "metric", "2000")
        ip("address", "flush", "dev", DEVICE)
        ip("-6", "route", "del", self.address + "/128", "dev", DEVICE, "metric", "1024")
        ip("link", "set", DEVICE, "down")
        say("rmtun", self.call("--rmtun"))

    def live(self):
        """From the making of the device to its end. Returns whether it is to begin anew."""
        self.restart = False
        code = self.call("--mktun")
        say("mktun", code)
        if code:
            say("restart" if self.restart else "failed")
            return self.restart
        self.configure()
        code = self.call("--nodetach", "-d")
        seconds = time.monotonic() - self.asked if self.stopping else 0
        say("exit", code, "after", round(seconds, 2))
        if (code or self.restart) and not self.stopping:
            self.restart = True
            say("restart")
        self.unconfigure()
        return self.restart

    def run(self):
        while self.live() and not self.stopping:
            pass
        say("stopped")


if __name__ == "__main__":
    Parent(*sys.argv[1:]).run()
