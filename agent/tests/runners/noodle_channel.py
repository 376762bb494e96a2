"""The report channel: one JSON object a line on a file descriptor that the agent opened for us.

Runs on Python 3.8 and later, without dependencies. Messages:
  {"type": "started", "file": path}
  {"type": "result", "file": path, "titlePath": [...], "status": ..., "durationMs": ..., "message"?, "expected"?,
   "actual"?, "stack"?, "failureAt"?: {"file", "line"}, "declaredAt"?: {"file", "line"}}
  {"type": "finished", "file": path}
  {"type": "at", "file": path or null}      what is being loaded: if the process ends now, that file ended it
  {"type": "missing", "message": text}      the runner is not installed
  {"type": "listed", "file": path}          a test file, when only a list was asked for
  {"type": "done"}                          the runner came to its end; without it, something ended the process
Paths are absolute; the agent makes them relative to the repository.
"""

import faulthandler
import json
import os
import signal
import threading

_LIMIT = 64 * 1024


class Channel:
    """Writes whole lines, from any thread; a forked child of a test writes nothing."""

    def __init__(self, descriptor=None):
        self._descriptor = 3 if descriptor is None else descriptor
        self._lock = threading.Lock()
        self._owner = os.getpid()

    def send(self, **message):
        if os.getpid() != self._owner:
            return
        line = (json.dumps(message, ensure_ascii=True) + "\n").encode("ascii")
        with self._lock:
            while line:
                line = line[os.write(self._descriptor, line):]


def stack_dump():
    """Call it before anything captures the output. What it answers with makes SIGTERM, by which a hanging run is ended, print every thread's stack."""
    descriptor = os.dup(2)

    def begin():
        if hasattr(faulthandler, "register") and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            faulthandler.register(signal.SIGTERM, file=descriptor, all_threads=True, chain=True)

    return begin


def bounded(text):
    """At most 64 Ki characters of a text: the start and the end."""
    if len(text) <= _LIMIT:
        return text
    return text[: _LIMIT // 2] + "\n...\n" + text[-_LIMIT // 2:]
