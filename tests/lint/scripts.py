#!/usr/bin/python3
"""Shell scripts pass shellcheck, Python scripts compile, and what should be executable is."""
import ast
import os
import shutil
import subprocess

import tree


def interpreter(path):
    with open(os.path.join(tree.root(), path), "rb") as file:
        first = file.readline(200)
    return first.decode("utf-8", "replace").strip() if first.startswith(b"#!") else ""


def main():
    shell, python, modes = [], [], []
    candidates = ["dev", ".ci/run"] + tree.files("tests") + tree.files("data") + tree.files("src", ".sh", ".py")
    for path in candidates:
        line = interpreter(path)
        is_executable = os.access(os.path.join(tree.root(), path), os.X_OK)
        if bool(line) != is_executable:
            modes.append(f"{path}: {'has' if line else 'lacks'} an interpreter line but is"
                         f"{'' if is_executable else ' not'} executable")
        if path.endswith(".sh") or line.endswith(("bash", "/sh")):
            shell.append(path)
        elif path.endswith(".py") or "python3" in line:
            python.append(path)
    broken = []
    for path in python:
        try:
            ast.parse(tree.read(path), path)
        except SyntaxError as error:
            broken.append(f"{path}:{error.lineno}: {error.msg}")
    rules = {"Python scripts parse": broken, "scripts, and only scripts, are executable": modes}
    if shutil.which("shellcheck"):
        # SC2034: a library of functions sets variables for those who source it.
        result = subprocess.run(["shellcheck", "--format=gcc", "--external-sources", "--source-path=SCRIPTDIR",
                                 "--severity=warning", "--exclude=SC2034", *shell], cwd=tree.root(),
                                stdout=subprocess.PIPE, text=True, check=False)
        rules["shell scripts pass shellcheck"] = result.stdout.splitlines()
    else:
        print("skip - shellcheck is not installed")
    tree.conclude(rules)


main()
