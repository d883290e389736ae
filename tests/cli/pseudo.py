"""What the tests at a pseudo terminal share: test lines, a program on a terminal of its own, waiting."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time

DEADLINE = 30
failures = []


def check(what, condition, detail=""):
    print(f"{'ok' if condition else 'not ok'} - {what}", flush=True)
    if not condition:
        failures.append(what)
        print(f"  {detail!r}", flush=True)


def finish():
    sys.exit(1 if failures else 0)


def until(condition):
    deadline = time.monotonic() + DEADLINE
    while not (value := condition()) and time.monotonic() < deadline:
        select.select([], [], [], 0.05)
    return value


def own_places():
    """A home and a runtime directory of their own; keep what is returned."""
    runtime = tempfile.TemporaryDirectory(dir=os.environ.get("XDG_RUNTIME_DIR", "/tmp"))
    home = tempfile.TemporaryDirectory()
    os.environ.update(XDG_RUNTIME_DIR=runtime.name, HOME=home.name, TERM="xterm", LC_ALL="C.UTF-8",
                      HUTCH_PROFILE_PATH=os.environ["HUTCH_SOURCE_DIR"] + "/profiles")
    return runtime, home


class Session:
    """A program on a pseudo terminal of its own."""

    def __init__(self, arguments, rows=31, columns=97):
        self.text = ""
        self.status = None
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execv(arguments[0], arguments)
        self.resize(rows, columns)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:  # EIO: the last holder of the other side is gone
            return False
        self.text += data.decode("utf-8", "replace")
        return bool(data)

    def expect(self, pattern):
        """Waits for the pattern behind what was matched before; True when it came."""
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            match = re.search(pattern, self.text)
            if match:
                self.text = self.text[match.end():]
                return True
            if not self.read(0.1):
                break
        return re.search(pattern, self.text) is not None

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until and self.read(0.1):
            pass
        if time.monotonic() >= until:
            os.kill(self.pid, signal.SIGKILL)  # its own child: a test that hangs is a test that fails
        _, status = os.waitpid(self.pid, 0)
        os.close(self.master)
        self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def settings(self):
        return termios.tcgetattr(self.master)
