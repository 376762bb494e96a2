"""Writes down calls of one function and the lines that run in it, calls it with given arguments, and tells what a source
file holds. Loaded into the user's runner by an instrumented copy of a source file: no dependencies, Python 3.8 and up."""
import ast
import asyncio
import functools
import inspect
import itertools
import json
import sys

MOST_CALLS = 200
LONGEST_TEXT = 2000
MOST_ELEMENTS = 200


class Recorder:
    """Writes to one file. `record` is called by the instrumented source, `probe` by a test of ours."""

    def __init__(self, path):
        self._path = path
        self._calls = set()
        self._lines = set()
        self._probed = None

    def record(self, function):
        original = inspect.unwrap(function)
        code = getattr(original, "__code__", None)

        @functools.wraps(function)
        def recorded(*args, **kwargs):
            self._note_call(args, kwargs)
            return self._traced(code, function, args, kwargs)

        return recorded

    def probe(self, function, makers):
        """Calls the function with what each of `makers` answers, one after the other."""
        for index, make in enumerate(makers):
            self._write({"begin": index})
            self._probed = set()
            outcome = _outcome_of(function, make())
            self._write({"probe": index, "outcome": outcome, "lines": sorted(self._probed)})
        self._probed = None

    def _note_call(self, args, kwargs):
        if self._probed is not None or len(self._calls) >= MOST_CALLS or kwargs:
            return
        literals = [literal_of(value) for value in args]
        key = ", ".join(str(each) for each in literals)
        if None in literals or len(key) > LONGEST_TEXT or key in self._calls:
            return
        self._calls.add(key)
        self._write({"call": literals})

    def _traced(self, code, function, args, kwargs):
        before = sys.gettrace()

        def local(frame, event, _argument):
            if event == "line":
                self._hit(frame.f_lineno)
            return local

        def trace(frame, event, argument):
            if _is_inside(frame.f_code, code):
                return local(frame, event, argument)
            return before(frame, event, argument) if before is not None else None

        sys.settrace(trace)
        try:
            result = function(*args, **kwargs)
            # What is made step by step runs here, but for endless ones.
            if self._probed is not None and _is_iterator(result):
                elements = list(itertools.islice(result, MOST_ELEMENTS + 1))
                return iter(elements) if len(elements) <= MOST_ELEMENTS else _Endless()
            return result
        finally:
            sys.settrace(before)

    def _hit(self, line):
        if self._probed is not None:
            self._probed.add(line)
        elif line not in self._lines:
            self._lines.add(line)
            self._write({"line": line})

    def _write(self, message):
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(message) + "\n")


_RECORDERS = {}


def recorder(path):
    """The one that writes to a file: the instrumented source and the test that probes share it."""
    return _RECORDERS.setdefault(path, Recorder(path))


class _Endless:
    """Stands for an iterator that does not end."""


def _is_inside(code, outer):
    return outer is not None and (
        code is outer
        or (
            code.co_filename == outer.co_filename
            and outer.co_firstlineno <= code.co_firstlineno <= max((line for _, _, line in _lines(outer)), default=0)
        )
    )


def _lines(code):
    import dis

    return [(0, 0, line) for _, line in dis.findlinestarts(code) if line is not None]


def _is_iterator(value):
    return hasattr(value, "__next__") and hasattr(value, "__iter__")


def _outcome_of(function, args):
    before = [literal_of(value) for value in args]
    try:
        value = function(*args)
        is_async = inspect.iscoroutine(value)
        if is_async:
            value = asyncio.run(value)
        is_iterator = _is_iterator(value)
        if is_iterator:
            value = list(itertools.islice(value, MOST_ELEMENTS + 1))
    except Exception as error:  # Whatever it raises is what it does.
        return {"kind": "error", "name": type(error).__name__, "message": str(error), "isAsync": False}
    if [literal_of(each) for each in args] != before:
        return {"kind": "none", "why": "it changes its arguments"}
    literal = literal_of(value)
    if literal is None or len(literal) > LONGEST_TEXT or (is_iterator and len(value) > MOST_ELEMENTS):
        return {"kind": "none", "why": "it returns a " + type(value).__name__.lstrip("_")}
    return {"kind": "value", "literal": literal, "isAsync": is_async, "isIterator": is_iterator}


def literal_of(value, depth=0):
    """A value as source text; None for what is no plain value."""
    kind = type(value)
    if value is None or kind in (bool, int, str, bytes):
        return repr(value)
    if kind is float:
        return repr(value) if value == value and abs(value) != float("inf") else "float('%r')" % value
    if depth > 8 or kind not in (list, tuple, dict, set) or len(value) > MOST_ELEMENTS:
        return None
    if kind is dict:
        pairs = [(literal_of(key, depth + 1), literal_of(each, depth + 1)) for key, each in value.items()]
        return None if any(None in pair for pair in pairs) else "{%s}" % ", ".join("%s: %s" % pair for pair in pairs)
    if kind is set:
        elements = sorted(literal_of(each, depth + 1) or "" for each in value)
        return None if "" in elements else "{%s}" % ", ".join(elements) if elements else "set()"
    elements = [literal_of(each, depth + 1) for each in value]
    if None in elements:
        return None
    if kind is list:
        return "[%s]" % ", ".join(elements)
    return "(%s,)" % elements[0] if len(elements) == 1 else "(%s)" % ", ".join(elements)


def describe(text):
    """The functions of a module: parameters, lines with statements, and small faults as replacements of text."""
    tree = ast.parse(text)
    place = _Places(text)
    functions = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            functions.append(
                {
                    "name": node.name,
                    "startLine": node.lineno,
                    "endLine": node.end_lineno,
                    "parameters": _parameters(node),
                    "lines": _statement_lines(node),
                    "mutants": [each for child in node.body for each in _mutants(child, place)],
                }
            )
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    inner = sorted({node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))})
    raised = {_raised(node) for node in ast.walk(tree) if isinstance(node, ast.Raise)}
    return {"functions": functions, "classes": classes, "inner": inner, "raised": sorted(raised - {None})}


