import assert from 'node:assert/strict';
import { Discovery, discoverTargets, type TargetModel } from '../../../agent/builds/discovery.ts';
import { FileTree } from '../../../agent/builds/paths.ts';
import { ConfigurationFile } from '../../../agent/protocol/configuration-file.ts';
import type { RepoPath } from '../../../agent/protocol/ids.ts';

type Files = Readonly<Record<string, string | object>>;

function reader(files: Files) {
  // The keys are paths of a repository.
  const paths = Object.keys(files) as RepoPath[];
  const read = (path: RepoPath) => {
    const found = files[path];
    return found === undefined ? null : typeof found === 'string' ? found : JSON.stringify(found);
  };
  return { paths, read };
}

function discover(files: Files, configured: object = {}, disabled: readonly string[] = []): TargetModel {
  const { paths, read } = reader(files);
  const { targets } = ConfigurationFile.parse({ targets: configured });
  return discoverTargets({
    tree: new FileTree(paths),
    read,
    configured: targets,
    isEnabled: (language) => !disabled.includes(language),
  });
}

/** `id ← needs: command in folder`. */
function found(model: TargetModel): string[] {
  return [...model.targets.values()].map(
    ({ id, needs, command, folder }) => `${id} ← ${needs.join(',')}: ${command} in ${folder === '' ? '.' : folder}`,
  );
}

const core = { name: 'core', main: 'dist/index.js', scripts: { build: 'tsc' } };
const web = { name: 'web', scripts: { build: 'vite build' }, dependencies: { core: '*' } };

