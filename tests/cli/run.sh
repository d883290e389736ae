#!/usr/bin/env bash
# `hutch run`: what reaches the app, how it ends, and what a failed start leaves.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cli=(run --profile cli)
marker="7${BASHPID}7"  # of processes that must not outlive their sandbox

ends "the app's status is ours" 7 "${cli[@]}" sh -c 'exit 7'
ends "success is 0" 0 "${cli[@]}" true
ends "a signal is 128 and its number" 137 "${cli[@]}" sh -c 'kill -KILL $$'
ends "so is SIGTERM" 143 "${cli[@]}" sh -c 'kill -TERM $$'
refuses "a missing program is 127" 127 "'/bin/no-such-program'" "${cli[@]}" /bin/no-such-program
refuses "a missing command is 127" 127 "no-such-command" "${cli[@]}" no-such-command
refuses "a file that cannot be executed is 126" 126 "'/etc/passwd'" "${cli[@]}" /etc/passwd
refuses "a directory is 126" 126 "'/usr'" "${cli[@]}" /usr

# shellcheck disable=SC2016
hutch "${cli[@]}" sh -c 'for a; do printf "<%s>" "$a"; done' sh -- --json '' 'a b' --profile=x -h
same "everything behind the program is the program's" '<--><--json><><a b><--profile=x><-h>' "$out"
hutch "${cli[@]}" -- echo -- --strict
same "-- ends our options" "-- --strict" "$out"
same "standard input reaches the app" "typed" "$(echo typed | "$HUTCH" "${cli[@]}" cat 2>/dev/null)"
hutch "${cli[@]}" sh -c 'echo to stderr >&2'
has "so does standard error" "to stderr" "$err"
# shellcheck disable=SC2016
hutch "${cli[@]}" --env A= --env=B=c=d sh -c 'echo "[${A-none}][$B]"'
same "variables are set, also to nothing" "[][c=d]" "$out"
SECRET=x hutch "${cli[@]}" env
lacks "other variables do not get in" "SECRET" "$out"
hutch "${cli[@]}" --cwd /usr pwd
same "--cwd is where it starts" "/usr" "$out"
exec 9</etc/passwd 10</dev/null
hutch "${cli[@]}" sh -c 'echo /proc/self/fd/*'
exec 9<&- 10<&-
lacks "descriptors that hutch was given do not get in" "/fd/9" "$out"
lacks "nor those above" "/fd/10" "$out"
status=0
"$HUTCH" "${cli[@]}" true <&- >&- 2>&- || status=$?
same "closed standard descriptors are no obstacle" 0 "$status"

refuses "an unknown option is told" 125 "unknown option '--soket'" run --soket=wayland true
has "and the one that was meant" "did you mean '--socket'?" "$err"
refuses "an unknown word too" 125 "'wayand'" "${cli[@]}" --socket=wayand true
has "and the one that was meant" "did you mean 'wayland'?" "$err"
refuses "a value that is missing" 125 "'--cwd' needs a value" run --cwd
refuses "an empty value does not eat the next word" 125 "--network" "${cli[@]}" --network= true
refuses "a flag takes no value" 125 "'--disposable' takes no value" "${cli[@]}" --disposable=maybe true
refuses "nothing to run" 125 "lacks an argument" run
refuses "a path with .. is refused" 125 "contains '..'" "${cli[@]}" --filesystem=/etc/../root true
refuses "a relative path too" 125 "is not absolute" "${cli[@]}" --filesystem=tmp true
refuses "a directory that is not there" 125 "'/no/such/place'" "${cli[@]}" --cwd /no/such/place true
refuses "a profile that is not there" 125 "'gtkk'" run --profile gtkk true
has "and the one that was meant" "did you mean 'gtk'?" "$err"
refuses "both --profile and --no-profile" 125 "exclude each other" run --profile cli --no-profile true
refuses "an instance id that is none" 125 "'No'" "${cli[@]}" --instance No true
refuses "an instance called like a profile" 125 "'gedit' is the name of a profile" "${cli[@]}" --instance gedit true
refuses "a misspelled app" 127 "'gedti'" run gedti
has "gets a guess" "did you mean 'gedit'?" "$err"
refuses "a missing Wayland socket" 125 "no Wayland socket" run --profile gui true
WAYLAND_DISPLAY=gone-0 refuses "and one that is named but not there" 125 "no Wayland socket" run --profile gui true

