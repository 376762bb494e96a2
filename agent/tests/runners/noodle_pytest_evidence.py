"""A pytest plugin that tells the recorder of evidence which test file pytest is at."""


def evidence_plugin(pytest, recorder):
    """The plugin; pytest comes as an argument, because it is the project's and may be missing."""

    class EvidencePlugin:
        def __init__(self, recorder):
            self._recorder = recorder
            self._fixtures = 0

        @pytest.hookimpl(trylast=True)
        def pytest_configure(self, config):
            options = config.option
            # With xdist the tests run in processes of its own; pytest-cov and debuggers count or trace themselves.
            if getattr(options, "numprocesses", None) or getattr(options, "dist", "no") != "no":
                self._recorder.stop()

        def pytest_collectstart(self, collector):
            self._recorder.forget_runner()
            # A conftest.py counts for all; so does what pytest loads between two files.
            self._recorder.enter(str(_path_of(collector)) if isinstance(collector, pytest.Module) else None)

        def pytest_collection(self, session):
            self._recorder.forget_runner()

        def pytest_collectreport(self, report):
            self._recorder.forget_runner()

        @pytest.hookimpl(tryfirst=True)
        def pytest_collection_finish(self, session):
            self._recorder.forget_runner()
            self._recorder.enter(None)

        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_protocol(self, item, nextitem):
            self._recorder.enter(str(_path_of(item)))
            yield

        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_fixture_setup(self, fixturedef, request):
            # What a session sets up once is used by tests of later files too.
            if fixturedef.scope not in ("session", "package"):
                yield
                return
            self._fixtures += 1
            self._recorder.enter(None)
            yield
            self._fixtures -= 1
            if self._fixtures == 0:
                self._recorder.enter(str(_path_of(request._pyfuncitem)))

        @pytest.hookimpl(trylast=True)
        def pytest_sessionfinish(self, session, exitstatus):
            self._recorder.enter(None)

    return EvidencePlugin(recorder)


def _path_of(node):
    return getattr(node, "path", None) or node.fspath
