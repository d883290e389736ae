#!/usr/bin/env bash
# Completion scripts, sourced by the real shells.
# shellcheck disable=SC2207,SC2034
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for shell in bash zsh fish; do "$HUTCH" completion "$shell" >"$scratch/$shell"; done
refuses "a shell there is no script for" 2 "'tcsh'" completion tcsh

# offers WHAT WORD LINE: bash offers the word at the end of the line. Words are split as readline does, at '=' too.
complete_bash() {
  bash --norc --noprofile -c '
    source "$1"
    COMP_LINE=$2 COMP_POINT=${#2}
    mapfile -t COMP_WORDS < <(grep -oE "=|[^= ]+" <<<"$COMP_LINE")
    [[ $COMP_LINE == *[=\ ] ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _hutch
    printf "%s\n" "${COMPREPLY[@]}"' bash "$scratch/bash" "$1" 2>&1
}
complete_fish() { fish --no-config -c "source $scratch/fish; complete -C '$1'" 2>&1 | cut -f1; }
# zsh completes only at a terminal: type the line there and list what it offers.
complete_zsh() {
  python3 "$HUTCH_SOURCE_DIR/tests/cli/zsh_offers.py" "$scratch/zsh" "$1" 2>&1
}
offers() {
  local shell=$1 line=$2 word found
  shift 2
  found=$("complete_$shell" "$line")
  for word in "$@"; do
    if [[ $word == !* ]]; then
      if grep -qxF -- "${word#!}" <<<"$found"; then not_ok "$shell: '$line' offers no ${word#!}" "$found"; else ok "$shell: '$line' offers no ${word#!}"; fi
    elif grep -qxF -- "$word" <<<"$found"; then
      ok "$shell: '$line' offers $word"
    else
      not_ok "$shell: '$line' offers $word" "it offers: $found"
    fi
  done
}

for shell in bash fish zsh; do
  command -v "$shell" >/dev/null || { not_ok "$shell is installed"; continue; }
  offers "$shell" "hutch " run ps profile doctor
  offers "$shell" "hutch st" stop '!run'
  offers "$shell" "hutch profile " list show lint
  offers "$shell" "hutch profile show " gedit
  offers "$shell" "hutch completion " bash zsh fish
done
for shell in bash fish; do
  offers "$shell" "hutch explain ge" gedit
done
offers bash "hutch run --soc" --socket= '!--nosocket='
offers bash "hutch run --socket=" wayland x11
offers bash "hutch run --socket=way" wayland '!x11'
offers bash "hutch run --network " none internet
offers bash "hutch run --network=host --allow=mic" microphone
offers bash "hutch ps --" --json --no-legend '!--socket='
offers bash "hutch run gedit --" '!--socket='
offers fish "hutch run --socket=way" --socket=wayland
offers fish "hutch ps --" --json '!--socket'
offers zsh "hutch run --netwo" --network
offers zsh "hutch run --network=" none internet

start one --profile cli sleep 100
for shell in bash fish zsh; do offers "$shell" "hutch stop " one; done
"$HUTCH" kill --all
mkdir "$scratch/files"
# shellcheck disable=SC2016
touch "$scratch/files/a b" "$scratch/files/"'$(touch executed)'
offers bash "hutch run --bind-arg=$scratch/files/a" "$scratch/files/a b"
# shellcheck disable=SC2016
found=$(cd "$scratch/files" && complete_bash "hutch run --bind-arg=")
has "names of files are offered as they are" '$(touch executed)' "$found"
check "and never executed" test ! -e "$scratch/files/executed"
same "bash has nothing to say against its script" "" "$(bash -n "$scratch/bash" 2>&1)"
same "nor zsh" "" "$(zsh -n "$scratch/zsh" 2>&1)"
same "nor fish" "" "$(fish --no-execute "$scratch/fish" 2>&1)"
conclude
