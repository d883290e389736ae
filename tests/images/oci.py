"""OCI layouts made by tests, and trees read back."""
import contextlib
import gzip
import hashlib
import io
import json
import lzma
import os
import secrets
import shutil
import subprocess
import tarfile
import tempfile


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c", "-1"], input=data, stdout=subprocess.PIPE, check=True).stdout


COMPRESS = {
    "": lambda data: data,
    "gzip": lambda data: gzip.compress(data, 1, mtime=0),
    "zstd": zstd,
    "xz": lambda data: lzma.compress(data, preset=0),
}


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """A layout directory with one image; layers are uncompressed tars."""

    def __init__(self, path):
        self.path = path
        os.makedirs(os.path.join(path, "blobs/sha256"), exist_ok=True)
        with open(os.path.join(path, "oci-layout"), "w", encoding="ascii") as file:
            json.dump({"imageLayoutVersion": "1.0.0"}, file)

    def add(self, data, media_type):
        name = digest(data)
        with open(os.path.join(self.path, "blobs/sha256", name[7:]), "wb") as file:
            file.write(data)
        return {"mediaType": media_type, "digest": name, "size": len(data)}

    def finish(self, layers, compression="gzip", blobs=None, diff_ids=None, tag="latest"):
        """`blobs` replace the compressed layers, `diff_ids` what the configuration says of them."""
        if blobs is None:
            blobs = [COMPRESS[compression](layer) for layer in layers]
        kind = "application/vnd.oci.image.layer.v1.tar" + (f"+{compression}" if compression in ("gzip", "zstd") else "")
        descriptors = [self.add(blob, kind) for blob in blobs]
        config = {"architecture": "amd64", "os": "linux", "config": {},
                  "rootfs": {"type": "layers", "diff_ids": diff_ids or [digest(layer) for layer in layers]},
                  "history": [{"created": "2024-01-01T00:00:00Z"} for _ in layers]}
        manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                    "config": self.add(json.dumps(config).encode(), "application/vnd.oci.image.config.v1+json"),
                    "layers": descriptors}
        entry = self.add(json.dumps(manifest).encode(), manifest["mediaType"])
        entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
        with open(os.path.join(self.path, "index.json"), "w", encoding="ascii") as file:
            json.dump({"schemaVersion": 2, "manifests": [entry]}, file)
        return self


class Tar:
    """A tar built entry by entry, also ones no sane program writes."""

    def __init__(self, form=tarfile.PAX_FORMAT):
        self.buffer = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.buffer, mode="w", format=form)

    def add(self, name, kind=tarfile.REGTYPE, data=b"", mode=0o644, link="", uid=0, gid=0, mtime=1700000000, pax=None,
            device=(0, 0)):
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.linkname = kind, mode, link
        info.uid, info.gid, info.mtime, info.size = uid, gid, mtime, len(data)
        info.devmajor, info.devminor = device
        info.pax_headers = pax or {}
        self.tar.addfile(info, io.BytesIO(data))
        return self

    def dir(self, name, mode=0o755, **more):
        return self.add(name, tarfile.DIRTYPE, mode=mode, **more)

    def symlink(self, name, to, **more):
        return self.add(name, tarfile.SYMTYPE, link=to, mode=0o777, **more)

    def hardlink(self, name, to, **more):
        return self.add(name, tarfile.LNKTYPE, link=to, **more)

    def bytes(self):
        self.tar.close()
        return self.buffer.getvalue()


