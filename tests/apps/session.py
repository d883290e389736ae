"""The desktop of the long run: X11 beside Wayland, bait, a neighbour on the network, samples, windows of both kinds."""
import ctypes
import json
import os
import re
import select
import struct
import subprocess
import tempfile
import time
import wave
import zlib

HOME = os.environ["HOME"]
HERE = os.path.dirname(os.path.abspath(__file__))
LAN = "192.168.77.2"  # what run has set up
SAMPLES = os.path.join(HOME, "samples")


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          timeout=60).stdout


def until(seconds, condition):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.1)


def windows():
    """Every window: its id in the compositor and what it is called."""
    found = {}

    def walk(node):
        properties = node.get("window_properties") or {}
        name = node.get("app_id") or properties.get("class")
        if name or node.get("window") or (node.get("pid") and node.get("type") in ("con", "floating_con")):
            found[node["id"]] = (name or "?", node.get("name") or "")
        for child in node.get("nodes", []) + node.get("floating_nodes", []):
            walk(child)

    walk(json.loads(output("swaymsg", "--type", "get_tree")))
    return found


def export_display():
    os.environ["PATH"] += ":/usr/games"  # as in sessions of Debian
    path = os.path.join(os.environ["XDG_RUNTIME_DIR"], "test-display")
    output("swaymsg", "exec", f"printf %s \"$DISPLAY\" >{path}")
    until(10, lambda: os.path.exists(path))
    with open(path, encoding="ascii") as file:
        display = file.read()
    if display:  # where Xwayland is installed
        os.environ["DISPLAY"] = display


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def png(width=64, height=64):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"\xc0\x40\x20" * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def pdf():
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"]
    text, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += b"%d 0 obj%s endobj\n" % (number, body)
    start = len(text)
    text += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return text + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


def make_samples():
    write(f"{SAMPLES}/sample.txt", b"A letter.\n" * 20)
    write(f"{SAMPLES}/sample.html", b"<!doctype html><title>Sample</title><p>A page.\n")
    write(f"{SAMPLES}/sample.png", png())
    write(f"{SAMPLES}/sample.pdf", pdf())
    write(f"{SAMPLES}/sample.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>')
    with wave.open(f"{SAMPLES}/sample.wav", "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * 80000)
    subprocess.run(["tar", "-C", SAMPLES, "-cf", f"{SAMPLES}/sample.tar", "sample.txt"], check=True)


def lay_bait():
    write(f"{HOME}/.ssh/id_ed25519", b"secret\n")
    write(f"{HOME}/.bash_history", b"secret\n")
    write(f"{HOME}/.config/otherapp/data", b"secret\n")
    for name in ("Downloads", "Documents", "Pictures", "Music", "Videos", "Templates"):
        os.makedirs(f"{HOME}/{name}", exist_ok=True)
    return subprocess.Popen(["python3", "-c", "import time; time.sleep(1e6)", "hutch-apps-marker"])


class Watch:
    """Whether a file is read from now on (inotify(7), IN_ACCESS)."""

    def __init__(self, path):
        libc = ctypes.CDLL(None)
        self.fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        libc.inotify_add_watch(self.fd, path.encode(), 0x1)

    def is_read(self):
        return bool(select.select([self.fd], [], [], 0)[0])

    def close(self):
        os.close(self.fd)


class App:
    """A program started with `hutch run`, and what became of it."""

    count = 0

    def __init__(self, *arguments):
        App.count += 1
        self.before = set(windows())
        self.instance = f"app{App.count}"
        self.log = tempfile.NamedTemporaryFile(prefix="app-", suffix=".log", delete=False)  # pylint: disable=R1732
        self.process = subprocess.Popen(["hutch", "run", "--verbose", "--instance", self.instance, *arguments],
                                        stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def text(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return file.read()

    def profile(self):
        match = re.search(r"profile '([^']*)'", self.text())
        return match[1] if match else ""

    def window(self, seconds):
        def look():
            return self.process.poll() is not None and not self.new() or self.new()
        until(seconds, look)
        return self.new()

    def new(self):
        return [window for number, window in windows().items() if number not in self.before]

    def probe(self, marker):
        text = output("hutch", "exec", self.instance, "--", "/usr/bin/python3", f"{HERE}/probe.py", HOME, str(marker), LAN)
        try:
            return json.loads(text.strip().splitlines()[-1])
        except (ValueError, IndexError):
            return {"error": text.strip()[-300:]}

    def end(self):
        output("hutch", "kill", self.instance)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        until(10, lambda: not self.new())


def version_of(program):
    path = output("sh", "-c", f"readlink -f \"$(command -v {program})\"").strip()
    owner = output("dpkg-query", "-S", path).split(":")[0]
    return owner, output("dpkg-query", "-W", "-f", "${Version}", owner).strip()
