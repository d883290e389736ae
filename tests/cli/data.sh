#!/usr/bin/env bash
# hutch data: what an app has in the home comes into its box and back, whole or not at all; files saved in a private home
# are told of.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
mkdir -p "$HOME/.config/hutch/profiles"
cat >"$HOME/.config/hutch/profiles/notes.toml" <<'TOML'
id = "notes"
name = "Notes"
extends = ["cli"]
match = { desktop = ["org.example.Notes"], command = ["/usr/bin/dash"] }
data = [".notes", ".config/notes"]
TOML
boxes=$HOME/.local/share/hutch/boxes/notes
# picture DIRECTORY: every entry with mode, time, inode, link and content.
picture() { (cd "$1" && find . -mindepth 1 \( -type d -printf '%p %m %T@\n' -o -printf '%p %m %s %T@ %l\n' \) | sort && find . -type f -exec sha256sum {} + | sort); }
# run_killed SECONDS COMMAND...: the shell that waits for it says nothing of its end.
run_killed() { (timeout --signal=KILL "$@") >/dev/null 2>&1; } 2>/dev/null
make_data() {
  mkdir -p "$HOME/.notes/deep" "$HOME/.config/notes"
  printf 'one\n' >"$HOME/.notes/one"
  printf 'two\n' >"$HOME/.notes/deep/a b"
  ln -s ../one "$HOME/.notes/deep/link"
  chmod 640 "$HOME/.notes/one"
  touch -d '2001-02-03 04:05:06' "$HOME/.notes/one" "$HOME/.notes/deep"
  printf 'set\n' >"$HOME/.config/notes/settings"
}

hutch run notes -c 'ls -A ~'
same "without data nothing is said" "0 " "$status $out"
lacks "in no way" "adopt" "$err"
make_data
before=$(picture "$HOME/.notes")
inode=$(stat -c %i "$HOME/.notes")
hutch run notes -c 'ls -A ~'
same "a start nobody sits at asks nothing" "0 " "$status $out"
has "and says what the app does not see" "'Notes' does not see '~/.config/notes', '~/.notes': 'hutch data adopt notes'" "$err"
refuses "adopting needs to be told how" 2 "--copy or --move" data adopt notes
refuses "and one way" 2 "one of the two" data adopt --copy --move notes

# Copied.
ends "data is copied" 0 data adopt --copy notes
same "the box has it as it is" "$before" "$(picture "$boxes/default/home/.notes")"
same "and so has the home" "$before" "$(picture "$HOME/.notes")"
hutch run notes -c 'cat ~/.notes/one ~/.config/notes/settings'
same "the app sees it" "one
set" "$out"
lacks "and is said to see it no more" "does not see" "$err"
ends "a second time there is nothing to do" 0 data adopt --copy notes
has "which is said" "nothing to adopt" "$out"
ends "boxes are listed" 0 data list --json
same "with what was adopted" "notes copied ['.config/notes', '.notes'] True" "$(python3 -c '
import json, sys
box = json.load(sys.stdin)["boxes"][0]
print(box["box"], box["adoption"], box["adopted"], box["size"] > 0)' <<<"$out")"
hutch data list
has "also for people" ".config/notes, ~/.notes" "$out"
refuses "what the home still has is not overwritten" 1 "there is a '$HOME/.config/notes' already" data export notes
ends "it goes elsewhere" 0 data export --to="$scratch/given" notes
same "as it is" "$before" "$(picture "$scratch/given/.notes")"
refuses "removing needs a yes" 2 "would be gone" data rm notes
check "and without removes nothing" test -d "$boxes/default/home/.notes"
ends "with it all is removed" 0 data rm --yes notes
check "the box is gone" test ! -e "$boxes/default"
same "the home's data is not" "$before" "$(picture "$HOME/.notes")"
refuses "of no box nothing is removed" 1 "no box 'notes'" data rm --yes notes

# Moved.
ends "data is moved" 0 data adopt --move notes
check "the home has it no more" test ! -e "$HOME/.notes" -a ! -e "$HOME/.config/notes"
same "the box has the same directory" "$inode $before" "$(stat -c %i "$boxes/default/home/.notes") $(picture "$boxes/default/home/.notes")"
hutch run --instance writer notes -c 'echo new >~/.notes/new'
ends "and gives it back" 0 data export notes
same "with what was made since" "$inode new" "$(stat -c %i "$HOME/.notes") $(cat "$HOME/.notes/new")"
check "then the box has it no more" test ! -e "$boxes/default/home/.notes"
refuses "nothing is given back twice" 1 "nothing to give back" data export notes
hutch run notes -c true
lacks "what was answered is not asked again" "does not see" "$err"

