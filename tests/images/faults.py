#!/usr/bin/python3
"""A proxy between hutch and a registry breaks what it can: the image is right or there is a clear error, and never is a
wrong blob in the store."""
import os
import subprocess

import scene
from fault_proxy import Proxy
from scene import (HUTCH, check, conclude, environment, image, images, kill, layer, need, new_home, partial_size, pulls,
                   refuses, same, scratch, start_registry, stored_blobs, until, write_layout)

SIZE = 2 << 20  # bytes of the large layer
BLOB = "GET .*/blobs/"


def prepare():
    port = start_registry()
    layout = os.path.join(scratch, "layout")
    top = write_layout(layout, [layer({"a": b"one\n"}, seed=7, size=SIZE), layer({"b": b"two\n"})])
    need("skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}", f"docker://127.0.0.1:{port}/img:1")
    return port, top


def is_right(top):
    return [entry["digest"] for entry in images()] == [top["digest"]] and not stored_blobs()


def survived(proxy, top, what, pattern, kind, times, **details):
    new_home()
    proxy.clear()
    proxy.spoil(pattern, kind, times, **details)
    pulls(f"{what}: the image comes all the same", f"127.0.0.1:{proxy.port}/img:1")
    check(f"{what}: and it is the right one", is_right(top))


def refused(proxy, top, what, part, pattern, kind, **details):
    new_home()
    proxy.clear()
    proxy.spoil(pattern, kind, **details)
    refuses(f"{what}: a clear error", part, "pull", f"127.0.0.1:{proxy.port}/img:1")
    check(f"{what}: no image, no wrong blob", images() == [] and not stored_blobs())
    proxy.clear()
    pulls(f"{what}: the next pull is good", f"127.0.0.1:{proxy.port}/img:1")
    check(f"{what}: and right", is_right(top))


def spoiled(proxy, top):
    survived(proxy, top, "an answer cut short once", BLOB, "truncate", 1)
    survived(proxy, top, "a connection reset once", BLOB, "reset", 2)
    survived(proxy, top, "a hang-up before the answer", BLOB, "hang-up", 1)
    survived(proxy, top, "too many requests", "GET", "status", 1, code=429, headers={"Retry-After": "1"})
    survived(proxy, top, "a bad gateway", "GET .*/manifests/", "status", 2, code=502)
    survived(proxy, top, "no ranges after a cut", BLOB, "truncate", 1)
    survived(proxy, top, "a slow drip", BLOB, "drip", 1, piece=64 << 10, pause=0.01)
    refused(proxy, top, "wrong bytes in a blob", "sha256", BLOB, "wrong-bytes")
    refused(proxy, top, "wrong bytes in a manifest", "JSON", "GET .*/manifests/", "too-short")
    refused(proxy, top, "a blob that is too long", "", BLOB, "too-long")
    refused(proxy, top, "a blob that is too short", "", BLOB, "too-short")
    refused(proxy, top, "a registry that is always busy", "failed 5 times", BLOB, "status", code=503)
    refused(proxy, top, "a challenge without end", "does not give", "GET .*/manifests/", "challenge", field='Basic realm="x"')
    refused(proxy, top, "a challenge that cannot be read", "credentials", "GET .*/manifests/", "challenge", field='"')
    refused(proxy, top, "a redirect in circles", "redirects to nowhere good", BLOB, "redirect", to="")
    refused(proxy, top, "a redirect to a file", "redirects to nowhere good", BLOB, "redirect", to="file://")
    refused(proxy, top, "a server error", "500", "GET .*/manifests/", "status", code=500)


def no_range(proxy, top):
    large = max(images()[0]["layers"], key=lambda one: one["size"])["digest"]
    new_home()
    proxy.clear()
    proxy.spoil(BLOB + large, "truncate", 2)
    proxy.spoil(BLOB, "no-range")
    pulls("a registry without ranges sends the whole again", f"127.0.0.1:{proxy.port}/img:1")
    check("what was there is passed over", is_right(top))
    new_home()
    proxy.clear()
    proxy.spoil(BLOB + large, "truncate", 2)
    proxy.spoil(BLOB, "wrong-range")
    refuses("another range than asked for is an error", "another part", "pull", f"127.0.0.1:{proxy.port}/img:1")
    check("and leaves no wrong blob", not stored_blobs())


def mirrors(proxy, top, port):
    """What a mirror spoils comes from the next place; what was right is not fetched again."""
    mirror = Proxy(port)

    def with_mirror(*words):
        new_home()
        with open(os.path.join(scene.home, ".config/containers/registries.conf"), "w", encoding="utf-8") as file:
            file.write(f'[[registry]]\nlocation = "127.0.0.1:{proxy.port}"\ninsecure = true\n'
                       f'[[registry.mirror]]\nlocation = "127.0.0.1:{mirror.port}"\ninsecure = true\n')
        proxy.clear()
        mirror.clear()
        for pattern, kind in words:
            mirror.spoil(pattern, kind, when=others_are_here)

    def others_are_here():
        blobs = os.path.join(scene.home, ".local/share/hutch/images/blobs/sha256")
        return all(os.path.exists(os.path.join(blobs, one.removeprefix("sha256:"))) for one in others)

    others = []
    with_mirror()
    pulls("a mirror serves", f"127.0.0.1:{proxy.port}/img:1")
    large = max(images()[0]["layers"], key=lambda one: one["size"])["digest"]
    check("and the registry is not asked", is_right(top) and mirror.seen("blobs") and not proxy.seen(""))
    others = [one["digest"] for one in images()[0]["layers"] if one["digest"] != large]
    for kind in ("wrong-bytes", "too-long", "too-short"):
        with_mirror((BLOB + large, kind))
        result = pulls(f"a mirror that does '{kind}': the next place serves", f"127.0.0.1:{proxy.port}/img:1")
        check("that is said", "trying the next place" in result.stderr, result.stderr)
        check("the image is right", is_right(top))
        check("only what was spoiled comes from there", len(proxy.seen(BLOB)) == 1 and proxy.seen(BLOB + large), proxy.requests)
    with_mirror((BLOB + large, "wrong-bytes"))
    proxy.spoil(BLOB + large, "wrong-bytes")
    result = image("pull", f"127.0.0.1:{proxy.port}/img:1")
    check("wrong bytes everywhere are an error", result.returncode != 0 and images() == [] and not stored_blobs(), result.stderr)
    mirror.close()


