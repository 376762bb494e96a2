"""Lets Python processes that a test starts record too: they find the recorder through PYTHONPATH, in python-child/sitecustomize.py.

A process that does not (python -I, another interpreter, one that is killed) writes no window, and then the recording of its
test is not complete.
"""

import functools
import json
import os
import re
import sys

VARIABLE = "NOODLE_EVIDENCE"
_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "python-child")
_PYTHON = re.compile(r"^(?:python|pypy)[0-9.]*(?:\.exe)?$")
# The places of arguments that Popen also takes without their names.
_PLACES = {"args": 0, "executable": 2, "shell": 8, "env": 10}


def follow_children(recorder):
    """Python processes that the test at hand starts by `subprocess` record as parts of it."""
    import subprocess

    original = subprocess.Popen.__init__

    @functools.wraps(original)
    def __init__(self, *args, **kwargs):
        try:
            if len(args) <= _PLACES["env"]:
                environment = _environment(recorder, args, kwargs)
                if environment is not None:
                    kwargs = {**kwargs, "env": environment}
        except Exception:  # noqa: BLE001 - the child starts as it would
            pass
        return original(self, *args, **kwargs)

    subprocess.Popen.__init__ = __init__


def _environment(recorder, args, kwargs):
    """The environment of a Python child that records; None where the program is another one."""

    def given(name):
        place = _PLACES[name]
        return args[place] if place < len(args) else kwargs.get(name)

    if given("shell") or not _starts_python(given("args"), given("executable")):
        return None
    request = recorder.child_request()
    if request is None:
        return None
    environment = dict(os.environ if given("env") is None else given("env"))
    own = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = _FOLDER if not own else _FOLDER + os.pathsep + own
    environment[VARIABLE] = json.dumps(request)
    return environment


def _starts_python(words, executable):
    if isinstance(words, (str, bytes, os.PathLike)):
        words = [words]
    program = executable if executable is not None else next(iter(words), "")
    program = os.fsdecode(program)
    return program == sys.executable or _PYTHON.match(os.path.basename(program)) is not None


def child_in(environment):
    """The name of the child that an environment is for, as the audit event of `Popen` shows it; None without one."""
    try:
        return json.loads(environment[VARIABLE])["child"]
    except (KeyError, TypeError, ValueError):
        return None
