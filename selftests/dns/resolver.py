#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""DNS servers that misbehave in known ways, one on each port, for what a real resolver cannot be made to do.

Usage: resolver.py ADDRESS PORT=BEHAVIOUR[,PREFIX/LEN...][,HOST...]...

Each takes the query for ipv4only.arpa by UDP, and by TCP where its behaviour says so, and answers as its behaviour
below. Prints "ready" when all ports listen, then a line `PORT udp|tcp` for each query that came.
"""
import ipaddress
import selectors
import socket
import struct
import sys

TTL = 600
TC, OK, SERVFAIL, NXDOMAIN, REFUSED = 0x8380, 0x8180, 0x8182, 0x8183, 0x8185


def embed(prefix, v4):
    """RFC 6052, section 2.2: the IPv4 address follows the prefix and leaves octet 8 out."""
    net = ipaddress.IPv6Network(prefix)
    octets = bytearray(net.network_address.packed)
    at = net.prefixlen // 8
    for octet in ipaddress.IPv4Address(v4).packed:
        if at == 8:
            at = 9
        octets[at] = octet
        at += 1
    return bytes(octets)


def aaaa(address, owner=b"\xc0\x0c", ttl=TTL):
    return owner + struct.pack("!HHIH", 28, 1, ttl, 16) + address


def record(kind, data):
    return b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 50, len(data)) + data


def cname(target):
    return record(5, target)


class Server:
    """What one port does. A behaviour returns the messages that answer a query, in order."""

    def __init__(self, behaviour, prefixes, hosts):
        self.behaviour = getattr(self, "do_" + behaviour)
        # What TCP does: True answers as UDP does not, None accepts and says nothing, False is not there.
        self.tcp = {"truncated": True, "truncated_silent": None, "truncated_closed": True,
                    "truncated_twice": True, "large": True}.get(behaviour, False)
        self.hosts = [record(1, ipaddress.IPv4Address(h).packed) for h in hosts]
        self.records = [aaaa(embed(p, v4)) for p in prefixes for v4 in ("192.0.0.170", "192.0.0.171")]

    def reply(self, query, flags, records=(), ident=None, count=None):
        """A response with the question of the query; COUNT is what the header says of its records."""
        return (ident or query[:2]) + struct.pack("!HHHHH", flags, 1, len(records) if count is None else count, 0, 0) \
            + query[12:] + b"".join(records)

    def good(self, query):
        return self.reply(query, OK, self.records)

    def do_good(self, query, tcp):
        return [self.good(query)]

    def do_named(self, query, tcp):
        """The NAT64 has a name, and the name has the hosts (RFC 7050, section 3.2)."""
        kind = struct.unpack("!H", query[-4:-2])[0]
        answers = {1: self.hosts, 12: [record(12, b"\x05nat64\x07example\x00")]}
        return [self.reply(query, OK, answers.get(kind, self.records))]

    def do_silent(self, query, tcp):
        return []

    def do_servfail(self, query, tcp):
        return [self.reply(query, SERVFAIL)]

    def do_refused(self, query, tcp):
        return [self.reply(query, REFUSED)]

    def do_nxdomain(self, query, tcp):
        return [self.reply(query, NXDOMAIN)]

    def do_nodata(self, query, tcp):
        return [self.reply(query, OK)]

    def do_plain(self, query, tcp):
        """AAAA records, but none that a NAT64 prefix made."""
        return [self.reply(query, OK, [aaaa(ipaddress.IPv6Address("2001:db8::1").packed)])]

    def do_garbage(self, query, tcp):
        return [b"\xff" * 60, b"", b"\x00", query[:2] + b"\x81\x80" + b"\xff" * 300]

    def do_cut(self, query, tcp):
        """Ends within a record, although nothing says that it is truncated."""
        return [self.good(query)[:-7]]

    def do_overcount(self, query, tcp):
        """More records announced than sent."""
        return [self.reply(query, OK, self.records, count=65535)]

    def do_loop(self, query, tcp):
        """The name of the record is a compression pointer to itself."""
        here = 12 + len(query[12:])
        return [self.reply(query, OK, [aaaa(self.records[0][-16:], owner=struct.pack("!H", 0xc000 | here))])]

    def do_cname_loop(self, query, tcp):
        """The name is an alias of itself."""
        return [self.reply(query, OK, [cname(b"\xc0\x0c")])]

    def do_cname(self, query, tcp):
        """The records belong to an alias, as RFC 7050 allows; what comes beside them is not asked for."""
        alias = b"\x05alias\xc0\x15"
        other = aaaa(ipaddress.IPv6Address("64:ff9b:1::c000:aa").packed, owner=b"\x05other\xc0\x15")
        return [self.reply(query, OK, [cname(alias), other] + [aaaa(r[-16:], owner=alias) for r in self.records])]

    def do_wrong_id(self, query, tcp):
        return [self.reply(query, OK, self.records, ident=bytes([query[0] ^ 0x80, query[1]]))]

    def do_wrong_question(self, query, tcp):
        return [self.good(query).replace(b"ipv4only", b"ipv5only")]

    def do_spoofed_first(self, query, tcp):
        """A guess of somebody else's comes before the true answer."""
        lie = [aaaa(embed("64:ff9b:1::/96", "192.0.0.170"))]
        return [self.reply(query, OK, lie, ident=bytes([query[0], query[1] ^ 1])), self.good(query)]

    def do_other_port(self, query, tcp):
        """A good answer, from a port that was not asked (serve_udp() sends it)."""
        return [self.good(query)]

    def do_ttl_huge(self, query, tcp):
        return [self.reply(query, OK, [aaaa(r[-16:], ttl=0xfffffff0) for r in self.records])]

    def do_ttl_mixed(self, query, tcp):
        return [self.reply(query, OK, [aaaa(r[-16:], ttl=900 - 100 * i) for i, r in enumerate(self.records)])]

    def do_truncated(self, query, tcp):
        return [self.good(query)] if tcp else [self.reply(query, TC)]

    do_truncated_refused = do_truncated
    do_truncated_silent = do_truncated

    def do_truncated_closed(self, query, tcp):
        return [] if tcp else [self.reply(query, TC)]

    def do_truncated_twice(self, query, tcp):
        return [self.reply(query, TC)]

    def do_large(self, query, tcp):
        """An answer that needs TCP: 500 records of hosts, then those of the prefix, more than 14 KB."""
        crowd = [aaaa(ipaddress.IPv6Address("2001:db8::").packed[:14] + struct.pack("!H", i)) for i in range(500)]
        return [self.reply(query, OK, self.records + crowd)] if tcp else [self.reply(query, TC)]


