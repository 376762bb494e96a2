import assert from 'node:assert/strict';
import { modeOf, shownElsewhere, type Others } from '../../../extension/test-explorer/explorer-mode.ts';

describe('the tests that are shown', () => {
  it('are all while no other extension shows any', () => {
    assert.equal(shownElsewhere('auto', 'vitest', others([])), null);
    assert.equal(shownElsewhere('auto', 'generic', others(['vitest.explorer'])), null);
  });

  it("are left to the framework's own extension, unless all are wanted", () => {
    const own = others(['vitest.explorer']);
    assert.equal(shownElsewhere('auto', 'vitest', own), 'vitest.explorer');
    assert.equal(shownElsewhere('all', 'vitest', own), null);
    assert.equal(shownElsewhere('auto', 'jest', own), null);
  });

  it('stay where the other extension was told to show none', () => {
    const installed = ['ms-python.python', 'golang.go', 'rust-lang.rust-analyzer'];
    assert.equal(shownElsewhere('auto', 'pytest', others(installed)), null);
    assert.equal(
      shownElsewhere('auto', 'pytest', others(installed, { 'python.testing.pytestEnabled': true })),
      'ms-python.python',
    );
    assert.equal(shownElsewhere('auto', 'unittest', others(installed, { 'python.testing.pytestEnabled': true })), null);
    assert.equal(shownElsewhere('auto', 'go', others(installed)), 'golang.go');
    assert.equal(shownElsewhere('auto', 'go', others(installed, { 'go.testExplorer.enable': false })), null);
    assert.equal(shownElsewhere('auto', 'cargo', others(installed)), null);
  });

  it('follow a setting that says nothing known as they do without one', () => {
    assert.deepEqual([modeOf('off'), modeOf('all'), modeOf(undefined), modeOf('some')], ['off', 'all', 'auto', 'auto']);
  });
});

function others(installed: readonly string[], settings: Readonly<Record<string, unknown>> = {}): Others {
  return { isInstalled: (id) => installed.includes(id), setting: (name) => settings[name] };
}
