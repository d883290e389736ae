#!/usr/bin/env bash
# hutch why: what a run was refused, and why it does not see a path or a name.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
refusals=$HOME/.local/state/hutch/refusals
mkdir -p "$HOME/Documents/work" "$HOME/.ssh"
printf 'letter\n' >"$HOME/Documents/letter"
printf 'key\n' >"$HOME/.ssh/id_ed25519"

# A bus of our own, and who shows notifications on it.
coproc BUS { exec dbus-daemon --session --nofork --nopidfile --print-address; }
bus=$BUS_PID
read -r DBUS_SESSION_BUS_ADDRESS <&"${BUS[0]}"
export DBUS_SESSION_BUS_ADDRESS
python3 - >"$scratch/shown" 2>&1 <<'EOF' &
import gi
gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib
NODE = Gio.DBusNodeInfo.new_for_xml("""<node><interface name="org.freedesktop.Notifications"><method name="Notify">
<arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
<arg type="u" direction="out"/></method></interface></node>""")


def show(connection, sender, path, interface, method, parameters, invocation):
    print("shown:", parameters.unpack()[3], parameters.unpack()[4], flush=True)
    invocation.return_value(GLib.Variant("(u)", (1,)))


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
bus.register_object("/org/freedesktop/Notifications", NODE.interfaces[0], show, None, None)
Gio.bus_own_name_on_connection(bus, "org.freedesktop.Notifications", 0, lambda *_: print("ready", flush=True), None)
GLib.MainLoop().run()
EOF
shower=$!
check "the bus is there" within 20 grep -q ready "$scratch/shown"
end_bus() {
  kill "$shower" "$bus"
  finish
}
trap end_bus EXIT

# shellcheck disable=SC2016  # for the sandbox
calls='import socket, sys
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
def call(name, interface, method, arguments):
    try: bus.call_sync(name, "/", interface, method, arguments, None, 0, 5000)
    except GLib.Error as error: print(error.message)
for _ in range(3): call("org.freedesktop.secrets", "org.freedesktop.Secret.Service", "OpenSession", None)
for name in ("org.kde.StatusNotifierWatcher", "x\n*HIDDEN* (ping)\nC1: -> org.forged call a.b at /", "y" * 4000):
    call("org.freedesktop.DBus", "org.freedesktop.DBus", "NameHasOwner", GLib.Variant("(s)", (name,)))
call("org.freedesktop.DBus", "org.freedesktop.DBus", "RequestName", GLib.Variant("(su)", ("org.example.Mine", 0)))
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    try: socket.socket(socket.AF_INET, kind).connect(("192.0.2.1", 9))
    except OSError as error: print(error)
sys.exit(3)'
bus_run() { hutch run --instance "$1" --profile cli --portal=settings --network=none "${@:2}" python3 -c "$calls"; }
bus_run one
same "the run ends as the program does" 3 "$status"
ends "why lists what was refused" 0 why one
has "a call on the bus with how often" "org.freedesktop.secrets org.freedesktop.Secret.Service.OpenSession (3 times)" "$out"
has "the grant that allows it, by its narrowest name" "hutch grant cli --allow=secrets" "$out"
has "and its risk" "risk: can read every secret in your keyring" "$out"
has "a name it wanted to own" "hutch grant cli --own-name=org.example.Mine" "$out"
has "a name it looked for" "hutch grant cli --allow=tray" "$out"
has "the network" "2 attempts found no way out" "$out"
has "and the mode that leads there" "hutch grant cli --network=internet" "$out"
has "what is not watched is said" "--trace-denials" "$out"
lacks "a name cannot write lines of its own" "  org.forged" "$out"
lacks "nor anything without an end" "yyyyyyyyyy" "$out"
ends "the app's name means its last run" 0 why cli --json
same "JSON has the same" "org.freedesktop.secrets 3 2" "$(python3 -c '
import json, sys
found = json.load(sys.stdin)
print(found["refusals"][0]["name"], found["refusals"][0]["times"], found["network"]["unroutable"])' <<<"$out")"
same "the record is the user'\''s alone" 600 "$(stat -c %a "$refusals/one.bus")"
refuses "of nothing known nothing is said" 1 "no instance and no run" why nobody

