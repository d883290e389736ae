#!/usr/bin/env bash
# What runs: ps, inspect, exec, stop, kill, wait.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
marker="8${BASHPID}8"  # of processes that must not outlive their sandbox

hutch ps
same "nothing runs" "ID  APP  BOX  PROFILE  STATE  PID  STARTED  NETWORK  COMMAND" "$out"
hutch ps --no-legend
same "--no-legend leaves out the names" "" "$out"
hutch ps --json
check "an empty list is a list" python3 -c 'import json,sys; assert json.load(open(sys.argv[1])) == {"instances": []}' \
  "$scratch/out"

start one --profile cli sleep "$marker"
start two --profile cli --network=none sleep "$marker"
hutch ps --no-legend
same "both are listed" 2 "$(wc -l <<<"$out")"
hutch ps --json
check "so they are for programs" python3 -c '
import json, sys
instances = {one["id"]: one for one in json.load(open(sys.argv[1]))["instances"]}
assert sorted(instances) == ["one", "two"]
assert instances["one"]["profile"] == "cli" and instances["one"]["network"] == "none"' "$scratch/out"
hutch inspect one
has "inspect shows the record" "hutch.app.cli" "$out"
has "and the plan" "namespaces:" "$out"
hutch inspect --json one two
check "as JSON too" python3 -c '
import json, sys
instances = json.load(open(sys.argv[1]))["instances"]
assert [one["id"] for one in instances] == ["one", "two"]
assert all(one["plan"] and one["directory"].endswith(one["id"]) for one in instances)' "$scratch/out"
refuses "nobody of that name" 1 "no running instance 'onee'" inspect onee
has "gets a guess" "did you mean 'one'?" "$err"
refuses "a name that means several" 1 "several instances: one, two" inspect cli
refuses "an id that runs already" 125 "'one' is already running" run --profile cli --instance one true

ends "exec ends as its command does" 5 exec one -- sh -c 'exit 5'
ends "a signal is 128 and its number" 137 exec one -- sh -c 'kill -KILL $$'
refuses "a missing command is 127" 127 "'no-such-command'" exec one -- no-such-command
refuses "one that cannot be executed is 126" 126 "'/etc/passwd'" exec one -- /etc/passwd
refuses "no such instance is 125" 125 "'three'" exec three -- true
refuses "no command is 125" 125 "lacks an argument" exec one
refuses "nor is a lone --" 125 "which command" exec one --
hutch exec one -- sh -c 'for a; do printf "<%s>" "$a"; done' sh -- --env ''
same "every word behind the id is the command's" "<--><--env><>" "$out"
hutch exec --env A=b --cwd /usr one -- sh -c 'echo "$A"; pwd'
same "a variable and a directory" $'b\n/usr' "$out"
refuses "a variable without a value" 125 "'A' is not NAME=VALUE" exec --env A one -- true
same "standard input reaches the command" typed "$(echo typed | "$HUTCH" exec one -- cat)"
hutch exec one -- sh -c 'echo to stderr >&2; exit 1'
same "so does standard error" "to stderr" "$err"
walls='grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status'
hutch exec one -- sh -c "$walls"
has "exec has no capabilities" "CapEff:	0000000000000000" "$out"
has "nor any to gain" "CapBnd:	0000000000000000" "$out"
has "no new privileges" "NoNewPrivs:	1" "$out"
has "and the filter" "Seccomp:	2" "$out"
hutch exec one -- sh -c 'ps -e -o args= 2>/dev/null || cat /proc/[0-9]*/cmdline | tr "\0" " "'
has "it sees the app" "sleep $marker" "$out"
refuses "stop wants names" 2 "one of the two" stop
refuses "or --all, not both" 2 "one of the two" stop --all one
refuses "a timeout that is no number" 2 "'soon'" stop --timeout soon one
refuses "a signal that is none" 2 "'TERN'" kill --signal TERN one
has "gets a guess" "did you mean 'TERM'?" "$err"
refuses "one wrong name stops nothing" 1 "'three'" stop one three
check "it still runs" is_listed one

