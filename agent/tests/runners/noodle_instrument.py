"""Counts lines before Python 3.12: modules of the repository are compiled with a mark before each statement, which costs some
tens of nanoseconds where a trace function would cost a hundred times that.

A mark is `marks[index] = 1`, with the array itself among the constants of the code, so that no name of the module, no scope
and no line number differs. Compiled code with marks is never written to disk. Modules that others compile (pytest rewrites
test files and conftest.py) and those that look at their own compiled code are left as they are: of them it is known that
they were loaded.
"""

import ast
import importlib.machinery
import os
import re
import sys
from collections import namedtuple

Entered = namedtuple("Entered", "co_filename co_name co_firstlineno")

_SENTINEL = "\0noodle marks\0"
# What reads or compiles the code of functions would see the marks.
_LOOKS_AT_CODE = re.compile(
    rb"\b(?:numba|njit|torch|jax|tensorflow|cloudpickle|dill|__code__|co_code|co_consts|CodeType)\b|^\s*(?:import|from)\s+dis\b",
    re.MULTILINE,
)
_LARGEST = 2000000
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Marks(bytearray):
    """One byte a statement. Hashed and compared as itself, because code objects are by their constants."""

    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other

    def __reduce__(self):
        return bytearray, (len(self),)


class Instrumented:
    """The marks of one module, and what each of them says."""

    def __init__(self, file):
        self.file = file
        self.marks = Marks()
        # By index: ranges of lines, and the function that begins there.
        self.meanings = []


