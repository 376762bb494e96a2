"""Tests that somebody else wrote, found in blocks of code and looked at before they run. Nothing of them is executed here."""

import ast
import json
import sys
import textwrap

# What a test may import: it reaches nothing beyond the process.
MODULES = frozenset(
    "asyncio collections copy dataclasses datetime decimal enum fractions functools itertools json math operator pytest re"
    " statistics string typing unittest uuid".split()
)
# Names by which a test would reach beyond the function.
BEYOND = frozenset(
    "__builtins__ __import__ breakpoint compile delattr eval exec exit getattr globals input locals open quit setattr"
    " vars".split()
)
# What a test may use of asyncio, which can start processes and open connections too.
LOOP = frozenset("CancelledError TimeoutError gather run sleep wait_for".split())


def written(blocks, module, longest):
    """Tests of each block: its functions named `test_…`, else the block as a body."""
    found = []
    for block in blocks:
        declared = _declared(block)
        for title, body in declared or [_as_body(block)]:
            found.append({"title": title, "body": body, "why": _why_not(body, module, longest)})
    return found


def _declared(block):
    try:
        tree = ast.parse(block)
    except (SyntaxError, ValueError):
        return []
    lines = block.splitlines()
    imports = [
        "\n".join(lines[node.lineno - 1 : node.end_lineno])
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    tests = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            text = textwrap.dedent("\n".join(lines[node.body[0].lineno - 1 : node.body[-1].end_lineno]))
            body = "\n".join(imports + [text])
            tests.append((node.name[4:].strip("_").replace("_", " "), body))
    return tests


def _as_body(block):
    lines = textwrap.dedent(block).strip("\n").rstrip().split("\n")
    if lines[0].startswith("#"):
        return lines[0].lstrip("# "), "\n".join(lines[1:])
    return "", "\n".join(lines)


def _why_not(body, module, longest):
    if not body.strip():
        return "it is empty"
    if len(body) > longest:
        return "it has more than %d characters" % longest
    try:
        text = "def body(self):\n" + textwrap.indent(body, "    ")
        tree = ast.parse(text)
        compile(text, "body", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "it does not parse"
    if len(tree.body) != 1:
        return "it does not parse"
    for node in ast.walk(tree.body[0]):
        why = _reach(node, module)
        if why is not None:
            return why
    return None


def _reach(node, module):
    if isinstance(node, ast.ImportFrom) and node.module == "asyncio":
        return "it imports from asyncio"
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for name in names:
            if name.split(".")[0] not in MODULES and name != module:
                return "it imports %s" % (name or "from its folder")
    if isinstance(node, ast.Name) and node.id in BEYOND:
        return "it uses %s" % node.id
    if isinstance(node, ast.Attribute):
        is_loop = isinstance(node.value, ast.Name) and node.value.id == "asyncio" and node.attr not in LOOP
        if is_loop or node.attr.startswith("__"):
            return "it uses %s" % node.attr
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name.lower().startswith("test"):
        return "it declares tests of its own"
    return None


if __name__ == "__main__":
    json.dump(written(**json.loads(sys.argv[1])), sys.stdout)