# A flood of different calls fills neither the record nor the witness.
hutch run --instance flood --profile cli --portal=settings python3 -c '
from gi.repository import Gio
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
for number in range(2000):
    try: bus.call_sync("org.example.N%d" % number, "/", "a.b", "c", None, None, 0, 5000)
    except Exception: pass'
ends "a flood is cut" 0 why flood --json
same "where the limit is" "256 True" "$(python3 -c '
import json, sys
found = json.load(sys.stdin)
print(len(found["refusals"]), found["left_out"] > 1000)' <<<"$out")"
check "and the record stays small" test "$(stat -c %s "$refusals/flood.bus")" -lt 131072

# System calls, when they are watched.
probe='import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for number in (101, 101):  # ptrace on x86-64
    libc.syscall(number, 0, 0, 0, 0)
print(libc.unshare(0x10000000), ctypes.get_errno())'
[[ $(uname -m) == x86_64 ]] || probe=${probe//101/117}
hutch run --instance two --profile cli --trace-denials python3 -c "$probe"
same "a traced call is refused all the same" "-1 1" "$out"
ends "why knows the calls" 0 why two
has "by name and number" "  ptrace (2 times)" "$out"
has "with the feature that has them" "hutch grant cli --allow=ptrace" "$out"
has "and arguments that a feature has" "hutch grant cli --allow=nested-userns" "$out"
lacks "but not the launcher's own attempts" "bpf" "$out"
hutch run --instance two --profile cli true
hutch why two
has "a run of the same name starts afresh" "was refused nothing" "$out"
start traced --profile cli --trace-denials sleep 600
hutch why traced
lacks "nothing is refused that was not asked for" "System calls:" "$out"
hutch stop traced

# Paths.
why() { hutch why one "$@"; }
why "$HOME/Documents/letter"
has "a hidden path says what hides it" "hidden behind something of the app's own: no line of profile 'cli' shows it" "$out"
has "and what would show it" "hutch grant cli --filesystem=~/Documents/letter:ro" "$out"
why "$HOME/.ssh/id_ed25519"
has "a secret says so" "the built-in list of secrets" "$out"
has "and the risk" "risk: can read your SSH keys" "$out"
why "$HOME/.local/share/hutch"
has "hutch's own places have no grant" "no grant shows it: " "$out"
why "$HOME/nothing"
has "what is not there is not hidden" "does not exist on the host either" "$out"
why /etc/shadow
has "what the user cannot read is said" "you cannot read it yourself" "$out"
why /usr/bin/env
has "what is shown is said to be" "is shown as '/usr/bin/env', to be read" "$out"
hutch grant cli --filesystem=~/Documents
hutch grant cli --filesystem=~/Documents/work:hidden
why "$HOME/Documents/letter"
has "a grant is named by its line" "to be changed: --filesystem=~/Documents:rw [" "$out"
has "which is in the override" "overrides/cli.toml:" "$out"
why "$HOME/Documents/work"
has "so is what hides" ":hidden [" "$out"
hutch revoke cli --filesystem=~/Documents
why "$HOME/Documents/letter" --json
same "JSON has one word for it" private "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["sight"])' <<<"$out")"
hutch reset cli
start three --profile cli --filesystem=~/Documents:ro sleep 600
ends "a running instance is asked by its own plan" 0 why three "$HOME/Documents/letter"
has "with what it was given at the start" "to be read: " "$out"
hutch stop three
why org.freedesktop.Notifications
has "a bus name is answered" "hutch grant cli --allow=notifications" "$out"

# An app with a window that is gone at once.
bus_run four --env=DISPLAY=:9
has "an app that ends at once is told of" "'hutch why four' says which" "$err"
check "on the desktop too" within 10 grep -q "shown: .*hutch why four" "$scratch/shown"
hutch run --instance five --profile cli --portal=settings --env=DISPLAY=:9 true
lacks "not one that was refused nothing" "hutch why" "$err"
same "one notification was shown" 1 "$(grep -c shown: "$scratch/shown")"

conclude
