// Builds of 100 packages in which nothing, or one file, has changed: noodle, cold and with a warm agent, beside turbo and wireit.
// The peers are installed into a folder of their own, and run in turn with noodle, so that the machine's moods meet all alike.
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle } from '../../.ci/bundle.ts';

const packages = 100;
const rounds = 15;
const root = path.resolve(import.meta.dirname, '../..');
const program = path.join(root, 'agent/bin/noodle.mjs');
const peers = { turbo: '2', wireit: '0.14' };

interface Competitor {
  readonly name: string;
  readonly folder: string;
  run(): { readonly status: number | null; readonly output: string };
}

interface Measured {
  readonly timesMs: number[];
  readonly codes: Set<number | null>;
}

/** Prints one line a measurement. */
export async function run(report: (line: string) => void): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'noodle-bench-builds-'));
  const agents: ChildProcess[] = [];
  // The product as it is shipped: from the sources it starts later.
  await bundle();
  try {
    const modules = installPeers(home, report);
    const competitors = [
      noodle(home, 'cold'),
      noodle(home, 'warm'),
      ...(modules === null ? [] : [turbo(home, modules), wireit(home, modules)]),
    ];
    for (const { name, folder, run: build } of competitors) {
      const first = build();
      if (first.status !== 0) throw new Error(`${name} could not build:\n${first.output}`);
      if (name === 'noodle, warm agent') agents.push(await startAgent(folder));
    }
    compareOutputs(competitors, report);
    report(`\nno-op run of ${packages} packages, ${rounds} rounds in turn`);
    table(
      measure(competitors, () => {}),
      report,
    );
    report(`\nNode itself, which noodle and wireit start: ${median(startsOfNode()).toFixed(0)} ms`);
    report(`\none changed file of one package, ${rounds} rounds in turn`);
    table(
      measure(competitors, (folder, round) =>
        appendFileSync(path.join(folder, 'packages/p7/src/index.js'), `// ${round}\n`),
      ),
      report,
    );
    compareOutputs(competitors, report);
    reportOwnTime(competitors[1]?.folder ?? '', report);
  } finally {
    for (const agent of agents) agent.kill('SIGTERM');
    rmSync(home, { recursive: true, force: true });
  }
}

/** What no command of Node can be faster than. */
function startsOfNode(): number[] {
  return Array.from({ length: rounds }, () => {
    const startMs = performance.now();
    spawnSync(process.execPath, ['--eval', '0']);
    return performance.now() - startMs;
  });
}

/** Null, with a line that says so, where the registry cannot be reached. */
function installPeers(home: string, report: (line: string) => void): string | null {
  const folder = path.join(home, 'peers');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), '{"private": true}');
  const wanted = Object.entries(peers).map(([name, version]) => `${name}@${version}`);
  const { status } = spawnSync('npm', ['install', '--silent', '--no-audit', '--no-fund', ...wanted], {
    cwd: folder,
    stdio: 'ignore',
  });
  if (status !== 0) report(`${wanted.join(' and ')} could not be installed: noodle is measured alone`);
  return status === 0 ? path.join(folder, 'node_modules') : null;
}

/** Every second package needs the one before it. */
function generate(folder: string, more: { scripts(name: string, needs: string | null): object; root: object }): string {
  const write = (file: string, content: string | object) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  write('.gitignore', 'node_modules\ndist\n.turbo\n.wireit\n');
  write('package-lock.json', { name: 'bench', lockfileVersion: 3, packages: {} });
  write('package.json', {
    name: 'bench',
    private: true,
    packageManager: 'npm@10.0.0',
    workspaces: ['packages/*'],
    ...more.root,
  });
  write('build.mjs', "import { cpSync } from 'node:fs';\ncpSync('src', 'dist', { recursive: true });\n");
  for (let index = 0; index < packages; index++) {
    const needs = index % 2 === 1 ? `p${index - 1}` : null;
    const dependencies = needs === null ? {} : { [needs]: '*' };
    write(`packages/p${index}/package.json`, {
      name: `p${index}`,
      version: '1.0.0',
      main: 'dist/index.js',
      dependencies,
      ...more.scripts(`p${index}`, needs),
    });
    write(`packages/p${index}/src/index.js`, `export const value = ${index};\n`);
  }
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'add', '.');
  git(folder, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '--quiet', '--message=all');
  return folder;
}

function git(folder: string, ...args: string[]): void {
  execFileSync('git', args, { cwd: folder });
}

const plainScripts = () => ({ scripts: { build: 'node ../../build.mjs' } });

function noodle(home: string, kind: 'cold' | 'warm'): Competitor {
  const folder = generate(path.join(home, `noodle-${kind}`), { scripts: plainScripts, root: {} });
  return {
    name: kind === 'cold' ? 'noodle, cold' : 'noodle, warm agent',
    folder,
    run: () => outcome(process.execPath, [program, 'build', '--all'], folder),
  };
}

function turbo(home: string, modules: string): Competitor {
  const folder = generate(path.join(home, 'turbo'), { scripts: plainScripts, root: {} });
  const tasks = { build: { dependsOn: ['^build'], outputs: ['dist/**'] } };
  writeFileSync(path.join(folder, 'turbo.json'), JSON.stringify({ globalDependencies: ['build.mjs'], tasks }));
  linkPackages(folder);
  const executable = globSync('@turbo/*/bin/turbo*', { cwd: modules }).concat(
    globSync('turbo-*/bin/turbo*', { cwd: modules }),
  )[0];
  const binary = executable === undefined ? path.join(modules, '.bin/turbo') : path.join(modules, executable);
  return { name: 'turbo', folder, run: () => outcome(binary, ['run', 'build', '--output-logs=errors-only'], folder) };
}

