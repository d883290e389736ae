#!/usr/bin/env bash
# grant, revoke, reset and edit: what the user changes is kept, whole, and never in a file somebody wrote.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
overrides=$HOME/.config/hutch/overrides
mkdir -p "$HOME/Documents/work" "$HOME/.ssh"
printf 'letter\n' >"$HOME/Documents/letter"
printf 'plan\n' >"$HOME/Documents/work/plan"
printf 'key\n' >"$HOME/.ssh/id_ed25519"

refuses "grant needs something to grant" 2 "nothing to change" grant cli
refuses "grants are checked" 2 "unknown socket 'x12'" grant cli --socket=x12
ends "a path is granted" 0 grant cli --filesystem=~/Documents:ro --reason="the letters"
has "and said in words" "may read ~/Documents" "$out"
hutch explain cli
has "explain knows it" "may read ~/Documents" "$out"
has "with its place" "overrides/cli.toml:" "$out"
has "and its reason" "the letters" "$out"
hutch run --profile cli cat "$HOME/Documents/letter"
same "the grant works" "letter" "$out"
ends "granting twice says it once" 0 grant cli --filesystem=~/Documents:rw
same "and the last access counts" 1 "$(grep -c Documents "$overrides/cli.toml")"
ends "a part is hidden below a wider grant" 0 grant cli --filesystem=~/Documents/work:hidden
hutch run --profile cli cat "$HOME/Documents/work/plan"
has "and is not there" "No such file" "$err"
hutch run --profile cli cat "$HOME/Documents/letter"
same "while the rest is" "letter" "$out"
hutch run --profile cli mv "$HOME/Documents/work" "$HOME/Documents/open"
has "renaming does not open it" "cannot stat" "$err"

ends "a wide grant does not open a secret" 0 grant cli --filesystem=home
hutch run --profile cli cat "$HOME/.ssh/id_ed25519"
has "which stays hidden" "No such file" "$err"
ends "the secret has a grant of its own" 0 grant cli --filesystem=~/.ssh:ro
has "that says its risk" "risk: can read your SSH keys" "$out"
hutch run --profile cli cat "$HOME/.ssh/id_ed25519"
same "and then it is seen" "key" "$out"
ends "revoking the wide grant" 0 revoke cli --filesystem=home
hutch run --profile cli cat "$HOME/.ssh/id_ed25519"
has "revokes what lies below" "No such file" "$err"
lacks "and leaves no grant in the file" "[permissions]" "$(<"$overrides/cli.toml")"
ends "a grant takes back its revoke" 0 grant cli --filesystem=home:ro
lacks "in the file too" "[revoke]" "$(<"$overrides/cli.toml")"

ends "a box has overrides of its own" 0 grant gedit@work --network=internet
hutch explain gedit@work
has "which hold for it" "may use the internet" "$out"
hutch explain gedit
lacks "and for no other" "may use the internet" "$out"
ends "what the profile gives is taken back" 0 revoke gedit --socket=wayland
hutch explain gedit
has "and said to be" "--socket=wayland" "$out"
ends "reset forgets" 0 reset gedit
hutch explain gedit
lacks "what was taken" "--socket=wayland" "$out"
hutch explain gedit@work
has "but not what is the box's" "may use the internet" "$out"
ends "reset without overrides is no error" 0 reset gedit

# Somebody's own file.
printf '# my own\n[permissions]\nshare = ["ipc"]\n' >"$overrides/mpv.toml"
before=$(sha256sum "$overrides/mpv.toml")
refuses "a file written by hand is not rewritten" 1 "was written by hand" grant mpv --socket=x11
same "not by a byte" "$before" "$(sha256sum "$overrides/mpv.toml")"

