// `npm test [-- <section> …]`: runs the sections, all of them even after one has failed, and adds up mocha's numbers.
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { sections, type Section, type Step } from './test-sections.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Outcome extends Counts {
  readonly name: string;
  readonly isGood: boolean;
}

const nothing: Counts = { passed: 0, failed: 0, skipped: 0 };
const root = path.resolve(import.meta.dirname, '..');
const countsFile = path.join(root, '.cache/test-counts.json');

mkdirSync(path.dirname(countsFile), { recursive: true });
const outcomes: Outcome[] = [];
for (const section of chosen(process.argv.slice(2))) outcomes.push(await runSection(section));

const bad = outcomes.filter((outcome) => !outcome.isGood).map((outcome) => outcome.name);
const counts = outcomes.reduce<Counts>(add, nothing);
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
process.stdout.write(bad.length > 0 ? `\nnot good: ${bad.join(', ')}\n` : '\n');
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
process.exitCode = bad.length > 0 ? 1 : 0;

function chosen(names: readonly string[]): readonly Section[] {
  const unknown = names.find((name) => !sections.some((section) => section.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`no section ${unknown}; there are ${sections.map((section) => section.name).join(', ')}\n`);
    process.exit(2);
  }
  return sections.filter((section) => names.length === 0 || names.includes(section.name));
}

/** Runs a section's steps until one fails. */
async function runSection({ name, steps }: Section): Promise<Outcome> {
  const startedAt = performance.now();
  process.stdout.write(`\n── ${name} ${'─'.repeat(Math.max(0, 70 - name.length))}\n`);
  let counts = nothing;
  let isGood = true;
  for (const step of steps) {
    const [stepCounts, isStepGood] = await runStep(step);
    counts = add(counts, stepCounts);
    isGood = isStepGood;
    if (!isGood) break;
  }
  const tests = counts.passed + counts.failed > 0 ? `${counts.passed} passed, ${counts.failed} failed` : '';
  const seconds = `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  process.stdout.write(`── ${name}: ${isGood ? 'good' : 'NOT GOOD'}, ${[tests, seconds].filter(Boolean).join(', ')}\n`);
  return { name, isGood, ...counts };
}

async function runStep(step: Step): Promise<[Counts, boolean]> {
  if (step.kind === 'command') return [nothing, (await runNode([step.script, ...step.args])) === 0];
  const files = globSync([...step.patterns], { cwd: root }).toSorted();
  if (files.length === 0) {
    process.stdout.write(`no tests yet: ${step.patterns.join(', ')}\n`);
    return [nothing, true];
  }
  rmSync(countsFile, { force: true });
  const colour = process.stdout.isTTY ? '--color' : '--no-color';
  const exitCode = await runNode([
    'node_modules/mocha/bin/mocha.js',
    colour,
    '--reporter=.ci/counting-reporter.mjs',
    ...step.args,
    ...files,
  ]);
  return [readCounts(exitCode), exitCode === 0];
}

/** A mocha that broke before its end counts as one failed test. */
function readCounts(exitCode: number): Counts {
  if (!existsSync(countsFile)) return { ...nothing, failed: 1 };
  // Written by our own reporter.
  const counts = JSON.parse(readFileSync(countsFile, 'utf8')) as Counts;
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

async function runNode(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NOODLE_TEST_COUNTS: countsFile },
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
}

function add(left: Counts, right: Counts): Counts {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}
