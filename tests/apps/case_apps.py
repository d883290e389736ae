#!/usr/bin/python3
"""Starts the programs of the shipped profiles and tries what they can reach. usage: case_apps.py RESULT [PROFILE...]"""
import json
import sys

import session
from programs import PROGRAMS
from session import App, Watch, until


def look_at(name, marker):
    command, kind = PROGRAMS[name]
    sample = f"{session.SAMPLES}/sample.{kind}" if kind else None
    watch = Watch(sample) if sample else None
    package, version = session.version_of(command[0])
    app = App(*command, *([sample] if sample else []))
    seen = app.window(60)
    result = {"app": name, "package": package, "version": version, "profile": app.profile(),
              "window": seen[0] if seen else None, "sample": kind}
    result["opened"] = bool(until(60, watch.is_read)) if watch and seen else None
    result["probe"] = app.probe(marker)
    if not seen or "error" in result["probe"]:
        result["log"] = app.text()[-1500:]
    app.end()
    if watch:
        watch.close()
    return result


def holds(result):
    probe = result["probe"]
    return (result["window"] and result["profile"] == result["app"] and result["opened"] is not False
            and "error" not in probe and not any(probe.values()))


def main():
    names = sys.argv[2:] or sorted(PROGRAMS)
    session.export_display()
    session.make_samples()
    marker = session.lay_bait()
    outside = json.loads(session.output("python3", f"{session.HERE}/probe.py", session.HOME, str(marker.pid), session.LAN))
    print(f"{'ok' if all(outside.values()) else 'not ok'} - outside of a sandbox all of it is there: {outside}", flush=True)
    results = []
    for name in names:
        result = look_at(name, marker.pid)
        results.append(result)
        print(f"{'ok' if holds(result) else 'not ok'} - {name}: a window under its profile, its file, and nothing else",
              flush=True)
        if not holds(result):
            print("  | " + json.dumps(result)[:1500].replace("\\n", "\n  | "), flush=True)
        with open(sys.argv[1], "w", encoding="utf-8") as file:
            json.dump({"apps": results}, file, indent=1)
    marker.kill()
    return 0 if all(outside.values()) and all(map(holds, results)) else 1


sys.exit(main())
