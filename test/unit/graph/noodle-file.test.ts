import assert from 'node:assert/strict';
import { isNoodleFile, noodleFileChange } from '../../../agent/graph/noodle-file.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';

const pipelines = 'pipelines:\n  ci:\n    steps:\n      a: { command: x }\n';

describe('a change of noodle.yaml', () => {
  it('decides nothing when only pipelines, alerts and where things are sent to differ', () => {
    assert.equal(noodleFileChange('', pipelines).decides, null);
    assert.equal(noodleFileChange(`tests: { exclude: [a] }\n${pipelines}`, 'tests: { exclude: [a] }\n').decides, null);
    assert.equal(noodleFileChange('alerts: {}\n', 'telemetry: { url: http://x }\n').decides, null);
  });

  it('decides something when targets, tests or settings differ, or a version cannot be read', () => {
    assert.equal(noodleFileChange(pipelines, `targets: { a: { command: x } }\n${pipelines}`).decides, 'targets');
    assert.equal(noodleFileChange('tests: { exclude: [a] }\n', pipelines).decides, 'tests');
    assert.equal(noodleFileChange('settings: { test: { defaultTimeout: 1 } }\n', '').decides, 'settings');
    assert.equal(noodleFileChange('', 'pipelines: {').decides, 'unread');
    assert.equal(noodleFileChange('[]', '').decides, 'unread');
  });

  it('is one of the root, or of a file right below .noodle', () => {
    const files = [
      'noodle.yaml',
      '.noodle/release.yml',
      '.noodle/deep/x.yaml',
      'packages/a/noodle.yaml',
      '.noodle/notes.md',
    ];
    assert.deepEqual(
      files.filter((file) => isNoodleFile(RepoPath.parse(file))),
      ['noodle.yaml', '.noodle/release.yml'],
    );
  });
});
