#!/usr/bin/python3
"""Archives that want out, want more or lie: each is refused or contained, with a message, and the store stays clean."""
import gzip
import os
import sys
import tarfile

import oci

SECRET = "outside"


def plain(form=tarfile.PAX_FORMAT):
    return oci.Tar(form).dir("./").dir("etc").add("etc/motd", data=b"welcome\n")


def cases():
    """(name, layers, expectation, more): expectation "refused" or a function of the entries that are unpacked."""
    outside = os.environ["EVIL_OUTSIDE"]
    has = lambda path: lambda tree: path in tree  # noqa: E731
    yield "an absolute name stays inside", [plain().add("/abs/file", data=b"x").bytes()], has("/abs/file")
    for name in ("../up", "etc/../../up", "a/b/../../../up", ".."):
        yield f"the name '{name}' leads out", [plain().add(name, data=b"x").bytes()], "refused"
    yield "a symbolic link to the outside is followed inside", [
        plain().symlink("door", outside).add("door/planted", data=b"x").bytes()], has(outside + "/planted")
    yield "a relative symbolic link above the root ends at the root", [
        plain().symlink("door", "../../../../../..").add("door/planted", data=b"x").bytes()], has("/planted")
    yield "a link that is swapped between entries", [
        plain().dir("d").add("d/one", data=b"1").symlink("d", outside).add("d/planted", data=b"x").bytes()
    ], has(outside + "/planted")
    yield "a link of the layer below is followed inside", [
        plain().symlink("door", outside).bytes(), oci.Tar().add("door/planted", data=b"x").bytes()
    ], has(outside + "/planted")
    yield "a loop of links", [plain().symlink("a", "b").symlink("b", "a").add("a/x", data=b"x").bytes()], "refused"
    yield "a hard link to the outside", [plain().hardlink("shadow", "/etc/hostname").bytes()], "refused"
    yield "a hard link that climbs", [plain().hardlink("shadow", "../../../etc/hostname").bytes()], "refused"
    yield "a hard link through a link to the outside", [
        plain().symlink("door", outside).hardlink("stolen", "door/secret").bytes()], "refused"
    yield "a hard link to a directory", [plain().hardlink("e2", "etc").bytes()], "refused"
    yield "a hard link to itself", [plain().hardlink("etc/motd", "etc/motd").bytes()], has("/etc/motd")
    yield "writing through a hard link to a file below", [
        plain().bytes(), oci.Tar().hardlink("copy", "etc/motd").add("copy", data=b"changed").bytes()
    ], lambda tree: tree["/etc/motd"]["size"] == 8 and tree["/copy"]["size"] == 7
    for name in (".wh.", ".wh..", ".wh...", "etc/.wh..", "etc/.wh...", ".wh.etc/motd"):
        yield f"the whiteout '{name}'", [plain().bytes(), oci.Tar().add(name).bytes()], "refused"
    yield "bookkeeping of aufs is nothing", [plain().add(".wh..wh.aufs").dir(".wh..wh.plnk").bytes()], (
        lambda tree: not any(".wh." in path for path in tree))
    yield "a whiteout of the same layer's file hides nothing of it", [
        plain().add("etc/.wh.motd").bytes()], has("/etc/motd")
    yield "device nodes are left out", [
        plain().add("dev/mem", tarfile.CHRTYPE, device=(1, 1)).add("dev/sda", tarfile.BLKTYPE, device=(8, 0)).bytes()
    ], lambda tree: "/dev/mem" not in tree and "/dev/sda" not in tree
    yield "a forged whiteout is no device", [
        plain().bytes(), oci.Tar().add("etc/motd", tarfile.CHRTYPE, device=(0, 0)).bytes()
    ], lambda tree: "/etc/motd" not in tree
    yield "a fifo does not block", [plain().add("pipe", tarfile.FIFOTYPE).add("pipe/x", data=b"x").bytes()], has("/pipe/x")
    yield "set-user-id stays a bit of a file in a closed store", [
        plain().add("bin/su", data=b"#!", mode=0o6755).bytes()], lambda tree: tree["/bin/su"]["mode"] == "0o6755"
    yield "overlayfs's own attributes are not taken", [
        plain().dir("etc", pax={"SCHILY.xattr.user.overlay.opaque": "y"}).bytes(),
        oci.Tar().dir("etc", pax={"SCHILY.xattr.user.overlay.opaque": "y",
                                  "SCHILY.xattr.user.overlay.redirect": "/"}).bytes()], has("/etc/motd")
    yield "attributes of privilege are not taken", [
        plain().add("f", pax={"SCHILY.xattr.trusted.x": "y", "SCHILY.xattr.security.selinux": "z",
                              "SCHILY.xattr.user.ok": "v"}).bytes()
    ], lambda tree: tree["/f"]["xattrs"] == {"user.ok": b"v".hex()}
    yield "a name of 4096 bytes", [plain().add("/".join(["d" * 200] * 25), data=b"x").bytes()], "refused"
    yield "a part of 256 bytes", [plain().add("n" * 256, data=b"x").bytes()], "refused"
    yield "a part of 255 bytes", [plain().add("n" * 255, data=b"x").bytes()], has("/" + "n" * 255)
    yield "257 parts", [plain().add("/".join(["d"] * 257), data=b"x").bytes()], "refused"
    yield "256 parts", [plain().add("/".join(["d"] * 256), data=b"x").bytes()], has("/" + "/".join(["d"] * 256))
    for kind in (b"L", b"K", b"x", b"g"):
        yield f"a header of type {kind.decode()} of 80 MB", [endless(kind)], "refused"
    yield "a link target of 5000 bytes", [plain().symlink("l", "t" * 5000).bytes()], "refused"
    yield "the last of equal names wins", [
        plain().add("twice", data=b"1").add("twice", data=b"22").bytes()], lambda tree: tree["/twice"]["size"] == 2
    yield "names that differ in case are two", [
        plain().add("Case", data=b"1").add("case", data=b"22").bytes()], lambda tree: {"/Case", "/case"} <= set(tree)
    yield "names in raw bytes and with line breaks", [
        plain().add("a\nb\x1b[31m", data=b"1").bytes()], has("/a\nb\x1b[31m")
    yield "a file in the place of a directory, and back", [
        plain().dir("x").add("x/one", data=b"1").bytes(),
        oci.Tar().add("x", data=b"file").dir("x").add("x/two", data=b"2").bytes()
    ], lambda tree: "/x/two" in tree and "/x/one" not in tree
    yield "an owner beyond the subordinate ids", [plain().add("f", uid=4000000000).bytes()], "refused"
    yield "an owner out of range", [plain().add("f", pax={"uid": str(2 ** 40)}).bytes()], "refused"
    yield "the root as a file", [oci.Tar().add("./", data=b"x").bytes()], "refused"
    cut = plain().add("big", data=b"x" * 100000).bytes()
    yield "an archive that ends in a file", [cut[:40000]], "refused"
    yield "an archive that ends in a header", [cut[:700]], "refused"
    yield "no archive at all", [b"this is no archive" * 200], "refused"
    yield "an empty archive", [b"\0" * 10240], lambda tree: list(tree) == [""]


