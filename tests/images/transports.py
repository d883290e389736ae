#!/usr/bin/python3
"""Images go in and out by every road, and others read what hutch wrote: skopeo, buildah and podman are the judges."""
import json
import os
import subprocess
import tarfile
import tempfile

from scene import (check, conclude, digest_of, environment, image, images, layer, need, new_home, pulls, refuses, run, same, scratch,
                   start_registry, write_layout)

PLAIN = ("--src-tls-verify=false", "--dest-tls-verify=false")
SHORT = tempfile.TemporaryDirectory(prefix="hutch-", dir="/tmp")  # podman's runroot has at most 50 characters
STORAGE = ("--root", os.path.join(scratch, "storage"), "--runroot", SHORT.name, "--storage-driver", "vfs")


def skopeo_copy(source, target, *options):
    return need("skopeo", "copy", "--quiet", *PLAIN, *options, source, target)


def remote_digest(name):
    return json.loads(need("skopeo", "inspect", "--tls-verify=false", f"docker://{name}"))["Digest"]


def digests():
    return {entry["digest"] for entry in images()}


def layer_trees():
    return sorted(os.listdir(os.path.join(environment()["HOME"], ".local/share/hutch/images/layers")))


def made_by_skopeo(port):
    layout = os.path.join(scratch, "layout")
    top = write_layout(layout, [layer({"a": b"one\n", "etc/name": b"lower\n"}), layer({"b": b"two\n"}, seed=1, size=3 << 20)])
    name = f"127.0.0.1:{port}/team/plain:1"
    skopeo_copy(f"oci:{layout}", f"docker://{name}")
    result = pulls("an image that skopeo pushed is pulled", name)
    same("pull prints the manifest's digest", top["digest"], result.stdout.strip())
    entry = images()[0]
    same("the list has its name", [name], entry["names"])
    same("the list says where it came from", f"docker://{name}", entry["source"])
    same("the list says that nothing vouches for it", "unchecked", entry["trust"])
    check("the layers are in the store",
          all(os.path.exists(os.path.join(environment()["HOME"], ".local/share/hutch/images/blobs/sha256", one["digest"][7:]))
              for one in entry["layers"]))
    shown = json.loads(image("inspect", "--json", name).stdout)["images"][0]
    same("inspect shows the configuration", {"made": "here"}, shown["configuration"]["config"]["Labels"])
    pulls("pulling it again changes nothing", f"docker://{name}")
    same("there is one image", 1, len(images()))
    skopeo_copy(f"oci:{layout}", f"docker://127.0.0.1:{port}/team/docker:1", "--format", "v2s2")
    pulls("an image of Docker's media types is pulled", f"127.0.0.1:{port}/team/docker:1")
    check("its manifest is the registry's", remote_digest(f"127.0.0.1:{port}/team/docker:1") in digests())
    return layout, top, name


def made_by_buildah(port):
    tree = os.path.join(scratch, "tree")
    os.makedirs(os.path.join(tree, "etc"))
    with open(os.path.join(tree, "etc/motd"), "w", encoding="utf-8") as file:
        file.write("hello\n")
    name = f"127.0.0.1:{port}/built:2"
    working = need("buildah", *STORAGE, "from", "scratch").strip()
    need("buildah", *STORAGE, "copy", working, tree, "/")
    need("buildah", *STORAGE, "config", "--cmd", "/bin/true", "--env", "A=b", working)
    need("buildah", *STORAGE, "commit", "--rm", working, name)
    need("buildah", *STORAGE, "push", "--tls-verify=false", name)
    pulls("an image that buildah pushed is pulled", name)
    check("its manifest is the registry's", remote_digest(name) in digests())


