#!/usr/bin/python3
"""Random layer stacks, as the kernel's overlayfs shows them, against a model that applies layers to one tree."""
import hashlib
import os
import random
import stat
import sys
import tarfile

import oci

STACKS = int(os.environ.get("STACKS", "100"))
NAMES = ["a", "b", "c", "d.e", "ü"]
KINDS = {"file": stat.S_IFREG, "dir": stat.S_IFDIR, "link": stat.S_IFLNK, "fifo": stat.S_IFIFO}


class Model:
    """Paths to inodes; an inode is a dictionary, shared by the names of a hard link."""

    def __init__(self):
        self.tree = {"": {"kind": "dir", "mode": 0o755, "uid": 0, "gid": 0, "mtime": 0}}
        self.below = set()

    def begin_layer(self):
        self.upper = set()       # paths this layer has, and their parents
        self.own = set()         # ids of inodes this layer made
        self.below = set(self.tree)

    def children(self, path):
        return [other for other in self.tree if other and (not path or other.startswith(path + "/"))]

    def remove(self, path):
        for other in self.children(path) + [path]:
            self.tree.pop(other, None)
            self.upper.discard(other)
            self.below.discard(other)

    def name(self, path):
        while True:
            self.upper.add(path)
            if not path:
                return
            path = path.rpartition("/")[0]

    def make_parents(self, path):
        parent = path.rpartition("/")[0]
        if parent in self.tree and self.tree[parent]["kind"] == "dir":
            return
        if parent:
            self.make_parents(parent)
        self.remove(parent)
        self.put(parent, {"kind": "dir", "mode": 0o755, "uid": 0, "gid": 0, "mtime": 0})

    def put(self, path, inode):
        self.tree[path] = inode
        self.own.add(id(inode))

    def enter(self, path, inode):
        self.make_parents(path)
        old = self.tree.get(path)
        if old is not None and not (old["kind"] == inode["kind"] == "dir"):
            self.remove(path)
        self.put(path, inode)
        self.name(path)

    def link(self, path, target):
        inode = self.tree[target]
        if id(inode) not in self.own:  # a copy in this layer; other names of it keep the old one
            inode = dict(inode)
            self.put(target, inode)
        self.name(target)
        self.make_parents(path)
        if path != target:
            self.remove(path)
            self.tree[path] = inode
        self.name(path)

    def is_directory(self, path):
        return path in self.tree and self.tree[path]["kind"] == "dir"

    def hide(self, path):
        if not self.is_directory(path.rpartition("/")[0]):
            return
        for other in self.children(path) + [path]:
            if other in self.below and other not in self.upper:
                self.tree.pop(other, None)
                self.below.discard(other)

    def hide_all(self, path):
        if not self.is_directory(path):
            return
        self.name(path)
        for other in self.children(path):
            if other in self.below and other not in self.upper:
                self.tree.pop(other, None)
                self.below.discard(other)

    def entries(self):
        links = {}
        for path, inode in self.tree.items():
            if inode["kind"] != "dir":
                links.setdefault(id(inode), []).append(path)
        result = {}
        for path, inode in self.tree.items():
            entry = {"type": KINDS[inode["kind"]], "mode": oct(inode["mode"]), "uid": inode["uid"], "gid": inode["gid"],
                     "mtime": inode["mtime"], "xattrs": inode.get("xattrs", {})}
            if inode["kind"] == "file":
                entry["size"], entry["hash"] = len(inode["data"]), hashlib.sha256(inode["data"]).hexdigest()
            if inode["kind"] == "link":
                entry["target"] = inode["target"]
            group = sorted("/" + name for name in links.get(id(inode), []))
            if len(group) > 1:
                entry["links"] = group
            result[("/" + path) if path else ""] = entry
        return result