class Store:
    """A store in a directory of its own, with the programs beside each other as installed ones are."""

    def __init__(self, base, name="store"):
        self.root = os.path.join(base, name)
        self.bin = os.path.join(base, "bin")
        os.makedirs(self.bin, exist_ok=True)
        for program in ("STORE_DRIVE", "HUTCH_LAUNCH", "HUTCH_UNPACK"):
            source = os.environ[program]
            target = os.path.join(self.bin, os.path.basename(source))
            if not os.path.exists(target):
                shutil.copy2(source, target)
        self.drive = os.path.join(self.bin, os.path.basename(os.environ["STORE_DRIVE"]))

    def run(self, *arguments, environment=None):
        return subprocess.run([self.drive, self.root, *map(str, arguments)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False, env=environment)

    def must(self, *arguments):
        result = self.run(*arguments)
        assert result.returncode == 0, f"{arguments}: {result.stderr}"
        return result.stdout

    def trees(self, name):
        """Unpacked layers of an image, base first."""
        for line in self.must("list").splitlines():
            words = line.split()
            if words[0] == name:
                return words[2:]
        raise AssertionError(f"no image {name}")


# Run with the ids of a toolbox: walks a tree and prints what is in it. An overlay of layers is mounted first.
WALK = r"""
import hashlib, json, os, stat, sys
root = sys.argv[1]
entries, links = {}, {}
def note(path, full):
    status = os.lstat(full)
    kind = stat.S_IFMT(status.st_mode)
    extended = {}
    if kind in (stat.S_IFREG, stat.S_IFDIR):
        for name in os.listxattr(full):
            if (name.startswith("user.") and not name.startswith("user.overlay.")) or name == "security.capability":
                extended[name] = os.getxattr(full, name).hex()
    entry = {"type": kind, "mode": oct(stat.S_IMODE(status.st_mode)), "uid": status.st_uid, "gid": status.st_gid,
             "mtime": status.st_mtime_ns, "xattrs": extended}
    if kind == stat.S_IFREG:
        with open(full, "rb") as file:
            entry["size"], entry["hash"] = status.st_size, hashlib.sha256(file.read()).hexdigest()
    if kind == stat.S_IFLNK:
        entry["target"] = os.readlink(full)
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        entry["device"] = status.st_rdev
    if kind != stat.S_IFDIR and status.st_nlink > 1:
        links.setdefault(status.st_ino, []).append(path)
    entries[path] = entry
def walk(path, full):
    note(path, full)
    for name in sorted(os.listdir(full)):
        below = os.path.join(full, name)
        if os.path.isdir(below) and not os.path.islink(below):
            walk(path + "/" + name, below)
        else:
            note(path + "/" + name, below)
sys.setrecursionlimit(10000)
walk("", root)
for group in links.values():
    for path in group if len(group) > 1 else ():
        entries[path]["links"] = sorted(group)
json.dump(entries, sys.stdout)
"""


def keep_id():
    """unshare's options for the ids of a toolbox."""
    uid, gid = os.getuid(), os.getgid()

    def ranges(path, own):
        with open(path, encoding="ascii") as file:
            parts = [line.strip().split(":") for line in file if line.startswith(os.environ["USER"] + ":")]
        start, count = int(parts[0][1]), int(parts[0][2])
        return [(0, start, own), (own, own, 1), (own + 1, start + own, count - own)]
    return ranges("/etc/subuid", uid), ranges("/etc/subgid", gid)


def in_ids(command, mounts=True):
    """Runs a command with all ids of a toolbox and the capabilities of root over them, in a mount namespace."""
    uids, gids = keep_id()
    held, gate = os.pipe(), os.pipe()
    flags = ["unshare", "--user", "--keep-caps"] + (["--mount"] if mounts else [])
    child = subprocess.Popen(
        flags + ["--", "sh", "-c", f'echo x >&{held[1]}; read x <&{gate[0]}; exec "$@"', "sh",
                 "setpriv", "--reuid=0", "--regid=0", "--clear-groups", *command],
        pass_fds=(held[1], gate[0]), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(held[1])
    os.close(gate[0])
    os.read(held[0], 1)
    for tool, ranges in (("newuidmap", uids), ("newgidmap", gids)):
        subprocess.run([tool, str(child.pid), *(str(number) for extent in ranges for number in extent)], check=True)
    os.write(gate[1], b"x\n")
    output, errors = child.communicate()
    os.close(held[0])
    os.close(gate[1])
    return subprocess.CompletedProcess(command, child.returncode, output, errors)


def make_directory(parent=None):
    """A new directory; its name is fit to be a part of an image's, where two of mkdtemp's characters are not."""
    path = os.path.join(parent or tempfile.gettempdir(), f"hutch-images-{secrets.token_hex(6)}")
    os.mkdir(path, 0o700)
    return path


@contextlib.contextmanager
def scratch(parent=None):
    """A directory that may come to hold files of all ids."""
    path = make_directory(parent)
    try:
        yield path
    finally:
        in_ids(["rm", "-rf", path])
        shutil.rmtree(path, ignore_errors=True)


def read_tree(path):
    result = in_ids(["python3", "-c", WALK, path])
    assert result.returncode == 0, result.stderr.decode()
    return json.loads(result.stdout)


def read_image(trees, base):
    """The entries of an image as overlayfs shows its layers."""
    if len(trees) == 1:
        return read_tree(trees[0])
    target = os.path.join(base, "merged")
    os.makedirs(target, exist_ok=True)
    links = os.path.join(base, "l")
    shutil.rmtree(links, ignore_errors=True)
    os.makedirs(links)
    for index, tree in enumerate(trees):
        os.symlink(tree, os.path.join(links, str(index)))
    lower = ":".join(str(index) for index in reversed(range(len(trees))))
    script = (f'cd "{links}" && mount -t overlay -o userxattr,lowerdir={lower} overlay "{target}" && '
              f'exec python3 -c "$0" "{target}"')
    result = in_ids(["sh", "-c", script, WALK])
    assert result.returncode == 0, result.stderr.decode()
    return json.loads(result.stdout)


def differences(one, other, ignored=()):
    """Lines that say how two walks differ."""
    lines = []
    for path in sorted(set(one) | set(other)):
        left, right = one.get(path), other.get(path)
        if left is None or right is None:
            lines.append(f"{path or '/'}: only in the {'second' if left is None else 'first'}")
            continue
        for key in sorted(set(left) | set(right)):
            if key not in ignored and left.get(key) != right.get(key):
                lines.append(f"{path or '/'}: {key} {left.get(key)} != {right.get(key)}")
    return lines
