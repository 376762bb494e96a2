// What steps hand on to later ones through files: variables, folders of programs and outputs, as steps of GitHub Actions
// do, and dotenv files. It lies beside the records, so that a repeated or resumed execution can go on from it.
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Result } from '../protocol/failure.ts';
import type { ArtifactPlace } from './artifacts.ts';
import { parseAssignments, type Assignments } from './assignments.ts';

/** What a step has handed on. */
export interface Handover {
  readonly variables: Assignments;
  readonly outputs: Assignments;
  /** The one that was added last comes first. */
  readonly folders: readonly string[];
  /** Kept out of every later log. */
  readonly hidden: readonly string[];
  readonly summary: string;
  /** How it went before it was allowed to fail. */
  readonly outcome: 'success' | 'failure' | null;
}

/** The files that a step writes to; absolute. */
export interface HandoverFiles {
  readonly variables: string;
  readonly outputs: string;
  readonly folders: string;
  readonly summary: string;
}

/** Absolute. */
export interface SharedFolders {
  /** For temporary files of all steps of an execution. */
  readonly temporary: string;
  /** For programs that stay from one execution to the next. */
  readonly tools: string;
}

export interface HandoverStore {
  shared(executionId: string): SharedFolders;
  /** Makes empty files, and the shared folders. */
  open(place: ArtifactPlace): Promise<HandoverFiles>;
  /** Adds what was not written into the files. */
  add(place: ArtifactPlace, more: MoreHandedOn): Promise<void>;
  /** Null where the step handed on nothing; fails with a sentence for lines that cannot be read. */
  read(place: ArtifactPlace): Promise<Result<Handover> | null>;
  /** Gives an execution what a step handed on in another one. */
  takeOver(from: ArtifactPlace, to: ArtifactPlace): Promise<void>;
  /** Removes what was handed on before a time. */
  prune(timestamp: number): Promise<void>;
}

export interface MoreHandedOn {
  readonly variables?: Assignments;
  readonly outputs?: Assignments;
  readonly hidden?: readonly string[];
  readonly outcome?: 'success' | 'failure';
}

const fileNames = { variables: 'env', outputs: 'output', folders: 'path', summary: 'summary' } as const;
const moreName = 'more.json';

/** Kept in `folder`, which is absolute and readable by its owner alone. */
export function createHandoverStore(folder: string): HandoverStore {
  const folderOf = ({ executionId, stepId }: ArtifactPlace) =>
    path.join(folder, executionId, createHash('sha256').update(stepId).digest('hex').slice(0, 16));
  const shared = (executionId: string) => ({
    temporary: path.join(folder, executionId, 'temporary'),
    tools: path.join(folder, 'tools'),
  });
  return {
    shared,
    async open(place) {
      const own = folderOf(place);
      await rm(own, { recursive: true, force: true });
      await mkdir(own, { recursive: true, mode: 0o700 });
      for (const each of Object.values(shared(place.executionId))) await mkdir(each, { recursive: true, mode: 0o700 });
      const named = Object.entries(fileNames).map(([what, name]) => [what, path.join(own, name)] as const);
      for (const [, file] of named) await writeFile(file, '', { mode: 0o600 });
      const { variables = '', outputs = '', folders = '', summary = '' } = Object.fromEntries(named);
      return { variables, outputs, folders, summary };
    },
    async add(place, more) {
      const own = folderOf(place);
      await mkdir(own, { recursive: true, mode: 0o700 });
      await writeFile(path.join(own, moreName), JSON.stringify({ ...(await moreIn(own)), ...more }), { mode: 0o600 });
    },
    read: (place) => readFrom(folderOf(place)),
    async takeOver(from, to) {
      const source = folderOf(from);
      if ((await filesIn(source)).length > 0) await cp(source, folderOf(to), { recursive: true });
    },
    async prune(timestamp) {
      for (const name of await filesIn(folder)) {
        const entry = path.join(folder, name);
        if ((await stat(entry)).mtimeMs < timestamp) await rm(entry, { recursive: true, force: true });
      }
    },
  };
}

async function filesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

async function moreIn(folder: string): Promise<MoreHandedOn> {
  const text = await readFile(path.join(folder, moreName), 'utf8').catch(() => '{}');
  // Written by `add` alone.
  return JSON.parse(text) as MoreHandedOn;
}

async function readFrom(folder: string): Promise<Result<Handover> | null> {
  if ((await filesIn(folder)).length === 0) return null;
  const textOf = (name: string) => readFile(path.join(folder, name), 'utf8').catch(() => '');
  const variables = parseAssignments(await textOf(fileNames.variables), 'GITHUB_ENV');
  if (!variables.ok) return variables;
  const outputs = parseAssignments(await textOf(fileNames.outputs), 'GITHUB_OUTPUT');
  if (!outputs.ok) return outputs;
  const more = await moreIn(folder);
  const folders = (await textOf(fileNames.folders)).split(/\r?\n/).filter((line) => line.trim() !== '');
  return {
    ok: true,
    value: {
      variables: { ...variables.value, ...more.variables },
      outputs: { ...outputs.value, ...more.outputs },
      folders: folders.toReversed(),
      hidden: more.hidden ?? [],
      summary: await textOf(fileNames.summary),
      outcome: more.outcome ?? null,
    },
  };
}
