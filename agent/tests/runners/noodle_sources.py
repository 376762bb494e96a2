"""What the source files of a run hold: which lines have code, which functions there are, and what they import."""

import dis
import os
import sys
from importlib.util import resolve_name

_OPTIMIZED = 0x1


class Sources:
    def __init__(self, is_of_repository):
        self._is_of_repository = is_of_repository
        self._files = {}

    def lines_of(self, counted):
        """The part of a window that tells of lines, from what a counter took."""
        by_file = {file: set(lines) for file, lines in counted.lines.items()}
        entered = {}
        for code in counted.codes:
            entered.setdefault(code.co_filename, set()).add(_key(code))
            by_file.setdefault(code.co_filename, set())
        return [
            self._entry(file, lines, entered.get(file, set()), counted.codes) for file, lines in sorted(by_file.items())
        ]

    def edges(self):
        """Who imports whom, as far as both are loaded; asked at the end, when the last import has been made."""
        return [edge for file, source in self._files.items() for edge in self._imports(file, source)]

    def _entry(self, file, lines, entered, codes):
        is_new = file not in self._files
        source = self._source_of(file, codes)
        return {
            "file": os.path.abspath(file),
            "isNew": is_new,
            "executed": sorted(lines),
            # Without lines that ran, which ones did is not known.
            "missed": sorted(source.lines - lines) if lines else [],
            "functions": [[name, first, last, key in entered] for name, first, last, key in source.functions] if lines else [],
        }

    def _source_of(self, file, codes):
        known = self._files.get(file)
        if known is None:
            module = next((code for code in codes if code.co_filename == file and code.co_name == "<module>"), None)
            known = self._files[file] = Source(module if module is not None else _compiled(file))
        return known

    def _imports(self, file, source):
        place = os.path.abspath(file)
        module = next((each for each in list(sys.modules.values()) if getattr(each, "__file__", None) == file), None)
        names = set(_modules(source.imports, getattr(module, "__package__", None) or ""))
        if source.imports_by_name:
            names = set(sys.modules)
        # A package's own file runs before what lies in it.
        names.update(".".join(name.split(".")[:end]) for name in list(names) for end in range(1, name.count(".") + 1))
        for name in sorted(names):
            target = getattr(sys.modules.get(name), "__file__", None)
            if isinstance(target, str) and target != file and self._is_of_repository(os.path.abspath(target)):
                yield [place, os.path.abspath(target)]


class Source:
    """Taken from the code object of a module; empty for None."""

    def __init__(self, module):
        self.lines = set()
        self.functions = []
        self.imports = []
        self.imports_by_name = False
        if module is not None:
            self._walk(module, "")

    def _walk(self, code, prefix):
        lines = set(_lines(code))
        self.imports.extend(_imports_in(code))
        if "import_module" in code.co_names or "__import__" in code.co_names:
            self.imports_by_name = True
        for inner in code.co_consts:
            if not hasattr(inner, "co_firstlineno"):
                continue
            name = prefix + inner.co_name
            is_function = inner.co_flags & _OPTIMIZED and not inner.co_name.startswith("<")
            at = len(self.functions)
            inside = self._walk(inner, name + "." if is_function or not inner.co_name.startswith("<") else prefix)
            if is_function:
                last = max(inside | {inner.co_firstlineno})
                self.functions.insert(at, (name, inner.co_firstlineno, last, _key(inner)))
            lines |= inside
        self.lines |= lines
        return lines


def _key(code):
    return code.co_name, code.co_firstlineno


def _lines(code):
    if hasattr(code, "co_lines"):
        found = (line for _, _, line in code.co_lines())
    else:
        found = (line for _, line in dis.findlinestarts(code))
    return [line for line in found if line]


def _compiled(file):
    try:
        with open(file, "rb") as source:
            return compile(source.read(), file, "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError):
        return None


def _imports_in(code):
    """(name, level, names) of each import statement, wherever in the function it stands."""
    if not any(isinstance(name, str) for name in code.co_names):
        return
    constants = []
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            names = constants[-1] if constants else None
            level = constants[-2] if len(constants) > 1 and isinstance(constants[-2], int) else 0
            yield instruction.argval, level, names if isinstance(names, tuple) else ()
        if instruction.opname.startswith("LOAD_CONST") or instruction.opname == "LOAD_SMALL_INT":
            constants = constants[-1:] + [instruction.argval]


def _modules(imports, package):
    for name, level, names in imports:
        try:
            base = resolve_name("." * level + name, package) if level else name
        except (ImportError, ValueError):
            continue
        yield base
        for each in names:
            yield "%s.%s" % (base, each)