function wireit(home: string, modules: string): Competitor {
  const scripts = (_name: string, needs: string | null) => ({
    scripts: { build: 'wireit' },
    wireit: {
      build: {
        command: 'node ../../build.mjs',
        files: ['src/**', '../../build.mjs'],
        output: ['dist/**'],
        ...(needs === null ? {} : { dependencies: [`../${needs}:build`] }),
      },
    },
  });
  const all = Array.from({ length: packages }, (_, index) => `./packages/p${index}:build`);
  const folder = generate(path.join(home, 'wireit'), {
    scripts,
    root: { scripts: { build: 'wireit' }, wireit: { build: { dependencies: all } } },
  });
  cpSync(modules, path.join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  // As `npm run build` starts it, without the time of npm itself.
  const environment = {
    ...process.env,
    npm_lifecycle_event: 'build',
    npm_package_json: path.join(folder, 'package.json'),
    npm_execpath: npmFile(),
    npm_config_user_agent: 'npm/10.0.0',
  };
  const entry = path.join(folder, 'node_modules/wireit/bin/wireit.js');
  return { name: 'wireit', folder, run: () => outcome(process.execPath, [entry], folder, environment) };
}

function npmFile(): string {
  try {
    return createRequire(process.execPath).resolve('npm/bin/npm-cli.js');
  } catch {
    return spawnSync('which', ['npm'], { encoding: 'utf8' }).stdout.trim();
  }
}

/** turbo reads the lock file of a real install; npm makes the links. */
function linkPackages(folder: string): void {
  spawnSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--offline'], { cwd: folder, stdio: 'ignore' });
}

function outcome(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NO_UPDATE_NOTIFIER: '1' },
) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

async function startAgent(folder: string): Promise<ChildProcess> {
  const agent = spawn(process.execPath, [program, 'serve'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve) => agent.stdout?.once('data', () => resolve()));
  return agent;
}

function measure(
  competitors: readonly Competitor[],
  change: (folder: string, round: number) => void,
): Map<string, Measured> {
  const measured = new Map(
    competitors.map(({ name }): [string, Measured] => [name, { timesMs: [], codes: new Set() }]),
  );
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another one.
    for (let turn = 0; turn < competitors.length; turn++) {
      const competitor = competitors[(round + turn) % competitors.length];
      if (competitor === undefined) continue;
      change(competitor.folder, round);
      const startMs = performance.now();
      const { status } = competitor.run();
      const of = measured.get(competitor.name);
      of?.timesMs.push(performance.now() - startMs);
      of?.codes.add(status);
    }
  }
  return measured;
}

function table(measured: ReadonlyMap<string, Measured>, report: (line: string) => void): void {
  const reference = median(measured.get('turbo')?.timesMs ?? []);
  const other = median(measured.get('wireit')?.timesMs ?? []);
  report('                       median      min      max   of turbo   of wireit   exit codes');
  for (const [name, { timesMs, codes }] of measured) {
    const of = (value: number) => (value === 0 ? '-' : (median(timesMs) / value).toFixed(2)).padStart(9);
    const columns = [median(timesMs), Math.min(...timesMs), Math.max(...timesMs)].map((value) =>
      `${value.toFixed(0)} ms`.padStart(8),
    );
    report(`${name.padEnd(20)} ${columns.join(' ')}  ${of(reference)}   ${of(other)}   ${[...codes].join(', ')}`);
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Everybody wrote the same, and nobody wrote nothing. */
function compareOutputs(competitors: readonly Competitor[], report: (line: string) => void): void {
  const contents = competitors.map(({ folder }) =>
    Array.from({ length: packages }, (_, index) => {
      const file = path.join(folder, `packages/p${index}/dist/index.js`);
      return existsSync(file) ? readFileSync(file, 'utf8') : 'missing';
    }).join('\0'),
  );
  const isSame = contents.every((content) => content === contents[0]) && !contents[0]?.includes('missing');
  report(`outputs of all ${competitors.length} are ${isSame ? 'the same' : 'NOT the same'}`);
  if (!isSame) process.exitCode = 1;
}

/** What is left of a run after the commands: by the records of the last run, a target. */
function reportOwnTime(folder: string, report: (line: string) => void): void {
  appendFileSync(path.join(folder, 'packages/p7/src/index.js'), '// last\n');
  const started = performance.now();
  const { stdout } = spawnSync(process.execPath, [program, 'build', '--all', '--json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const wholeMs = performance.now() - started;
  const lines = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const ran = lines.flatMap((line) => (isBuilt(line) ? [line.durationMs] : []));
  const end = lines.flatMap((line) => (isEnd(line) ? [line.durationMs] : []))[0] ?? 0;
  const ownMs = end - ran.reduce((sum, each) => sum + each, 0);
  report(
    `\none changed file, warm agent: ${ran.length} of ${packages} targets ran, ${end.toFixed(0)} ms in the agent, ${wholeMs.toFixed(0)} ms in all`,
  );
  report(`our own time beside the commands: ${ownMs.toFixed(0)} ms, ${(ownMs / packages).toFixed(2)} ms a target`);
}

function isBuilt(line: unknown): line is { durationMs: number } {
  return (
    typeof line === 'object' &&
    line !== null &&
    'cached' in line &&
    line.cached === false &&
    'type' in line &&
    line.type === 'build.finished'
  );
}

function isEnd(line: unknown): line is { durationMs: number } {
  return typeof line === 'object' && line !== null && 'type' in line && line.type === 'run.finished';
}

if (process.argv[1] === import.meta.filename) await run((line) => process.stdout.write(`${line}\n`));
