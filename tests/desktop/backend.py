#!/usr/bin/python3
"""A scripted portal backend: answers without asking and writes every call with the caller's app id as one JSON line.

usage: backend.py LOG FILE     FILE is what its file chooser chooses
"""
import json
import os
import sys

from gi.repository import Gio, GLib

NAME = "org.freedesktop.impl.portal.desktop.hutchtest"
PATH = "/org/freedesktop/portal/desktop"
REQUEST = '<arg type="o" direction="in"/><arg type="s" direction="in"/>'
RESPONSE = '<arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>'
XML = f"""<node>
<interface name="org.freedesktop.impl.portal.FileChooser">
  <method name="OpenFile">{REQUEST}<arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{{sv}}" direction="in"/>{RESPONSE}</method>
  <method name="SaveFile">{REQUEST}<arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{{sv}}" direction="in"/>{RESPONSE}</method>
</interface>
<interface name="org.freedesktop.impl.portal.AppChooser">
  <method name="ChooseApplication">{REQUEST}<arg type="s" direction="in"/><arg type="as" direction="in"/>
    <arg type="a{{sv}}" direction="in"/>{RESPONSE}</method>
  <method name="UpdateChoices"><arg type="o" direction="in"/><arg type="as" direction="in"/></method>
</interface>
<interface name="org.freedesktop.impl.portal.Notification">
  <method name="AddNotification"><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{{sv}}" direction="in"/></method>
  <method name="RemoveNotification"><arg type="s" direction="in"/><arg type="s" direction="in"/></method>
  <property name="SupportedOptions" type="a{{sv}}" access="read"/>
  <property name="version" type="u" access="read"/>
</interface>
<interface name="org.freedesktop.impl.portal.Settings">
  <method name="Read"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/></method>
  <method name="ReadAll"><arg type="as" direction="in"/><arg type="a{{sa{{sv}}}}" direction="out"/></method>
  <signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
  <property name="version" type="u" access="read"/>
</interface>
</node>"""
SETTINGS = {"org.hutch.test": {"answer": GLib.Variant("u", 42)}}
log = open(sys.argv[1], "a", encoding="utf-8", buffering=1)
chosen = "file://" + os.path.abspath(sys.argv[2])


def note(**entry):
    log.write(json.dumps(entry) + "\n")


def answer(invocation, results):
    invocation.return_value(GLib.Variant("(ua{sv})", (0, results)))


def handle(connection, sender, path, interface, method, parameters, invocation):
    values = parameters.unpack()
    if method in ("OpenFile", "SaveFile"):
        note(method=method, app=values[1])
        answer(invocation, {"uris": GLib.Variant("as", [chosen]), "writable": GLib.Variant("b", True)})
    elif method == "ChooseApplication":
        note(method=method, app=values[1], choices=values[3])
        wanted = next((name for name in values[3] if "hutchtest" in name), "")
        answer(invocation, {"choice": GLib.Variant("s", wanted)})
    elif method == "AddNotification":
        note(method=method, app=values[0], title=str(values[2].get("title")))
        invocation.return_value(None)
    elif method == "Read":
        value = SETTINGS.get(values[0], {}).get(values[1])
        if value is None:
            invocation.return_dbus_error("org.freedesktop.portal.Error.NotFound", "no such setting")
        else:
            invocation.return_value(GLib.Variant("(v)", (value,)))
    elif method == "ReadAll":
        invocation.return_value(GLib.Variant("(a{sa{sv}})", (SETTINGS,)))
    else:
        invocation.return_value(None)


def read_property(connection, sender, path, interface, name):
    return GLib.Variant("u", 1) if name == "version" else GLib.Variant("a{sv}", {})


def acquired(connection, name):
    for interface in Gio.DBusNodeInfo.new_for_xml(XML).interfaces:
        connection.register_object(PATH, interface, handle, read_property, None)


Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, acquired,
                 lambda connection, name: note(method="ready", app=""), None)
GLib.MainLoop().run()
