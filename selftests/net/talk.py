# SPDX-License-Identifier: GPL-2.0
"""
Ends of conversations by real sockets, of which one is on the Internet:

    talk.py serve ADDRESS PORT               UDP: a datagram comes back, its first four octets the port that it was seen from.
                                             TCP: as many octets as the first line says, counted up
    talk.py udp ADDRESS PORT OCTETS [FROM]   a datagram of that many octets from port FROM; prints the port that it was seen from
    talk.py tcp ADDRESS PORT OCTETS          fails unless all octets come, and are right
"""
import os
import select
import socket
import sys

IP_MTU_DISCOVER, IP_PMTUDISC_DONT, IPV6_FREEBIND = 10, 0, 78
PATIENCE = 20
STEP = bytes(range(256)) * 256


def serve(address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as udp, socket.create_server(address, family=family) as tcp:
        if family == socket.AF_INET6:
            # Where one program is every host of the Internet, the answer comes from the one that was asked.
            udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            udp.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        udp.bind(address)
        while True:
            for sock in select.select((udp, tcp), (), ())[0]:
                if sock is tcp:
                    give(tcp.accept()[0])
                else:
                    data, asked, _, peer = udp.recvmsg(1 << 16, 128)
                    udp.sendmsg([b"%5d" % peer[1] + data[5:]], asked, 0, peer)


def give(stream):
    with stream:
        stream.settimeout(PATIENCE)
        try:
            left = int(stream.makefile("rb").readline())
            while left > 0:
                stream.sendall(STEP[:left])
                left -= len(STEP)
        except (OSError, ValueError) as err:
            print(err, flush=True)


def udp(address, octets, port=0):
    data = os.urandom(int(octets))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
        sock.bind(("0.0.0.0", int(port)))
        sock.settimeout(PATIENCE / 10)
        for _ in range(10):
            try:
                sock.sendto(data, address)
                answer, peer = sock.recvfrom(1 << 16)
            except OSError:
                continue
            if peer == address and answer[5:] == data[5:]:
                print(int(answer[:5]))
                return
    sys.exit("no answer of %s octets from %s" % (octets, address))


def tcp(address, octets):
    want, got = int(octets), bytearray()
    with socket.create_connection(address, timeout=PATIENCE) as stream:
        stream.sendall(b"%d\n" % want)
        while len(got) < want and (data := stream.recv(1 << 16)):
            got += data
    if got != (STEP * (want // len(STEP) + 1))[:want]:
        sys.exit("%d octets of %d, or others" % (len(got), want))


if __name__ == "__main__":
    what, host, number, *rest = sys.argv[1:]
    {"serve": serve, "udp": udp, "tcp": tcp}[what]((host, int(number)), *rest)
