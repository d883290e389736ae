"""What the tests of images share: a user's places of their own, a registry on loopback, images made of nothing, and
checks that print "ok" or "not ok" lines."""
import atexit
import glob
import gzip
import hashlib
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

import oci

HUTCH = os.environ["HUTCH"]
failures = 0
scratch = oci.make_directory()
home = os.path.join(scratch, "home")
children = []


def end_podman():
    """The processes that keep podman's user namespaces, one for each home."""
    for path in glob.glob(os.path.join(scratch, "home*/run/libpod/tmp/pause.pid")):
        with open(path, encoding="ascii") as file:
            pid = int(file.read())
        os.unlink(path)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def clean_up():
    for child in children:
        child.kill()
        child.wait()
    end_podman()
    # Unpacked files belong to subordinate ids: only inside a user namespace can they be removed.
    subprocess.run(["unshare", "--map-auto", "--map-root-user", "rm", "-rf", scratch], stderr=subprocess.DEVNULL, check=False)
    shutil.rmtree(scratch, ignore_errors=True)


atexit.register(clean_up)


def environment(**more):
    runtime = os.path.join(home, "run")
    os.makedirs(runtime, mode=0o700, exist_ok=True)
    return {"HOME": home, "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": runtime,
            "TMPDIR": scratch, **more}


def check(what, holds, *details):
    global failures
    print(("ok - " if holds else "not ok - ") + what, flush=True)
    if not holds:
        failures += 1
        for detail in details:
            print("  " + str(detail).replace("\n", "\n  "), flush=True)


def same(what, expected, actual):
    check(what, expected == actual, f"expected: {expected}", f"actual:   {actual}")


def conclude():
    sys.exit(1 if failures else 0)


def run(*command, env=None, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                          env=env or environment(), timeout=240, check=False, **options)


def need(*command, env=None):
    result = run(*command, env=env)
    if result.returncode != 0:
        print(f"not ok - {' '.join(command[:3])} works\n  {result.stdout}{result.stderr}")
        sys.exit(1)
    return result.stdout


def image(*words, env=None):
    return run(HUTCH, "image", *words, env=env)


def images(env=None):
    result = image("list", "--json", env=env)
    return json.loads(result.stdout)["images"] if result.returncode == 0 else None


def layer_trees(entry):
    """Where the layers of an image of the list are unpacked, base first."""
    chain, trees = "", []
    for one in entry["layers"]:
        chain = digest_of(f"{chain} {one['diffId']}".encode()) if chain else one["diffId"]
        trees.append(os.path.join(home, ".local/share/hutch/images/layers", chain.removeprefix("sha256:"), "tree"))
    return trees


def pulls(what, *words, env=None):
    result = image("pull", *words, env=env)
    check(what, result.returncode == 0, result.stdout + result.stderr)
    return result


def refuses(what, part, *words, env=None):
    """The verb fails with one line that holds `part`, and perhaps a hint."""
    result = image(*words, env=env)
    lines = [line for line in result.stderr.splitlines() if not line.startswith("hint:")]
    check(what, result.returncode != 0 and len(lines) == 1 and part in lines[0], f"status {result.returncode}",
          result.stdout + result.stderr)
    return result


def until(seconds, condition):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def start_registry(**variables):
    """Debian's registry on a port that it chooses, which its log says."""
    directory = tempfile.mkdtemp(dir=scratch)
    config, log = os.path.join(directory, "config.yml"), os.path.join(directory, "log")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"version: 0.1\nlog: {{level: info, accesslog: {{disabled: true}}}}\n"
                   f"storage: {{filesystem: {{rootdirectory: {directory}/data}}}}\n"
                   f"http: {{addr: '127.0.0.1:0', secret: none}}\n")
    with open(log, "wb") as file:
        child = subprocess.Popen(["docker-registry", "serve", config], stdout=file, stderr=file, env=environment(**variables))
    children.append(child)

    def port():
        with open(log, encoding="utf-8") as file:
            said = file.read()
        found = re.search(r'msg="listening on 127\.0\.0\.1:(\d+)[",]', said)
        assert found or child.poll() is None, f"the registry ended: {said}"
        return int(found[1]) if found else 0

    assert until(60, port), "the registry does not listen"
    return port()


def layer(files, seed=None, size=0):
    """A tar of {name: bytes}; with a seed also a file of incompressible bytes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(content), 1000000000
            archive.addfile(entry, io.BytesIO(content))
        if seed is not None:
            entry = tarfile.TarInfo(f"random-{seed}")
            entry.size, entry.mtime = size, 1000000000
            archive.addfile(entry, io.BytesIO(random.Random(seed).randbytes(size)))
    return stream.getvalue()


def digest_of(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def write_layout(directory, tars, architecture="amd64", name="latest"):
    """An OCI layout with one image; returns its manifest's descriptor."""
    blobs = os.path.join(directory, "blobs/sha256")
    os.makedirs(blobs, exist_ok=True)

    def put(content, media_type):
        with open(os.path.join(blobs, digest_of(content)[7:]), "wb") as file:
            file.write(content)
        return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}

    layers = [put(gzip.compress(tar, 1, mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip") for tar in tars]
    config = {"os": "linux", "architecture": architecture, "config": {"Cmd": ["/bin/sh"], "Labels": {"made": "here"}},
              "rootfs": {"type": "layers", "diff_ids": [digest_of(tar) for tar in tars]}, "history": []}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": put(json.dumps(config).encode(), "application/vnd.oci.image.config.v1+json"), "layers": layers}
    top = put(json.dumps(manifest).encode(), "application/vnd.oci.image.manifest.v1+json")
    top["platform"] = {"os": "linux", "architecture": architecture}
    top["annotations"] = {"org.opencontainers.image.ref.name": name}
    with open(os.path.join(directory, "oci-layout"), "w", encoding="utf-8") as file:
        file.write('{"imageLayoutVersion":"1.0.0"}')
    with open(os.path.join(directory, "index.json"), "w", encoding="utf-8") as file:
        json.dump({"schemaVersion": 2, "manifests": [top]}, file)
    return top


def new_home():
    """The next commands are another user's, who has nothing yet."""
    global home
    home = tempfile.mkdtemp(dir=scratch, prefix="home-")
    containers = os.path.join(home, ".config/containers")
    os.makedirs(containers)
    write_policy([{"type": "insecureAcceptAnything"}])
    return home


def write_policy(default, transports=None):
    with open(os.path.join(home, ".config/containers/policy.json"), "w", encoding="utf-8") as file:
        json.dump({"default": default, "transports": transports or {}}, file)


def partial_size():
    directory = os.path.join(home, ".local/share/hutch/images/partial")
    try:
        return max((os.stat(os.path.join(directory, name)).st_size for name in os.listdir(directory)), default=0)
    except FileNotFoundError:
        return 0


def stored_blobs():
    """Every complete blob of the store that is not what its name says."""
    directory = os.path.join(home, ".local/share/hutch/images/blobs/sha256")
    wrong = []
    for name in os.listdir(directory) if os.path.isdir(directory) else []:
        with open(os.path.join(directory, name), "rb") as file:
            if hashlib.sha256(file.read()).hexdigest() != name:
                wrong.append(name)
    return wrong


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


new_home()