def endless(kind):
    """A GNU long name or pax header that does not end soon."""
    size = 80 << 20
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = kind, size
    record = b"%d path=" % size
    data = (record if kind in b"xg" else b"").ljust(size - 1, b"n") + b"\n"
    return info.tobuf(tarfile.GNU_FORMAT) + data + plain().add("f", data=b"x").bytes()


def streams():
    """(name, blob, expected): blobs whose compression is wrong."""
    def fresh():  # a layer that is unpacked already would not be read again
        return plain().add("big", data=os.urandom(200000)).bytes()

    for kind in ("gzip", "zstd", "xz"):
        press = oci.COMPRESS[kind]
        half = 100000
        for name, spoil, is_whole in (
                ("whole", press, True),
                ("cut short", lambda tar, press=press: press(tar)[:half], False),
                ("cut in its end", lambda tar, press=press: press(tar)[:-3], False),
                ("its first bytes only", lambda tar, press=press: press(tar)[:5], False),
                ("a byte is wrong", lambda tar, press=press: flip(press(tar), 5000), False),
                ("something behind it", lambda tar, press=press: press(tar) + b"garbage behind the end", False),
                ("two streams in a row", lambda tar, press=press: press(tar[:half]) + press(tar[half:]), True)):
            tar = fresh()
            yield f"{kind}: {name}", spoil(tar), tar, is_whole
    tar = fresh()
    yield "gzip: thousands of members", b"".join(
        gzip.compress(tar[at:at + 70], 1) for at in range(0, len(tar), 70)), tar, True
    yield "an empty blob", b"", fresh(), False
    yield "other content than announced", oci.COMPRESS["gzip"](plain().add("else", data=b"x").bytes()), fresh(), False


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1:]


