"""Loaded at the start of a Python process that a recorded test starts: records what the process uses, and leaves no trace of
itself in what its program sees. See ../noodle_children.py.
"""

import os
import sys

_STAYING = {"threading", "warnings", "weakref"}
_HERE = os.path.dirname(os.path.abspath(__file__))


def _restore(name):
    """The folder of this file out of a list of paths."""
    paths = [each for each in os.environ.get(name, "").split(os.pathsep) if each != _HERE]
    if paths in ([], [""]):
        os.environ.pop(name, None)
    else:
        os.environ[name] = os.pathsep.join(paths)


def _record():
    before = set(sys.modules)
    writes = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    runners = os.path.dirname(_HERE)
    sys.path.insert(0, runners)
    try:
        from noodle_evidence import recorder_of_environment

        recorder = recorder_of_environment()
        if recorder is not None:
            import atexit

            recorder.start()
            # The first that is registered is the last that runs.
            atexit.register(recorder.end)
    finally:
        sys.dont_write_bytecode = writes
        sys.path.remove(runners)
        # The program finds loaded what it would find without; what keeps state outside of itself stays.
        for name in set(sys.modules) - before - _STAYING - set(sys.builtin_module_names):
            del sys.modules[name]


def _follow_own():
    """The sitecustomize.py of the user's own environment."""
    this = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        # Who imports this looks for it when it is done.
        sys.modules.setdefault("sitecustomize", this)


_restore("PYTHONPATH")
sys.path[:] = [each for each in sys.path if each != _HERE]
if "NOODLE_EVIDENCE" in os.environ:
    try:
        _record()
    except Exception:  # noqa: BLE001 - then nothing is recorded
        pass
_follow_own()