describe('targets', () => {
  it('are the build scripts of npm workspaces, in the order of their dependencies', () => {
    const model = discover({
      'package.json': {
        workspaces: ['packages/*', '!packages/hidden'],
        scripts: { build: 'npm run build --workspaces' },
      },
      'package-lock.json': '{}',
      'packages/web/package.json': web,
      'packages/core/package.json': core,
      'packages/core/tsconfig.json': {},
      'packages/plain/package.json': { name: 'plain' },
      'packages/hidden/package.json': { name: 'hidden', scripts: { build: 'x' } },
      'elsewhere/package.json': { name: 'elsewhere', scripts: { build: 'x' } },
    });
    assert.deepEqual(found(model), [
      'core ← : npm run build in packages/core',
      'web ← core: npm run build in packages/web',
    ]);
    const [first, second] = model.targets.values();
    assert.deepEqual([first?.language, second?.language], ['typescript', 'javascript']);
    assert.deepEqual(first?.inputs, ['packages/core/**', 'package-lock.json']);
    assert.deepEqual(first?.outputs, ['packages/core/dist/**']);
    assert.equal(first?.foundIn, 'packages/core/package.json script build');
    assert.deepEqual(model.problems, []);
  });

  it('are found in pnpm and lerna repositories, with the package manager that the repository uses', () => {
    const pnpm = {
      'package.json': {},
      'pnpm-workspace.yaml': 'packages:\n  - "libs/**"\n',
      'pnpm-lock.yaml': '',
      'libs/a/b/package.json': core,
    };
    assert.deepEqual(found(discover(pnpm)), ['core ← : pnpm run build in libs/a/b']);
    const lerna = {
      'package.json': { packageManager: 'yarn@4.1.0' },
      'lerna.json': { packages: ['modules/*'] },
      'modules/a/package.json': core,
    };
    assert.deepEqual(found(discover(lerna)), ['core ← : yarn run build in modules/a']);
    assert.deepEqual(found(discover({ 'package.json': core, 'yarn.lock': '' })), ['core ← : yarn run build in .']);
  });

  it('include the root when it builds something by itself', () => {
    const members = { 'packages/core/package.json': core };
    const root = (build: string) => ({
      'package.json': { name: 'all', workspaces: ['packages/*'], scripts: { build } },
      ...members,
    });
    assert.deepEqual(found(discover(root('turbo run build'))), ['core ← : npm run build in packages/core']);
    assert.deepEqual(found(discover(root('node scripts/docs.js'))), [
      'all ← : npm run build in .',
      'core ← : npm run build in packages/core',
    ]);
    assert.deepEqual(found(discover(root('turbo run build && node scripts/post.js'))), [
      'core ← : npm run build in packages/core',
      'all ← core: npm run build in .',
    ]);
    const noMembers = {
      'package.json': { name: 'all', workspaces: ['packages/*'], scripts: { build: 'turbo run build' } },
      'packages/a/package.json': { name: 'a' },
    };
    assert.deepEqual(found(discover(noMembers)), ['all ← : npm run build in .']);
  });

  it('need others through packages that are built by nobody', () => {
    const model = discover({
      'package.json': { workspaces: ['p/*'] },
      'p/core/package.json': core,
      'p/middle/package.json': { name: 'middle', dependencies: { core: '*' } },
      'p/web/package.json': { ...web, dependencies: { middle: '*' } },
    });
    assert.deepEqual(found(model), ['core ← : npm run build in p/core', 'web ← core: npm run build in p/web']);
  });

  it('are composite TypeScript projects where no build script covers them', () => {
    const model = discover({
      'package.json': { name: 'all', devDependencies: { typescript: '5' } },
      'tsconfig.json': { files: [], references: [{ path: 'core' }, { path: './web' }] },
      'tsconfig.base.json': '// shared\n{ "compilerOptions": { "composite": true, "outDir": "${configDir}/out", }, }',
      'core/tsconfig.json': { extends: '../tsconfig.base.json', include: ['src'] },
      'web/tsconfig.json': { extends: '../tsconfig.base', references: [{ path: '../core' }, { path: '../missing' }] },
      'web/tsconfig.check.json': { compilerOptions: { composite: true, noEmit: true } },
      'plain/tsconfig.json': { compilerOptions: { strict: true } },
    });
    assert.deepEqual(found(model), ['core ← : tsc -b in core', 'web ← core: tsc -b in web']);
    const [first] = model.targets.values();
    assert.deepEqual(first?.inputs, ['core/**', 'tsconfig.base.json']);
    assert.deepEqual(first?.outputs, ['core/out/**']);
  });

  it('are not composite projects of a package that builds them itself, or that has no TypeScript', () => {
    const projects = { 'app/tsconfig.json': { compilerOptions: { composite: true } } };
    assert.deepEqual(
      found(
        discover({
          'package.json': {
            name: 'x',
            devDependencies: { typescript: '5' },
            scripts: { build: 'tsc -b && vite build' },
          },
          ...projects,
        }),
      ),
      ['x ← : npm run build in .'],
    );
    assert.deepEqual(found(discover({ 'package.json': { name: 'x' }, ...projects })), []);
    const delegating = {
      'package.json': { name: 'x', devDependencies: { typescript: '5' }, scripts: { build: 'tsc -b' } },
      ...projects,
    };
    assert.deepEqual(found(discover(delegating)), ['app ← : tsc -b in app']);
  });

  it('need what is built by a script when they reference it', () => {
    const model = discover({
      'package.json': { workspaces: ['p/*'], devDependencies: { typescript: '5' } },
      'p/core/package.json': core,
      'p/core/tsconfig.json': { compilerOptions: { composite: true } },
      'p/web/package.json': { name: 'web' },
      'p/web/tsconfig.json': { compilerOptions: { composite: true }, references: [{ path: '../core' }] },
    });
    assert.deepEqual(found(model), ['core ← : npm run build in p/core', 'web ← core: tsc -b in p/web']);
  });

  it('are declared in noodle.yaml, which counts more than what is found', () => {
    const model = discover(
      { 'package.json': core },
      {
        codegen: { command: 'make gen', folder: 'gen', language: 'python', outputs: ['gen/out/**'] },
        core: { command: 'make', needs: ['codegen'], environment: { A: '1' } },
      },
    );
    assert.deepEqual(found(model), ['codegen ← : make gen in gen', 'core ← codegen: make in .']);
    assert.deepEqual(model.targets.values().next().value?.inputs, ['gen/**']);
  });

  it('of noodle.yaml that do not fit are said with their names', () => {
    const { problems, targets } = discover(
      {},
      {
        a: { command: 'x', needs: ['missing'], outputs: ['out/**'] },
        b: { command: 'x', folder: '../outside' },
        c: { command: 'x', outputs: ['out/*.js'] },
        d: { command: 'x', needs: ['e'] },
        e: { command: 'x', needs: ['d'] },
      },
    );
    assert.deepEqual(problems, [
      'noodle.yaml: target a needs missing, which does not exist',
      'noodle.yaml: the folder of target b, ../outside, lies outside of the repository',
      'the outputs of a and c overlap: out/** and out/*.js',
      'targets need each other in a circle: d → e → d; that e needs d is passed over',
    ]);
    assert.deepEqual([...targets.keys()].toSorted(), ['a', 'c', 'd', 'e']);
  });

  it('of a language that is switched off do not exist, nor does anything need them', () => {
    const model = discover(
      {
        'package.json': { workspaces: ['p/*'] },
        'p/core/package.json': { ...core, scripts: { build: 'tsc' } },
        'p/web/package.json': web,
      },
      {},
      ['typescript'],
    );
    assert.deepEqual(found(model), ['web ← : npm run build in p/web']);
  });

  it('survive files that are broken', () => {
    const model = discover({
      'package.json': { workspaces: ['p/*'] },
      'p/a/package.json': '{"name": ',
      'p/b/package.json': '[]',
      'p/c/package.json': {
        name: 7,
        scripts: { build: 'x', test: 5 },
        dependencies: 'none',
        workspaces: 3,
        exports: null,
      },
      'p/c/tsconfig.json': '{{{',
      'pnpm-lock.yaml': '',
      'test/fixtures/package.json': 'broken on purpose',
    });
    assert.deepEqual(found(model), ['p/c ← : pnpm run build in p/c']);
    assert.deepEqual(model.problems, [
      'p/a/package.json is not valid JSON, so its build script is not seen',
      'p/b/package.json is not valid JSON, so its build script is not seen',
    ]);
  });

  it('with one name are told apart by their folders', () => {
    const model = discover({
      'package.json': { workspaces: ['p/*'] },
      'p/a/package.json': core,
      'p/b/package.json': core,
    });
    assert.deepEqual([...model.targets.keys()], ['core', 'p/b']);
  });

  it('read what lies outside of their folder: shared configuration, and what the script names', () => {
    const model = discover({
      'package.json': { workspaces: ['p/*'] },
      'babel.config.js': '',
      'eslint.config.js': '',
      'tools/rollup.js': '',
      'p/shared.css': '',
      'p/core/package.json': {
        name: 'core',
        scripts: { build: 'rollup -c ../../tools/rollup.js', prebuild: 'cp ../shared.css .' },
      },
    });
    assert.deepEqual([...model.targets.values()][0]?.inputs, [
      'p/core/**',
      'babel.config.js',
      'tools/rollup.js',
      'p/shared.css',
    ]);
  });

  it('of the root do not read what is there for servers and editors', () => {
    const model = discover({
      'package.json': { name: 'x', scripts: { build: 'b' } },
      '.github/workflows/ci.yml': '',
      '.vscode/settings.json': '',
    });
    assert.deepEqual([...model.targets.values()][0]?.inputs, ['**', '!.github/**', '!.vscode/**']);
  });

  it('write where the package points, unless that was written by hand', () => {
    const outputs = (manifest: object, ...files: string[]) => {
      const model = discover({
        'package.json': { name: 'x', scripts: { build: 'b' }, ...manifest },
        ...Object.fromEntries(files.map((file) => [file, ''])),
      });
      return [...model.targets.values()][0]?.outputs;
    };
    assert.deepEqual(
      outputs({ main: './dist/cjs/index.js', types: 'types/index.d.ts', bin: { x: 'bin/x.js' } }, 'bin/x.js'),
      ['dist/**', 'types/**'],
    );
    assert.deepEqual(
      outputs({ exports: { '.': { import: './es/index.js', default: './src/index.ts' } } }, 'src/index.ts'),
      ['es/**'],
    );
    assert.deepEqual(outputs({ main: 'lib/index.js' }, 'lib/index.js', 'build/notes.txt'), ['dist/**', 'out/**']);
    assert.deepEqual(outputs({ main: 'dist/index.js' }, 'dist/index.js'), ['dist/**']);
    assert.deepEqual(outputs({ main: 'index.js', files: ['index.js', 'LICENSE', '*.d.ts'] }, 'LICENSE'), ['index.js']);
    assert.deepEqual(outputs({ dependencies: { next: '15' } }), [
      '.next/**',
      'build/**',
      'dist/**',
      'lib/**',
      'out/**',
    ]);
  });

  it('are found anew only when something that they were found in has changed', () => {
    const { paths, read } = reader({ 'package.json': core, 'src/a.ts': '' });
    let text = read('package.json' as RepoPath);
    let reads = 0;
    const discovery = new Discovery((path) => {
      reads++;
      return path === 'package.json' ? text : read(path);
    });
    const enabled = () => true;
    const first = discovery.discover(paths, {}, enabled).model;
    assert.equal(discovery.discover([...paths], {}, enabled).model, first);
    text = JSON.stringify({ ...core, name: 'renamed' });
    assert.deepEqual([...discovery.discover(paths, {}, enabled).model.targets.keys()], ['renamed']);
    assert.notEqual(discovery.discover(paths, {}, () => false).model, first);
    assert.ok(reads > 0);
  });
});
