#!/usr/bin/python3
"""Every network mode of `hutch run` against a network made for it.

Needs no privileges: in a user namespace of the test's own stand a "host" stack, on which hutch and pasta run as they
would on a real host, and behind a veth pair a "LAN" stack that also plays the internet:

  sandbox --pasta-- host: 127.0.0.1 ::1 192.168.7.10 2001:db8:7::10 10.9.9.9 --veth-- LAN: see PLACES below

hutch itself runs without capabilities, as the ordinary user. Servers note each visit, so that a destination counts as
reached even where no answer comes back. Without /dev/net/tun for users, /etc/resolv.conf, pasta or ip(8) the cases are
skipped.
"""
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time

HUTCH = os.environ.get("HUTCH", "hutch")
PORT = 6003
DEVICE = "eth0"
PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
DNS_NAME = "name.hutch.test"
DNS_ANSWER = "93.184.216.34"

# Name: address, and on which stack it is served.
PLACES = {
    "loopback": ("127.0.0.1", "host"),
    "loopback-ipv6": ("::1", "host"),
    "host-other": ("10.9.9.9", "host"),
    "lan": ("192.168.7.1", "lan"),
    "lan-ula": ("fd00:7::1", "lan"),
    "lan-global": ("2001:db8:7::1", "lan"),
    "carrier-nat": ("100.64.0.9", "lan"),
    "metadata": ("169.254.169.254", "lan"),
    "internet": ("93.184.216.34", "lan"),
    "internet-ipv6": ("2606:4700:4700::1111", "lan"),
}
LOCAL = {"host-other", "lan", "lan-ula", "lan-global", "carrier-nat", "metadata"}
PUBLIC = {"internet", "internet-ipv6"}
REACHED = {
    "none": set(),
    "private": LOCAL | PUBLIC,
    "internet": PUBLIC,
    "lan": {"lan", "lan-ula", "lan-global"},
    "host": set(PLACES),
}
failures = []


def check(name, holds, detail=""):
    print(f"{'ok' if holds else 'not ok'} - {name}", flush=True)
    if not holds:
        failures.append(name)
        print("  | " + str(detail).rstrip().replace("\n", "\n  | "), flush=True)


def until(seconds, condition):
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return value


# What runs inside the sandbox: every place by TCP and UDP, as routed and bound to the device, and by routing header.
PROBE = r"""
import json, select, socket, struct, sys, time
places, port, device, name, patience = json.loads(sys.argv[1])
answered, waiting = set(), {}

def attempt(place, address, kind, bound, first_hop):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        s = socket.socket(family, kind)
        s.setblocking(False)
        if bound:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        if first_hop:  # RFC 8754 header with one segment
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RTHDR,
                         bytes([0, 2, 4, 0, 0, 0, 0, 0]) + socket.inet_pton(socket.AF_INET6, first_hop))
        s.connect_ex((address, port))
        if kind == socket.SOCK_DGRAM:
            s.send(b"?")
        waiting[s] = place
    except OSError:
        pass

for place, address in places.items():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for bound in (False, True):
            attempt(place, address, kind, bound, None)
            if ":" in address:
                attempt("", "2606:4700:4700::1111", kind, bound, address)
end = time.monotonic() + patience
while waiting and time.monotonic() < end:
    for s in select.select(list(waiting), [], [], max(0, end - time.monotonic()))[0]:
        try:
            if s.recv(100):
                answered.add(waiting[s])
        except OSError:
            pass
        del waiting[s]
try:
    resolved = sorted({entry[4][0] for entry in socket.getaddrinfo(name, None, socket.AF_INET)})
except OSError:
    resolved = []
abstract = socket.socket(socket.AF_UNIX)
try:
    abstract.connect("\0hutch-network-test")
    answered.add("abstract")
except OSError:
    pass
print(json.dumps({"answered": sorted(answered - {""}), "resolved": resolved,
                  "devices": sorted(n for _, n in socket.if_nameindex())}))
"""


