# SPDX-License-Identifier: GPL-2.0
"""What is measured: the rows of the table, and the networks that they need."""
from dataclasses import dataclass, field

from packet import Packet, TCP, UDP

ETH = 14
CLIENT6, SERVER6 = "2001:db8:43::2", "2001:db8:f::1"
FAR4, FAR6 = "198.18.0.1", "64:ff9b::c612:1"
NAT4, NAT6 = "192.0.0.1", "2001:db8:1:2::c1a7"
LAN4, LAN6 = "192.168.43.2", "2001:db8:1:2:c1a7::2"
MAP = "192.168.43.0/24=2001:db8:1:2:c1a7::/120"


@dataclass
class World:
    """clat: the address map, without it there is no clat0; lan: with the LAN shortcut; ip: more lines of ip -batch; nft: rules"""
    clat: str = ""
    lan: bool = False
    ip: str = ""
    nft: str = ""


WORLDS = {
    "native": World(),
    "native4": World(ip="address add 198.51.100.1/24 dev wan\nroute add default via 198.51.100.2 dev wan\n"),
    # The client has the CLAT's own address: translation, and nothing else.
    "one": World(f"{NAT4}/32={NAT6}/128", ip=f"route add {NAT4} dev lan\n"),
    "map": World(MAP),
    "lan": World(MAP, lan=True),
    "nat": World(f"{NAT4}/32={NAT6}/128", ip=f"address add {NAT4}/32 dev clat0\n", nft="""
        table ip hotspot {
            flowtable fast { hook ingress priority 0; devices = { lan, clat0 }; }
            chain forward { type filter hook forward priority 0; ct state established flow add @fast; }
            chain nat { type nat hook postrouting priority 100; oif clat0 masquerade; }
        }"""),
}


@dataclass
class Row:
    """native: the row it is compared with; goal: native / this at least; more: instructions more than native at most;
    before: packets that must pass first; octets: of a packet at the other side"""
    name: str
    world: str
    packet: Packet
    dev_in: str
    dev_out: str
    native: str
    goal: float = 0
    more: int = 0
    before: list = field(default_factory=list)

    def __post_init__(self):
        grows = {(4, "wan"): 20, (6, "lan"): -20}.get((self.packet.version, self.dev_out), 0)
        if self.world.startswith("native") or self.more:
            grows = 0
        self.octets = self.packet.length + grows + ETH


# name: protocol, octets of the IPv4 packet, octets of a segment's payload, far ends
SHAPES = {
    "udp1280": (UDP, 1280, 0, 1),
    "udp64": (UDP, 64, 0, 1),
    "tcp52": (TCP, 52, 0, 1),
    "tcp1440": (TCP, 1440, 0, 1),
    "udp1280-1024": (UDP, 1280, 0, 1024),
    "super-tcp": (TCP, 40 + 44 * 1388, 1388, 1),
    "super-udp": (UDP, 28 + 44 * 1388, 1388, 1),
}


def packet46(shape, local):
    proto, length, gso, vary = SHAPES[shape]
    return Packet(local, FAR4, proto, length, gso=gso, vary=vary)


def packet64(shape, local):
    proto, length, gso, vary = SHAPES[shape]
    return Packet(FAR6, local, proto, length + 20, 4433, 1024, gso=gso, vary=vary, far_is_dst=False)


def native(shape, up):
    proto, length, gso, vary = SHAPES[shape]
    ends = (CLIENT6, SERVER6) if up else (SERVER6, CLIENT6)
    return Packet(*ends, proto, length + 20, gso=gso, vary=vary, far_is_dst=up)


def both(world, shape, local4, local6, goal46, goal64, prefix, before=False):
    there, back = packet46(shape, local4), packet64(shape, local6)
    # A flow is offloaded once both sides have been heard.
    first = [(there, "lan", "wan"), (back, "wan", "lan"), (there, "lan", "wan")] if before else []
    return [Row(f"{prefix}46-{shape}", world, there, "lan", "wan", "native-" + shape, goal46, before=first),
            Row(f"{prefix}64-{shape}", world, back, "wan", "lan", "native-" + shape, goal64, before=first)]


ROWS = [Row("native-" + shape, "native", native(shape, True), "lan", "wan", "native-" + shape) for shape in SHAPES]
ROWS.append(Row("native-back-udp1280", "native", native("udp1280", False), "wan", "lan", "native-back-udp1280"))
for name in ("udp1280", "super-tcp"):
    ROWS.append(Row("native4-" + name, "native4", packet46(name, LAN4), "lan", "wan", "native-" + name))
GOALS = {"udp1280-1024": (0.75, 1.00), "super-tcp": (0.85, 1.00), "super-udp": (0.85, 1.00)}
for name in SHAPES:
    ROWS += both("one", name, NAT4, NAT6, *GOALS.get(name, (0.88, 1.05)), "")
ROWS.append(Row("hooked-udp1280", "one", native("udp1280", False), "wan", "lan", "native-back-udp1280", more=115))
for name, goals in (("udp1280", (1.18, 1.35)), ("super-tcp", (1.10, 1.25))):
    ROWS += both("nat", name, LAN4, NAT6, *goals, "nat-flow-", True)
for name, goals in (("udp1280", (2.0, 2.4)), ("super-tcp", (1.7, 2.0))):
    ROWS += both("map", name, LAN4, LAN6, 0, 0, "map-")
    ROWS += both("lan", name, LAN4, LAN6, *goals, "lan-")