def _raised(node):
    what = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return what.id if isinstance(what, ast.Name) else None


def _parameters(node):
    arguments = node.args
    positional = arguments.posonlyargs + arguments.args
    required = len(positional) - len(arguments.defaults)
    found = [
        {"name": each.arg, "isOptional": index >= required, "isRest": False, "shape": _shape(each.annotation)}
        for index, each in enumerate(positional)
    ]
    if arguments.vararg is not None:
        found.append(
            {
                "name": arguments.vararg.arg,
                "isOptional": True,
                "isRest": True,
                "shape": _shape(arguments.vararg.annotation),
            }
        )
    return found


def _shape(node):
    if node is None:
        return {"kind": "unknown"}
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return _shape(ast.parse(node.value, mode="eval").body)
        except SyntaxError:
            return {"kind": "unknown"}
    if isinstance(node, ast.Constant) and node.value is None:
        return {"kind": "null"}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return {"kind": "union", "of": [_shape(node.left), _shape(node.right)]}
    name = _name_of(node.value if isinstance(node, ast.Subscript) else node)
    plain = {"int": "integer", "float": "number", "str": "string", "bool": "boolean"}
    if name in plain:
        return {"kind": plain[name]}
    if not isinstance(node, ast.Subscript):
        return {"kind": "array", "of": {"kind": "unknown"}} if name in ("list", "List") else {"kind": "unknown"}
    return _generic_shape(name, getattr(node.slice, "value", node.slice) if sys.version_info < (3, 9) else node.slice)


def _generic_shape(name, inner):
    several = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if name in ("list", "List", "Sequence", "Iterable", "Collection"):
        return {"kind": "array", "of": _shape(inner)}
    if name == "Optional":
        return {"kind": "union", "of": [_shape(inner), {"kind": "null"}]}
    if name == "Union":
        return {"kind": "union", "of": [_shape(each) for each in several]}
    if name == "Literal":
        texts = [repr(each.value) for each in several if isinstance(each, ast.Constant)]
        return {"kind": "union", "of": [{"kind": "literal", "text": text} for text in texts]}
    return {"kind": "unknown"}


def _name_of(node):
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def _statement_lines(function):
    first = function.body[0]
    has_text = isinstance(first, ast.Expr) and isinstance(getattr(first, "value", None), ast.Constant)
    skipped = {first} if has_text else set()
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node not in skipped]
    plain = (ast.Global, ast.Nonlocal)
    return sorted({node.lineno for node in nodes if node is not function and not isinstance(node, plain)})


class _Places:
    """Places in a text as offsets of UTF-16, as JavaScript counts."""

    def __init__(self, text):
        self.text = text
        self._lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + _units(line))

    def offset(self, line, column):
        before = self._lines[line - 1].encode("utf-8")[:column].decode("utf-8")
        return self._starts[line - 1] + _units(before)

    def span(self, node):
        return (self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset))


def _units(text):
    return len(text.encode("utf-16-le")) // 2


OPERATORS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}


def _mutants(root, place):
    found = []
    for node in ast.walk(root):
        if isinstance(node, ast.Compare):
            left = node.left
            for operator, right in zip(node.ops, node.comparators):
                found.append(_between(left, right, operator, place))
                left = right
        elif isinstance(node, ast.BinOp):
            found.append(_between(node.left, node.right, node.op, place))
        elif isinstance(node, ast.BoolOp):
            found.extend(_between(one, other, node.op, place) for one, other in zip(node.values, node.values[1:]))
        else:
            found.extend(_replacements(node, place))
    return sorted((each for each in found if each is not None and _compiles(place.text, each)), key=lambda each: each["start"])


def _between(left, right, operator, place):
    """The operator between two operands, wherever parentheses stand."""
    pair = OPERATORS.get(type(operator))
    if pair is None:
        return None
    start, end = place.span(left)[1], place.span(right)[0]
    between = place.text.encode("utf-16-le")[start * 2 : end * 2].decode("utf-16-le")
    at = between.find(pair[0])
    if at == -1 or "#" in between:
        return None
    start += _units(between[:at])
    return {"line": left.end_lineno, "start": start, "end": start + _units(pair[0]), "text": pair[1]}


def _replacements(node, place):
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        start, end = place.span(node.test)
        inner = place.text.encode("utf-16-le")[start * 2 : end * 2].decode("utf-16-le")
        return [{"line": node.test.lineno, "start": start, "end": end, "text": "not (%s)" % inner}]
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        start, end = place.span(node.value)
        return [{"line": node.lineno, "start": start, "end": end, "text": "None"}]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        start = place.span(node)[0]
        return [{"line": node.lineno, "start": start, "end": place.span(node.operand)[0], "text": ""}]
    if isinstance(node, ast.Constant) and type(node.value) in (bool, int):
        start, end = place.span(node)
        text = repr(not node.value) if type(node.value) is bool else repr(node.value + 1)
        return [{"line": node.lineno, "start": start, "end": end, "text": text}]
    return []


def _is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def _compiles(text, mutant):
    units = text.encode("utf-16-le")
    changed = units[: mutant["start"] * 2] + mutant["text"].encode("utf-16-le") + units[mutant["end"] * 2 :]
    try:
        ast.parse(changed.decode("utf-16-le"))
        return True
    except (SyntaxError, ValueError):
        return False


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8-sig", newline="") as source:
        json.dump(describe(source.read()), sys.stdout)
