# SPDX-License-Identifier: GPL-2.0
"""The benchmark inside its machine: guest.py [-j|-s|-c] [ROW...]. See run.sh."""
import json
import os
import statistics
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
sys.path[:0] = [os.path.join(TOP, "selftests/bench"), os.path.join(TOP, "selftests/xlat")]
from chart import chart  # noqa: E402
from rows import ROWS, WORLDS  # noqa: E402
from clatnl import Clat, DEV, attr, lan, local_map, plat, u32  # noqa: E402

INJECTOR = "/sys/kernel/debug/clat-bench"
BATCHES = 32
# Loaded for every row: what netfilter costs by being there is no difference between rows.
MODULES = ("dummy", "nf_tables", "nf_conntrack", "nft_chain_nat", "nft_masq", "nft_ct", "nf_flow_table",
           "nf_flow_table_inet", "nft_flow_offload")
# Native IPv6 forwarding costs this much in this kernel: where it does not, something else is measured.
NATIVE, TOLERANCE = 2785, 0.02
SYSCTLS = ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding", "net/netfilter/nf_conntrack_tcp_be_liberal")


class Void(Exception):
    """A row whose figure would mean nothing."""


def run(*command, text=None):
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"bench: {' '.join(command)}: {done.stdout.strip()}")


def sysctl(name, value):
    with open("/proc/sys/" + name, "w", encoding="ascii") as file:
        file.write(value)


def prepare():
    run("modprobe", "-a", *MODULES)
    run("insmod", os.path.join(TOP, "kernel/clat.ko"))
    run("insmod", os.path.join(TOP, "selftests/bench/clat-bench.ko"))
    for name in SYSCTLS:
        sysctl(name, "1")


def build(world):
    """Devices, addresses and routes anew, so that no row sees what another one left."""
    run("nft", "flush", "ruleset")
    run("sh", "-c", "for d in lan wan clat0; do ! ip link show $d >/dev/null 2>&1 || ip link del $d; done")
    run("ip", "-batch", "-", text="""
        link add lan type dummy
        link add wan type dummy
        link set lan up
        link set wan up
        address add 192.168.43.1/24 dev lan
        address add 2001:db8:43::1/64 dev lan nodad
        address add 2001:db8:1:2::1/64 dev wan nodad
        route add default via fe80::1 dev wan
        """)
    if not world.clat:
        run("ip", "-batch", "-", text=world.ip)
        return
    run("ip", "link", "add", "clat0", "type", "clat")
    ifindex = {name: int(open(f"/sys/class/net/{name}/ifindex", encoding="ascii").read()) for name in ("lan", "wan", "clat0")}
    Clat().set(ifindex["clat0"], attr(DEV["uplink"], u32(ifindex["wan"])), plat("64:ff9b::/96"), local_map(world.clat),
               lan(*([ifindex["lan"]] if world.lan else [])))
    run("ip", "-batch", "-", text="link set clat0 up\nroute add default dev clat0\n" + world.ip)
    if world.nft:
        run("nft", "-f", "-", text=world.nft)


def inject(packet, dev_in, dev_out, batches, mark=False):
    """Returns nanoseconds of a packet, and its octets at the other side.

    The median of the batches: what an interrupt costs that falls into one of them is no part of a packet's cost."""
    with open(INJECTOR, "wb", buffering=0) as file:
        file.write(packet.request(dev_in, dev_out, batches, mark))
    with open(INJECTOR, encoding="ascii") as file:
        sent, packets, octets, *ns = map(int, file.read().split())
    if dev_out and packets != sent:
        raise Void(f"{sent - packets} of {sent} lost")
    return statistics.median(ns) * batches / sent, octets / sent


def measure(row):
    """Instructions a packet, the injector's own taken off."""
    for packet, dev_in, dev_out in row.before:
        inject(packet, dev_in, dev_out, 1)
    packet = row.packet
    warm = max(2, 2 * packet.vary // 64)
    inject(packet, row.dev_in, row.dev_out, warm)
    ns, octets = inject(packet, row.dev_in, row.dev_out, max(BATCHES, warm), True)
    if octets != row.octets:
        raise Void(f"packets of {octets:.0f} octets instead of {row.octets}")
    own, _ = inject(packet, row.dev_in, "", BATCHES)
    return {"gross": round(ns), "net": round(ns - own)}


def ratio(results, row):
    if row.native == row.name:
        return None
    return results[row.native]["net"] / results[row.name]["net"]


def table(results):
    print(f"{'row':<34} {'net':>7} {'gross':>7} {'native/this':>11} {'goal':>6}")
    for row in ROWS:
        result = results.get(row.name)
        if not result:
            continue
        if "void" in result:
            print(f"{row.name:<34} void: {result['void']}")
            continue
        text = f"{row.name:<34} {result['net']:>7} {result['gross']:>7}"
        if "ratio" in result:
            text += f" {result['ratio']:>11.3f}"
        if row.goal:
            text += f" {row.goal:>6.2f} {'' if result['ratio'] >= row.goal else 'missed'}"
        if row.more:
            more = result["net"] - results[row.native]["net"]
            text += f"  {more:+d}, goal {row.more:+d} {'' if more <= row.more else 'missed'}"
        print(text)


def count(row):
    """What run.sh needs to tell which function the instructions of the row are in."""
    build(WORLDS[row.world])
    result = measure(row)
    print(f"packets {max(BATCHES, 2 * row.packet.vary // 64) * 64} net {result['net']}")
    with open("/proc/kallsyms", encoding="ascii") as file:
        for line in file:
            address, kind, name = line.split()[:3]
            if kind in "tTwW":
                print(f"symbol {address} {name}")


def main():
    args = sys.argv[1:]
    show = {"-j": lambda results: print(json.dumps(results, indent=1)), "-s": lambda results: print(chart(ROWS, results))}
    show = [show[arg] for arg in args if arg in show] or [table]
    wanted = [arg for arg in args if not arg.startswith("-")]
    chosen = [row for row in ROWS if not wanted or any(row.name.startswith(name) for name in wanted)]
    if not chosen:
        sys.exit("bench: no such row; there are: " + ", ".join(row.name for row in ROWS))
    if "-c" in args:
        prepare()
        count(chosen[0])
        return
    needed = {ROWS[0].name} | {row.name for row in chosen} | {row.native for row in chosen}

    prepare()
    results, world = {}, None
    for row in ROWS:
        if row.name not in needed:
            continue
        if row.world != world:
            world = row.world
            build(WORLDS[world])
        try:
            results[row.name] = measure(row)
            if row.native != row.name and "net" in results[row.native]:
                results[row.name]["ratio"] = round(results[row.native]["net"] / results[row.name]["net"], 4)
        except Void as why:
            results[row.name] = {"void": str(why)}
    show[0](results)

    native = results[ROWS[0].name].get("net", 0)
    if abs(native - NATIVE) > NATIVE * TOLERANCE:
        sys.exit(f"bench: void: native IPv6 forwarding takes {native} instructions, not {NATIVE} ± {TOLERANCE:.0%}")
    if any("void" in result for result in results.values()):
        sys.exit("bench: rows lost packets: they have no figure")


main()
