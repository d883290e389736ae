#!/usr/bin/env bash
# grant --live and revoke --live: files into a running sandbox and out of it again.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
docs=$HOME/Documents
mkdir -p "$docs/work" "$HOME/Pictures" "$HOME/.ssh"
printf 'letter\n' >"$docs/letter"
printf 'plan\n' >"$docs/work/plan"
printf 'picture\n' >"$HOME/Pictures/one"
printf 'key\n' >"$HOME/.ssh/id_ed25519"

coproc BUS { exec dbus-daemon --session --nofork --nopidfile --print-address; }
bus=$BUS_PID
read -r DBUS_SESSION_BUS_ADDRESS <&"${BUS[0]}"
export DBUS_SESSION_BUS_ADDRESS
end_bus() {
  kill "$bus"
  finish
}
trap end_bus EXIT
sees() { [[ $("$HUTCH" exec app -- cat "$1" </dev/null 2>/dev/null) == "$2" ]]; }
shows_not() { ! sees "$1" "$2"; }
sees_not() { ! "$HUTCH" exec app -- cat "$1" </dev/null >/dev/null 2>&1; }

start app --profile cli --portal=settings sleep 600
check "a file is not there" sees_not "$docs/letter"
ends "a directory is given while the app runs" 0 grant --live app --filesystem=~/Documents
has "and said in words" "may read and change ~/Documents" "$out"
check "the running app sees the file" sees "$docs/letter" letter
hutch exec app -- sh -c "echo more >$docs/new"
same "and can write there" more "$(cat "$docs/new")"
ends "the same again changes its access" 0 grant --live app --filesystem=~/Documents:ro
check "which is then only reading" sees "$docs/letter" letter
hutch exec app -- sh -c "echo more >$docs/newer"
check "as the host sees" test ! -e "$docs/newer"
ends "it is taken back" 0 revoke --live app --filesystem=~/Documents
has "with what open files keep" "files that it has open stay open" "$err"
check "and gone" sees_not "$docs/letter"
same "nothing of it is left but an empty place" "" "$("$HUTCH" exec app -- ls "$docs")"
refuses "twice is told" 1 "was given no such thing" revoke --live app --filesystem=~/Documents

ends "a single file is given" 0 grant --live app --filesystem=~/Documents/work/plan:ro
check "and seen" sees "$docs/work/plan" plan
ends "and taken back with all others" 0 revoke --live app
check "and gone" shows_not "$docs/work/plan" plan

# What leads elsewhere.
hutch exec app -- sh -c "rm -rf ~/Pictures; ln -s /tmp ~/Pictures"
refuses "a symlink in the way inside is not followed" 1 "Too many levels of symbolic links" \
  grant --live app --filesystem=~/Pictures/one:ro
refuses "nor one in the place itself" 1 "cannot show '$HOME/Pictures'" grant --live app --filesystem=~/Pictures
check "nothing appeared where it leads" sees_not /tmp/one
ln -s "$HOME/.ssh" "$HOME/link"
refuses "nor one outside that leads to a secret" 1 "link" grant --live app --filesystem=~/link
check "the secret stays hidden" sees_not "$HOME/.ssh/id_ed25519"
refuses "hutch's own places are refused as at a start" 1 "is not given to a sandbox" \
  grant --live app --filesystem=~/.local/share/hutch

# A wide grant keeps its secrets hidden; a program that moves what leads to a mount does not keep it.
ends "a directory with a mount in it" 0 grant --live app --filesystem=~/Documents/work:ro
hutch exec app -- mv "$docs" "$HOME/moved"
check "can be moved by the app, as far as it is its own" sees "$HOME/moved/work/plan" plan
ends "but not out of reach" 0 revoke --live app
check "and is gone there too" shows_not "$HOME/moved/work/plan" plan

# Where Landlock cannot widen.
refuses "elsewhere writing needs a restart" 1 "restart needed" grant --live app --filesystem=/opt
refuses "so does all that is no file" 2 "restart needed" grant --live app --socket=x11
refuses "a time needs --live" 2 "--for takes a time" grant cli --for 1h --filesystem=~/Documents
refuses "and is one" 2 "--for takes a time" grant --live app --for soon --filesystem=~/Documents
refuses "an instance must run" 1 "no running instance" grant --live nobody --filesystem=~/Documents

# For a while: it ends though hutch is gone.
ends "a grant for two seconds" 0 grant --live app --for 2s --filesystem=~/Documents:ro
has "says until when" "until 2" "$out"
check "is there" sees "$docs/letter" letter
check "and ends by itself" within 20 sees_not "$docs/letter"
ends "a grant for an hour" 0 grant --live app --for 1h --filesystem=~/Documents:ro
ends "inspect shows it" 0 inspect --json app
same "with its end" '~'"/Documents True" "$(python3 -c '
import json, sys
live = json.load(sys.stdin)["instances"][0]["live"][0]
print(live["path"], live["until"] > 0)' <<<"$out")"
hutch inspect app
has "also for people" "/Documents" "$out"
ends "why knows it" 0 why app "$HOME/Documents/letter"
has "and says how it got there" "given to it while it runs" "$out"
check "waits in a process" runs "hutch-graft take 3600"
hutch kill app
check "that ends with the instance" within 20 runs_not "hutch-graft take 3600"

conclude