class Author:
    """Writes random layers, and tells the model what they mean."""

    def __init__(self, dice, model):
        self.dice, self.model = dice, model

    def path(self):
        return "/".join(self.dice.choice(NAMES) for _ in range(self.dice.randint(1, 4)))

    def attributes(self):
        return {"mode": self.dice.choice([0o755, 0o644, 0o4711, 0o1777, 0o500, 0o2775]),
                "uid": self.dice.choice([0, 0, 1, 1000, 1001, 60000]), "gid": self.dice.choice([0, 5, 1001, 65534]),
                "mtime": self.dice.randint(0, 2 ** 31) * 10 ** 9 + self.dice.choice([0, 123456789])}

    def add(self, tar, path, kind, inode, **more):
        seconds, rest = divmod(inode["mtime"], 10 ** 9)
        pax = {"mtime": f"{seconds}.{rest:09}"}
        for name, value in inode.get("xattrs", {}).items():
            pax["SCHILY.xattr." + name] = bytes.fromhex(value).decode()
        tar.add(path, kind, mode=inode["mode"], uid=inode["uid"], gid=inode["gid"], mtime=seconds, pax=pax, **more)

    def layer(self):
        tar = oci.Tar()
        self.model.begin_layer()
        for _ in range(self.dice.randint(3, 30)):
            self.dice.choice([self.file, self.file, self.dir, self.dir, self.symlink, self.hardlink, self.whiteout,
                              self.whiteout, self.opaque, self.fifo])(tar, self.path())
        return tar.bytes()

    def passes_link(self, path):
        parts = path.split("/")
        return any(self.model.tree.get("/".join(parts[:n]), {}).get("kind") == "link" for n in range(1, len(parts)))

    def file(self, tar, path):
        if self.passes_link(path):
            return
        inode = {"kind": "file", "data": self.dice.randbytes(self.dice.choice([0, 10, 5000])), **self.attributes()}
        if self.dice.random() < 0.2:
            inode["xattrs"] = {"user.note": b"text".hex()}
        self.add(tar, path, tarfile.REGTYPE, inode, data=inode["data"])
        self.model.enter(path, inode)

    def dir(self, tar, path):
        if self.passes_link(path):
            return
        inode = {"kind": "dir", **self.attributes()}
        self.add(tar, path, tarfile.DIRTYPE, inode)
        self.model.enter(path, inode)

    def symlink(self, tar, path):
        if self.passes_link(path):
            return
        inode = {"kind": "link", "target": self.dice.choice(["a", "../b", "/c", "nowhere"]), **self.attributes(),
                 "mode": 0o777}
        self.add(tar, path, tarfile.SYMTYPE, inode, link=inode["target"])
        self.model.enter(path, inode)

    def fifo(self, tar, path):
        if self.passes_link(path):
            return
        inode = {"kind": "fifo", **self.attributes()}
        self.add(tar, path, tarfile.FIFOTYPE, inode)
        self.model.enter(path, inode)

    def hardlink(self, tar, path):
        targets = [other for other, inode in self.model.tree.items() if inode["kind"] in ("file", "link")]
        if not targets or self.passes_link(path):
            return
        target = self.dice.choice(sorted(targets))
        # The target must outlive what the link replaces.
        if target.startswith(path + "/") or path.startswith(target + "/"):
            return
        tar.hardlink(path, target)
        self.model.link(path, target)

    def whiteout(self, tar, path):
        if self.passes_link(path):
            return
        parent, _, name = path.rpartition("/")
        tar.add((parent + "/" if parent else "") + ".wh." + name)
        self.model.hide(path)

    def opaque(self, tar, path):
        path = self.dice.choice([path, path, path.split("/")[0], ""]) if self.dice.random() < 0.9 else ""
        if self.passes_link(path + "/x"):
            return
        tar.add((path + "/" if path else "") + ".wh..wh..opq")
        self.model.hide_all(path)


def main():
    failed = 0
    with oci.scratch() as base:
        store = oci.Store(base)
        seed = os.environ.get("SEED")
        for number in [int(seed)] if seed else range(STACKS):
            dice = random.Random(number)
            model = Model()
            author = Author(dice, model)
            layers = [author.layer() for _ in range(dice.randint(1, 6))]
            layout = os.path.join(base, f"layout{number}")
            oci.Layout(layout).finish(layers, dice.choice(["", "gzip", "zstd", "xz"]))
            result = store.run("load", layout, f"stack{number}")
            if result.returncode != 0:
                lines = [result.stderr.strip()]
            else:
                lines = oci.differences(oci.read_image(store.trees(f"stack{number}"), base), model.entries())
            failed += bool(lines)
            if lines:
                print(f"not ok - stack {number} is what the model says: " + "; ".join(lines[:6]), flush=True)
        checked = store.must("check")
        print(f"{'not ok' if failed else 'ok'} - {STACKS} random stacks are what the model says")
        is_clean = checked.strip().endswith("damages 0")
        print(f"{'ok' if is_clean else 'not ok'} - unpacked once more, every layer is the same: {checked.strip()[-300:]}")
    return 1 if failed or not is_clean else 0


sys.exit(main())
