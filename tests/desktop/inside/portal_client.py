#!/usr/bin/python3
"""Asks the portals from inside a sandbox and prints the answer as JSON.

usage: portal_client.py settings NAMESPACE KEY | notify TITLE | open-file | open-uri URI | names | call NAME
"""
import json
import os
import sys
import urllib.parse

from gi.repository import Gio, GLib

DESKTOP, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)


def call(interface, method, parameters, name=DESKTOP, path=PATH):
    reply = bus.call_sync(name, path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, 20000, None)
    return reply.unpack() if reply else None


def request(interface, method, build):
    """Makes a request and waits for its Response signal: (code, results)."""
    token = "t1"
    sender = bus.get_unique_name()[1:].replace(".", "_")
    loop, answers = GLib.MainLoop(), []

    def respond(connection, origin, path, name, signal, parameters):
        answers.append(parameters.unpack())
        loop.quit()

    bus.signal_subscribe(DESKTOP, "org.freedesktop.portal.Request", "Response",
                         f"/org/freedesktop/portal/desktop/request/{sender}/{token}", None, 0, respond)
    call(interface, method, build({"handle_token": GLib.Variant("s", token)}))
    GLib.timeout_add_seconds(20, loop.quit)
    if not answers:
        loop.run()
    return answers[0] if answers else ("no response", {})


def main(verb, *rest):
    portal = "org.freedesktop.portal."
    if verb == "settings":
        return call(portal + "Settings", "Read", GLib.Variant("(ss)", rest))
    if verb == "notify":
        content = {"title": GLib.Variant("s", rest[0]), "body": GLib.Variant("s", "text")}
        return call(portal + "Notification", "AddNotification", GLib.Variant("(sa{sv})", ("one", content)))
    if verb == "open-file":
        code, results = request(portal + "FileChooser", "OpenFile",
                                lambda options: GLib.Variant("(ssa{sv})", ("", "Choose", options)))
        if code != 0:
            return {"code": code}
        path = urllib.parse.unquote(urllib.parse.urlparse(results["uris"][0]).path)
        with open(path, encoding="utf-8") as file:
            content = file.read()
        return {"code": code, "path": path, "content": content, "siblings": os.listdir(os.path.dirname(path))}
    if verb == "open-uri":
        code, _ = request(portal + "OpenURI", "OpenURI",
                          lambda options: GLib.Variant("(ssa{sv})", ("", rest[0], options)))
        return {"code": code}
    if verb == "names":
        return call("org.freedesktop.DBus", "ListNames", None, "org.freedesktop.DBus", "/org/freedesktop/DBus")[0]
    return call("org.freedesktop.DBus.Peer", "Ping", None, rest[0], "/")


try:
    print(json.dumps({"answer": main(*sys.argv[1:])}))
except GLib.Error as error:
    print(json.dumps({"error": error.message}))
    sys.exit(1)
