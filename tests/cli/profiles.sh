#!/usr/bin/env bash
# Verbs that only read: profile list, show and lint, explain, plan, help, doctor.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
json() { python3 -c "import json,sys; d = json.load(open('$scratch/out')); $1"; }

hutch profile list
has "profiles are listed" "gedit" "$out"
hutch profile list --json
check "as JSON under their noun" json 'assert any(p["id"] == "gedit" and p["kind"] == "app" for p in d["profiles"])'
hutch profile show gedit
has "show prints the files" 'id = "gedit"' "$out"
has "and those it builds on" "base/gui.toml" "$out"
ends "also as JSON" 0 profile show --json gedit
check "which is an object" json 'assert isinstance(d, dict)'
refuses "a profile that is not there" 1 "no profile 'gedti'" profile show gedti
has "gets a guess" "did you mean 'gedit'?" "$err"
ends "the shipped profiles lint clean" 0 profile lint
printf 'schema = "1.0"\nid = "x"\n[permissions]\nsokets = []\n' >"$scratch/x.toml"
hutch profile lint "$scratch/x.toml"
same "lint finds mistakes" 1 "$status"
has "with their place" "x.toml:4:1: unknown key 'sokets'" "$out"
ends "also as JSON" 1 profile lint --json "$scratch/x.toml"
check "under their noun" json 'assert d["findings"][0]["severity"] == "error"'

hutch profile show --resolved mpv
has "what a profile adds up to has a line each" "--filesystem=xdg-music:ro" "$out"
has "with its place" "apps/mpv.toml:" "$out"
hutch profile show --origin discord
has "what is not run here says so" "# not run here" "$out"
ends "a profile differs not from itself" 0 profile diff gedit gedit
ends "and from another" 1 profile diff gedit mpv
has "in words" "may play sound" "$out"
has "with the risk" "risk: can record" "$out"
hutch profile diff --json gedit mpv
check "as JSON" json 'assert d["gained"] and d["lost"]'
ends "a profile is imported" 0 profile import "$HUTCH_SOURCE_DIR/tests/import/flatpak/org.gimp.GIMP.metadata"
has "with a word on each line" "exact: sockets=x11" "$out"
check "and is there" test -s "$HOME/.config/hutch/profiles/org.gimp.GIMP.toml"
hutch profile import "$HUTCH_SOURCE_DIR/tests/import/flatpak/org.gimp.GIMP.metadata"
has "a second time it is not written over" "is there already" "$err"
rm -r "$HOME/.config/hutch"
printf '#!/bin/sh\n' >"$scratch/mine" && chmod +x "$scratch/mine"
ends "a profile of one's own is started" 0 profile new "$scratch/mine"
has "and counts for the program" "$scratch/mine" "$("$HUTCH" profile show mine)"
refuses "a program that has one needs none" 1 "profile 'mine' is for" profile new "$scratch/mine"
rm -r "$HOME/.config/hutch"

hutch explain gedit
has "explain says what it may do" "may show windows" "$out"
has "and who said so" "gui.toml:" "$out"
hutch explain --json gedit
check "as JSON" json 'assert isinstance(d, dict)'
mkdir -p "$HOME/Documents/work" "$HOME/.ssh"
python3 -c 'import socket, sys
for path in sys.argv[1:]: socket.socket(socket.AF_UNIX).bind(path)' "$HOME/Documents/work/agent" "$HOME/.ssh/control"
hutch explain --filesystem=home:ro --json gedit
same "explain names sockets in what the app sees, but not in what is hidden" "$HOME/Documents/work/agent" "$(python3 -c '
import json, sys
print(*[one["socket"] for one in json.load(sys.stdin)["sockets"]])' <<<"$out")"
hutch explain --filesystem=~/Documents/work gedit
has "also for people" "$HOME/Documents/work/agent  [--filesystem=~/Documents/work:rw]" "$out"
rm -r "$HOME/Documents" "$HOME/.ssh"
hutch explain --network=host gedit
has "flags are explained too" "command line" "$out"
hutch plan --profile cli /bin/true
has "plan shows the steps" "namespaces:" "$out"
first=$out
hutch plan --profile cli /bin/true
same "a plan is the same every time" "$first" "$out"
hutch run --dry-run --profile cli /bin/true
same "run --dry-run is plan" "$first" "$out"
hutch plan --json --profile cli /bin/true
check "as JSON" json 'assert isinstance(d, dict)'
same "nothing was started or made" "" "$(find "$runtime" -mindepth 2 ! -name .guard)"

hutch --version
same "--version" 0 "$status"
hutch
same "no verb is wrong usage" 2 "$status"
refuses "an unknown verb" 2 "unknown verb 'sto'" sto
has "gets a guess" "did you mean 'stop'?" "$err"
refuses "an unknown option of a verb that runs nothing" 2 "unknown option '--jsn'" ps --jsn
refuses "one word too many" 2 "'x'" ps x
for verb in run plan explain grant revoke reset edit exec ps inspect stop kill wait 'profile list' 'profile show' 'profile lint' 'profile diff' 'profile new' 'profile import' 'profile edit' doctor completion help; do
  # shellcheck disable=SC2086
  hutch help $verb
  has "help $verb" "usage: hutch $verb" "$out"
done

hutch doctor
has "doctor tries a sandbox" "ok      A sandbox starts" "$out"
lacks "no colours away from a terminal" $'\x1b' "$out"
hutch doctor --json
check "doctor as JSON" json 'assert any(c["name"] == "sandbox" and c["verdict"] == "works" for c in d["checks"])'
conclude