# The editor.
editor() { printf '#!/bin/sh\n%s\n' "$1" >"$scratch/editor"; chmod +x "$scratch/editor"; export EDITOR=$scratch/editor; }
unset VISUAL
# shellcheck disable=SC2016  # for the editor
editor 'printf "[permissions]\nsockets = [\"x11\"]\n" >"$1"'
ends "edit saves what is valid" 0 edit zenity
has "and it counts" "may show windows on the X server" "$("$HUTCH" explain zenity)"
# shellcheck disable=SC2016
editor 'printf "[permissions]\nsokets = [\"x11\"]\n" >"$1"'
before=$(<"$overrides/zenity.toml")
ends "what is not valid is refused" 1 edit zenity
has "with the line" "zenity.toml:2:1: unknown key 'sokets'" "$err"
same "and nothing is saved" "$before" "$(<"$overrides/zenity.toml")"
check "but the text is kept" grep -rq sokets "$overrides"
editor 'exit 1'
ends "an editor that fails changes nothing" 1 edit zenity
# shellcheck disable=SC2016
editor '"'"$HUTCH"'" reset zenity >/dev/null; printf "[permissions]\nsockets = [\"wayland\"]\n" >"$1"'
ends "who edits while somebody else changes is told" 1 edit zenity
has "and loses nothing" "your text is in" "$err"
# shellcheck disable=SC2016
editor 'printf "id = \"mine\"\nextends = [\"gtk\"]\n" >"$1"'
ends "a profile of one's own is edited too" 0 profile edit mine
check "and is there" grep -q gtk "$HOME/.config/hutch/profiles/mine.toml"

# Two at once, and one that is killed.
pids=()
for number in $(seq 1 20); do
  "$HUTCH" grant foot --env="HUTCH_TEST_$number=1" >/dev/null 2>&1 &
  pids+=($!)
done
wait "${pids[@]}"
same "of twenty changes at once none is lost" 20 "$(grep -c 'HUTCH_TEST_[0-9]* = ' "$overrides/foot.toml")"
# loop NAME: grants and takes back, again and again; what it leaves is what it granted last.
loop() {
  for number in $(seq 1 25); do
    "$HUTCH" grant foot --env="HUTCH_$1_$number=1" --filesystem="/srv/$1/$number:ro"
    ((number % 5 != 0)) || "$HUTCH" revoke foot --filesystem="/srv/$1/$number"
  done >/dev/null 2>&1
}
loop LEFT &
left=$!
loop RIGHT &
wait "$left" "$!"
hutch explain foot --json
same "of two loops that grant and revoke nothing is lost" "50 40" "$(grep -c 'HUTCH_[LR][A-Z]*_[0-9]* = ' "$overrides/foot.toml") $(python3 -c '
import sys
text = sys.stdin.read()
print(sum(f"may read /srv/{side}/{number}\"" in text for side in ("LEFT", "RIGHT") for number in range(1, 26)))' <<<"$out")"
broken=0
for number in $(seq 1 40); do
  "$HUTCH" grant foot --env="HUTCH_KILLED_$number=1" >/dev/null 2>&1 &
  victim=$!
  for ((spin = 0; spin < number * 40; spin++)); do :; done
  kill -KILL "$victim" 2>/dev/null
  wait "$victim" 2>/dev/null
  "$HUTCH" explain foot >/dev/null 2>&1 || broken=$((broken + 1))
done
same "a killed one leaves the old or the new file" 0 "$broken"
same "and what was there before" 20 "$(grep -c 'HUTCH_TEST_[0-9]* = ' "$overrides/foot.toml")"
ends "and no lock" 0 grant foot --env=HUTCH_LAST=1

# Half a file, as another program might leave it, opens nothing.
printf '[permissions]\nfiles = ["home"' >"$overrides/cli.toml"
refuses "half an override stops the app" 125 "cli.toml:" run --profile cli true
# A directory of the desktop that is the home itself.
printf 'XDG_DOCUMENTS_DIR="$HOME"\n' >"$HOME/.config/user-dirs.dirs"
rm "$overrides/cli.toml"
hutch run --profile cli --filesystem=xdg-documents ls "$HOME/Documents"
has "an XDG directory that is the home gives nothing" "No such file" "$err"
conclude
