#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""oFono and ModemManager on the system bus, with a modem and a connection each.

Usage: modem.py APN USER

Prints "ready" when it has both names.
"""
import sys

import dbus
import dbus.lowlevel
import dbus.mainloop.glib
from gi.repository import GLib

MM = "org.freedesktop.ModemManager1"
APN, USER = sys.argv[1:3]
BEARER = "/org/freedesktop/ModemManager1/Bearer/0"


def context():
    return dbus.Dictionary({"Name": "Internet", "Active": True, "Type": "internet", "Protocol": "ipv6",
                            "AccessPointName": APN, "Username": USER, "Password": "secret"}, signature="sv")


ANSWERS = {
    ("org.ofono.Manager", "GetModems"): ("a(oa{sv})", [("/ril_0", {"Type": "hardware"})]),
    ("org.ofono.ConnectionManager", "GetContexts"): ("a(oa{sv})", [("/ril_0/context1", context())]),
    ("org.freedesktop.DBus.ObjectManager", "GetManagedObjects"): ("a{oa{sa{sv}}}", {
        "/org/freedesktop/ModemManager1/Modem/0": {
            MM + ".Modem": dbus.Dictionary({"Bearers": dbus.Array([dbus.ObjectPath(BEARER)], signature="o"),
                                            "OwnNumbers": dbus.Array(["+4915112345"], signature="s")}, signature="sv")}}),
    ("org.freedesktop.DBus.Properties", "GetAll"): ("a{sv}", {
        "Interface": "wwan0", "Connected": True,
        "Properties": dbus.Dictionary({"apn": APN, "user": USER, "password": "secret", "ip-type": dbus.UInt32(2)},
                                      signature="sv")}),
}


def on_message(connection, message):
    answer = ANSWERS.get((message.get_interface(), message.get_member()))
    if message.get_type() != 1 or not answer:
        return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
    reply = dbus.lowlevel.MethodReturnMessage(message)
    reply.append(answer[1], signature=answer[0])
    connection.send_message(reply)
    return dbus.lowlevel.HANDLER_RESULT_HANDLED


bus = dbus.SystemBus(mainloop=dbus.mainloop.glib.DBusGMainLoop())
bus.add_message_filter(on_message)
bus.request_name("org.ofono")
bus.request_name(MM)
print("ready", flush=True)
GLib.MainLoop().run()
