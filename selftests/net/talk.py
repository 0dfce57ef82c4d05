# SPDX-License-Identifier: GPL-2.0
"""
Ends of conversations by real sockets, of which one is on the Internet:

    talk.py serve ADDRESS PORT               UDP: a datagram comes back, its first four octets the port that it was seen from.
                                             TCP: as many octets as the first line says, counted up
    talk.py udp ADDRESS PORT OCTETS [FROM]   a datagram of that many octets from port FROM; prints the port that it was seen from
    talk.py tcp ADDRESS PORT OCTETS          fails unless all octets come, and are right
    talk.py stream ADDRESS PORT COUNT        as QUIC does it: so many datagrams of 1200 octets, with Don't Fragment, go out and
                                             come back, some at once; fails unless each does, lost ones sent again
    talk.py knock ADDRESS PORT KIND FROM     as the host FROM, which is one of ours, udp or tcp: fails if there is no answer
"""
import os
import select
import socket
import sys

IP_MTU_DISCOVER, IP_PMTUDISC_DONT, IP_PMTUDISC_DO, IPV6_FREEBIND = 10, 0, 2, 78
PATIENCE = 20
WINDOW = 16
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


def stream(address, count):
    left, flying = {n: b"12345%07d" % n + os.urandom(1188) for n in range(int(count))}, set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
        sock.settimeout(PATIENCE / 20)
        sock.connect(address)
        for _ in range(PATIENCE):
            try:
                while left:
                    for n in [n for n in list(left)[:WINDOW] if n not in flying]:
                        sock.send(left[n])
                        flying.add(n)
                    answer = sock.recv(1 << 16)
                    n = int(answer[5:12])
                    if n in left and answer[5:] == left[n][5:]:
                        del left[n]
                        flying.discard(n)
                return
            except OSError:
                flying.clear()
    sys.exit("%d of %s datagrams did not come back" % (len(left), count))


def knock(address, kind, host):
    kinds = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}
    with socket.socket(socket.AF_INET6, kinds[kind]) as sock:
        sock.bind((host, 0))
        sock.settimeout(PATIENCE / 10)
        try:
            sock.connect(address)
            sock.sendall(b"12345 is it you?\n" if kind == "udp" else b"16\n")
            answer = sock.recv(100)
        except OSError as err:
            sys.exit("no answer from %s by %s: %s" % (address[0], kind, err))
    if answer[5:] != b" is it you?\n" and answer != STEP[:16]:
        sys.exit("another answer: %s" % answer)


if __name__ == "__main__":
    what, host, number, *rest = sys.argv[1:]
    {"serve": serve, "udp": udp, "tcp": tcp, "stream": stream, "knock": knock}[what]((host, int(number)), *rest)
