#!/usr/bin/env bash
# desktop export, unexport, refresh and list: every way into an app leads through its sandbox, and all that was there
# comes back byte for byte.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
system=$scratch/system
export XDG_DATA_DIRS=$system XDG_CONFIG_DIRS=$scratch/etc
applications=$HOME/.local/share/applications
services=$HOME/.local/share/dbus-1/services
mkdir -p "$system/applications/kde" "$system/dbus-1/services" "$scratch/etc/autostart" "$HOME/.config/hutch/profiles" \
  "$applications" "$HOME/.config/autostart"
cat >"$HOME/.config/hutch/profiles/sums.toml" <<'TOML'
id = "sums"
app-id = "org.example.Sums"
extends = ["cli"]
permissions.files = [{ path = "~/words.txt", access = "ro", reason = "the test's" }]
match = { desktop = ["org.example.Sums"], command = ["/usr/bin/sha256sum"] }
TOML
entry() { printf '[Desktop Entry]\nType=Application\nName=Sums\n%s\n' "$1"; }
entry $'Exec=sha256sum --tag %f\nDBusActivatable=true\nMimeType=text/plain;\nActions=check;\n\n[Desktop Action check]\nName=Check\nExec=env LC_ALL=C sha256sum --check %U' \
  >"$system/applications/org.example.Sums.desktop"
entry 'Exec=/usr/bin/sha256sum' >"$system/applications/kde/sums.desktop"
entry 'Exec=/usr/bin/md5sum' >"$system/applications/other.desktop"
entry 'Exec=/usr/bin/sha256sum --autostart' >"$scratch/etc/autostart/sums.desktop"
printf '[D-BUS Service]\nName=org.example.Sums\nExec=/usr/bin/sha256sum --gapplication-service\nSystemdService=sums.service\n' \
  >"$system/dbus-1/services/org.example.Sums.service"
# What the user has: an entry of another name, one that wins over the system's, and a link.
entry 'Exec=md5sum' >"$applications/mine.desktop"
entry $'Comment=mine\nExec=/usr/bin/sha256sum --mine' >"$applications/kde-sums.desktop"
chmod 600 "$applications/kde-sums.desktop"
touch -d '2001-02-03 04:05:06' "$applications/kde-sums.desktop"
entry 'Exec=/usr/bin/sha256sum --linked' >"$HOME/real.desktop"
ln -s "$HOME/real.desktop" "$HOME/.config/autostart/sums.desktop"

# All of the home that is not hutch's own, with modes, times and links.
picture() {
  local hidden=(-path "$HOME/.local/share/hutch" -prune -o -path "$HOME/.cache" -prune -o -path "$HOME/.local/state" -prune -o)
  find "$HOME" "${hidden[@]}" \( -type d -printf '%p %m\n' -o -printf '%p %m %s %T@ %l\n' \) | sort
  find "$HOME" "${hidden[@]}" -type f -exec /usr/bin/sha256sum {} + | sort
}
printf 'words\n' >"$HOME/words.txt"
sum=$(/usr/bin/sha256sum <"$HOME/words.txt" | cut -d' ' -f1)
before=$(picture)

# What opens a type and a link, and $BROWSER by its path.
mkdir -p "$HOME/.config"
printf '[Default Applications]\nx-scheme-handler/sums=org.example.Sums.desktop;\ntext/plain=other.desktop\n' \
  >"$HOME/.config/mimeapps.list"