def serve_udp(sock, server):
    query, peer = sock.recvfrom(4096)
    print(sock.getsockname()[1], "udp", flush=True)
    if server.behaviour == server.do_other_port:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as other:
            other.bind((sock.getsockname()[0], 0))
            other.sendto(server.good(query), peer)
        return
    for message in server.behaviour(query, False):
        sock.sendto(message, peer)


def serve_tcp(sock, server, silent):
    peer, _ = sock.accept()
    print(sock.getsockname()[1], "tcp", flush=True)
    if server.tcp is None:
        silent.append(peer)
        return
    with peer:
        peer.settimeout(5)
        length = struct.unpack("!H", peer.recv(2, socket.MSG_WAITALL))[0]
        query = peer.recv(length, socket.MSG_WAITALL)
        stream = b"".join(struct.pack("!H", len(m)) + m for m in server.behaviour(query, True))
        # In pieces, the length alone and cut in two first, as a network may deliver it.
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (stream[:1], stream[1:2], stream[2:50], stream[50:]):
            peer.sendall(piece)


def main():
    address, poll, silent = sys.argv[1], selectors.DefaultSelector(), []
    for argument in sys.argv[2:]:
        port, _, behaviour = argument.partition("=")
        behaviour, *words = behaviour.split(",")
        prefixes = [word for word in words if "/" in word]
        server = Server(behaviour, prefixes or ["64:ff9b::/96"], [word for word in words if "/" not in word])
        udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        udp.bind((address, int(port)))
        poll.register(udp, selectors.EVENT_READ, (serve_udp, udp, server))
        if server.tcp is not False:
            tcp = socket.create_server((address, int(port)), family=socket.AF_INET6)
            poll.register(tcp, selectors.EVENT_READ, (serve_tcp, tcp, server, silent))
    print("ready", flush=True)
    while True:
        for key, _ in poll.select():
            key.data[0](*key.data[1:])


main()
