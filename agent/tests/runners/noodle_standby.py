"""A Python process that stands by: it loads what its project's runs load of pytest and of Python itself, and waits.

Nothing else is loaded ahead: what an import does may depend on what tests have set up before it.
"""

import atexit
import importlib
import json
import os
import sys
import warnings

_DESCRIPTOR = 3
_RUNNER = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "tomli", "exceptiongroup", "attr", "attrs")
# They speak, or warn, when they are imported.
_LEFT_OUT = {
    "this", "antigravity", "__main__", "idlelib", "turtle", "turtledemo", "tkinter", "readline", "rlcompleter",
    "asynchat", "asyncore", "imp", "smtpd", "distutils", "lib2to3", "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt",
    "imghdr", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu",
    "xdrlib", "site", "sitecustomize", "usercustomize",
}


def wait_for_arguments(channel):
    """Loads ahead, says that it is ready, and returns the arguments of the run when they come."""
    reader = _Reader()
    _load(reader.message()["modules"])
    channel.send(event="ready", files=_loaded_files())
    arguments = reader.message()["args"]
    atexit.register(lambda: channel.send(event="loaded", modules=_modules()))
    return arguments


class _Reader:
    """Reads one JSON object a line; the agent's end ends the process."""

    def __init__(self):
        self._rest = b""

    def message(self):
        while b"\n" not in self._rest:
            some = os.read(_DESCRIPTOR, 65536)
            if not some:
                os._exit(0)
            self._rest += some
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line.decode("utf-8"))


def _load(modules):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001 - whoever needs it gets the error
                pass


def _modules():
    """What this process has loaded of Python and of pytest, in the order of loading."""
    standard = getattr(sys, "stdlib_module_names", frozenset())
    names = []
    for name in list(sys.modules):
        top = name.partition(".")[0]
        if top in _LEFT_OUT or getattr(sys.modules[name], "__spec__", None) is None:
            continue
        if top in _RUNNER or top in standard:
            names.append(name)
    return names


def _loaded_files():
    """Files of what is loaded besides Python itself."""
    files = []
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if path and name.partition(".")[0] in _RUNNER:
            files.append(os.path.abspath(path))
    return files
