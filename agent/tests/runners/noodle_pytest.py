"""A pytest plugin that reports each test as it finishes, and the launcher that loads it.

    python noodle_pytest.py [--noodle-list] [pytest's arguments]
    python noodle_pytest.py --noodle-standby [pytest's arguments]    loads what it can, waits for the rest of them, and
        runs once

Works with pytest 6 and later; with xdist the controller reports.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import noodle_standby  # noqa: E402
from noodle_channel import Channel, bounded, stack_dump  # noqa: E402
from noodle_evidence import recorder_of_environment  # noqa: E402
from noodle_pytest_evidence import evidence_plugin  # noqa: E402


class Reporter:
    """Turns pytest's reports into ours. One result a test, when its last phase is over."""

    def __init__(self, channel, only_list):
        self._dump_when_ended = stack_dump()
        self._channel = channel
        self._only_list = only_list
        self._config = None
        self._titles = {}
        self._declared = {}
        self._phases = {}
        self._comparison = None
        self._current_file = None
        self._listed = set()
        self._left = set()
        self._has_ended = False
        self._loading = None

    def pytest_configure(self, config):
        self._config = config

    # Collection ------------------------------------------------------------

    def pytest_collectstart(self, collector):
        path = _path_of(collector)
        if path is not None and not self._only_list:
            self._loading = path
            self._channel.send(type="at", file=path)

    def pytest_itemcollected(self, item):
        names = [node.name for node in item.listchain()]
        path = str(getattr(item, "path", None) or item.fspath)
        base = next((index for index, node in enumerate(item.listchain()) if _path_of(node) == path and node is not item), None)
        title = names[base + 1:] if base is not None else [item.name]
        self._titles[item.nodeid] = (path, [name for name in title if name != "()"])
        line = getattr(item, "location", (None, None))[1]
        if isinstance(line, int) and line >= 0:
            self._declared[item.nodeid] = {"file": path, "line": line + 1}
        if self._only_list and path not in self._listed:
            self._listed.add(path)
            self._channel.send(type="listed", file=path)

    def pytest_collectreport(self, report):
        if self._loading is not None:
            self._loading = None
            self._channel.send(type="at", file=None)
        if report.passed:
            return
        path, title = self._place(report.nodeid)
        if os.path.isdir(path):
            path = os.path.join(path, "__init__.py")
        if self._only_list:
            self._channel.send(type="listed", file=path)
            return
        if report.skipped:
            self._channel.send(type="result", file=path, titlePath=title, status="skipped", durationMs=0, message=_skip_reason(report))
            return
        self._channel.send(type="result", file=path, titlePath=title, status="errored", durationMs=0, **_failure_of(report, path))

    def pytest_collection_finish(self, session):
        self._left = {item.nodeid for item in session.items}

    def pytest_sessionstart(self):
        self._dump_when_ended()

    # Run -------------------------------------------------------------------

    def pytest_runtest_logstart(self, nodeid, location):
        path = self._place(nodeid)[0]
        if path != self._current_file:
            if self._current_file is not None:
                self._channel.send(type="finished", file=self._current_file)
            self._current_file = path
            self._channel.send(type="started", file=path)

    def pytest_assertrepr_compare(self, config, op, left, right):
        if op == "==":
            self._comparison = (left, right)

    def pytest_runtest_logreport(self, report):
        phases = self._phases.setdefault(report.nodeid, [])
        phases.append(report)
        if report.when == "call" and report.failed:
            self._attach_comparison(report)
        if report.when == "teardown":
            self._send_result(report.nodeid, self._phases.pop(report.nodeid))
            self._left.discard(report.nodeid)
            # Configurations exist that end the process themselves after the last test.
            if not self._left:
                self.end()

    def pytest_sessionfinish(self, session, exitstatus):
        for nodeid, phases in list(self._phases.items()):
            self._send_result(nodeid, phases)
        self._phases.clear()
        if self._current_file is not None:
            self._channel.send(type="finished", file=self._current_file)
            self._current_file = None
        self.end()

    def end(self):
        """The run came to its end, once; a process that ends without it was ended by a test."""
        if not self._has_ended:
            self._has_ended = True
            self._channel.send(type="done")

    def _attach_comparison(self, report):
        if self._comparison is not None:
            left, right = self._comparison
            report.noodle_comparison = (_text(right), _text(left))
        self._comparison = None

    def _send_result(self, nodeid, phases):
        path, title = self._place(nodeid)
        status, decisive = _outcome(phases)
        result = {"file": path, "titlePath": title, "status": status}
        result["durationMs"] = 1000 * sum(getattr(phase, "duration", 0) for phase in phases)
        if nodeid in self._declared:
            result["declaredAt"] = self._declared[nodeid]
        if status in ("failed", "errored"):
            result.update(_failure_of(decisive, path))
            comparison = getattr(decisive, "noodle_comparison", None)
            if comparison is not None:
                result["expected"], result["actual"] = comparison
        elif status == "skipped":
            result["message"] = _skip_reason(decisive)
        result.update(_extras_of(phases))
        self._channel.send(type="result", **result)

    def _place(self, nodeid):
        known = self._titles.get(nodeid)
        if known is not None:
            return known
        head, bracket, parameters = nodeid.partition("[")
        parts = head.split("::")
        if bracket:
            parts[-1] += bracket + parameters
        root = str(getattr(self._config, "rootpath", None) or self._config.rootdir)
        return os.path.normpath(os.path.join(root, parts[0])), [part for part in parts[1:] if part != "()"]


