import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { GraphRig } from '../../rig/graph-rig.ts';

describe('bad input to the graph', () => {
  it('a syntax error keeps the last good imports and finds what looks like imports', async () => {
    await using rig = await GraphRig.create({
      'a.ts': "import './b'; import './c';",
      'b.ts': '',
      'c.ts': '',
      'd.ts': '',
    });
    await rig.folder.write({ 'a.ts': "import './b'; const x = (;\nimport './d';" });
    const { problems } = await rig.update(['a.ts']);
    assert.deepEqual(problems, ['a.ts does not parse: its imports are a guess']);
    assert.deepEqual(rig.imports('a.ts'), ['b.ts', 'c.ts', 'd.ts']);
    await rig.folder.write({ 'a.ts': "import './d';" });
    await rig.update(['a.ts']);
    assert.deepEqual(rig.imports('a.ts'), ['d.ts']);
  });

  it('a generated file of 5 MB is parsed', async () => {
    const generated = `import './b';\n${'export const table = ["./x", { a: 1 }]; // "\n'.repeat(1).replace('table', 't0')}${Array.from({ length: 100_000 }, (_, index) => `export const v${index} = { id: ${index}, name: 'number ${index}' };`).join('\n')}\nrequire('./c');`;
    assert.ok(generated.length > 5_000_000);
    await using rig = await GraphRig.create({ 'a.js': generated, 'b.js': '', 'c.js': '' });
    assert.deepEqual(rig.imports('a.js'), ['b.js', 'c.js']);
  });

  it('a minified line of 5 MB with nothing in it is searched in linear time', async () => {
    await using rig = await GraphRig.create({
      'a.js': `import x from './b';x(${'f("a/b",`c${d}`,{e:1}),'.repeat(240_000)}1);`,
      'b.js': '',
      'broken.js': `import ${'{ a, '.repeat(700_000)}`,
      'deep.py': `x = ${'('.repeat(1_000_000)}\n${'"'.repeat(999)}\nimport z`,
      'z.py': '',
    });
    assert.deepEqual(rig.imports('a.js'), ['b.js']);
  });

  it('a file of 50 MB is named as a problem, and its importers still know it', async () => {
    await using rig = await GraphRig.create({
      'a.js': "require('./huge')",
      'huge.js': new Uint8Array(50 * 1024 * 1024).fill(32),
    });
    assert.deepEqual(rig.reached('huge.js'), ['a.js']);
    assert.match(rig.graph.notesOn((await rig.files())[1] ?? assert.fail()).join(), /too large to be parsed \(50 MB\)/);
  });

  it('a binary file and invalid UTF-8 are read as far as they go', async () => {
    await using rig = await GraphRig.create({
      'binary.js': new Uint8Array([0x72, 0, 1, 2, 3]),
      'latin.js': Buffer.concat([
        Buffer.from('// caf'),
        Buffer.from([0xe9, 0xff, 0x0a]),
        Buffer.from("require('./b')"),
      ]),
      'b.js': '',
    });
    assert.deepEqual(rig.imports('latin.js'), ['b.js']);
    assert.deepEqual(rig.imports('binary.js'), []);
  });

  it('links in a circle and links that leave the repository lead nowhere', async () => {
    await using rig = await GraphRig.create({
      'a.js': "require('./one'); require('./loop/x'); require('./out'); require('./b')",
      'b.js': '',
    });
    await symlink('two.js', rig.folder.path('one.js'));
    await symlink('one.js', rig.folder.path('two.js'));
    await symlink('loop', rig.folder.path('loop'));
    await symlink('/etc/hostname', rig.folder.path('out.js'));
    await rig.update();
    assert.deepEqual(
      rig.imports('a.js').filter((file) => file === 'b.js'),
      ['b.js'],
    );
    assert.ok(rig.reached('b.js').includes('a.js'));
  });

  it('a file that is gone when it is read counts as deleted', async () => {
    await using rig = await GraphRig.create({ 'a.js': "require('./b')", 'b.js': '' });
    const files = await rig.files();
    await rig.folder.remove('b.js');
    await rig.graph.update(files, files);
    await rig.graph.update([...files], files);
    assert.deepEqual(rig.reached('b.js'), ['a.js']);
  });

  it('names that differ in case alone are two files, and a wrong case still finds one', async () => {
    await using rig = await GraphRig.create({
      'a.js': "require('./View'); require('./Only')",
      'View.js': '',
      'view.js': '',
      'only.js': '',
    });
    assert.deepEqual(rig.imports('a.js'), ['View.js', 'only.js']);
  });

  it('imports that resolve to nothing, climb out of the repository or are no paths', async () => {
    await using rig = await GraphRig.create({
      'a.js':
        "require('../../../etc/passwd'); require(''); require('.'); require('./'); require('/'); require('#'); require('@'); require('@/'); require('./\\u0000'); import('data:text/javascript,1'); require('__proto__'); require('constructor')",
      'b.py': 'from ...... import x\nimport .\nfrom . import *\n',
    });
    assert.deepEqual(rig.imports('a.js'), []);
    assert.deepEqual(rig.imports('b.py'), []);
  });

  it('configuration that is no JSON, or whose parts refer to each other in a circle', async () => {
    await using rig = await GraphRig.create({
      'package.json': '{ broken',
      'tsconfig.json': '{ "extends": "./b.json" }',
      'b.json': '{ "extends": "./tsconfig.json" }',
      'jest.config.js': 'module.exports = {',
      'vite.config.ts': '((((',
      'pyproject.toml': '[[[',
      'sub/package.json': '[]',
      'a.ts': "import './c'",
      'c.ts': '',
    });
    assert.deepEqual(rig.imports('a.ts'), ['c.ts']);
  });
});
