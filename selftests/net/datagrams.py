# SPDX-License-Identifier: GPL-2.0
"""
UDP by real sockets: datagrams.py serve ADDRESS PORT, or datagrams.py ask ADDRESS PORT OCTETS [nocheck]

The server sends each datagram back, last octet first. `ask` sends one of that many random octets without Don't Fragment, with
`nocheck` without a checksum, and fails unless it comes back so within 10 seconds.
"""
import os
import socket
import sys

IP_MTU_DISCOVER, IP_PMTUDISC_DONT, SO_NO_CHECK = 10, 0, 11


def sock(nocheck):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
    udp.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, nocheck)
    return udp


def serve(address):
    with sock(False) as udp:
        udp.bind(address)
        while True:
            data, peer = udp.recvfrom(1 << 16)
            udp.sendto(data[::-1], peer)


def ask(address, octets, nocheck):
    data = os.urandom(octets)
    with sock(nocheck) as udp:
        udp.settimeout(10)
        udp.sendto(data, address)
        back, peer = udp.recvfrom(1 << 16)
    if (back, peer) != (data[::-1], address):
        sys.exit(f"{len(back)} octets from {peer}, not what was sent")


if __name__ == "__main__":
    ADDRESS = (sys.argv[2], int(sys.argv[3]))
    if sys.argv[1] == "serve":
        serve(ADDRESS)
    else:
        ask(ADDRESS, int(sys.argv[4]), sys.argv[5:] == ["nocheck"])
