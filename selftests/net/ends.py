# SPDX-License-Identifier: GPL-2.0
"""
Ends of transfers by real sockets, of which one is on the Internet:

    ends.py serve ADDRESS PORT FILE               UDP: each datagram comes back, last octet first. TCP: what comes is put into FILE
    ends.py ask ADDRESS PORT OCTETS [nocheck]     a datagram of that many random octets, without Don't Fragment, and with nocheck
                                                  without a checksum; fails unless it comes back
    ends.py send ADDRESS PORT FILE                FILE by TCP; fails unless the other end has all of it
"""
import os
import select
import socket
import sys

IP_MTU_DISCOVER, IP_PMTUDISC_DONT, SO_NO_CHECK = 10, 0, 11
PATIENCE = 20


def datagrams(nocheck=False):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
    sock.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, nocheck)
    return sock


def receive(stream, name):
    """Everything into the file, then its length back."""
    stream.settimeout(PATIENCE)
    with stream, open(name, "wb") as file:
        while data := stream.recv(1 << 16):
            file.write(data)
        stream.sendall(str(file.tell()).encode())


def serve(address, name):
    with datagrams() as udp, socket.create_server(address) as tcp:
        udp.bind(address)
        while True:
            for sock in select.select((udp, tcp), (), ())[0]:
                if sock is tcp:
                    receive(tcp.accept()[0], name)
                else:
                    data, peer = udp.recvfrom(1 << 16)
                    udp.sendto(data[::-1], peer)


def ask(address, octets, nocheck=""):
    """
    The first datagrams may be lost to path MTU discovery on either way: nobody sends them again but their program, and then
    they pass.
    """
    data = os.urandom(int(octets))
    with datagrams(nocheck == "nocheck") as udp:
        udp.settimeout(PATIENCE / 10)
        for _ in range(10):
            try:
                udp.sendto(data, address)
                if udp.recvfrom(1 << 16) == (data[::-1], address):
                    return
            except socket.timeout:
                pass
    sys.exit(f"a datagram of {octets} octets to {address} does not come back")


def send(address, name):
    with socket.create_connection(address, PATIENCE) as sock, open(name, "rb") as file:
        sock.settimeout(PATIENCE)
        sock.sendfile(file)
        sock.shutdown(socket.SHUT_WR)
        if sock.recv(100) != str(file.tell()).encode():
            sys.exit(f"{address} did not get all")


if __name__ == "__main__":
    {"serve": serve, "ask": ask, "send": send}[sys.argv[1]]((sys.argv[2], int(sys.argv[3])), *sys.argv[4:])
