#!/usr/bin/env bash
# An update of a shipped profile that grants more is withheld until it is accepted; what grants less counts at once.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export HUTCH_PROFILE_PATH=$scratch/shipped
mkdir -p "$HUTCH_PROFILE_PATH/apps" "$HOME/Documents/work" "$HOME/Music"
cp -r "$HUTCH_SOURCE_DIR/profiles/base" "$HUTCH_PROFILE_PATH/base"
echo letter >"$HOME/Documents/letter"
echo plan >"$HOME/Documents/work/plan"
echo song >"$HOME/Music/song"
accepted=$HOME/.local/state/hutch/accepted/reader
profile() {
  printf 'id = "reader"\nextends = ["cli"]\nmatch.command = ["/usr/bin/cat"]\n[permissions]\n%s\n' "$1" \
    >"$HUTCH_PROFILE_PATH/apps/reader.toml"
}
reads() { hutch run /usr/bin/cat "$1"; [[ $status == 0 ]]; }
reads_not() { ! reads "$1"; }

profile 'files = [{ path = "~/Documents", access = "ro", reason = "letters" }]'
check "the first run gets what the profile says" reads "$HOME/Documents/letter"
lacks "without a word" "withheld" "$err"
check "which is remembered" test -s "$accepted"
stamp=$(stat -c %i "$accepted")
check "once" reads "$HOME/Documents/letter"
same "and not written again" "$stamp" "$(stat -c %i "$accepted")"

profile 'files = [{ path = "~/Documents", access = "rw", reason = "letters" }, { path = "~/Music", access = "ro", reason = "songs" }]
features = [{ name = "ptrace", reason = "why not" }]'
check "what was accepted stays after an update" reads "$HOME/Documents/letter"
has "which is said in one line" "an update of profile 'reader' grants more, which is withheld" "$err"
check "what it adds is withheld" reads_not "$HOME/Music/song"
hutch run --command=/usr/bin/touch /usr/bin/cat "$HOME/Documents/new"
has "and more access too" "Read-only file system" "$err"
hutch explain reader
has "explain says so" "Withheld until accepted:" "$out"
has "in words" "may read ~/Music" "$(sed -n '/^Withheld/,$p' <<<"$out")"
lacks "and not that it may" "Music" "$(sed -n '1,/^Withheld/p' <<<"$out")"
hutch explain reader --json
has "in JSON as flags" '"--allow=ptrace"' "$(sed -n '/"withheld"/,$p' <<<"$out")"
ends "the difference is shown" 1 profile diff reader
has "in words" "may read ~/Music" "$out"
same "nobody but the user accepts" "$stamp" "$(stat -c %i "$accepted")"
ends "what the user grants counts all the same" 0 grant reader --filesystem=~/Music:ro
check "at once" reads "$HOME/Music/song"
ends "and is taken back" 0 reset reader
check "as ever" reads_not "$HOME/Music/song"

ends "accepting" 0 profile accept reader
check "allows it" reads "$HOME/Music/song"
lacks "and nothing is said any more" "withheld" "$err"
ends "no difference is left" 0 profile diff reader

profile 'files = [{ path = "~/Documents", access = "ro", reason = "letters" }, { path = "~/Documents/work", access = "hidden", reason = "not for it" }]'
check "what is taken away counts at once" reads_not "$HOME/Music/song"
lacks "without a word" "withheld" "$err"
check "what is hidden too" reads_not "$HOME/Documents/work/plan"
profile 'files = [{ path = "~/Documents", access = "ro", reason = "letters" }]'
check "an update that no longer hides it opens nothing" reads_not "$HOME/Documents/work/plan"
has "and is held" "withheld" "$err"
check "while the rest stays" reads "$HOME/Documents/letter"
profile 'files = [{ path = "home", access = "ro", reason = "all" }]'
check "a wider path gives what the narrower gave" reads "$HOME/Documents/letter"
check "and no more" reads_not "$HOME/Music/song"
check "hidden parts stay hidden" reads_not "$HOME/Documents/work/plan"
ends "until accepted" 0 profile accept reader
check "which opens both" reads "$HOME/Documents/work/plan"
check "and the rest" reads "$HOME/Music/song"

# A base counts as much as the profile itself.
sed -i '/^\[permissions\]/,$d' "$HUTCH_PROFILE_PATH/base/cli.toml"
before=$(<"$HUTCH_PROFILE_PATH/base/cli.toml")
printf '%s\n[permissions]\nfiles = [{ path = "/var/tmp", access = "rw", reason = "an update of the base" }]\n' "$before" \
  >"$HUTCH_PROFILE_PATH/base/cli.toml"
hutch run /usr/bin/cat "$HOME/Music/song"
has "what an update of a base adds is held" "withheld" "$err"
: >"$accepted"
hutch run /usr/bin/cat "$HOME/Music/song"
lacks "half a file counts as none" "withheld" "$err"
refuses "accepting what is no profile" 1 "there is no profile" profile accept nothing
conclude