def many_platforms(port):
    tops = []
    for architecture in ("amd64", "arm64"):
        layout = os.path.join(scratch, "layout-" + architecture)
        tops.append(write_layout(layout, [layer({"arch": architecture.encode()})], architecture))
        skopeo_copy(f"oci:{layout}", f"docker://127.0.0.1:{port}/many:{architecture}")
    index = os.path.join(scratch, "index.json")
    entries = [{"mediaType": top["mediaType"], "digest": top["digest"], "size": top["size"], "platform": top["platform"]} for top in tops]
    entries.append({**entries[0], "platform": {"os": "unknown", "architecture": "unknown"}})
    with open(index, "w", encoding="utf-8") as file:
        json.dump({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": entries}, file)
    need("curl", "-sS", "--fail", "-X", "PUT", "--data-binary", f"@{index}", "-H",
         "Content-Type: application/vnd.oci.image.index.v1+json", f"http://127.0.0.1:{port}/v2/many/manifests/all")
    for top, platform in zip(tops, ("linux/amd64", "linux/arm64")):
        result = pulls(f"of an index the image for {platform} is taken", "--platform", platform, f"127.0.0.1:{port}/many:all")
        same("it is that one", top["digest"], result.stdout.strip())
    refuses("a platform nobody made is refused", "does not exist for linux/s390x", "pull", "--platform=linux/s390x",
            f"127.0.0.1:{port}/many:all")


def push_and_save(port, top, name):
    target = f"127.0.0.1:{port}/copy/of:9"
    result = image("push", name, target)
    check("an image is pushed", result.returncode == 0, result.stderr)
    same("skopeo finds the same manifest there", top["digest"], remote_digest(target))
    copied = os.path.join(scratch, "copied")
    skopeo_copy(f"docker://{target}", f"dir:{copied}")
    with open(os.path.join(copied, "manifest.json"), "rb") as file:
        same("skopeo reads every blob of it", top["digest"], digest_of(file.read()))
    again = image("push", "--json", name, target)
    events = [json.loads(line) for line in again.stdout.splitlines()]
    check("pushing it again sends no blob", all(event["event"] in ("present", "image") for event in events), events)
    for kind in ("oci-archive", "docker-archive"):
        archive = os.path.join(scratch, kind + ".tar")
        saved = image("save", "--format", kind, "--output", archive, name)
        check(f"an image is saved as {kind}", saved.returncode == 0, saved.stderr)
        seen = run("skopeo", "copy", "--quiet", f"{kind}:{archive}", f"dir:{archive}.read")
        check(f"skopeo reads all of the {kind}", seen.returncode == 0, seen.stderr)
        loaded = run("podman", *STORAGE, "load", "--input", archive)
        check(f"podman loads the {kind}", loaded.returncode == 0 and "copy/of" not in loaded.stdout, loaded.stderr)
    docker = f"127.0.0.1:{port}/copy/of-docker:9"
    check("an image of Docker's media types is pushed", image("push", f"127.0.0.1:{port}/team/docker:1", docker).returncode == 0)
    same("skopeo finds the same manifest there, too", remote_digest(f"127.0.0.1:{port}/team/docker:1"), remote_digest(docker))
    skopeo_copy(f"docker://{docker}", f"dir:{copied}-docker")
    for place in (target, docker):
        pulled = run("podman", *STORAGE, "pull", "--quiet", "--tls-verify=false", place)
        check(f"podman pulls {place.partition('/')[2]}, which hutch pushed", pulled.returncode == 0, pulled.stderr)
    trees = layer_trees()
    new_home()
    pulls("hutch pulls back what it pushed", target)
    check("it is the same, unpacked, too", digests() == {top["digest"]} and set(layer_trees()) < set(trees), images())
    new_home()
    pulls("the first one again", name)
    piped = subprocess.run([os.environ["HUTCH"], "image", "save", name], stdout=subprocess.PIPE, check=True, env=environment()).stdout
    with open(os.path.join(scratch, "oci-archive.tar"), "rb") as file:
        check("standard output gets the same archive", file.read() == piped)


def load_everything(layout, top):
    archives = {"oci-archive": os.path.join(scratch, "by-skopeo.tar"), "docker-archive": os.path.join(scratch, "by-skopeo-docker.tar")}
    skopeo_copy(f"oci:{layout}", f"oci-archive:{archives['oci-archive']}:latest")
    skopeo_copy(f"oci:{layout}", f"docker-archive:{archives['docker-archive']}:example.com/x/y:3")
    for what, place in {"a layout": f"oci:{layout}", "a directory": layout, "an oci-archive": archives["oci-archive"],
                        "an oci-archive by its name": f"oci-archive:{archives['oci-archive']}"}.items():
        new_home()
        result = image("load", "--name", "mine:1", place)
        check(f"{what} is loaded", result.returncode == 0, result.stderr)
        same("its manifest is kept", top["digest"], result.stdout.strip())
        same("it has the name it was given", ["docker.io/library/mine:1"], images()[0]["names"])
    for what, place in {"a docker-archive": archives["docker-archive"], "a docker-archive by its name":
                        f"docker-archive:{archives['docker-archive']}:example.com/x/y:3"}.items():
        new_home()
        result = image("load", place)
        check(f"{what} is loaded", result.returncode == 0, result.stderr)
        same("it keeps the name it has there", ["example.com/x/y:3"], images()[0]["names"])
    by_podman = os.path.join(scratch, "by-podman.tar")
    need("podman", *STORAGE, "save", "--quiet", "--output", by_podman, need("podman", *STORAGE, "images", "--quiet").split()[0])
    new_home()
    result = image("load", by_podman)
    check("what podman saved is loaded", result.returncode == 0 and len(images()) == 1, result.stderr)
    own = os.path.join(scratch, "oci-archive.tar")
    new_home()
    with open(own, "rb") as file:
        piped = subprocess.run([os.environ["HUTCH"], "image", "load", "-"], stdin=file, stdout=subprocess.PIPE, check=False,
                               text=True, env=environment())
    same("standard input is loaded", top["digest"], piped.stdout.strip())
    new_home()
    result = image("load", own)
    check("hutch loads what it saved", result.returncode == 0 and result.stdout.strip() == top["digest"], result.stderr)
    for program, archive in (("gzip", own), ("zstd", own), ("xz", archives["docker-archive"])):
        new_home()
        with open(archive + ".packed", "wb") as file:
            subprocess.run([program, "-c", archive], stdout=file, check=True)
        result = image("load", archive + ".packed")
        check(f"an archive that {program} compressed as a whole is loaded", result.returncode == 0 and len(images()) == 1,
              result.stderr)
        with open(archive + ".packed", "rb") as file:
            piped = subprocess.run([os.environ["HUTCH"], "image", "load", "-"], stdin=file, stdout=subprocess.PIPE, check=False,
                                   text=True, env=environment())
        same("from standard input it is the same", result.stdout, piped.stdout)
    with tarfile.open(own) as archive:
        check("a saved archive has no entry twice", len(archive.getnames()) == len(set(archive.getnames())))


def imported():
    """Root file systems: a tar archive, the same compressed, and a directory."""
    tree = os.path.join(scratch, "rootfs")
    os.makedirs(os.path.join(tree, "bin"))
    with open(os.path.join(tree, "bin/tool"), "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n")
    need("tar", "-C", tree, "-cf", tree + ".tar", ".")
    for program, suffix in (("gzip", ".gz"), ("zstd", ".zst"), ("xz", ".xz")):
        with open(tree + ".tar" + suffix, "wb") as file:
            subprocess.run([program, "-c", tree + ".tar"], stdout=file, check=True)
    results = []
    for place in (".tar", ".tar.gz", ".tar.zst", ".tar.xz", ""):
        new_home()
        result = image("import", tree + place, "mine")
        check(f"rootfs{place} becomes an image", result.returncode == 0, result.stderr)
        same("with the name it was given", ["docker.io/library/mine:latest"], images()[0]["names"])
        results.append(images()[0]["layers"][0]["digest"])
    same("however it was compressed, the layer is the same", 1, len(set(results[:4])))
    with open(tree + ".tar", "rb") as file:
        piped = subprocess.run([os.environ["HUTCH"], "image", "import", "-", "piped"], stdin=file, stdout=subprocess.PIPE, check=False,
                               env=environment())
    check("standard input becomes an image", piped.returncode == 0 and len(images()) == 2)
    archive = os.path.join(scratch, "imported.tar")
    check("it can be saved", image("save", "--output", archive, "mine").returncode == 0)
    check("and skopeo reads it", run("skopeo", "inspect", f"oci-archive:{archive}").returncode == 0)
    with open(tree + ".tar.gz", "r+b") as file:
        file.truncate(os.path.getsize(tree + ".tar.gz") - 10)
    refuses("a damaged archive is an error", "ends early", "import", tree + ".tar.gz", "broken")
    refuses("an image in an archive that is none", "holds no image", "load", tree + ".tar")
    refuses("the same when it is compressed", "holds no image", "load", tree + ".tar.xz")
    refuses("a damaged one is an error, too", "ends early", "load", tree + ".tar.gz")


def tended(port):
    """check finds what is damaged and gets it again; prune takes what nothing needs."""
    new_home()
    name = f"127.0.0.1:{port}/team/plain:1"
    pulls("an image to tend", name)
    check("a fresh store is whole", image("check").returncode == 0)
    blob = os.path.join(environment()["HOME"], ".local/share/hutch/images/blobs/sha256", images()[0]["layers"][0]["digest"][7:])
    os.chmod(blob, 0o600)
    with open(blob, "r+b") as file:
        file.write(b"damage")
    check("check finds a damaged blob", image("check").returncode == 1)
    result = image("check", "--repair", "--json")
    report = json.loads(result.stdout)
    check("and gets it again", result.returncode == 0 and all(one["repaired"] for one in report["damages"]) and report["damages"],
          result.stdout, result.stderr)
    check("then the store is whole", image("check").returncode == 0)
    used = json.loads(image("du", "--json").stdout)
    check("du counts its bytes", used["images"][0]["own"] > 3 << 20 and used["garbage"] == 0, used)
    image("rm", name)
    result = image("prune", "--json")
    check("prune takes what is left over", result.returncode == 0 and json.loads(result.stdout)["bytes"] > 3 << 20, result.stdout, result.stderr)
    same("and nothing is left", 0, json.loads(image("du", "--json").stdout)["blobs"])


def names(port):
    new_home()
    name = f"127.0.0.1:{port}/team/plain:1"
    pulls("a fresh user pulls", name)
    image("tag", name, "short:2")
    same("tag gives one more name", sorted([name, "docker.io/library/short:2"]), sorted(images()[0]["names"]))
    check("the short name finds it", image("inspect", "short:2").returncode == 0)
    table = image("list").stdout
    check("the table has the short name", "short:2 " in table and name in table, table)
    check("rm takes one name away", image("rm", "short:2").returncode == 0 and images()[0]["names"] == [name])
    digest = images()[0]["digest"]
    check("rm by digest takes the image", image("rm", digest).returncode == 0 and images() == [])
    refuses("what is not there cannot be inspected", "short:2", "inspect", "short:2")
    refuses("a wrong name is refused before anything is asked", "is no name of an image", "pull", "Wrong Name")
    for what, verb, place, hint in (("a path is no name", "pull", "./there", "image load"), ("a layout is no name", "pull", "oci:/there", "image load"),
                                    ("a name is no archive", "load", "debian:12", "image pull"), ("nothing is called that", "rm", "nobody", "image list")):
        check(f"{what}: the hint has the right verb", f"'hutch {hint}'" in image(verb, place).stderr)
    refuses("an image the registry does not have", "not in the registry", "pull", f"127.0.0.1:{port}/team/none:1")
    refuses("a port where nobody listens", "cannot reach the registry", "pull", "127.0.0.1:1/a")
    refuses("an archive that is none", "index.json", "load", "/usr/share/common-licenses")


def main():
    port = start_registry()
    layout, top, name = made_by_skopeo(port)
    made_by_buildah(port)
    many_platforms(port)
    push_and_save(port, top, name)
    load_everything(layout, top)
    imported()
    tended(port)
    names(port)
    conclude()


main()