"$HUTCH" wait one >/dev/null 2>&1 &
waiter=$!
ends "stop" 0 stop one
wait "$waiter"
same "wait ends with it" 0 $?
check "it is gone" is_gone one
check "the other is not" is_listed two
ends "kill sends another signal" 0 kill --signal USR1 two
check "which may end it" within 10 is_gone two
# shellcheck disable=SC2016
start deaf --profile cli sh -c 'trap "" TERM; while :; do sleep '"$marker"'; done'
ends "one that does not listen is ended" 0 stop --timeout 1 deaf
check "with everything inside" within 10 runs_not "sleep $marker"
start one --profile cli sleep "$marker"
start two --profile cli sleep "$marker"
ends "kill --all" 0 kill --all
check "ends all" within 10 runs_not "sleep $marker"
ends "and again with nothing to do" 0 kill --all
same "nothing is left behind" "" "$(left_over)"

# Two hundred instances that only look alive: directories whose locks a process holds. OFD and POSIX locks exclude each
# other (fcntl(2)), so hutch cannot tell.
python3 - "$runtime/hutch" <<'PYTHON' &
import fcntl, json, os, socket, sys
held = []
with open(f"/proc/{os.getpid()}/stat") as file:
    began = int(file.read().rpartition(")")[2].split()[19])
for number in range(200):
    name = f"fake{number:03}"
    directory = os.path.join(sys.argv[1], name)
    os.makedirs(directory, 0o700)
    lock = open(os.path.join(directory, "lock"), "w")
    fcntl.lockf(lock, fcntl.LOCK_EX)
    held.append(lock)
    record = {"version": 1, "id": name, "profile": "gedit", "box": "work" if number == 1 else "",
              "app": "org.gnome.gedit", "command": "gedit \x1b[2J", "started": 1700000000 + number,
              "supervisor": os.getpid(), "supervisor_start": began, "init": 0, "scope": "", "network": "none",
              "weakenings": [], "warnings": []}
    with open(os.path.join(directory, "record.json"), "w") as file:
        json.dump(record, file)
silent = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # a supervisor that does not answer
silent.bind(os.path.join(sys.argv[1], "fake000", "control"))
silent.listen()
open(os.path.join(sys.argv[1], "..", "ready"), "w").close()
import signal
signal.pause()
PYTHON
holder=$!
check "two hundred instances are pretended" within 20 test -e "$runtime/ready"
rm -f "$runtime/ready"
hutch ps
same "all are listed" 201 "$(wc -l <<<"$out")"
same "the table is as reviewed" \
  "fake001  org.gnome.gedit  work  gedit    running  $holder  2023-11-14 22:13:21  none     gedit \\x1b[2J" \
  "$(sed -n 3p <<<"$out")"
lacks "no command of an app steers the terminal" $'\x1b' "$out"
best=999999
for ((round = 0; round < 10; round++)); do
  before=${EPOCHREALTIME/./}
  "$HUTCH" ps >/dev/null
  took=$((${EPOCHREALTIME/./} - before))
  ((took >= best)) || best=$took
done
check "ps takes less than 30 ms ($((best / 1000)) ms)" test "$best" -lt 30000
"$HUTCH" exec fake000 -- true </dev/null 2>/dev/null &
client=$!
waits_for_answer() { grep -q '^SigBlk:	0*[1-9a-f]' "/proc/$client/status"; }
check "exec waits for a sandbox that does not answer" within 10 waits_for_answer
kill -TERM "$client"
wait "$client"
same "and can be ended" 143 $?
kill "$holder"
wait "$holder" 2>/dev/null
hutch ps --no-legend
same "once nobody holds their locks they are gone" "" "$out"
same "and swept" "" "$(left_over)"
conclude