# Another box, files of the user's choice.
ends "another box has its own" 0 data adopt --copy notes@work
check "beside the default one" test -e "$boxes/work/home/.notes/new" -a ! -e "$boxes/default/home/.notes"
mkdir "$scratch/in"
printf 'x\n' >"$scratch/in/letter"
ends "a directory is brought in" 0 data import notes@work "$scratch/in"
same "its files are there" x "$(hutch run notes@work -c 'cat ~/letter'; printf '%s' "$out")"
refuses "nothing is overwritten" 1 "already" data import notes@work "$scratch/in"

# What runs keeps its data.
"$HUTCH" run --instance busy notes@work -c 'echo up; exec sleep 1000' >"$scratch/busy" 2>&1 </dev/null &
check "an instance runs" within 20 grep -qs up "$scratch/busy"
refuses "its box is not removed" 1 "'busy' is running" data rm --yes notes@work
refuses "nor emptied" 1 "'busy' is running" data export --to="$scratch/no" notes@work
hutch kill busy
wait $!
mv "$HOME/.notes" "$HOME/elsewhere"
ln -s elsewhere "$HOME/.notes"
hutch data rm --yes notes
refuses "a link is not taken along" 1 "symlink" data adopt --copy notes
rm "$HOME/.notes"
mv "$HOME/elsewhere" "$HOME/.notes"

# Killed at any moment, nothing is lost and nothing is half there.
for number in $(seq 400); do printf '%s\n' "$number" >"$HOME/.notes/file$number"; done
before=$(picture "$HOME/.notes")
halves=0
lost=0
for attempt in $(seq 12); do
  hutch data rm --yes notes
  run_killed "0.0$((attempt % 6 + 1))" "$HUTCH" data adopt --copy notes
  [[ $(picture "$HOME/.notes") == "$before" ]] || lost=$((lost + 1))
  [[ ! -e $boxes/default/home/.notes || $(picture "$boxes/default/home/.notes") == "$before" ]] || halves=$((halves + 1))
done
same "killed while it copies: nothing lost, nothing half there" "0 0" "$lost $halves"
hutch data adopt --copy notes
same "and the next one finishes" "0 $before" "$status $(picture "$boxes/default/home/.notes")"
hutch data rm --yes notes
for attempt in $(seq 12); do
  run_killed "0.00$((attempt % 9 + 1))" "$HUTCH" data adopt --move notes
  run_killed "0.00$((attempt % 9 + 1))" "$HUTCH" data export notes
done
places=0
for place in "$HOME/.notes" "$boxes/default/home/.notes"; do
  [[ ! -e $place ]] || { places=$((places + 1)); same "killed while it moves: all is there" "$before" "$(picture "$place")"; }
done
same "in one place" 1 "$places"

# Files saved in the private home.
save='echo x >~/letter.txt; mkdir -p ~/Documents; echo y >~/Documents/a.odt; echo z >~/.hidden'
hutch run --env=WAYLAND_DISPLAY=none notes@work -c "$save"
has "what was saved in the private home is said" "'notes@work' saved files in its private home: 'Documents/a.odt', 'letter.txt'" "$err"
has "and how to get at it" "hutch data export --saved notes@work" "$err"
hutch data list
hutch run --env=WAYLAND_DISPLAY=none notes@work -c 'cat ~/letter.txt'
lacks "what was there before is not" "saved files" "$err"
printf 'mine\n' >"$HOME/letter.txt"
mkdir -p "$HOME/Documents"
ends "it is moved out" 0 data export --saved notes@work
same "to its place" y "$(cat "$HOME/Documents/a.odt")"
same "or beside what is there" "mine x" "$(cat "$HOME/letter.txt") $(cat "$HOME/letter (2).txt")"
check "nothing stays" test ! -e "$boxes/work/home/letter.txt"
hutch run notes@work -c 'echo x >~/terminal.txt'
lacks "of a program without a window nothing is said" "saved files" "$err"
hutch run --disposable --env=WAYLAND_DISPLAY=none notes -c "$save"
lacks "nor of a home that is thrown away" "saved files" "$err"
exit "$((failures > 0))"
