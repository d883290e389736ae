#!/usr/bin/python3
"""No file and no function grows without being noticed. Functions should have 60 lines; the hard stop is a little above,
so that formatting alone never breaks the build."""
import re

import tree

FILE_LIMIT = 500
TEST_FILE_LIMIT = 800
FUNCTION_LIMIT = 80
LAUNCHER_LIMIT = 3700  # code of all of src/launch, without comments: what must be read to trust it


def long_functions(path):
    """Blocks that begin with a line at the margin that ends in '{' after a ')' and end with '}' at the margin."""
    start, found = None, []
    for number, line in enumerate(tree.read(path).splitlines(), 1):
        if start is None and re.match(r"^[A-Za-z_~].*\)[^;=]*\{$", line) and not line.startswith(("namespace", "struct")):
            start = number
        elif line.startswith("}") and start is not None:
            if number - start - 1 > FUNCTION_LIMIT:
                found.append(f"{path}:{start}: {number - start - 1} lines")
            start = None
    return found


def code_lines(path):
    lines = (line.strip() for line in tree.read(path).splitlines())
    return sum(1 for line in lines if line and not line.startswith("//"))


def main():
    files, functions = [], []
    for path in tree.files("src", ".h", ".cc") + tree.files("tests", ".h", ".cc", ".c", ".py", ".sh"):
        limit = TEST_FILE_LIMIT if path.startswith("tests/") else FILE_LIMIT
        lines = tree.read(path).count("\n")
        if lines > limit:
            files.append(f"{path}: {lines} lines, at most {limit}")
        if path.startswith("src/") and path.endswith(".cc"):
            functions += long_functions(path)
    launcher = sum(code_lines(path) for path in tree.files("src/launch", ".h", ".cc"))
    tree.conclude({
        f"no source file is longer than {FILE_LIMIT} lines, no test file than {TEST_FILE_LIMIT}": files,
        f"no function is longer than {FUNCTION_LIMIT} lines": functions,
        f"the launcher has at most {LAUNCHER_LIMIT} lines of code":
            [f"it has {launcher}"] if launcher > LAUNCHER_LIMIT else [],
    })


main()
