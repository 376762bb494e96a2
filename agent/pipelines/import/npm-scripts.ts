// The scripts of a package.json as a pipeline: what checks, builds and tests, in the order in which people run it, each once.
import { z } from 'zod';
import { failure, success, type Result } from '../../protocol/failure.ts';
import { Findings, type Imported, type WrittenStep } from './imported.ts';
import { scriptsItStandsFor, scriptsRunBy, type Scripts } from './script-runs.ts';
import { slug } from './slug.ts';

const Manifest = z.object({
  name: z.string().optional().catch(undefined),
  packageManager: z.string().optional().catch(undefined),
  scripts: z.record(z.string(), z.string()).catch({}).default({}),
});

/** Checks, builds, tests. */
const stages: readonly RegExp[] = [
  /^(lint|format:check|prettier:check|check|types|typecheck|type-check|check-types|tsc)(:|$)/,
  /^(build|compile|bundle)(:|$)/,
  /^(test|unit|integration|e2e|coverage|cover)(:|$|-)/,
];
/** They go on until somebody stops them, or change what is checked in. */
const endless = /(^|:)(dev|start|serve|watch|preview|storybook|fix|update|write)(:|$)/;
const coverage = /^(?:(?:test|unit)[:-])?(?:coverage|cover|cov)$/;

/** Fails for what is no package.json. */
export function importScripts(value: unknown): Result<Imported> {
  const parsed = Manifest.safeParse(value);
  if (!parsed.success) return failure('invalid_input', 'it is no package.json');
  const { scripts, name, packageManager = 'npm' } = parsed.data;
  const manager = packageManager.split('@')[0] ?? 'npm';
  const findings = new Findings();
  const steps: Record<string, WrittenStep> = {};
  const chosen = stages.map((stage) =>
    Object.keys(scripts).filter((script) => stage.test(script) && !endless.test(script)),
  );
  const repeated = repeatedScripts(chosen, scripts);
  let before: string[] = [];
  for (const stage of chosen) {
    const here = stage.filter((script) => !repeated.has(script));
    for (const script of here) {
      steps[slug(script)] = { command: `${manager} run ${script}`, needs: before, idempotent: true };
      findings.same(`scripts.${script}`, `the step ${slug(script)}`);
    }
    if (here.length > 0) before = here.map(slug);
  }
  for (const [script, why] of repeated) findings.replaced(`scripts.${script}`, why);
  const known = new Set(chosen.flat());
  for (const script of Object.keys(scripts).filter((each) => !known.has(each)))
    findings.missing(
      `scripts.${script}`,
      endless.test(script) ? 'it does not end by itself, or changes files' : 'it neither checks nor builds nor tests',
    );
  return success({
    definition: { ...(name === undefined ? {} : { name: name.slice(0, 200) }), type: 'test', steps },
    findings: findings.all,
  });
}

type Chosen = readonly (readonly string[])[];

/** Scripts that would do once more what other steps do, and which. */
function repeatedScripts(chosen: Chosen, scripts: Scripts): ReadonlyMap<string, string> {
  const repeated = new Map<string, string>();
  const all = chosen.flat();
  for (const script of all) {
    const parts = scriptsItStandsFor(script, scripts) ?? [];
    if (parts.length > 0 && parts.every((part) => part !== script && all.includes(part)))
      repeated.set(script, `it runs what the steps ${stepNames(parts)} run`);
  }
  const plain = (chosen[2] ?? []).filter((script) => !repeated.has(script) && !coverage.test(script));
  for (const script of plain.length === 0 ? [] : all.filter((each) => coverage.test(each)))
    repeated.set(script, `it runs the tests of ${stepNames(plain)} again, with coverage`);
  for (const script of all.filter((each) => !repeated.has(each))) {
    const running = runningIt(script, { chosen, scripts, repeated });
    if (running.length > 0) repeated.set(script, `the step ${stepNames(running)} runs it`);
  }
  return repeated;
}

/** The steps that run a script; none where a step would miss what it builds. */
function runningIt(
  script: string,
  {
    chosen,
    scripts,
    repeated,
  }: { readonly chosen: Chosen; readonly scripts: Scripts; readonly repeated: ReadonlyMap<string, string> },
): string[] {
  const [, builds = [], tests = []] = chosen;
  const others = chosen.flat().filter((other) => other !== script && !repeated.has(other));
  const running = others.filter((other) => scriptsRunBy(other, scripts).has(script));
  const isMissed = builds.includes(script) && others.some((other) => tests.includes(other) && !running.includes(other));
  return isMissed ? [] : running;
}

function stepNames(scripts: readonly string[]): string {
  return [...new Set(scripts)].map(slug).join(', ');
}
