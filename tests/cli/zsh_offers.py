#!/usr/bin/python3
"""usage: zsh_offers.py SCRIPT LINE

Types LINE and a tab into a zsh that has sourced the completion SCRIPT, and prints every word it would add, one a line.
The words are caught where zsh itself takes them: by wrapping the builtin `compadd`.
"""
import os
import pty
import select
import sys
import time

SETUP = r"""
PS1='' RPS1='' ; setopt no_beep ; unsetopt zle_bracketed_paste prompt_cr
autoload -Uz compinit && compinit -u -D -d "$TMPDIR/zcompdump"
compadd() {
  local -a caught
  builtin compadd -O caught "$@"
  (( ${#caught} )) && print -rl -- "${caught[@]}" >>"$OFFERS"
  builtin compadd "$@"
}
source "$SCRIPT"
zle-line-init() { : > "$READY" }  # keys typed before the line editor runs would be lost on it
zle -N zle-line-init
"""


def main():
    script, line = sys.argv[1:]
    folder = os.path.dirname(script)
    offers, ready, done = (os.path.join(folder, f"zsh-{name}-{os.getpid()}") for name in ("offers", "ready", "done"))
    rc = os.path.join(folder, "zdotdir")
    os.makedirs(rc, exist_ok=True)
    with open(os.path.join(rc, ".zshrc"), "w", encoding="utf-8") as file:
        file.write(SETUP)
    pid, master = pty.fork()
    if pid == 0:
        os.environ.update(ZDOTDIR=rc, SCRIPT=script, OFFERS=offers, READY=ready, DONE=done, TMPDIR=folder, TERM="xterm")
        os.execvp("zsh", ["zsh", "-o", "no_global_rcs", "-i"])
    deadline = time.monotonic() + 60

    def drain_until(condition):
        while not condition():
            if time.monotonic() > deadline:
                sys.exit("zsh does not answer")
            if select.select([master], [], [], 0.05)[0]:
                try:
                    os.read(master, 65536)
                except OSError:
                    return

    drain_until(lambda: os.path.exists(ready))
    # Behind the tab: clear the line and say that completion is over.
    os.write(master, line.encode() + b"\t\x15\x15: > \"$DONE\"\r")
    drain_until(lambda: os.path.exists(done))
    os.write(master, b"exit\r")
    os.close(master)
    os.waitpid(pid, 0)
    if os.path.exists(offers):
        with open(offers, encoding="utf-8") as file:
            print(file.read(), end="")


main()
