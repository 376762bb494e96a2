# Found by the python processes of a build (PYTHONPATH): notes which files below the repository are opened, and at the end of
# the process writes that down in the folder that the agent named. Whatever goes wrong here must not change a build.
import atexit
import importlib.machinery
import importlib.util
import json
import os
import sys
import time

_here = os.path.dirname(os.path.abspath(__file__))


def _follow(folder, root):
    reads, writes = set(), set()
    start = root + os.sep
    inside = os.sep + "node_modules" + os.sep

    def hook(event, arguments):
        if event != "open":
            return
        try:
            name, mode, flags = arguments
            if isinstance(name, bytes):
                name = os.fsdecode(name)
            if not isinstance(name, str):
                return
            path = os.path.abspath(name)
            if not path.startswith(start) or inside in path:
                return
            accesses = os.O_WRONLY | os.O_RDWR
            if (isinstance(mode, str) and any(each in mode for each in "wxa+")) or (mode is None and flags & accesses):
                writes.add(path)
            elif path not in writes:
                reads.add(path)
        except Exception:
            pass

    def finish():
        try:
            if reads or writes:
                file = os.path.join(folder, "%d-%d.json" % (os.getpid(), time.monotonic_ns()))
                with open(file, "w", encoding="utf-8") as output:
                    json.dump({"reads": sorted(reads), "writes": sorted(writes)}, output)
        except Exception:
            pass

    sys.addaudithook(hook)
    atexit.register(finish)


def _run_the_next():
    """There can be another sitecustomize, which this one hides."""
    others = [each for each in sys.path if os.path.abspath(each or ".") != _here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


try:
    if "NOODLE_TRACE_FOLDER" in os.environ and "NOODLE_TRACE_ROOT" in os.environ:
        _follow(os.environ["NOODLE_TRACE_FOLDER"], os.environ["NOODLE_TRACE_ROOT"])
except Exception:
    pass
_run_the_next()
