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
conclude