class Instrument:
    """Takes the place of the loader's compiler for modules of the repository, from start() to stop()."""

    def __init__(self, is_of_repository):
        self._is_of_repository = is_of_repository
        self._modules = []
        self._original = None

    def start(self):
        loader = importlib.machinery.SourceFileLoader
        original = self._original = loader.get_code
        compiler = loader.source_to_code

        def get_code(self_, fullname):
            is_plain = type(self_) is loader and loader.source_to_code is compiler
            code = self._compile(self_, fullname) if is_plain and self._original is not None else None
            return original(self_, fullname) if code is None else code

        loader.get_code = get_code

    def stop(self):
        if self._original is not None:
            importlib.machinery.SourceFileLoader.get_code = self._original
            self._original = None

    def take(self):
        """Lines by file and functions that were entered, since the last time."""
        lines = {}
        entered = set()
        for module in self._modules:
            marks = module.marks
            at = marks.find(1)
            if at < 0:
                continue
            of_file = lines.setdefault(module.file, set())
            while at >= 0:
                ranges, function = module.meanings[at]
                for first, last in ranges:
                    of_file.update(range(first, last + 1))
                if function is not None:
                    entered.add(function)
                marks[at] = 0
                at = marks.find(1, at + 1)
        return lines, entered

    def _compile(self, loader, fullname):
        try:
            path = loader.get_filename(fullname)
            if not self._is_of_repository(os.path.abspath(path)):
                return None
            source = loader.get_data(path)
            if len(source) > _LARGEST or _LOOKS_AT_CODE.search(source):
                return None
            module = Instrumented(path)
            tree = compile(source, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
            Marker(module).module(tree)
            code = compile(tree, path, "exec", dont_inherit=True)
            module.marks.extend(bytes(len(module.meanings)))
            self._modules.append(module)
            return _with_marks(code, module.marks)
        except Exception:  # noqa: BLE001 - what cannot be marked is compiled as always, and says itself what is wrong
            return None


class Marker:
    """Puts marks before the statements of a module."""

    def __init__(self, module):
        self._file = module.file
        self._meanings = module.meanings

    def module(self, tree):
        tree.body = self._block(tree.body, None)

    def _block(self, body, function):
        """A docstring and imports from the future stay first. The first mark of a function says that it was entered."""
        marked = []
        head = 0
        if body and _is_text(body[0]):
            head = 1
        while head < len(body) and isinstance(body[head], ast.ImportFrom) and body[head].module == "__future__":
            head += 1
        for index, statement in enumerate(body):
            if index >= head:
                marked.append(self._mark(statement, function))
                function = None
            self._inside(statement)
            marked.append(statement)
        if function is not None:
            marked.append(self._mark(body[-1], function))
        return marked

    def _mark(self, statement, function):
        ranges = _heads(statement)
        self._meanings.append((ranges, function))
        place = _place(ranges[0][0], statement.col_offset)
        array = ast.Constant(value=_SENTINEL, **place)
        index = _index(ast.Constant(value=len(self._meanings) - 1, **place))
        target = ast.Subscript(value=array, slice=index, ctx=ast.Store(), **place)
        return ast.Assign(targets=[target], value=ast.Constant(value=1, **place), **place)

    def _inside(self, statement):
        if isinstance(statement, _FUNCTIONS):
            entered = Entered(self._file, statement.name, _first_line(statement))
            statement.body = self._block(statement.body, entered)
        else:
            for field in ("body", "orelse", "finalbody"):
                block = getattr(statement, field, None)
                if isinstance(block, list) and block:
                    setattr(statement, field, self._block(block, None))
            for part in getattr(statement, "handlers", None) or getattr(statement, "cases", None) or ():
                part.body = self._block(part.body, None)
        self._later(statement)

    def _later(self, statement):
        """What runs later than its statement, maybe for another test: lambdas and generators. They have marks of their own."""
        for node in _expressions(statement):
            if isinstance(node, ast.Lambda):
                node.body = self._marked(node.body)
            elif isinstance(node, ast.GeneratorExp):
                node.elt = self._marked(node.elt)

    def _marked(self, expression):
        """`marks.__setitem__(index, 1) or expression`, on the lines of the expression."""
        self._meanings.append(([(expression.lineno, expression.end_lineno or expression.lineno)], None))
        place = _place(expression.lineno, expression.col_offset)
        setter = ast.Attribute(value=ast.Constant(value=_SENTINEL, **place), attr="__setitem__", ctx=ast.Load(), **place)
        arguments = [ast.Constant(value=len(self._meanings) - 1, **place), ast.Constant(value=1, **place)]
        call = ast.Call(func=setter, args=arguments, keywords=[], **place)
        return ast.BoolOp(op=ast.Or(), values=[call, expression], **place)


def _place(line, column):
    return {"lineno": line, "col_offset": column, "end_lineno": line, "end_col_offset": column}


def _heads(statement):
    """The lines of a statement without its blocks. Clauses that may be looked at, `except` and `case`, count with it."""
    body = getattr(statement, "body", None)
    if not (isinstance(body, list) and body):
        body = None
    clauses = list(getattr(statement, "handlers", None) or getattr(statement, "cases", None) or ())
    first = _first_line(statement)
    if body is not None:
        last = max(statement.lineno, _first_line(body[0]) - 1)
    elif clauses:
        last = statement.lineno
    else:
        last = getattr(statement, "end_lineno", None) or statement.lineno
    ranges = [(first, last)]
    for clause in clauses:
        begin = clause.lineno if hasattr(clause, "lineno") else clause.pattern.lineno
        ranges.append((begin, max(begin, _first_line(clause.body[0]) - 1)))
    return ranges


def _first_line(statement):
    return min([statement.lineno] + [each.lineno for each in getattr(statement, "decorator_list", ())])


def _expressions(statement):
    """The expressions of a statement, those of statements inside of it left out."""
    waiting = [child for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt))


def _is_text(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)


def _index(constant):
    """Before Python 3.9 a subscript had a node around its index."""
    return constant if sys.version_info >= (3, 9) else ast.Index(value=constant)


def _with_marks(code, marks):
    constants = tuple(
        marks if isinstance(each, str) and each == _SENTINEL
        else _with_marks(each, marks) if hasattr(each, "co_consts")
        else each
        for each in code.co_consts
    )
    return code.replace(co_consts=constants)
