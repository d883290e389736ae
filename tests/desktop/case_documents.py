"""Files handed over through the document portal: who sees them, and with what access."""
import json
import os
import subprocess
import sys

from desk import HERE, HOME, RUNTIME, Sandboxed, check, finish

COORDINATOR = next((os.path.join(place, "hutch-coordinator") for place in
                    (os.path.normpath(HERE + "/../../libexec/hutch"), os.environ.get("HUTCH_LIBEXEC", ""))
                    if os.path.exists(os.path.join(place, "hutch-coordinator"))), None)
if not COORDINATOR:
    sys.exit("hutch-coordinator is not installed beside the tests")


def hand_over(app, *files):
    """The paths the app finds the files at, or the words of the refusal."""
    result = subprocess.run([COORDINATOR, "documents", app, *files], capture_output=True, text=True, check=False,
                            timeout=60)
    return json.loads(result.stdout)["paths"] if result.returncode == 0 else result.stderr


def outside(path, app):
    """The host's name of an app's view of a document."""
    return path.replace(f"{RUNTIME}/doc/", f"{RUNTIME}/doc/by-app/{app}/")


APP = "hutch.app.cli"
first, second = os.path.join(HOME, "first words.txt"), os.path.join(HOME, "second.txt")
for path, words in ((first, "alpha"), (second, "beta")):
    with open(path, "w", encoding="utf-8") as file:
        file.write(words)

paths = hand_over(APP, "ro:" + first, "rw:" + second)
check("files get a place in the documents", isinstance(paths, list) and len(paths) == 2, paths)
check("under their own names", [os.path.basename(path) for path in paths] == ["first words.txt", "second.txt"], paths)
check("which this app sees", os.path.exists(outside(paths[0], APP)))
check("and no other", not os.path.exists(outside(paths[0], "org.example.Other")))

script = "cat \"$0\" \"$1\"; echo more >> \"$0\"; echo $?; echo more >> \"$1\"; echo $?"
app = Sandboxed("--profile", "cli", "--portal=file-chooser", "/bin/sh", "-c", script, *paths)
app.wait(60)
check("a sandboxed app reads both", "alphabeta" in app.text(), app.text())
with open(first, encoding="utf-8") as file:
    check("it cannot change what was given for reading", file.read() == "alpha", app.text())
with open(second, encoding="utf-8") as file:
    check("it can change what was given for writing", file.read() == "betamore\n", app.text())
app.check_nothing_left("documents")

again = hand_over(APP, "ro:" + second)
check("a later reading grant does not carry the earlier writing", not os.access(outside(again[0], APP), os.W_OK), again)

os.symlink(first, HOME + "/link.txt")
os.mkfifo(HOME + "/fifo")
for name, path in (("a link", HOME + "/link.txt"), ("a fifo", HOME + "/fifo"), ("a directory", HOME),
                   ("nothing", HOME + "/none")):
    words = hand_over(APP, "ro:" + path)
    check(f"{name} is refused with one line", isinstance(words, str) and words.startswith("hutch: cannot hand over '")
          and words.count("\n") == 1, words)
check("an id that is none is refused", isinstance(hand_over("../../etc", "ro:" + first), str))

for path in (first, second, HOME + "/link.txt", HOME + "/fifo"):
    os.unlink(path)
finish()
