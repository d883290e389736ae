#!/usr/bin/python3
"""Who includes whom: src/LAYERS, the purity of src/core, and things only certain files may do."""
import re

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)
IMPURE_HEADER = re.compile(r"(unistd\.h|fcntl\.h|sched\.h|sys/.*|linux/.*|systemd/.*|glib\.h|curl/.*|archive.*|filesystem|"
                           r"fstream|thread|chrono|ctime|time\.h)$")
IMPURE_CALL = re.compile(r"::now\(|\bgetenv\b|\bfopen\b|\bstd::(ifstream|ofstream|random_device)\b|\b(rand|time)\(")

# A pattern in the code and the only files that may hold it.
ONLY_IN = {
    "JSON library": (r"#\s*include <nlohmann/", {"base/json.h", "base/json.cc"}),
    "TOML library": (r"#\s*include <toml\+\+/", {"base/toml.cc"}),
    "HTTP library": (r"#\s*include <curl/", {"images/http.cc"}),
    "YAML library": (r"#\s*include <yaml\.h>", {"core/image/lookaside.cc"}),
    "command line library": (r"#\s*include <CLI/", {"cli/"}),
    "seccomp library": (r"#\s*include <seccomp\.h>", {"host/seccomp_compile.cc"}),
    "cryptography library": (r"#\s*include <openssl/", {"os/sha256.cc", "images/public_key.cc"}),
    "glib": (r"#\s*include <(glib|gio)", {"host/keyfile.cc"}),
    "message bus library": (r"#\s*include <systemd/sd-bus", {"host/user_bus.cc", "host/bus_messages.h"}),
    "name spaces and mounts": (
        r"::(unshare|setns|mount|umount2|pivot_root|clone)\(|SYS_(clone3?|unshare|setns|mount|pivot_root|open_tree|"
        r"move_mount|fsopen|fsmount|mount_setattr)\b", {"launch/", "graft/", "host/probe.cc"}),
    "exceptions": (r"\b(throw|catch)\b\s*[\w(]|\btry\s*\{", {"cli/"}),
    "threads": (r"std::(thread|async|mutex|jthread)\b|pthread_create", set()),
    "standard file system paths": (r"std::filesystem|#\s*include <filesystem>", set()),
}


def layer_table():
    table = {}
    for line in tree.read("src/LAYERS").splitlines():
        line = line.split("#")[0].strip()
        if line:
            folder, _, allowed = line.partition(":")
            table[folder.strip()] = allowed.split()
    return table


def folder_of(path, table):
    parts = path.split("/")
    pair = "/".join(parts[:2])
    return pair if pair in table else parts[0]


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', lambda match: match[0] if "include" in match.string[
        match.string.rfind("\n", 0, match.start()) + 1:match.start()] else '""', text)
    return re.sub(r"//[^\n]*", "", text)


def is_allowed(target, own, allowed):
    return target == own or any(target == rule or (rule.endswith("/*") and target.startswith(rule[:-1]))
                                for rule in allowed)


def main():
    table = layer_table()
    arrows, impure, strays, guards, firsts = [], [], [], [], []
    for path in tree.files("src", ".h", ".cc"):
        relative = path[len("src/"):]
        text = without_comments(tree.read(path))
        own = folder_of(relative, table)
        if own not in table:
            arrows.append(f"{path}: folder '{own}' is not in src/LAYERS")
            continue
        includes = INCLUDE.findall(text)
        for kind, target in includes:
            if kind == '"' and "/" in target and not is_allowed(folder_of(target, table), own, table[own]):
                arrows.append(f"{path}: includes \"{target}\", which {own} may not")
            if kind == "<" and own.startswith("core/") and IMPURE_HEADER.match(target):
                impure.append(f"{path}: includes <{target}>")
        if own.startswith("core/"):
            impure += [f"{path}: {match[0]}" for match in IMPURE_CALL.finditer(text)]
        for what, (pattern, homes) in ONLY_IN.items():
            match = re.search(pattern, text)
            if match and not any(relative == home or (home.endswith("/") and relative.startswith(home))
                                 for home in homes):
                strays.append(f"{path}: {what} ('{match[0].strip()}') belongs into {', '.join(sorted(homes)) or 'nothing'}")
        if path.endswith(".h") and "#pragma once" not in text:
            guards.append(path)
        own_header = re.sub(r"\.cc$", ".h", relative)
        quoted = [target for kind, target in includes if kind == '"']
        if path.endswith(".cc") and own_header in quoted and includes[0][1] != own_header:
            firsts.append(path)
    tree.conclude({
        "includes follow src/LAYERS": arrows,
        "src/core is pure": impure,
        "each outside thing has one home": strays,
        "every header has #pragma once": guards,
        "every source includes its own header first": firsts,
    })


main()
