#!/usr/bin/python3
"""Who vouches for an image, and who we are to registries: GPG and sigstore signatures that skopeo made, policies,
passwords, credential helpers, certificates, registries.conf."""
import json
import os
import stat

import scene
from scene import check, conclude, environment, images, layer, need, new_home, pulls, refuses, same, scratch, start_registry, write_layout, write_policy


def config(path, text, executable=False):
    path = os.path.join(scene.home, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    if executable:
        os.chmod(path, stat.S_IRWXU)
    return path


def make_gpg_key(name):
    directory = os.path.join(scratch, "gpg-" + name)
    os.makedirs(directory, mode=0o700)
    env = environment(GNUPGHOME=directory)
    need("gpg", "--batch", "--passphrase", "", "--quick-generate-key", f"{name}@example.com", "ed25519", "sign", "never", env=env)
    public = os.path.join(scratch, name + ".asc")
    need("gpg", "--batch", "--armor", "--output", public, "--export", f"{name}@example.com", env=env)
    listing = need("gpg", "--batch", "--with-colons", "--list-keys", env=env)
    fingerprint = next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr"))
    return env, public, fingerprint


def gpg(port, layout):
    env, public, fingerprint = make_gpg_key("alice")
    _, stranger, _ = make_gpg_key("mallory")
    lookaside = os.path.join(scratch, "lookaside")
    yaml = f"default-docker:\n  lookaside: file://{lookaside}\n  lookaside-staging: file://{lookaside}\n  sigstore: ''\n"
    yaml = yaml.replace("  sigstore: ''\n", "")
    old = yaml.replace("lookaside:", "sigstore:").replace("lookaside-staging:", "sigstore-staging:")
    staging = os.path.join(scratch, "registries.d")
    os.makedirs(staging)
    with open(os.path.join(staging, "default.yaml"), "w", encoding="utf-8") as file:
        file.write(old)  # skopeo 1.9 knows the old names only
    name = f"127.0.0.1:{port}/signed:1"
    need("skopeo", "--insecure-policy", "--registries.d", staging, "copy", "--quiet", "--dest-tls-verify=false", "--sign-by", fingerprint, f"oci:{layout}",
         f"docker://{name}", env=env)
    need("skopeo", "--insecure-policy", "copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false", f"docker://{name}",
         f"docker://127.0.0.1:{port}/signed:other")
    for text, what in ((yaml, "lookaside"), (old, "sigstore")):
        new_home()
        config(".config/containers/registries.d/default.yaml", text)
        demand = [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": public}]
        write_policy([{"type": "reject"}], {"docker": {"127.0.0.1:%d" % port: demand}})
        pulls(f"an image with the right GPG signature is let in ({what})", name)
        same("the list shows the key", f"gpg:{fingerprint}", images()[0]["trust"])
        check("verify finds the signature again", scene.image("verify", name).returncode == 0)
    refuses("the same image under a name that nobody signed", "for the name", "pull", f"127.0.0.1:{port}/signed:other")
    write_policy([{"type": "reject"}], {"docker": {"": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": stranger}]}})
    refuses("a signature by another key", "none of the keys made", "pull", name)
    result = scene.image("verify", "--json", name)
    check("verify says no by the new policy", result.returncode == 1 and not json.loads(result.stdout)["images"][0]["accepted"])
    write_policy([{"type": "reject"}], {"docker": {"": [{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": [stranger, public]}]}})
    pulls("one of several keys is enough", name)
    directory = next(entry for entry in os.listdir(lookaside) if entry.startswith("signed@"))
    with open(os.path.join(lookaside, directory, "signature-1"), "r+b") as file:
        content = bytearray(file.read())
        content[len(content) // 2] ^= 1
        file.seek(0)
        file.write(content)
    refuses("a signature with a bit flipped", "policy does not let in", "pull", name)
    write_policy([{"type": "reject"}])
    refuses("a policy that rejects", "nothing from there is let in", "pull", name)
    config(".config/containers/policy.json", '{"default":[{"type":"insecureAcceptAnything"}],"extra":1}')
    refuses("a policy with a mistake lets nothing in", "unknown key 'extra'", "pull", name)


def sigstore(port, layout):
    new_home()
    private, public = os.path.join(scratch, "cosign.pem"), os.path.join(scratch, "cosign.pub")
    need("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", private)
    need("openssl", "ec", "-in", private, "-pubout", "-out", public)
    name = f"127.0.0.1:{port}/cosigned:1"
    need("skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}", f"docker://{name}")
    digest = json.loads(need("skopeo", "inspect", "--tls-verify=false", f"docker://{name}"))["Digest"]
    write_policy([{"type": "reject"}], {"docker": {"": [
        {"type": "sigstoreSigned", "keyPath": public, "signedIdentity": {"type": "matchRepository"}}]}})
    refuses("an image without a sigstore signature", "not signed", "pull", name)
    attach_signature(port, private, digest, f"127.0.0.1:{port}/cosigned")
    pulls("an image with the right sigstore signature is let in", name)
    same("the list shows the key", "sigstore:cosign.pub", images()[0]["trust"])
    other = os.path.join(scratch, "other.pub")
    need("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", other + ".key")
    need("openssl", "ec", "-in", other + ".key", "-pubout", "-out", other)
    write_policy([{"type": "reject"}], {"docker": {"": [
        {"type": "sigstoreSigned", "keyPath": other, "signedIdentity": {"type": "matchRepository"}}]}})
    refuses("a signature by another key", "none of the keys made", "pull", name)
    write_policy([{"type": "sigstoreSigned", "fulcio": {"caPath": "/x"}}])
    refuses("what hutch cannot check is not let in", "cannot check", "pull", name)


def attach_signature(port, private, digest, reference):
    """What cosign does: the payload as the layer of an image whose tag is made of the digest."""
    layout = os.path.join(scratch, "cosign-layout")
    payload = json.dumps({"critical": {"identity": {"docker-reference": reference}, "image": {"docker-manifest-digest": digest},
                                       "type": "cosign container image signature"}, "optional": None}).encode()
    message = os.path.join(scratch, "payload")
    with open(message, "wb") as file:
        file.write(payload)
    need("openssl", "dgst", "-sha256", "-sign", private, "-out", message + ".sig", message)
    import base64
    with open(message + ".sig", "rb") as file:
        signature = base64.b64encode(file.read()).decode()
    blobs = os.path.join(layout, "blobs/sha256")
    os.makedirs(blobs)

    def put(content, media_type, **more):
        with open(os.path.join(blobs, scene.digest_of(content)[7:]), "wb") as file:
            file.write(content)
        return {"mediaType": media_type, "digest": scene.digest_of(content), "size": len(content), **more}

    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": put(b'{"architecture":"","os":"","config":{},"rootfs":{"type":"layers","diff_ids":["%s"]}}'
                              % scene.digest_of(payload).encode(), "application/vnd.oci.image.config.v1+json"),
                "layers": [put(payload, "application/vnd.dev.cosign.simplesigning.v1+json",
                               annotations={"dev.cosignproject.cosign/signature": signature})]}
    top = put(json.dumps(manifest).encode(), "application/vnd.oci.image.manifest.v1+json")
    with open(os.path.join(layout, "oci-layout"), "w", encoding="utf-8") as file:
        file.write('{"imageLayoutVersion":"1.0.0"}')
    with open(os.path.join(layout, "index.json"), "w", encoding="utf-8") as file:
        json.dump({"schemaVersion": 2, "manifests": [top]}, file)
    need("skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}",
         f"docker://{reference}:{digest.replace(':', '-')}.sig")


def passwords(layout):
    new_home()
    users = os.path.join(scratch, "htpasswd")
    need("htpasswd", "-Bbc", users, "me", "secret")
    port = start_registry(REGISTRY_AUTH="htpasswd", REGISTRY_AUTH_HTPASSWD_REALM="x", REGISTRY_AUTH_HTPASSWD_PATH=users)
    name = f"127.0.0.1:{port}/private:1"
    need("skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", "--dest-creds", "me:secret", f"oci:{layout}", f"docker://{name}")
    refuses("a private image without credentials", "does not give", "pull", name)
    auth = os.path.join(scratch, "auth.json")
    need("skopeo", "login", "--tls-verify=false", "--authfile", auth, "-u", "me", "-p", "secret", f"127.0.0.1:{port}")
    pulls("credentials that skopeo keeps are used", "--authfile", auth, name)
    with open(auth, encoding="utf-8") as file:
        config(".config/containers/auth.json", file.read())
    pulls("and found where podman keeps them", name)
    new_home()
    log = os.path.join(scratch, "helper.log")
    config(".config/containers/auth.json", json.dumps({"credHelpers": {f"127.0.0.1:{port}": "hutchtest"}}))
    config("bin/docker-credential-hutchtest", f'#!/bin/sh\ncat >{log}\necho \'{{"Username":"me","Secret":"secret"}}\'\n', True)
    env = environment(PATH=os.path.join(scene.home, "bin") + ":/usr/bin:/bin")
    pulls("a credential helper is asked", name, env=env)
    with open(log, encoding="utf-8") as file:
        same("and told which registry", f"127.0.0.1:{port}", file.read().strip())
    config(".config/containers/auth.json", json.dumps({"auths": {f"127.0.0.1:{port}": {"auth": "bWU6d3Jvbmc="}}}))
    refuses("wrong credentials are an error", "does not give", "pull", name)
    config(".config/containers/auth.json", "{")
    refuses("a broken file of credentials says which", "auth.json", "pull", name)


def certificates(layout):
    new_home()
    key, certificate = os.path.join(scratch, "tls.key"), os.path.join(scratch, "tls.crt")
    need("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj",
         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    port = start_registry(REGISTRY_HTTP_TLS_CERTIFICATE=certificate, REGISTRY_HTTP_TLS_KEY=key)
    name = f"127.0.0.1:{port}/secure:1"
    need("skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}", f"docker://{name}")
    refuses("a certificate nobody vouches for", "certificate", "pull", name)
    directory = os.path.join(scratch, "certs")
    os.makedirs(directory)
    os.link(certificate, os.path.join(directory, "ca.crt"))
    pulls("an authority that is named", "--cert-dir", directory, name)
    with open(certificate, encoding="utf-8") as file:
        config(f".config/containers/certs.d/127.0.0.1:{port}/ca.crt", file.read())
    pulls("an authority in certs.d", name)
    new_home()
    pulls("whoever answers, when that is asked for", "--insecure", name)


def places(port, layout):
    new_home()
    need("skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}", f"docker://127.0.0.1:{port}/hub/library/thing:1")
    config(".config/containers/registries.conf", f"""
[[registry]]
location = "docker.io"
[[registry.mirror]]
location = "127.0.0.1:1/nobody"
[[registry.mirror]]
location = "127.0.0.1:{port}/hub"
[[registry]]
location = "blocked.example"
blocked = true
[aliases]
nick = "docker.io/library/thing"
""")
    pulls("a mirror has the image when another is down", "thing:1")
    same("it keeps the name it was asked for", ["docker.io/library/thing:1"], images()[0]["names"])
    pulls("an alias stands for a whole name", "nick:1")
    refuses("a blocked registry is not asked", "blocked", "pull", "blocked.example/a")
    config(".config/containers/registries.conf", "unqualified-search-registries = ['a.example', 'b.example']\n")
    refuses("a name of several registries is not guessed", "several registries", "pull", "tool")
    config(".config/containers/registries.conf", "[[registry]]\nlocation = 7\n")
    refuses("a mistake in registries.conf says where", "registries.conf:2", "pull", "tool")


def main():
    port = start_registry()
    layout = os.path.join(scratch, "layout")
    write_layout(layout, [layer({"a": b"one\n"})])
    gpg(port, layout)
    sigstore(port, layout)
    passwords(layout)
    certificates(layout)
    places(port, layout)
    conclude()


main()