def _path_of(node):
    path = getattr(node, "path", None) or getattr(node, "fspath", None)
    is_file = path is not None and os.path.isfile(str(path)) and type(node).__name__ not in ("Package",)
    return str(path) if is_file else None


def _outcome(phases):
    """The status of a test from its phases, and the report that decided it."""
    for phase in phases:
        if phase.failed:
            return ("failed" if phase.when == "call" else "errored"), phase
    for phase in phases:
        if phase.skipped:
            return "skipped", phase
    return "passed", phases[-1]


def _extras_of(phases):
    """What the test printed and logged, and how often pytest-rerunfailures ran it again."""
    extras = {}
    captured = [getattr(phases[-1], name, "") for name in ("capstdout", "capstderr", "caplog")]
    output = "\n".join(part.rstrip("\n") for part in captured if isinstance(part, str) and part.strip())
    if output:
        extras["output"] = bounded(output)
    retries = sum(1 for phase in phases if phase.outcome == "rerun")
    if retries:
        extras["retries"] = retries
    return extras


def _failure_of(report, path):
    longrepr = report.longrepr
    crash = getattr(longrepr, "reprcrash", None)
    text = getattr(report, "longreprtext", None) or str(longrepr)
    message = crash.message if crash is not None else (text.strip().splitlines() or [""])[-1]
    failure = {"message": bounded(message), "stack": bounded(text)}
    place = _innermost(longrepr, path) or (None if crash is None else (str(crash.path), crash.lineno))
    if place is not None:
        failure["failureAt"] = {"file": place[0], "line": max(1, int(place[1]))}
    return failure


def _innermost(longrepr, path):
    """The last frame of the traceback that lies in the test's own file."""
    traceback = getattr(longrepr, "reprtraceback", None)
    for entry in reversed(getattr(traceback, "reprentries", [])):
        location = getattr(entry, "reprfileloc", None)
        if location is None:
            continue
        place = os.path.normpath(os.path.join(os.getcwd(), str(location.path)))
        if os.path.basename(place) == os.path.basename(path) and os.path.exists(place):
            return place, location.lineno
    return None


def _skip_reason(report):
    longrepr = report.longrepr
    if getattr(report, "wasxfail", None) is not None:
        return "expected failure: " + str(report.wasxfail)
    if isinstance(longrepr, tuple) and len(longrepr) == 3:
        return bounded(str(longrepr[2]))
    return bounded(str(longrepr))


def _text(value):
    """A value as shown in a comparison; an object whose repr breaks must not break the report."""
    try:
        return bounded(repr(value))
    except Exception as error:  # noqa: BLE001 - foreign code
        return "<%s whose repr raised %s>" % (type(value).__name__, type(error).__name__)


def main(arguments):
    channel = Channel()
    recorder = recorder_of_environment()
    only_list = "--noodle-list" in arguments
    arguments = [argument for argument in arguments if argument != "--noodle-list"]
    # As `python -m pytest` does: the working folder can be imported from, this folder cannot.
    sys.path[0:1] = [os.getcwd()]
    try:
        import pytest
    except ImportError:
        channel.send(type="missing", message="pytest is not installed for " + sys.executable)
        return 4
    reporter = Reporter(channel, only_list)
    plugins = [reporter]
    if arguments[:1] == ["--noodle-standby"]:
        arguments = arguments[1:]
        plugins.append(noodle_standby.standby_plugin(pytest, channel))
    elif arguments[:1] == ["--noodle-standby-early"]:
        arguments = arguments[1:] + noodle_standby.wait_early(channel)
    if only_list:
        arguments += ["--collect-only", "-q"]
    if recorder is None:
        exit_code = pytest.main(arguments, plugins=plugins)
    else:
        recorder.start()
        try:
            exit_code = pytest.main(arguments, plugins=plugins + [evidence_plugin(pytest, recorder)])
        finally:
            recorder.end()
    reporter.end()
    return exit_code


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here] or sys.path
    sys.path.insert(0, here)
    sys.exit(main(sys.argv[1:]))