mkdir -p "$HOME/.config/hutch/profiles"
bad=$HOME/.config/hutch/profiles/bad.toml
printf 'schema = "1.0"\nid = "bad"\n[permissions]\n  sokets = []\n' >"$bad"
refuses "an unknown key is told with its place" 125 "$bad:4:3: unknown key 'sokets'" run --profile bad true
has "and the one that was meant" "did you mean 'sockets'?" "$err"
printf 'schema = "1.0"\nid = "bad"\n[permissions\n' >"$bad"
refuses "so is bad syntax" 125 "$bad:3:" run --profile bad true
printf 'id = "bad\\u001b[2J"' >"$bad"
hutch run --profile bad true
lacks "control characters of a profile do not reach the terminal" $'\x1b' "$err"
chmod 0 "$bad"
refuses "an unreadable profile stops the run" 125 "$bad" run --profile bad true
rm "$bad"

hutch "${cli[@]}" --network=host true
has "a weakening is told by its flag" "weakened by --network=host" "$err"
hutch "${cli[@]}" --json --network=host true
check "--json tells it to programs" python3 -c '
import json, sys
line = json.loads(open(sys.argv[1]).readline())
assert line["weakenings"] == ["--network=host"] and line["profile"] == "cli" and line["instance"].startswith("cli")' \
  "$scratch/err"
printf '#!/bin/sh\necho tool\n' >"$scratch/tool"
chmod +x "$scratch/tool"
hutch run --nosocket=wayland "$scratch/tool"
same "a program nobody vouches for runs" tool "$out"
has "and it is said under what" "untrusted" "$err"
refuses "--strict refuses what this host lacks" 125 "--strict" "${cli[@]}" --strict true

hutch "${cli[@]}" sh -c 'echo kept >~/file'
hutch "${cli[@]}" sh -c 'cat ~/file'
same "the home of a box stays" kept "$out"
hutch "${cli[@]}" --disposable sh -c 'cat ~/file; echo new >~/other'
lacks "a disposable one is another" kept "$out"
hutch "${cli[@]}" sh -c 'cat ~/other'
lacks "and is thrown away" new "$out"

cache=$HOME/.cache/hutch/seccomp
check "the filter is cached" test -n "$(ls "$cache")"
for entry in "$cache"/*; do printf 'x' | dd of="$entry" bs=1 seek=400 conv=notrunc status=none; done
ends "a damaged entry is not used" 0 "${cli[@]}" sh -c 'grep -q "Seccomp:.*2" /proc/self/status'
for entry in "$cache"/*; do : >"$entry"; done
ends "nor an empty one" 0 "${cli[@]}" sh -c 'grep -q "Seccomp:.*2" /proc/self/status'
for entry in "$cache"/*; do chmod 666 "$entry"; done
ends "nor one that others can write" 0 "${cli[@]}" sh -c 'grep -q "Seccomp:.*2" /proc/self/status'
rm -rf "$cache"
: >"$cache"
ends "a cache that cannot be written is no obstacle" 0 "${cli[@]}" true
rm -rf "$cache"

# shellcheck disable=SC2016
start long --profile cli sh -c 'trap "exit 42" TERM; sleep '"$marker"' & wait $!'
kill -TERM "$started"
wait "$started"
same "SIGTERM reaches the app" 42 $?
check "and what it left behind is gone" within 10 runs_not "sleep $marker"
start killed --profile cli sleep "$marker"
kill -KILL "$started"
wait "$started" 2>/dev/null
check "kill -9 of the supervisor ends the sandbox" within 10 runs_not "sleep $marker"
check "and it is not listed" is_gone killed
check "and its directory is swept" test ! -e "$runtime/hutch/killed"
ends "its id can run again" 0 "${cli[@]}" --instance killed true

for ((number = 0; number < 8; number++)); do "$HUTCH" "${cli[@]}" sh -c 'exit 3' 2>/dev/null & done
failed=0
for job in $(jobs -p); do
  wait "$job"
  [[ $? == 3 ]] || failed=$((failed + 1))
done
same "eight at once in the same box" 0 "$failed"

full='mount -t tmpfs -o size=8k,mode=700 none "$XDG_RUNTIME_DIR" && exec "$HUTCH" run --profile cli true'
status=0
err=$(unshare --user --map-root-user --mount sh -c "$full" 2>&1 >/dev/null </dev/null) || status=$?
same "a full disk stops the run" 125 "$status"
has "and is told" "No space left on device" "$err"
hutch plan --profile cli true
"$HUTCH" plan --profile cli true >/dev/full 2>"$scratch/err"
same "output that cannot be written is a failure" 1 $?

same "nothing is left behind" "" "$(left_over)"
conclude