export BROWSER=/usr/bin/sha256sum:/usr/bin/md5sum
before=$(picture)
ways_of() { python3 -c '
import json, sys
print(sorted((way["way"], way["name"], way["boxed"]) for app in json.load(sys.stdin)["apps"]
             for way in app["ways"] if way["way"] in ("default", "browser")))' <<<"$out"; }
ends "ways that others take for the user are listed" 0 desktop list --json sums
same "and not boxed" "[('browser', '/usr/bin/sha256sum', False), ('default', 'x-scheme-handler/sums', False)]" "$(ways_of)"
ends "an app is exported" 0 desktop export sums
same "from the next login on the browser is a command of ours" "BROWSER=$HOME/.local/bin/sha256sum" \
  "$(cat "$HOME/.config/environment.d/90-hutch-browser.conf")"
hutch desktop list --json sums
same "what opens links is boxed with the entry" "[('browser', '/usr/bin/sha256sum', False), ('default', 'x-scheme-handler/sums', True)]" "$(ways_of)"
BROWSER=$HOME/.local/bin/sha256sum
hutch desktop list --json sums
has "and the browser then" "('browser', '$HOME/.local/bin/sha256sum', True)" "$(ways_of)"
hutch desktop refresh
check "which stays so" test -e "$HOME/.config/environment.d/90-hutch-browser.conf"
ends "exporting again says what is written" 0 desktop unexport sums
ends "after it was taken back" 0 desktop export sums
has "what is written is said" "wrote '$applications/org.example.Sums.desktop'" "$out"
text=$(<"$applications/org.example.Sums.desktop")
has "its entry starts hutch" $'\n'"Exec=$HUTCH run --command=/usr/bin/sha256sum sums --tag %f"$'\n' "$text"
has "its actions too" $'\n'"Exec=$HUTCH run --command=/usr/bin/env sums LC_ALL=C sha256sum --check %U" "$text"
has "types are kept" "MimeType=text/plain;" "$text"
lacks "activation by the launcher is not" "DBusActivatable" "$text"
has "the program's absence hides it" $'\n'"TryExec=/usr/bin/sha256sum"$'\n' "$text"
has "an entry of the user's own counts before the system's" "sums --mine" "$(<"$applications/kde-sums.desktop")"
check "another program's entry is not touched" test ! -e "$applications/other.desktop"
has "activation by the bus starts hutch" "Exec=$HUTCH run --command=/usr/bin/sha256sum sums --gapplication-service" \
  "$(<"$services/org.example.Sums.service")"
lacks "and no unit" "SystemdService" "$(<"$services/org.example.Sums.service")"
has "so does the session's start" "sums --linked" "$(<"$HOME/.config/autostart/sums.desktop")"
check "where a link was, a file is" test ! -L "$HOME/.config/autostart/sums.desktop"
check "and what the link led to stays" grep -q -- "--linked" "$HOME/real.desktop"
check "the command in the path is led through hutch" grep -q "'sums'" "$HOME/.local/bin/sha256sum"
check "a unit watches the system's entries" grep -q "PathChanged=$system/applications" \
  "$HOME/.config/systemd/user/hutch-desktop.path"

PATH=$HOME/.local/bin:$PATH
has "the command runs in the sandbox" "real.desktop: No such file" "$(sha256sum "$HOME/real.desktop" 2>&1)"
has "and reads what it may" "$sum" "$(sha256sum "$HOME/words.txt" 2>/dev/null)"
launch() {
  /usr/bin/python3 - "$@" <<'PY'
import os, sys
from gi.repository import Gio, GLib
info = Gio.DesktopAppInfo.new(sys.argv[1])
done = GLib.MainLoop()
pids = []
info.launch_uris_as_manager(sys.argv[2:], None, GLib.SpawnFlags.DO_NOT_REAP_CHILD, None, None,
                            lambda info, pid, *rest: pids.append(pid), None)
for pid in pids:
    os.waitpid(pid, 0)
PY
}
hutch desktop list sums --json
same "all ways are boxed" "[]" \
  "$(/usr/bin/python3 -c 'import json,sys; print([w for w in json.load(sys.stdin)["apps"][0]["ways"] if not w["boxed"]])' <<<"$out")"
hutch desktop list
has "the list names ways" "autostart  sums" "$(tr -s ' ' <<<"$out" | sed 's/ /  /g')"
# A launcher library reads what was written; a file handed over is read inside.
has "GIO starts it in the sandbox" "$sum" "$(launch org.example.Sums.desktop "file://$HOME/words.txt" 2>&1)"
hutch history --json
has "which hutch knows" '"profile": "sums"' "$out"
hutch run org.example.Sums "$HOME/words.txt"
has "the entry's id still means the app" "$sum" "$out"

# Exporting again changes nothing.
during=$(picture)
ends "exporting twice is no error" 0 desktop export sums
same "and writes nothing" "" "$out"
same "at all" "$during" "$(picture)"
# A box of its own beside it.
mkdir -p "$system/icons/hicolor/48x48/apps"
printf 'no picture, but bytes' >"$system/icons/hicolor/48x48/apps/sums.png"
sed -i 's/^Name=Sums/&\nIcon=sums/' "$system/applications/org.example.Sums.desktop"
ends "a box is exported beside it" 0 desktop export sums@work
box=$applications/org.example.Sums.work.desktop
has "it is called so" "Name=Sums (work)" "$(<"$box")"
has "and starts its box" "sums@work" "$(<"$box")"
badge=$HOME/.local/share/icons/hicolor/scalable/apps/org.example.Sums.work.svg
has "its icon has a badge" "Icon=$badge" "$(<"$box")"
same "over the app's own" "W no picture, but bytes" "$(/usr/bin/python3 - "$badge" <<'PY'
import base64, sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
svg = "{http://www.w3.org/2000/svg}"
image = root.find(svg + "image").attrib["{http://www.w3.org/1999/xlink}href"]
print(root.find(svg + "text").text, base64.b64decode(image.split("data:image/png;base64,")[1]).decode())
PY
)"
ends "and goes alone" 0 desktop unexport sums@work
check "without a trace" test ! -e "$box"
same "of the rest nothing" "$during" "$(picture)"

