# Shared by the tests of the command line: a user's places of their own, and checks that print "ok" or "not ok" lines.
# shellcheck shell=bash
set -uo pipefail

if [[ $EUID == 0 && ${0##*/} != root.sh ]]; then
  exec setpriv --reuid="${HUTCH_TEST_USER:-hutchtest}" --regid="${HUTCH_TEST_USER:-hutchtest}" --init-groups \
    env -i PATH=/usr/local/bin:/usr/bin:/bin HUTCH="$HUTCH" HUTCH_SOURCE_DIR="$HUTCH_SOURCE_DIR" bash "$0"
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/hutch-cli-XXXXXX")
runtime=$(mktemp -d "${XDG_RUNTIME_DIR:-/tmp}/hutch-cli-XXXXXX")
mkdir "$scratch/home" "$scratch/bin"
ln -s "$HUTCH" "$scratch/bin/hutch"
export HOME=$scratch/home XDG_RUNTIME_DIR=$runtime PATH=$scratch/bin:/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8 TZ=UTC
export HUTCH_PROFILE_PATH=$HUTCH_SOURCE_DIR/profiles
unset WAYLAND_DISPLAY DISPLAY DBUS_SESSION_BUS_ADDRESS XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_STATE_HOME \
  NO_COLOR PULSE_SERVER LANGUAGE LANG
failures=0

finish() {
  "$HUTCH" kill --all >/dev/null 2>&1
  rm -rf "$scratch" "$runtime"
}
trap finish EXIT

ok() { printf 'ok - %s\n' "$1"; }
not_ok() {
  printf 'not ok - %s\n' "$1"
  shift
  [[ $# == 0 ]] || printf '  %s\n' "$@"
  failures=$((failures + 1))
}
# check WHAT COMMAND...: the command succeeds.
check() {
  local what=$1
  shift
  if "$@"; then ok "$what"; else not_ok "$what" "$*"; fi
}
# same WHAT EXPECTED ACTUAL
same() {
  if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1" "expected: $2" "actual:   $3"; fi
}
# has WHAT PART WHOLE
has() {
  if [[ $3 == *"$2"* ]]; then ok "$1"; else not_ok "$1" "no '$2' in: $3"; fi
}
lacks() {
  if [[ $3 != *"$2"* ]]; then ok "$1"; else not_ok "$1" "'$2' is in: $3"; fi
}

# hutch ARGUMENTS: runs it without input; sets status, out and err.
hutch() {
  status=0
  "$HUTCH" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
  out=$(<"$scratch/out")
  err=$(<"$scratch/err")
}
# ends WHAT STATUS ARGUMENTS: hutch ends with this status.
ends() {
  local what=$1 wanted=$2
  shift 2
  hutch "$@"
  if [[ $status == "$wanted" ]]; then ok "$what"; else not_ok "$what" "status $status, not $wanted: $out $err"; fi
}
# refuses WHAT STATUS MESSAGE ARGUMENTS: fails with one line that holds the message, and perhaps a hint.
refuses() {
  local what=$1 wanted=$2 message=$3
  shift 3
  hutch "$@"
  if [[ $status == "$wanted" && $err == *"$message"* && $err != *$'\n'*$'\n'* && -z $out ]]; then
    ok "$what"
  else
    not_ok "$what" "status $status, wanted $wanted with '$message': $out $err"
  fi
}

# within SECONDS COMMAND...: the command succeeds before the time is over.
within() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < until)) || return 1
    read -r -t 0.02 <> <(:) || true
  done
}

# start ID ARGUMENTS: an instance in the background that is running when this returns.
start() {
  local id=$1
  shift
  "$HUTCH" run --instance "$id" "$@" </dev/null >"$scratch/$id.out" 2>"$scratch/$id.err" &
  started=$!
  within 20 is_up "$id" || not_ok "instance $id starts" "$(<"$scratch/$id.err")"
}
is_up() { "$HUTCH" exec "$1" -- true </dev/null >/dev/null 2>&1; }
is_listed() { "$HUTCH" ps --no-legend | grep -q "^$1 "; }
is_gone() { ! is_listed "$1"; }
runs() { pgrep -u "$EUID" -f -- "$1" >/dev/null; }
runs_not() { ! runs "$1"; }
left_over() { find "$runtime" -mindepth 1 ! -path "$runtime/hutch" ! -name .guard | sort; }

conclude() {
  [[ $failures == 0 ]]
  exit
}
