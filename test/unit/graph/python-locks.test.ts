import assert from 'node:assert/strict';
import { changedDistributions, isPythonLock } from '../../../agent/graph/lock-files/distributions.ts';

function change(file: string, base: string, current: string) {
  const found = changedDistributions(file, base, current);
  return found === null ? null : [...found.changed].toSorted();
}

const uv = (version: string, uploaded = '2024', own = '1.0') => `version = 1
requires-python = ">=3.10"

[[package]]
name = "app"
version = "${own}"
source = { editable = "." }
dependencies = [{ name = "Web_Kit" }]

[[package]]
name = "Web_Kit"
version = "1.0"
source = { registry = "https://example.org/simple" }
dependencies = [{ name = "deep.thing" }]

[package.optional-dependencies]
fast = [{ name = "speed" }]

[[package]]
name = "deep.thing"
version = "${version}"
source = { registry = "https://example.org/simple" }
wheels = [{ url = "https://example.org/deep.whl", hash = "sha256:aa", size = 1, upload-time = "${uploaded}" }]
`;

const poetry = (version: string, description = 'a') => `[[package]]
name = "Web"
version = "1"
description = "${description}"
optional = false
files = [{file = "web.whl", hash = "sha256:1"}]

[package.dependencies]
Deep_Thing = ">=1"

[[package]]
name = "deep-thing"
version = "${version}"
optional = false

[[package]]
name = "own"
version = "${version}"

[package.source]
type = "directory"
url = "packages/own"

[metadata]
content-hash = "${version}"
`;

describe('a changed lock file of Python', () => {
  it('is known by its name', () => {
    for (const file of ['uv.lock', 'a/poetry.lock', 'Pipfile.lock', 'dev-requirements.txt', 'requirements/ci.txt'])
      assert.equal(isPythonLock(file), true, file);
    for (const file of ['requirements.in', 'notes.txt', 'Cargo.lock']) assert.equal(isPythonLock(file), false, file);
  });

  it('of uv names what differs, by normalized names; not the project itself, nor when a file was published', () => {
    assert.deepEqual(change('uv.lock', uv('1'), uv('2')), ['deep-thing']);
    assert.deepEqual(change('uv.lock', uv('1'), uv('1', '2025', '1.1')), []);
    const needs = changedDistributions('uv.lock', uv('1'), uv('2'))?.needs;
    assert.deepEqual([...(needs?.get('web-kit') ?? [])], ['deep-thing', 'speed']);
  });

  it('of poetry names what differs, but for descriptions and folders of the repository', () => {
    assert.deepEqual(change('poetry.lock', poetry('1'), poetry('2')), ['deep-thing']);
    assert.deepEqual(change('poetry.lock', poetry('1'), poetry('1', 'b')), []);
    const needs = changedDistributions('poetry.lock', poetry('1'), poetry('2'))?.needs;
    assert.deepEqual([...(needs?.get('web') ?? [])], ['deep-thing']);
  });

  it('of pipenv names what differs in any section', () => {
    const lock = (version: string) =>
      JSON.stringify({
        _meta: { hash: { sha256: version } },
        default: { Web: { version: '==1' } },
        develop: { deep: { version }, own: { path: '.', editable: true, version } },
      });
    assert.deepEqual(change('Pipfile.lock', lock('==1'), lock('==2')), ['deep']);
  });

  it('of requirements names changed pins, and is not told apart where anything else differs', () => {
    const lines = (...more: string[]) => ['-r base.txt', 'Web==1  # why', 'loose>=2', ...more].join('\n');
    assert.deepEqual(change('requirements.txt', lines('deep[a]==1'), lines('deep[a]==2')), ['deep']);
    const hashed = (version: string) =>
      `deep==${version} ; python_version < "3.9" \\\n    --hash=sha256:aa${version}\n`;
    assert.deepEqual(change('requirements.txt', hashed('1'), hashed('2')), ['deep']);
    assert.deepEqual(change('requirements.txt', lines(), lines('# a comment')), []);
    assert.equal(change('requirements.txt', lines('deep==1'), lines('deep>=1')), null);
    assert.equal(change('requirements.txt', lines('deep==1.*'), lines('deep==2.*')), null);
    assert.equal(change('requirements.txt', lines('deep==1,<2'), lines('deep==1,<3')), null);
    assert.equal(change('requirements.txt', lines(), lines('git+https://example.org/deep')), null);
    assert.equal(change('requirements.txt', lines(), lines('--pre')), null);
    const pinned = changedDistributions('requirements.txt', lines('deep==1'), lines('deep==2'))?.pinned;
    assert.deepEqual([...(pinned ?? [])], ['web', 'deep']);
  });

  it('that is something else is not told apart', () => {
    assert.equal(change('uv.lock', uv('1'), '[['), null);
    assert.equal(change('poetry.lock', '', poetry('1')), null);
    assert.equal(change('Pipfile.lock', '{}', '{'), null);
    assert.equal(change('requirements.txt', '', 'a==1'), null);
  });
});