class Evil:
    def __init__(self, base):
        self.base, self.failed, self.number = base, False, 0
        self.outside = os.path.join(base, SECRET)
        os.makedirs(self.outside)
        with open(os.path.join(self.outside, "secret"), "w", encoding="ascii") as file:
            file.write("secret")
        os.environ["EVIL_OUTSIDE"] = self.outside
        self.store = oci.Store(base)

    def say(self, is_good, name, detail=""):
        print(f"{'ok' if is_good else 'not ok'} - {name}{': ' + detail if detail and not is_good else ''}", flush=True)
        self.failed |= not is_good

    def load(self, *limits, **more):
        self.number += 1
        layout = os.path.join(self.base, f"layout{self.number}")
        oci.Layout(layout).finish(**more)
        return self.store.run("load", layout, f"case{self.number}", *limits)

    def judge(self, name, result, expectation):
        left = sorted(os.listdir(self.outside))
        if left != ["secret"]:
            return self.say(False, name, f"the outside was touched: {left}")
        if result.returncode not in (0, 1) or "ended early" in result.stderr:
            return self.say(False, name, f"the unpacker died: {result.stderr}")
        if expectation == "refused":
            is_good = result.returncode == 1 and len(result.stderr.strip()) > 20
            return self.say(is_good, name, f"accepted, or no message: {result.stderr}")
        if result.returncode != 0:
            return self.say(False, name, result.stderr)
        tree = oci.read_image(self.store.trees(f"case{self.number}"), self.base)
        return self.say(bool(expectation(tree)), name, f"unexpected tree: {sorted(tree)[:40]}")

    def archives(self):
        for name, layers, expectation in cases():
            self.judge(name, self.load(layers=layers, compression=""), expectation)

    def compressions(self):
        for name, blob, tar, is_whole in streams():
            result = self.load(layers=[tar], blobs=[blob])
            self.judge(name, result, (lambda tree: "/big" in tree) if is_whole else "refused")

    def limits(self):
        many = plain().add("f1").add("f2").add("f3").bytes()  # six entries
        self.judge("as many entries as allowed", self.load(6, layers=[many]), lambda tree: "/f3" in tree)
        many = plain().add("f1").add("f2").add("f3", data=b"3").bytes()
        self.judge("one entry more than allowed", self.load(5, layers=[many]), "refused")
        size = plain().add("f", data=b"\0" * 100000).bytes()
        self.judge("as many bytes as allowed", self.load(1000, len(size), layers=[size]), lambda tree: "/f" in tree)
        size = plain().add("f", data=b"\0" * 100001, mode=0o600).bytes()
        self.judge("one byte more than allowed", self.load(1000, len(size) - 1, layers=[size]), "refused")
        for kind in ("gzip", "zstd", "xz"):
            bomb = plain().add(f"zeros-{kind}", data=b"\0" * (40 << 20)).bytes()
            blob = gzip.compress(bomb, 9) if kind == "gzip" else oci.COMPRESS[kind](bomb)
            result = self.load(1000, 1 << 40, 1 << 20, layers=[bomb], blobs=[blob])
            self.judge(f"a bomb in {kind}", result, "refused")

    def conclude(self):
        checked = self.store.must("check")
        self.say(checked.strip().endswith("damages 0"), "the store is clean after all that", checked)
        self.store.must("prune")
        left = os.listdir(os.path.join(self.store.root, "staging")) + os.listdir(os.path.join(self.store.root, "partial"))
        self.say(not left, "a prune leaves nothing unfinished", str(left))
        while lines := self.store.must("list").splitlines():
            self.store.must("rm", lines[0].split()[0])
        self.store.must("prune")
        left = os.listdir(os.path.join(self.store.root, "layers"))
        self.say(not left, "nothing is left when the images are gone", str(left))


def main():
    with oci.scratch() as base:
        evil = Evil(base)
        evil.archives()
        evil.compressions()
        evil.limits()
        evil.conclude()
        return 1 if evil.failed else 0


sys.exit(main())
