#!/usr/bin/env bash
# hutch and root: refused with a reason, unless that is asked for.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
if [[ $EUID != 0 ]]; then
  not_ok "this test runs as root"
  conclude
fi
refuses "root is refused, with the reason" 125 "refusing to run as root" run --profile cli true
has "and the way out" "--allow-root" "$err"
refuses "by verbs that run nothing too" 1 "refusing to run as root" ps
ends "but not when it is asked for" 0 --allow-root ps
ends "nor for what does nothing" 0 help
ends "with the option or without" 0 --allow-root --version
has "the version is told" "hutch " "$out"
# A program of root's is known by its place, unless others may write it: then it is nobody's.
mkdir "$scratch/shipped" "$scratch/tools"
cp -r "$HUTCH_SOURCE_DIR/profiles/." "$scratch/shipped/"
cp /usr/bin/true "$scratch/tools/tool"
printf 'id = "helper"\nextends = ["cli"]\nmatch = { command = ["%s"] }\n' "$scratch/tools/tool" \
  >"$scratch/shipped/apps/helper.toml"
export HUTCH_PROFILE_PATH=$scratch/shipped
hutch --allow-root explain "$scratch/tools/tool"
has "root's program has its profile" "hutch.app.helper" "$out"
chmod o+w "$scratch/tools/tool"
hutch --allow-root explain "$scratch/tools/tool"
has "one that anybody may write has not" "hutch.app.untrusted" "$out"
conclude
