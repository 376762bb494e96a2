"""Counts which code of a repository runs: with sys.monitoring since Python 3.12, where it costs little. Before that counting
makes a program several times slower, so it is done, by function, only where somebody asks for coverage; else it is seen
which modules are loaded.
"""

import os
import sys
import threading


class Counted:
    """What ran since the last time: lines by file, code objects that were entered, and whether that is all."""

    def __init__(self, lines, codes, is_whole):
        self.lines = lines
        self.codes = codes
        self.is_whole = is_whole


def counter_of(is_of_repository, wants_lines):
    if hasattr(sys, "monitoring"):
        return Monitoring(is_of_repository)
    return Tracing(is_of_repository) if wants_lines else Loading(is_of_repository)


class Loading:
    """By module: what is loaded counts, and which lines of it ran is not known."""

    def __init__(self, is_of_repository):
        self._is_of_repository = is_of_repository
        self._seen = set()

    def start(self):
        pass

    def stop(self):
        pass

    def take(self):
        loaded = {}
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if not isinstance(file, str) or file in self._seen:
                continue
            self._seen.add(file)
            if file.endswith(".py") and self._is_of_repository(os.path.abspath(file)):
                loaded[file] = set()
        return Counted(loaded, set(), True)


def _place(code):
    return code.co_filename if code.co_filename.startswith("<") else os.path.abspath(code.co_filename)


class Monitoring:
    def __init__(self, is_of_repository):
        self._is_of_repository = is_of_repository
        self._lines = {}
        self._codes = set()
        self._tool = None

    def start(self):
        monitoring = sys.monitoring
        # 0, 1, 2 and 5 belong to debuggers, coverage, profilers and optimisers.
        self._tool = next((tool for tool in (4, 3) if monitoring.get_tool(tool) is None), None)
        if self._tool is None:
            return
        monitoring.use_tool_id(self._tool, "noodle")
        monitoring.register_callback(self._tool, monitoring.events.PY_START, self._entered)
        monitoring.register_callback(self._tool, monitoring.events.LINE, self._reached)
        monitoring.set_events(self._tool, monitoring.events.PY_START)

    def stop(self):
        if self._tool is not None:
            sys.monitoring.free_tool_id(self._tool)
            self._tool = None

    def take(self):
        counted = Counted(self._lines, self._codes, self._tool is not None)
        self._lines, self._codes = {}, set()
        if self._tool is not None:
            sys.monitoring.restart_events()
        return counted

    def _entered(self, code, _offset):
        if self._tool is not None and self._is_of_repository(code.co_filename):
            self._codes.add(code)
            sys.monitoring.set_local_events(self._tool, code, sys.monitoring.events.LINE)
        return sys.monitoring.DISABLE

    def _reached(self, code, line):
        lines = self._lines.get(code.co_filename)
        if lines is None:
            lines = self._lines[code.co_filename] = set()
        # What a compiler adds belongs to no line.
        if line:
            lines.add(line)
        return sys.monitoring.DISABLE


class Tracing:
    """By function: all lines of one that was entered count. A debugger or coverage that traces too is left alone."""

    def __init__(self, is_of_repository):
        self._is_of_repository = is_of_repository
        self._codes = set()
        self._is_whole = True
        self._trace = self._tracer()

    def start(self):
        if sys.gettrace() is not None:
            self._is_whole = False
            return
        threading.settrace(self._trace)
        sys.settrace(self._trace)

    def stop(self):
        if sys.gettrace() is self._trace:
            sys.settrace(None)
            threading.settrace(None)

    def take(self):
        codes, self._codes = self._codes, set()
        is_whole = self._is_whole and sys.gettrace() is self._trace
        self._trace = self._tracer()
        if sys.gettrace() is None or is_whole:
            threading.settrace(self._trace)
            sys.settrace(self._trace)
            self._is_whole = True
        else:
            self._is_whole = False
        mine = {code for code in codes if self._is_of_repository(_place(code))}
        return Counted({}, mine, is_whole)

    def _tracer(self):
        add = self._codes.add

        def trace(frame, _event, _argument):
            # Returns None: nothing inside of the function is of interest.
            add(frame.f_code)

        return trace
