"""Counts which code of a repository runs: with sys.monitoring since Python 3.12, before that by marks in the compiled code."""

import os
import sys


class Counted:
    """What ran since the last time: lines by file, code objects that were entered, and whether that is all."""

    def __init__(self, lines, codes, is_whole):
        self.lines = lines
        self.codes = codes
        self.is_whole = is_whole


def counter_of(is_of_repository):
    return Monitoring(is_of_repository) if hasattr(sys, "monitoring") else Marking(is_of_repository)


class Marking:
    """Lines of the modules that carry marks; of the others it is seen that they are loaded, so all of their lines count."""

    def __init__(self, is_of_repository):
        from noodle_instrument import Instrument

        self._is_of_repository = is_of_repository
        self._instrument = Instrument(is_of_repository)
        self._seen = set()

    def start(self):
        self._instrument.start()

    def stop(self):
        self._instrument.stop()

    def take(self):
        lines, entered = self._instrument.take()
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if not isinstance(file, str) or file in self._seen:
                continue
            self._seen.add(file)
            if file.endswith(".py") and self._is_of_repository(os.path.abspath(file)):
                lines.setdefault(file, set())
        return Counted(lines, entered, True)


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