# The system's entry changes, goes and comes.
sed -i 's/--tag/--zero/' "$system/applications/org.example.Sums.desktop"
ends "refresh" 0 desktop refresh
has "takes up what the system changed" "sums --zero" "$(<"$applications/org.example.Sums.desktop")"
mv "$system/applications/org.example.Sums.desktop" "$scratch/away"
hutch desktop refresh
check "an entry that is gone is taken away" test ! -e "$applications/org.example.Sums.desktop"
mv "$scratch/away" "$system/applications/org.example.Sums.desktop"
hutch desktop refresh
check "and written when it comes back" test -e "$applications/org.example.Sums.desktop"
# The user changes a launcher.
echo '# mine now' >>"$services/org.example.Sums.service"
ends "what was changed since is left" 1 desktop refresh
has "which is said" "was changed since and stays" "$err"
hutch desktop list sums
has "and listed" "changed since" "$out"
sed -i '$d' "$services/org.example.Sums.service"

ends "unexport" 0 desktop unexport sums
same "puts everything back as it was" "$before" "$(picture)"
check "and keeps nothing" test -z "$(find "$HOME/.local/share/hutch/desktop" -mindepth 1 ! -name .lock)"
refuses "what is not exported cannot be taken back" 1 "is not exported" desktop unexport sums
refuses "what nothing starts cannot be exported" 1 "no desktop entry starts" desktop export cli
refuses "names or all" 2 "--all" desktop export
ends "without commands in the path" 0 desktop export --no-path sums
check "there is none" test ! -e "$HOME/.local/bin/sha256sum"
hutch desktop list sums
has "and the list says so" "path sha256sum not boxed" "$(tr -s ' ' <<<"$out")"
rm "$HOME/.local/share/applications/kde-sums.desktop"
entry 'Exec=changed' >"$services/org.example.Sums.service"
ends "unexport of what was changed" 1 desktop unexport sums
has "leaves it and says so" "was changed since and stays" "$err"
same "as it is" "$(entry 'Exec=changed')" "$(<"$services/org.example.Sums.service")"
has "and an entry that was removed comes back as it was" "--mine" "$(<"$applications/kde-sums.desktop")"
rm -r "$HOME/.local/share/dbus-1"
same "the rest is as it was" "$before" "$(picture)"

# Killed at any moment: afterwards an unexport still puts everything back.
broken=0
for number in $(seq 1 60); do
  setsid "$HUTCH" desktop export sums >/dev/null 2>&1 &
  victim=$!
  for ((spin = 0; spin < number * 60; spin++)); do :; done
  kill -KILL "$victim" 2>/dev/null
  wait "$victim" 2>/dev/null
  if ((number % 3 == 0)); then "$HUTCH" desktop export sums >/dev/null 2>&1; fi
  if ((number % 3 == 1)); then
    "$HUTCH" desktop unexport --all >/dev/null 2>&1 &
    victim=$!
    for ((spin = 0; spin < number * 40; spin++)); do :; done
    kill -KILL "$victim" 2>/dev/null
    wait "$victim" 2>/dev/null
  fi
  "$HUTCH" desktop unexport --all >/dev/null 2>&1
  if [[ $(picture) != "$before" ]]; then
    broken=$((broken + 1))
    diff <(echo "$before") <(picture) | head -5 | sed 's/^/  /'
  fi
done
same "of sixty that were killed none left a trace" 0 "$broken"
conclude