def serve(stack, record):
    """Answers on every place of a stack and notes who was visited."""
    sockets = []
    for place, (address, where) in PLACES.items():
        if where != stack:
            continue
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            server = socket.socket(family, kind)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((address, PORT))
            if kind == socket.SOCK_STREAM:
                server.listen(64)
            sockets.append((server, kind, place))
    resolver = abstract = None
    if stack == "host":
        resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        resolver.bind(("127.0.0.53", 53))
        abstract = socket.socket(socket.AF_UNIX)
        abstract.bind("\0hutch-network-test")
        abstract.listen(8)
    print("ready", flush=True)
    import select
    while True:
        watched = [entry[0] for entry in sockets] + [s for s in (resolver, abstract) if s]
        ready = select.select(watched, [], [])[0]
        for server, kind, place in sockets:
            if server not in ready:
                continue
            with open(record, "a", encoding="ascii") as file:
                file.write(place + "\n")
            if kind == socket.SOCK_STREAM:
                connection, _ = server.accept()
                with connection:
                    connection.sendall(b"!")
            else:
                _, peer = server.recvfrom(100)
                server.sendto(b"!", peer)
        if resolver in ready:
            answer_query(resolver)
        if abstract in ready:
            abstract.accept()[0].close()


def answer_query(resolver):
    """RFC 1035: one A record for any A question, nothing for others."""
    query, peer = resolver.recvfrom(512)
    end = 12
    while query[end]:
        end += query[end] + 1
    question = query[12:end + 5]
    is_address = question[-4:-2] == b"\0\1"
    answer = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton(DNS_ANSWER) if is_address else b""
    resolver.sendto(query[:2] + struct.pack("!HHHHH", 0x8180, 1, 1 if is_address else 0, 0, 0) + question + answer, peer)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def without_capabilities(*words):
    return ["setpriv", "--ambient-caps=-all", "--inh-caps=-all", *words]


