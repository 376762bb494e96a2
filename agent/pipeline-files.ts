// The pipelines that the files of the repository declare: noodle.yaml, and what lies in .noodle beside it.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { DeclaredPipelines } from './pipelines/pipeline-catalog.ts';
import { RepoPath } from './protocol/ids.ts';
import type { DefinitionProblem, PipelineDefinition } from './protocol/pipeline.ts';
import { readConfiguration, readPipelineFile, type ConfigurationProblem } from './workspace/configuration.ts';
import { sentenceOf } from './workspace/configuration-pipelines.ts';
import { checkPipeline } from './workspace/pipeline-check.ts';
import { findCircle } from './workspace/pipeline-circle.ts';
import { configurationPath } from './configuration-state.ts';

interface SourceFile {
  readonly file: RepoPath;
  readonly text: string;
}

interface ReadPipelines extends DeclaredPipelines {
  readonly problems: readonly DefinitionProblem[];
}

export interface PipelineFiles {
  /** As the files are now; they are parsed anew only when they changed. */
  read(): ReadPipelines;
  /** What is wrong in a text that declares pipelines, and which of them can be run. */
  check(text: string): { readonly pipelines: readonly string[]; readonly problems: readonly DefinitionProblem[] };
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
      const { sound, problems } = readAll([{ file: RepoPath.parse(configurationPath), text }]);
      return { pipelines: [...sound.keys()], problems };
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
  const sound = new Map<string, { definition: PipelineDefinition; file: string }>();
  const broken = new Map<string, { reason: string; file: string }>();
  const problems: DefinitionProblem[] = [];
  for (const source of files) {
    const read = readOne(source);
    problems.push(...read.problems.map((problem) => placed(source.file, problem)));
    for (const [id, reason] of read.broken) if (!sound.has(id)) broken.set(id, { reason, file: source.file });
    for (const [id, definition] of Object.entries(read.pipelines)) {
      const first = sound.get(id) ?? broken.get(id);
      if (first === undefined) sound.set(id, { definition, file: source.file });
      else
        problems.push(
          placed(source.file, { message: `the pipeline ${id} is declared in ${first.file} already; that one counts` }),
        );
    }
  }
  breakUnknown(sound, broken, problems);
  return { sound, broken, problems };
}

function readOne({ file, text }: SourceFile) {
  if (file !== configurationPath) return readPipelineFile(text);
  const {
    file: whole,
    broken,
    problems,
  } = readConfiguration({ environment: {}, vscodeSettings: {}, file: { path: file, text } });
  return { pipelines: whole.pipelines, broken, problems };
}

/** What only all files together show: pipelines that name others that are not there, or each other in a circle. */
function breakUnknown(
  sound: Map<string, { definition: PipelineDefinition; file: string }>,
  broken: Map<string, { reason: string; file: string }>,
  problems: DefinitionProblem[],
): void {
  const ids = [...sound.keys(), ...broken.keys()];
  const breaks = (id: string, reason: string) => {
    const file = sound.get(id)?.file ?? configurationPath;
    sound.delete(id);
    broken.set(id, { reason, file });
    problems.push(placed(RepoPath.parse(file), { message: `pipelines.${id}: ${reason}` }));
  };
  for (const [id, { definition }] of sound) {
    const [problem] = checkPipeline(definition, ids);
    if (problem !== undefined) breaks(id, sentenceOf(problem));
  }
  for (;;) {
    const circle = findCircle(new Map([...sound].map(([id, { definition }]) => [id, namedBy(definition)])));
    const [first] = circle ?? [];
    if (circle === null || first === undefined) return;
    breaks(first, `the pipelines name each other in a circle: ${circle.join(' → ')}`);
  }
}

function namedBy({ steps, finally: final }: PipelineDefinition): string[] {
  return [...Object.values(steps), ...Object.values(final)].flatMap(({ pipeline }) => pipeline ?? []);
}

function placed(file: RepoPath, { message, line = 1, column = 1 }: ConfigurationProblem): DefinitionProblem {
  return { file, line, column, message };
}
