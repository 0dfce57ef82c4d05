#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A program on the system bus that has the name of NetworkManager, and answers as it should not.

Usage: manager.py SERVER BEHAVIOUR...

Each question is answered as the next behaviour below says, the last one for ever; a signal after it brings the next
question. "good" names SERVER for wwan0. Prints "ready" when it has the name, then a line with the behaviour for each
question.
"""
import sys

import dbus
import dbus.lowlevel
import dbus.mainloop.glib
from gi.repository import GLib

NAME = "org.freedesktop.NetworkManager"
PATH = "/org/freedesktop/NetworkManager/DnsManager"
ENTRIES = 200000
PAUSE_MS = 250


def configuration(*servers):
    return dbus.Dictionary({"interface": "wwan0", "nameservers": dbus.Array(servers, signature="s")}, signature="sv")


def deep(levels):
    value = dbus.Int32(1, variant_level=1)
    for _ in range(levels):
        value = dbus.Array([value], signature="v", variant_level=1)
    return value


class Manager:
    def __init__(self, connection, server, behaviours):
        self.connection, self.server, self.behaviours = connection, server, behaviours

    def reply(self, call, signature, *values):
        message = dbus.lowlevel.MethodReturnMessage(call)
        message.append(*values, signature=signature)
        self.connection.send_message(message)

    def signal(self, destination=None):
        message = dbus.lowlevel.SignalMessage(PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged")
        if destination:
            message.set_destination(destination)
        message.append(NAME + ".DnsManager", {}, [], signature="sa{sv}as")
        self.connection.send_message(message)

    def do_good(self, call):
        self.reply(call, "v", dbus.Array([configuration(self.server)], signature="a{sv}", variant_level=1))

    def do_number(self, call):
        self.reply(call, "u", 7)

    def do_nothing(self, call):
        self.reply(call, "")

    def do_types(self, call):
        self.reply(call, "v", dbus.Array([dbus.Dictionary({"interface": 7, "nameservers": {"a": 7.5}, "vpn": "no"},
                                                          signature="sv")], signature="a{sv}", variant_level=1))

    def do_keys(self, call):
        self.reply(call, "a{ua{dv}}", {7: {7.5: dbus.Array([configuration(self.server)], signature="a{sv}")}})

    def do_texts(self, call):
        self.reply(call, "v", dbus.Array([configuration("::1", "", "x" * 100000, "%s%n", self.server + "%lo@0")],
                                         signature="a{sv}", variant_level=1))

    def do_huge(self, call):
        self.reply(call, "v", dbus.Array([configuration(*["2001:db8::%x" % i for i in range(ENTRIES)])],
                                         signature="a{sv}", variant_level=1))

    def do_many(self, call):
        self.reply(call, "v", dbus.Array([configuration()] * ENTRIES, signature="a{sv}", variant_level=1))

    def do_vast(self, call):
        self.reply(call, "ay", bytes(30000000))

    def do_deep(self, call):
        self.reply(call, "v", deep(30))

    def do_refusal(self, call):
        self.connection.send_message(dbus.lowlevel.ErrorMessage(call, NAME + ".No", "no" * 100000))

    def do_silence(self, call):
        pass

    def do_flood(self, call):
        """Signals for whoever asks, who asks at each of them anew if it is not careful."""
        for _ in range(1000):
            self.signal(call.get_sender())
        self.do_good(call)

    def on_message(self, connection, message):
        if not isinstance(message, dbus.lowlevel.MethodCallMessage):
            return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
        behaviour = self.behaviours[0]
        print(behaviour, flush=True)
        getattr(self, "do_" + behaviour)(message)
        if len(self.behaviours) > 1:
            self.behaviours = self.behaviours[1:]
            GLib.timeout_add(PAUSE_MS, self.signal)
        return dbus.lowlevel.HANDLER_RESULT_HANDLED


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SystemBus()
    manager = Manager(bus, sys.argv[1], sys.argv[2:])
    bus.add_message_filter(manager.on_message)
    bus.request_name(NAME)
    print("ready", flush=True)
    GLib.MainLoop().run()


main()
