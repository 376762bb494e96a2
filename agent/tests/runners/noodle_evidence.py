"""Records what test files use in a Python runner: lines that run, modules that import each other, files that are opened.

Each stretch of the process that belongs to one test file is a window, written as one JSON file into the folder that the
agent named (NOODLE_EVIDENCE); agent/tests/evidence/window.ts tells its form. Runs on Python 3.8 and later. Whatever goes
wrong here must not change a result: then nothing is recorded.
"""

import json
import os
import sys

from noodle_children import VARIABLE, child_in, follow_children

_FOREIGN = ("site-packages", "dist-packages", "node_modules", ".venv", "venv", ".tox", ".nox", ".eggs")
_STARTING = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn")
_PLAIN = frozenset("cat echo false file head hostname less more pwd sed sleep stty tail tput true tty uname wc which".split())
_SYSTEM = ("/bin", "/usr/bin", "/usr/local/bin")


def _is_plain(program, environment):
    """One of the system's programs that run nothing but themselves."""
    folder, name = os.path.split(program)
    if not folder:
        paths = (os.environ if environment is None else environment).get("PATH", "")
        folder = next((each for each in paths.split(os.pathsep) if os.path.exists(os.path.join(each, name))), None)
    return folder in _SYSTEM and name in _PLAIN


def recorder_of_environment():
    """The recorder that the agent asks for, or None. Tests do not see that it was asked for."""
    text = os.environ.pop(VARIABLE, None)
    if text is None:
        return None
    try:
        # Only here: a run that does not record loads nothing more than the plain one.
        from noodle_counters import counter_of
        from noodle_sources import Sources

        return Recorder(json.loads(text), Sources, counter_of)
    except Exception:  # noqa: BLE001 - see above
        return None


class Recorder:
    def __init__(self, request, sources_of, counter_of):
        self._request = request
        self._child = request.get("child")
        self._folder = request["folder"]
        self._root = request["root"]
        self._ignored = (request["git"], request["runners"])
        # Numbers of processes come again.
        self._process = "%d-py%s" % (os.getpid(), "" if self._child is None else "-" + self._child.replace(":", "-"))
        self._owner = os.getpid()
        self._windows = 0
        self._started = 0
        self._made = ""
        self._test = request.get("test")
        self._is_on = False
        self._known = {}
        self._sources = sources_of(self.is_of_repository)
        self._counter = counter_of(self.is_of_repository)
        self._reset()

    def start(self):
        self._is_on = True
        self._counter.start()
        sys.addaudithook(self._hear)
        # What these start in turn is not followed: their recordings are not complete then.
        if self._child is None:
            follow_children(self)

    def stop(self):
        """Records nothing more, as where the tests run in other processes."""
        self._is_on = False
        self._counter.stop()

    def enter(self, test):
        """What comes now belongs to this test file (absolute), or with None to all."""
        if test == self._test or not self._is_on:
            return
        self._close(False)
        self._test = test

    def cut(self):
        """The test file is loaded and runs from here on."""
        if self._is_on:
            self._close(False)

    def forget_runner(self):
        """The runner and its plugins looked through folders or started programs, not a test."""
        if self._test is None:
            self._folders = set()
            self._is_complete = True

    def end(self):
        if self._is_on and os.getpid() == self._owner:
            self.forget_runner()
            self._close(True)
            self.stop()

    def is_of_repository(self, file):
        known = self._known.get(file)
        if known is None:
            known = self._known[file] = self._judge(file)
        return known

    def _judge(self, file):
        if file.startswith("<") or not file.startswith(self._root) or file.startswith(self._ignored):
            return False
        return not any(part in _FOREIGN for part in file[len(self._root):].split(os.sep)[:-1])

    def _reset(self):
        self._reads = set()
        self._folders = set()
        self._written = set()
        self._children = []
        self._is_complete = True

    def child_request(self):
        """What a Python process that the test at hand starts needs to record too; None where no test is at hand."""
        if not self._is_on or self._test is None or os.getpid() != self._owner:
            return None
        self._started += 1
        child = "%s:%d" % (self._process, self._started)
        return {**self._request, "test": self._test, "child": child}

    def _close(self, is_last):
        if os.getpid() != self._owner:
            return
        try:
            self._write(is_last)
        except Exception:  # noqa: BLE001 - see above
            self._is_on = False
        self._reset()

    def _hear_multiprocessing(self):
        """It starts processes that no audit event tells of, and counts those that it makes."""
        counter = repr(getattr(sys.modules.get("multiprocessing.process"), "_process_counter", None))
        if counter not in (self._made, "None", "count(1)") and self._test is not None:
            self._is_complete = False
        self._made = counter

    def _write(self, is_last):
        self._hear_multiprocessing()
        counted = self._counter.take()
        lines = self._sources.lines_of(counted)
        window = {
            "process": self._process,
            "number": self._windows,
            "test": self._test,
            "sharesModules": self._child is None,
            "knowsImports": True,
            "isLast": is_last,
            "isComplete": self._is_complete and counted.is_whole,
            "lines": lines,
            "edges": self._sources.edges() if is_last else [],
            "reads": sorted(self._reads),
            "folders": sorted(self._folders),
            "written": sorted(self._written),
            "children": self._children,
        }
        if self._child is not None:
            window["child"] = self._child
        name = os.path.join(self._folder, "%s-%06d" % (self._process, self._windows))
        self._windows += 1
        with open(name + ".part", "w", encoding="utf-8") as file:
            json.dump(window, file)
        os.replace(name + ".part", name + ".json")

    def _hear(self, event, arguments):
        """An audit hook: it cannot be taken away again, so it asks whether it is wanted."""
        if not self._is_on:
            return
        if event == "open":
            self._opened(*arguments)
        elif event == "cpython.run_file":
            # The program of a child is no module that is imported.
            self._note(arguments[0], self._reads)
        elif event in ("os.listdir", "os.scandir"):
            # Imports list folders to see what is in them, and look again when one changes.
            caller = sys._getframe(1).f_code.co_filename
            if caller.startswith("<frozen importlib") or os.sep + "importlib" + os.sep in caller:
                return
            self._note(arguments[0] if arguments[0] is not None else ".", self._folders)
        elif event in ("os.mkdir", "os.remove"):
            self._note(arguments[0], self._written)
        elif event == "os.rename":
            self._note(arguments[0], self._written)
            self._note(arguments[1], self._written)
        elif event in _STARTING:
            child = child_in(arguments[3]) if event == "subprocess.Popen" else None
            if child is not None:
                self._children.append(child)
            elif not (event == "subprocess.Popen" and self._is_plain(*arguments)):
                self._is_complete = False

    def _is_plain(self, program, arguments, folder, environment):
        """Whether a program runs nothing of the repository; what it is told to read of that is noted."""
        words = [os.fsdecode(each) for each in arguments if isinstance(each, (str, bytes, os.PathLike))]
        if not words or not all(_is_plain(each, environment) for each in (os.fsdecode(program), words[0])):
            return False
        for word in words[1:]:
            place = os.path.join(os.path.abspath(os.fsdecode(folder or ".")), word)
            if os.path.exists(place):
                self._note(place, self._folders if os.path.isdir(place) else self._reads)
        return True

    def _opened(self, path, mode=None, flags=0):
        writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & 3)
        self._note(path, self._written if writes else self._reads)

    def _note(self, path, places):
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if not isinstance(path, str):
            return
        place = os.path.abspath(path)
        if place == self._root[:-1] or self.is_of_repository(place):
            if places is self._written or place not in self._written:
                places.add(place)
