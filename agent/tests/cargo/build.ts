// Builds the tests of a workspace and tells which executables came of it, and what did not compile.
import path from 'node:path';
import { z } from 'zod';
import type { BatchContext } from '../adapter.ts';
import { jsonOf, runMachine } from '../native/machine-run.ts';

const Target = z.object({
  name: z.string(),
  kind: z.array(z.string()),
  src_path: z.string(),
  doctest: z.boolean().default(false),
});

/** The messages of cargo that matter here; the others are passed over. */
const Message = z.discriminatedUnion('reason', [
  z.object({
    reason: z.literal('compiler-artifact'),
    package_id: z.string(),
    manifest_path: z.string(),
    target: Target,
    profile: z.object({ test: z.boolean() }),
    executable: z.string().nullable(),
  }),
  z.object({
    reason: z.literal('compiler-message'),
    package_id: z.string(),
    target: Target,
    message: z.object({
      level: z.string(),
      rendered: z.string().nullable().default(null),
      message: z.string(),
      spans: z.array(
        z.object({ file_name: z.string(), line_start: z.number(), column_start: z.number(), is_primary: z.boolean() }),
      ),
    }),
  }),
  z.object({ reason: z.literal('build-script-executed'), package_id: z.string(), linked_paths: z.array(z.string()) }),
]);

export interface TestExecutable {
  /** Absolute, like all paths here. */
  readonly program: string;
  /** The crate's root file. */
  readonly source: string;
  readonly packageFolder: string;
  readonly packageId: string;
  readonly name: string;
}

export interface CompileError {
  readonly text: string;
  /** The root file of the crate that did not compile. */
  readonly source: string;
  readonly place: { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** A package with a library whose documentation can hold examples. */
export interface DocumentedPackage {
  readonly packageId: string;
  readonly folder: string;
}

export interface CargoBuild {
  readonly executables: readonly TestExecutable[];
  readonly documented: readonly DocumentedPackage[];
  readonly errors: readonly CompileError[];
  readonly libraryPaths: readonly string[];
  readonly exitCode: number | null;
  /** What cargo said itself: a manifest that cannot be read, a crate that cannot be had. */
  readonly output: string;
}

/**
 * Null when there is no cargo. `cwd` is the workspace's folder. cargo stops at the first crate that does not compile;
 * what it left is built target by target then.
 */
export async function buildTests(cwd: string, context: BatchContext): Promise<CargoBuild | null> {
  const whole = await buildSome(cwd, ['--workspace'], context);
  if (whole === null || whole.exitCode === 0 || whole.errors.length === 0) return whole;
  const builds = [whole];
  for (const selection of await leftTargets(cwd, whole, context)) {
    if (context.signal.aborted) break;
    builds.push((await buildSome(cwd, selection, context)) ?? whole);
  }
  return {
    ...whole,
    executables: uniqueBy(
      builds.flatMap((each) => each.executables),
      (each) => each.program,
    ),
    documented: uniqueBy(
      builds.flatMap((each) => each.documented),
      (each) => each.packageId,
    ),
    errors: uniqueBy(
      builds.flatMap((each) => each.errors),
      (each) => `${each.source}\0${each.text}`,
    ),
    libraryPaths: builds.flatMap((each) => each.libraryPaths),
  };
}

async function buildSome(cwd: string, selection: readonly string[], context: BatchContext): Promise<CargoBuild | null> {
  const executables: TestExecutable[] = [];
  const documented: DocumentedPackage[] = [];
  const errors: CompileError[] = [];
  const libraryPaths: string[] = [];
  const { exit, errors: output } = await runMachine(
    {
      command: 'cargo',
      args: ['test', ...selection, '--no-run', '--no-fail-fast', '--message-format=json'],
      cwd,
      environment: context.environment,
      onLine(line) {
        context.touch();
        const parsed = Message.safeParse(jsonOf(line));
        if (!parsed.success) return;
        const message = parsed.data;
        if (message.reason === 'build-script-executed') libraryPaths.push(...message.linked_paths.map(withoutKind));
        else if (message.reason === 'compiler-message') errors.push(...errorOf(message, cwd, context));
        else if (message.executable !== null && message.profile.test)
          executables.push({
            program: message.executable,
            source: message.target.src_path,
            packageFolder: path.dirname(message.manifest_path),
            packageId: message.package_id,
            name: message.target.name,
          });
        else if (message.target.doctest && !message.profile.test)
          documented.push({ packageId: message.package_id, folder: path.dirname(message.manifest_path) });
      },
    },
    context,
  );
  if (exit.startError !== null) return null;
  return { executables, documented, errors, libraryPaths, exitCode: exit.exitCode, output };
}

function errorOf(
  { message, target }: Extract<z.infer<typeof Message>, { reason: 'compiler-message' }>,
  cwd: string,
  context: BatchContext,
): CompileError[] {
  const text = message.rendered ?? message.message;
  context.log(text);
  if (!message.level.startsWith('error')) return [];
  const span = message.spans.find((each) => each.is_primary);
  const place =
    span === undefined
      ? null
      : { file: path.resolve(cwd, span.file_name), line: span.line_start, column: span.column_start };
  return [{ text, source: target.src_path, place }];
}

const Metadata = z.object({
  packages: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      targets: z.array(Target.extend({ test: z.boolean().default(true) })),
    }),
  ),
});

const longestMetadata = 128 * 1024 * 1024;

/** Arguments that select the targets which have neither an executable nor an error yet. */
async function leftTargets(cwd: string, build: CargoBuild, context: BatchContext): Promise<string[][]> {
  let text = '';
  await runMachine(
    {
      command: 'cargo',
      args: ['metadata', '--no-deps', '--format-version=1'],
      cwd,
      environment: context.environment,
      // All of it is one line: some ten thousand characters a package.
      longestLine: longestMetadata,
      onLine: (line) => (text += line),
    },
    context,
  );
  const metadata = Metadata.safeParse(jsonOf(text));
  if (!metadata.success) return [];
  const seen = new Set([...build.executables, ...build.errors].map((each) => each.source));
  return metadata.data.packages.flatMap(({ name, targets }) => {
    const left = targets.filter((target) => target.test && !seen.has(target.src_path));
    return left.flatMap((target) => {
      if (target.kind.includes('test')) return [['-p', name, '--test', target.name]];
      if (target.kind.includes('bin')) return [['-p', name, '--bin', target.name]];
      return target.kind.some((kind) => /lib|proc-macro/.test(kind)) ? [['-p', name, '--lib']] : [];
    });
  });
}

function uniqueBy<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

/** `native=/a/b` → `/a/b`. */
function withoutKind(linked: string): string {
  return linked.replace(/^(?:dependency|crate|native|framework|all)=/, '');
}
