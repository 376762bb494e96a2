"""A runner that stands by: it has loaded what runs load of Python itself, pytest its configuration and plugins too, and waits.

Nothing else is loaded ahead: what an import does may depend on what tests have set up before it.
"""

import atexit
import importlib
import json
import os
import sys
import sysconfig
import warnings

_DESCRIPTOR = 3
_STANDARD = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib"))
_RUNNER = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "tomli", "exceptiongroup", "attr", "attrs")
# They speak, or warn, when they are imported.
_LEFT_OUT = {
    "this", "antigravity", "__main__", "idlelib", "turtle", "turtledemo", "tkinter", "readline", "rlcompleter",
    "asynchat", "asyncore", "imp", "smtpd", "distutils", "lib2to3", "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt",
    "imghdr", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu",
    "xdrlib", "site", "sitecustomize", "usercustomize",
}


def standby_plugin(pytest, channel):
    """A plugin with which pytest reads its configuration, loads its plugins, and waits before it loads anything of the tests."""

    class Standby:
        @pytest.hookimpl(tryfirst=True)
        def pytest_load_initial_conftests(self, early_config, args):
            reader = _Reader()
            _load(reader.message()["modules"])
            unfit = _unfit_because(early_config)
            channel.send(event="ready", files=_loaded_files(), **({"unfit": unfit} if unfit else {}))
            given = reader.message()["args"]
            atexit.register(lambda: channel.send(event="loaded", modules=_modules()))
            args.extend(given)
            early_config.known_args_namespace.file_or_dir = list(given)
            _tell_arguments(early_config, args)

    return Standby()


def wait_early(channel):
    """Waits before anything else: unittest, and pytest without a configuration, which goes by the files even to find its root."""
    reader = _Reader()
    _load(reader.message()["modules"])
    channel.send(event="ready", files=_loaded_files())
    given = reader.message()["args"]
    atexit.register(lambda: channel.send(event="loaded", modules=_modules()))
    return given


def _unfit_because(config):
    """Where the files that it is told could change what it has read."""
    configuration = str(getattr(config, "inipath", None) or getattr(config, "inifile", None) or "")
    if os.path.dirname(configuration) != os.getcwd():
        return "pytest found no configuration here"
    return None


def _tell_arguments(config, args):
    """As they would stand there, had they been given at once."""
    params = getattr(config, "invocation_params", None)
    if params is not None:
        config.invocation_params = type(params)(args=tuple(args), plugins=params.plugins, dir=params.dir)


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
    names = []
    for name, module in list(sys.modules.items()):
        top = name.partition(".")[0]
        if top in _LEFT_OUT or getattr(module, "__spec__", None) is None:
            continue
        if top in _RUNNER or _is_standard(top, module):
            names.append(name)
    return names


def _loaded_files():
    """Files of what is loaded besides Python itself."""
    files = []
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if path and not _is_standard(name.partition(".")[0], module) and os.path.isfile(path):
            files.append(os.path.abspath(path))
    return files


def _is_standard(top, module):
    """Whether it is Python's own: a file of the project may bear such a name."""
    if top not in getattr(sys, "stdlib_module_names", frozenset()):
        return False
    path = getattr(module, "__file__", None)
    return not path or os.path.abspath(path).startswith(_STANDARD)