class Net:
    """The two stacks and their servers, and hutch on the host's."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.record = os.path.join(scratch, "visits")
        self.processes = []
        holder = self.start(["unshare", "--net", "sh", "-c", "echo ready; exec sleep infinity"])
        self.inside_lan = ["nsenter", "--net", f"--target={holder.pid}"]
        self.build(holder.pid)
        self.start([sys.executable, __file__, "--serve", "host", self.record])
        self.start([*self.inside_lan, sys.executable, __file__, "--serve", "lan", self.record])
        for directory in ("home", "runtime"):
            os.mkdir(os.path.join(scratch, directory), 0o700)
        self.environment = {"HOME": scratch + "/home", "XDG_RUNTIME_DIR": scratch + "/runtime", "PATH": PATH,
                            "LC_ALL": "C.UTF-8"}
        if "HUTCH_PROFILE_PATH" in os.environ:
            self.environment["HUTCH_PROFILE_PATH"] = os.environ["HUTCH_PROFILE_PATH"]

    def start(self, words):
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{words} did not start")
        return process

    def build(self, lan):
        def on_lan(*words):
            subprocess.run([*self.inside_lan, "ip", *words], check=True)

        ip("link", "set", "lo", "up")
        on_lan("link", "set", "lo", "up")
        ip("link", "add", "uplink", "type", "veth", "peer", "name", "port", "netns", str(lan))
        ip("address", "add", "192.168.7.10/24", "dev", "uplink")
        ip("-6", "address", "add", "2001:db8:7::10/64", "dev", "uplink", "nodad")
        ip("address", "add", "10.9.9.9/32", "dev", "lo")
        on_lan("address", "add", "192.168.7.1/24", "dev", "port")
        for address in ("fe80::1/64", "2001:db8:7::1/64"):
            on_lan("-6", "address", "add", address, "dev", "port", "nodad")
        for place in ("carrier-nat", "metadata", "internet"):
            on_lan("address", "add", PLACES[place][0] + "/32", "dev", "lo")
        for place in ("lan-ula", "internet-ipv6"):
            on_lan("-6", "address", "add", PLACES[place][0] + "/128", "dev", "lo", "nodad")
        ip("link", "set", "uplink", "up")
        on_lan("link", "set", "port", "up")
        self.set_routes("add")
        resolver = os.path.join(self.scratch, "resolv.conf")
        with open(resolver, "w", encoding="ascii") as file:
            file.write("nameserver 127.0.0.53\n")
        subprocess.run(["mount", "--bind", resolver, os.path.realpath("/etc/resolv.conf")], check=True)

    def set_routes(self, verb):
        ip("route", verb, "default", "via", "192.168.7.1", "dev", "uplink")
        ip("-6", "route", verb, "default", "via", "fe80::1", "dev", "uplink")

    def hutch(self, *words, **options):
        return subprocess.Popen(without_capabilities(HUTCH, "run", "--profile", "cli", *words), env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                **options)

    def probe(self, mode, patience=3):
        """What the sandbox saw, and which places were visited."""
        with open(self.record, "w", encoding="ascii"):
            pass
        words = json.dumps([{place: address for place, (address, _) in PLACES.items()}, PORT, DEVICE, DNS_NAME, patience])
        process = self.hutch(f"--network={mode}", "/usr/bin/python3", "-c", PROBE, words)
        out, err = process.communicate(timeout=120)
        with open(self.record, encoding="ascii") as file:
            visited = set(file.read().split())
        if process.returncode != 0:
            return None, visited, err
        return json.loads(out), visited, err

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()


def pastas():
    """The pasta processes on our stack."""
    own = os.readlink("/proc/self/ns/net")
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm", encoding="ascii") as file:
                if file.read().startswith("pasta") and os.readlink(f"/proc/{pid}/ns/net") == own:
                    found.append(int(pid))
        except OSError:
            pass
    return found


def check_mode(net, mode):
    seen, visited, err = net.probe(mode)
    if seen is None:
        check(f"network {mode}: the program runs", False, err)
        return
    wanted = REACHED[mode]
    check(f"network {mode}: reaches exactly what it should", set(seen["answered"]) - {"abstract"} == wanted,
          f"wanted {sorted(wanted)}\nanswered {seen['answered']}\n{err}")
    check(f"network {mode}: nothing else was even visited", visited == wanted,
          f"wanted {sorted(wanted)}\nvisited {sorted(visited)}")
    check(f"network {mode}: abstract sockets of the host are out of reach", "abstract" not in seen["answered"])
    check(f"network {mode}: names are {'resolved' if mode != 'none' else 'not resolved'}",
          seen["resolved"] == ([] if mode == "none" else [DNS_ANSWER]), seen["resolved"])
    if mode == "none":
        check("network none: there is loopback alone", seen["devices"] == ["lo"], seen["devices"])


def check_offline(net):
    net.set_routes("del")
    seen, _, err = net.probe("private", patience=0.5)
    check("network private: starts on a host that is offline", seen is not None, err)
    net.set_routes("add")


def check_published(net):
    server = ("import socket; s = socket.socket(); s.bind(('0.0.0.0', 8080)); s.listen(); print('ready', flush=True); "
              "s.accept()[0].sendall(b'hello')")
    process = net.hutch("--network=private", "--publish=18080:8080", "/usr/bin/python3", "-c", server)
    check("a published port: the server starts", process.stdout.readline() == "ready\n")

    def greeting():
        try:
            with socket.create_connection(("127.0.0.1", 18080), timeout=5) as connection:
                return connection.recv(100)
        except OSError:
            return b""

    check("a published port is reached from the host", until(10, greeting) == b"hello")
    process.communicate(timeout=60)
    with socket.socket() as late:
        check("a port is closed again with its sandbox", until(10, lambda: late.connect_ex(("127.0.0.1", 18080)) != 0))


def reason_to_skip():
    for program in ("ip", "pasta", "unshare", "nsenter", "setpriv"):
        if not any(os.access(os.path.join(directory, program), os.X_OK) for directory in PATH.split(":")):
            return f"{program} is not installed"
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "/dev/net/tun is not open to users"
    if not os.path.exists("/etc/resolv.conf"):
        return "there is no /etc/resolv.conf to put another in place of"
    return ""


def main():
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], sys.argv[3])
    if os.geteuid() == 0:
        sys.exit("run it as an ordinary user")
    os.environ["PATH"] = PATH
    if reason := reason_to_skip():
        print(f"skip - {reason}")
        return
    if sys.argv[1:] != ["--inside"]:
        os.execvp("unshare", ["unshare", "--user", "--map-current-user", "--keep-caps", "--net", "--mount",
                              sys.executable, __file__, "--inside"])
    with tempfile.TemporaryDirectory(prefix="hutch-network-") as scratch:
        net = Net(scratch)
        try:
            for mode in REACHED:
                check_mode(net, mode)
            check_offline(net)
            check_published(net)
            check("no pasta outlives its sandbox", until(10, lambda: not pastas()), pastas())
        finally:
            net.stop()
    sys.exit(1 if failures else 0)


main()
