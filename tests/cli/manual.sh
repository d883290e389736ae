#!/usr/bin/env bash
# The manual names every verb and option there is.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
page=$(<"$HUTCH_SOURCE_DIR/data/man/hutch.1.scd")
missing=
seen=0
while IFS=$'\t' read -r verb option value; do
  seen=$((seen + 1))
  [[ $page == *"*$verb*"* ]] || missing+=" '$verb'"
  spelled="*$option*${value:+=}"
  [[ $page == *"$spelled"* ]] || missing+=" $verb:$option"
done < <("$HUTCH" --options)
check "there are options to look for ($seen)" test "$seen" -gt 50
same "the manual lists every verb and option" "" "$missing"
compiles() { scdoc <"$HUTCH_SOURCE_DIR/data/man/$1.scd" >/dev/null; }
for name in hutch.1 hutch-profile.5; do check "$name is well formed" compiles "$name"; done
conclude
