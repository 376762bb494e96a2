"""Runs unittest tests and reports each as it finishes.

    python noodle_unittest.py [--only=Class.method ...] <import root>=<file> ...
    python noodle_unittest.py --noodle-standby    loads what it can, waits for its arguments, and runs once

Each file is imported as a module relative to its import root, as `python -m unittest discover` would.
"""

import os
import sys
import time
import traceback
import unittest

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, _HERE)
import noodle_standby  # noqa: E402
from noodle_channel import Channel, bounded, stack_dump  # noqa: E402
from noodle_evidence import recorder_of_environment  # noqa: E402


class ReportingResult(unittest.TestResult):
    """Reports one result a test method; failures of subtests make their method fail."""

    def __init__(self, channel, file):
        super().__init__()
        self._channel = channel
        self._file = file
        self._started = 0.0
        self._sent = set()
        self._subtest_failure = None

    def startTest(self, test):
        super().startTest(test)
        self._subtest_failure = None
        self._started = time.perf_counter()

    def stopTest(self, test):
        if self._subtest_failure is not None and test.id() not in self._sent:
            status, error = self._subtest_failure
            self._send(test, status, error)
        super().stopTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        if self._subtest_failure is None:
            self._send(test, "passed")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._send(test, "failed", err)

    def addError(self, test, err):
        super().addError(test, err)
        self._send(test, "errored", err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        is_subtest = hasattr(test, "test_case")
        if not is_subtest:
            self._send(test, "skipped", message=str(reason))

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self._send(test, "passed")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._send(test, "failed", message="unexpected success: the test is marked as an expected failure")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is None or self._subtest_failure is not None:
            return
        is_failure = issubclass(err[0], test.failureException)
        self._subtest_failure = ("failed" if is_failure else "errored", err)

    def _send(self, test, status, err=None, message=None):
        if test.id() in self._sent and status == "passed":
            return
        self._sent.add(test.id())
        result = {"file": self._file, "titlePath": _title(test), "status": status}
        result["durationMs"] = 1000 * (time.perf_counter() - self._started) if self._started else 0
        declared = _declared(test)
        if declared is not None:
            result["declaredAt"] = declared
        if err is not None:
            result.update(_failure(err, self._file))
        elif message is not None:
            result["message"] = bounded(message)
        self._channel.send(type="result", **result)


def _title(test):
    if not isinstance(test, unittest.TestCase):
        # 'setUpClass (module.Class)' of an error holder.
        text = test.id()
        name, _, holder = text.partition(" (")
        return [part for part in (holder.rstrip(")").split(".")[-1], name) if part]
    if hasattr(test, "_dt_test"):
        return ["doctest", test.id()]
    name = getattr(test, "_testMethodName", test.id())
    qualified = type(test).__qualname__.split(".<locals>.")[-1]
    return [qualified, name]


def _declared(test):
    method = getattr(test, getattr(test, "_testMethodName", ""), None)
    while hasattr(method, "__wrapped__"):
        method = method.__wrapped__
    code = getattr(getattr(method, "__func__", method), "__code__", None)
    return None if code is None else {"file": os.path.abspath(code.co_filename), "line": code.co_firstlineno}


def _failure(err, file):
    kind, value, trace = err
    frames = [frame for frame in traceback.extract_tb(trace) if "__unittest" not in frame.name]
    own = [frame for frame in frames if os.path.abspath(frame.filename) == file]
    text = "".join(traceback.format_exception(kind, value, trace))
    message = str(value) if issubclass(kind, AssertionError) and str(value) else "%s: %s" % (kind.__name__, value)
    failure = {"message": bounded(message), "stack": bounded(text)}
    if own:
        failure["failureAt"] = {"file": file, "line": own[-1].lineno}
    return failure


def _tests_of(suite):
    for entry in suite:
        if isinstance(entry, unittest.TestSuite):
            yield from _tests_of(entry)
        else:
            yield entry


def _selected(suite, only):
    if not only:
        return suite
    return unittest.TestSuite(test for test in _tests_of(suite) if ".".join(_title(test)) in only)


def _load(channel, root, file):
    """The suite of a file, or None when it could not be imported, which is reported as the file's error."""
    if root not in sys.path:
        sys.path.insert(0, root)
    name = os.path.relpath(os.path.splitext(file)[0], root).replace(os.sep, ".")
    try:
        __import__(name)
        module = sys.modules[name]
    except unittest.SkipTest as skip:
        channel.send(type="result", file=file, titlePath=[], status="skipped", durationMs=0, message=str(skip))
        return None
    except BaseException:  # noqa: BLE001 - whatever a foreign module raises, SystemExit included, is its error
        channel.send(type="result", file=file, titlePath=[], status="errored", durationMs=0, **_failure(sys.exc_info(), file))
        return None
    return unittest.defaultTestLoader.loadTestsFromModule(module)


def main(arguments):
    channel = Channel()
    recorder = recorder_of_environment()
    stack_dump()()
    sys.path[:] = [os.getcwd()] + [entry for entry in sys.path if os.path.abspath(entry or ".") != _HERE]
    if arguments == ["--noodle-standby"]:
        arguments = noodle_standby.wait_early(channel)
        sys.argv[1:] = arguments
    only = {argument[len("--only="):] for argument in arguments if argument.startswith("--only=")}
    files = [argument for argument in arguments if not argument.startswith("--")]
    was_successful = True
    if recorder is not None:
        recorder.start()
    for argument in files:
        root, _, file = argument.rpartition("=")
        if recorder is not None:
            recorder.enter(file)
        channel.send(type="started", file=file)
        suite = _load(channel, root, file)
        if recorder is not None:
            recorder.cut()
        if suite is None:
            was_successful = False
        else:
            result = ReportingResult(channel, file)
            result.buffer = False
            _selected(suite, only).run(result)
            was_successful = was_successful and result.wasSuccessful()
        channel.send(type="finished", file=file)
    if recorder is not None:
        recorder.end()
    channel.send(type="done")
    return 0 if was_successful else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