def redirects(proxy, top, port):
    """A blob redirected to another host must come without the credentials for the first."""
    other = Proxy(port)
    new_home()
    proxy.clear()
    auth = os.path.join(scene.home, "auth.json")
    with open(auth, "w", encoding="utf-8") as file:
        file.write('{"auths":{"127.0.0.1:%d":{"auth":"bWU6c2VjcmV0"}}}' % proxy.port)
    proxy.spoil(BLOB, "redirect", to=f"http://127.0.0.1:{other.port}")
    proxy.spoil("GET /v2/$", "challenge", 1, field='Basic realm="x"')
    pulls("blobs that are somewhere else come from there", "--authfile", auth, f"127.0.0.1:{proxy.port}/img:1")
    check("and are right", is_right(top))
    check("the registry got the credentials", any("Authorization" in headers for headers in proxy.seen("manifests")))
    check("the other host got none", other.seen("blobs") and not any("Authorization" in headers for headers in other.seen("")))
    other.close()


def tokens(proxy, top):
    """A token server: asked once, with the credentials; the registry sees tokens only."""
    new_home()
    proxy.clear()
    auth = os.path.join(scene.home, "auth.json")
    with open(auth, "w", encoding="utf-8") as file:
        file.write('{"auths":{"127.0.0.1:%d":{"auth":"bWU6c2VjcmV0"}}}' % proxy.port)
    proxy.spoil("/v2/", "bearer")
    pulls("a token is got where the registry says", "--authfile", auth, f"127.0.0.1:{proxy.port}/img:1")
    check("and the image is right", is_right(top))
    asked = proxy.seen("GET /token")
    same("the token server was asked once", 1, len(asked))
    same("with the credentials", "Basic bWU6c2VjcmV0", asked[0].get("Authorization"))
    check("the registry never saw them", all("Basic" not in headers.get("Authorization", "") for headers in proxy.seen("/v2/")))


def unchanged(proxy, top):
    """What is here already is not fetched again, its manifest neither."""
    proxy.clear()
    pulls("a pull of what is there", f"127.0.0.1:{proxy.port}/img:1")
    check("fetches nothing", is_right(top) and not proxy.seen("GET .*/(manifests|blobs)/"), proxy.requests)


def killed(proxy, top):
    """kill -9 in the middle: the next pull asks only for the rest."""
    new_home()
    proxy.clear()
    proxy.spoil(BLOB, "drip", piece=32 << 10, pause=0.02)
    process = subprocess.Popen([HUTCH, "image", "pull", f"127.0.0.1:{proxy.port}/img:1"], env=environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    check("a pull gets somewhere", until(60, lambda: partial_size() > SIZE // 8))
    kill(process)
    kept = partial_size()
    check("what came before kill -9 is kept", 0 < kept < SIZE)
    proxy.clear()
    pulls("the next pull goes on", f"127.0.0.1:{proxy.port}/img:1")
    check("and is right", is_right(top))
    ranges = [headers["Range"] for headers in proxy.seen(BLOB) if "Range" in headers]
    check("it asked for the rest only", len(ranges) == 1 and int(ranges[0][6:].split("-")[0]) >= SIZE // 8, ranges)


def interrupted(proxy, top):
    new_home()
    proxy.clear()
    proxy.spoil(BLOB, "drip", piece=32 << 10, pause=0.02)
    process = subprocess.Popen([HUTCH, "image", "pull", f"127.0.0.1:{proxy.port}/img:1"], env=environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    check("a pull gets somewhere", until(60, lambda: partial_size() > SIZE // 8))
    process.terminate()
    _, errors = process.communicate(timeout=30)
    check("it ends when asked to", process.returncode not in (0, None), errors)
    check("there is no image", images() == [])
    proxy.clear()
    pulls("the next pull goes on", f"127.0.0.1:{proxy.port}/img:1")
    check("and is right", is_right(top))


def together(proxy, top):
    new_home()
    proxy.clear()
    proxy.spoil(BLOB, "drip", piece=64 << 10, pause=0.02)
    command = [HUTCH, "image", "pull", f"127.0.0.1:{proxy.port}/img:1"]
    both = [subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    errors = [process.communicate(timeout=120)[1] for process in both]
    check("two pulls of one image at once are both good", all(process.returncode == 0 for process in both), errors)
    check("the image is right", is_right(top))
    sent = [len(proxy.seen(BLOB + one["digest"])) for one in images()[0]["layers"]]
    same("each layer was sent once", [1] * len(sent), sent)


def main():
    port, top = prepare()
    proxy = Proxy(port)
    spoiled(proxy, top)
    no_range(proxy, top)
    mirrors(proxy, top, port)
    redirects(proxy, top, port)
    tokens(proxy, top)
    unchanged(proxy, top)
    killed(proxy, top)
    interrupted(proxy, top)
    together(proxy, top)
    result = image("verify", f"127.0.0.1:{proxy.port}/img:1")
    check("verify asks the policy", result.returncode == 0, result.stderr)
    conclude()


main()
