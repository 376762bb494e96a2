// The pipelines that the files of the repository declare: noodle.yaml, and what lies in .noodle beside it.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { BrokenPlace, DeclaredPipelines } from './pipelines/pipeline-catalog.ts';
import { RepoPath } from './protocol/ids.ts';
import type { DefinitionProblem, PipelineDefinition } from './protocol/pipeline.ts';
import { readConfiguration, readPipelineFile, type ConfigurationProblem } from './workspace/configuration.ts';
import { sentenceOf } from './workspace/configuration-pipelines.ts';
import { parseYaml } from './workspace/configuration-yaml.ts';
import { checkPipeline, type PipelineProblem } from './workspace/pipeline-check.ts';
import { findCircle } from './workspace/pipeline-circle.ts';
import { configurationPath } from './configuration-state.ts';

interface SourceFile {
  readonly file: RepoPath;
  readonly text: string;
}

interface ReadPipelines extends DeclaredPipelines {
  readonly problems: readonly DefinitionProblem[];
  /** What pipelines that can be run do less than they say. */
  readonly notes: readonly DefinitionProblem[];
}

export interface PipelineFiles {
  /** As the files are now; they are parsed anew only when they changed. */
  read(): ReadPipelines;
  /** What is wrong in a text that declares pipelines, and which of them can be run. */
  check(text: string): { readonly pipelines: readonly string[] } & Pick<ReadPipelines, 'problems' | 'notes'>;
}

/** The files of the repository at `root`; `read` gives a file's text, null when there is none. */
export function createPipelineFiles(root: string, read: (file: RepoPath) => string | null): PipelineFiles {
  let known: { readonly key: string; readonly found: ReadPipelines } | null = null;
  return {
    read() {
      const files = sourceFiles(root).flatMap((file) => {
        const text = read(file);
        return text === null ? [] : [{ file, text }];
      });
      const key = JSON.stringify(files);
      if (known?.key !== key) known = { key, found: readAll(files) };
      return known.found;
    },
    check(text) {
      const { sound, problems, notes } = readAll([{ file: RepoPath.parse(configurationPath), text }]);
      return { pipelines: [...sound.keys()], problems, notes };
    },
  };
}

/** noodle.yaml first, then the others by their names. */
function sourceFiles(root: string): RepoPath[] {
  return [configurationPath, ...namesIn(path.join(root, '.noodle')).map((name) => `.noodle/${name}`)].map((file) =>
    RepoPath.parse(file),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted();
  } catch {
    return [];
  }
}

function readAll(files: readonly SourceFile[]): ReadPipelines {
  const sound = new Map<string, { definition: PipelineDefinition; file: RepoPath }>();
  const broken = new Map<string, BrokenPlace>();
  const unreadable: BrokenPlace[] = [];
  const problems: DefinitionProblem[] = [];
  const notes: DefinitionProblem[] = [];
  for (const source of files) {
    const read = readOne(source);
    problems.push(...read.problems.map((problem) => placed(source.file, problem)));
    notes.push(...read.notes.map((note) => placed(source.file, note)));
    const { file } = source;
    if (read.unreadable !== null) unreadable.push({ ...read.unreadable, file });
    for (const [id, breakage] of read.broken) if (!sound.has(id)) broken.set(id, { ...breakage, file });
    for (const [id, definition] of Object.entries(read.pipelines)) {
      const first = sound.get(id) ?? broken.get(id);
      if (first === undefined) sound.set(id, { definition, file });
      else
        problems.push(
          placed(source.file, { message: `the pipeline ${id} is declared in ${first.file} already; that one counts` }),
        );
    }
  }
  problems.push(...setAsideUnknown(files, sound, broken));
  return { sound, broken, unreadable, problems, notes };
}

/** Moves what names a pipeline that is nowhere from `sound` to `broken`. */
function setAsideUnknown(
  files: readonly SourceFile[],
  sound: Map<string, { definition: PipelineDefinition; file: RepoPath }>,
  broken: Map<string, BrokenPlace>,
): DefinitionProblem[] {
  return unknownNames(sound, [...broken.keys()]).flatMap(({ id, reason, path }) => {
    const file = sound.get(id)?.file;
    if (file === undefined) return [];
    sound.delete(id);
    const text = files.find((source) => source.file === file)?.text ?? '';
    const { line, column } = parseYaml(text).rangeOf(['pipelines', id, ...path]);
    broken.set(id, { reason, file, line, column });
    return [{ file, line, column, message: `pipelines.${id}: ${reason}` }];
  });
}

function readOne({ file, text }: SourceFile) {
  if (file !== configurationPath) return readPipelineFile(text);
  const {
    file: whole,
    broken,
    unreadable,
    problems,
    notes,
  } = readConfiguration({ environment: {}, vscodeSettings: {}, file: { path: file, text } });
  return { pipelines: whole.pipelines, broken, unreadable, problems, notes };
}

interface UnknownName {
  readonly id: string;
  readonly reason: string;
  /** Below the pipeline. */
  readonly path: PipelineProblem['path'];
}

/** What only all files together show: pipelines that name others that are not there, or each other in a circle. */
function unknownNames(
  pipelines: ReadonlyMap<string, { readonly definition: PipelineDefinition }>,
  broken: readonly string[],
): UnknownName[] {
  const ids = [...pipelines.keys(), ...broken];
  const left = new Map(pipelines);
  const found: UnknownName[] = [];
  for (const [id, { definition }] of pipelines) {
    const [problem] = checkPipeline(definition, ids);
    if (problem === undefined) continue;
    left.delete(id);
    found.push({ id, reason: sentenceOf(problem), path: problem.path });
  }
  for (;;) {
    const circle = findCircle(new Map([...left].map(([id, { definition }]) => [id, namedBy(definition)])));
    const [first] = circle ?? [];
    if (circle === null || first === undefined) return found;
    left.delete(first);
    found.push({ id: first, reason: `the pipelines name each other in a circle: ${circle.join(' → ')}`, path: [] });
  }
}

function namedBy({ steps, finally: final }: PipelineDefinition): string[] {
  return [...Object.values(steps), ...Object.values(final)].flatMap(({ pipeline }) => pipeline ?? []);
}

function placed(file: RepoPath, { message, line = 1, column = 1 }: ConfigurationProblem): DefinitionProblem {
  return { file, line, column, message };
}
