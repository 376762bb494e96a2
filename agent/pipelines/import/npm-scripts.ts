// The scripts of a package.json as a pipeline: what checks, builds and tests, in the order in which people run it.
import { z } from 'zod';
import { failure, success, type Result } from '../../protocol/failure.ts';
import { Findings, type Imported, type WrittenStep } from './imported.ts';
import { slug } from './slug.ts';

const Manifest = z.object({
  name: z.string().optional().catch(undefined),
  packageManager: z.string().optional().catch(undefined),
  scripts: z.record(z.string(), z.string()).catch({}).default({}),
});

const stages: readonly RegExp[] = [
  /^(lint|format:check|prettier:check|check|types|typecheck|type-check|check-types|tsc)(:|$)/,
  /^(build|compile|bundle)(:|$)/,
  /^(test|unit|integration|e2e|coverage|cover)(:|$|-)/,
];
/** They go on until somebody stops them, or change what is checked in. */
const endless = /(^|:)(dev|start|serve|watch|preview|storybook|fix|update|write)(:|$)/;

/** Fails where no script checks, builds or tests anything. */
export function importScripts(value: unknown): Result<Imported> {
  const parsed = Manifest.safeParse(value);
  if (!parsed.success) return failure('invalid_input', 'it is no package.json');
  const { scripts, name, packageManager = 'npm' } = parsed.data;
  const manager = packageManager.split('@')[0] ?? 'npm';
  const findings = new Findings();
  const steps: Record<string, WrittenStep> = {};
  let before: string[] = [];
  for (const stage of stages) {
    const here = Object.keys(scripts).filter((script) => stage.test(script) && !endless.test(script));
    for (const script of here) {
      steps[slug(script)] = { command: `${manager} run ${script}`, needs: before, idempotent: true };
      findings.same(`scripts.${script}`, `the step ${slug(script)}`);
    }
    if (here.length > 0) before = here.map(slug);
  }
  const rest = Object.keys(scripts).filter((script) => steps[slug(script)] === undefined);
  for (const script of rest)
    findings.missing(
      `scripts.${script}`,
      endless.test(script) ? 'it does not end by itself, or changes files' : 'it neither checks nor builds nor tests',
    );
  return success({
    definition: { ...(name === undefined ? {} : { name: name.slice(0, 200) }), type: 'test', steps },
    findings: findings.all,
  });
}
