import assert from 'node:assert/strict';
import { changedPackages } from '../../../agent/graph/lock-files/lock-file.ts';
import { manifestChange } from '../../../agent/graph/lock-files/manifest-fields.ts';

const json = (value: unknown) => JSON.stringify(value);
const names = (found: ReadonlySet<string> | null) => (found === null ? null : [...found].toSorted());

describe('a changed lock file', () => {
  it('of npm names what differs and what needs it', () => {
    const lock = (version: string, debug = '4.0.0') =>
      json({
        lockfileVersion: 3,
        packages: {
          '': { name: 'app', dependencies: { express: '^5' } },
          'node_modules/express': { version: '5.0.0', dependencies: { qs: '^6' } },
          'node_modules/qs': { version },
          'node_modules/debug': { version: debug },
          'node_modules/express/node_modules/debug': { version: '2.0.0' },
          'packages/a': { version: '1.0.0' },
        },
      });
    assert.deepEqual(names(changedPackages('package-lock.json', lock('6.0.0'), lock('6.0.1'))), ['express', 'qs']);
    assert.deepEqual(names(changedPackages('package-lock.json', lock('6.0.0'), lock('6.0.0', '4.0.1'))), ['debug']);
    assert.deepEqual(names(changedPackages('a/npm-shrinkwrap.json', lock('6.0.0'), lock('6.0.0'))), []);
  });

  it('of an old npm is read by its tree', () => {
    const lock = (version: string) =>
      json({ dependencies: { a: { version: '1', requires: { b: '1' } }, b: { version } } });
    assert.deepEqual(names(changedPackages('package-lock.json', lock('1'), lock('2'))), ['a', 'b']);
  });

  it('of pnpm names what differs, which version a folder gets, and what needs it', () => {
    const lock = (b: string, own: string) => `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: { specifier: ^1, version: ${own} }
packages:
  a@1.0.0: { resolution: { integrity: x } }
  a@1.0.1: { resolution: { integrity: y } }
  '@s/b@${b}': { resolution: { integrity: z${b} } }
  c@1.0.0: { resolution: { integrity: c } }
snapshots:
  a@1.0.0: {}
  a@1.0.1: {}
  '@s/b@${b}': {}
  c@1.0.0(a@1.0.0):
    dependencies:
      '@s/b': 1.0.0
`;
    assert.deepEqual(names(changedPackages('pnpm-lock.yaml', lock('1.0.0', '1.0.0'), lock('1.0.2', '1.0.0'))), [
      '@s/b',
      'c',
    ]);
    assert.deepEqual(names(changedPackages('pnpm-lock.yaml', lock('1.0.0', '1.0.0'), lock('1.0.0', '1.0.1'))), ['a']);
  });

  it('of yarn names what differs and what needs it', () => {
    const lock = (version: string) => `# yarn lockfile v1

"@s/a@^1.0.0", "@s/a@^1.2.0":
  version "1.2.0"
  dependencies:
    b "^1.0.0"

b@^1.0.0:
  version "${version}"

c@^1.0.0:
  version "1.0.0"
`;
    assert.deepEqual(names(changedPackages('yarn.lock', lock('1.0.0'), lock('1.0.1'))), ['@s/a', 'b']);
  });

  it('that is something else is not told apart', () => {
    assert.equal(changedPackages('package-lock.json', '{', '{}'), null);
    assert.equal(changedPackages('yarn.lock', '', 'a'), null);
    assert.equal(changedPackages('pnpm-lock.yaml', 'a: 1', 'a: [1'), null);
  });
});

describe('a changed package.json', () => {
  const change = (base: object, current: object) => {
    const found = manifestChange(json(base), json(current));
    return found === null ? null : [[...found.packages].toSorted(), found.decides];
  };

  it('decides nothing by what only people and registries read', () => {
    assert.deepEqual(change({ version: '1', author: 'a' }, { version: '2', description: 'b' }), [[], null]);
  });

  it('names the packages of which it asks another version', () => {
    assert.deepEqual(
      change({ dependencies: { a: '1', b: '1' } }, { dependencies: { a: '2', b: '1' }, devDependencies: { c: '1' } }),
      [['a', 'c'], null],
    );
  });

  it('decides by entries, by sections of tools, and by scripts that tests run with', () => {
    assert.deepEqual(change({ main: 'a' }, { main: 'b' }), [[], 'main']);
    assert.deepEqual(change({}, { jest: {} }), [[], 'jest']);
    assert.deepEqual(change({ scripts: { test: 'mocha' } }, { scripts: { test: 'mocha -b' } }), [[], 'scripts']);
    assert.deepEqual(change({ scripts: { lint: 'mocha' } }, { scripts: {} }), [[], 'scripts']);
    assert.deepEqual(change({ scripts: { lint: 'eslint .' } }, { scripts: { lint: 'eslint src' } }), [[], null]);
  });

  it('that is no object is not told apart', () => {
    assert.equal(manifestChange('[]', '{}'), null);
    assert.equal(manifestChange('{}', '{'), null);
  });
});
