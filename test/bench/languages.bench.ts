// The graph over 2,000 generated files of each compiled language: cold, and one edit to its impact.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGraph } from '../../agent/graph/graph.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import { RepoPath } from '../../agent/protocol/ids.ts';

const filesPerLanguage = 2_000;
const edits = 20;
const perFolder = 20;

interface Language {
  readonly name: string;
  readonly manifest: readonly [string, string];
  readonly fileOf: (index: number) => string;
  readonly textOf: (index: number, imported: readonly number[]) => string;
}

const body = (index: number, open: string, close: string) =>
  Array.from(
    { length: 20 },
    (_, at) => `${open}step${at}(int value)${close} { /* ${index} */ return value + ${at}; }`,
  ).join('\n');
const folderOf = (index: number) => Math.floor(index / perFolder);

const languages: readonly Language[] = [
  {
    name: 'Java',
    manifest: ['pom.xml', '<project><artifactId>app</artifactId></project>'],
    fileOf: (index) => `src/main/java/p${folderOf(index)}/C${index}.java`,
    textOf: (index, imported) =>
      `package p${folderOf(index)};\n${imported.map((each) => `import p${folderOf(each)}.C${each};`).join('\n')}\npublic class C${index} {\n${imported.map((each) => `  C${each} c${each};`).join('\n')}\n${body(index, 'int ', '')}\n}\n`,
  },
  {
    name: 'Go',
    manifest: ['go.mod', 'module bench.dev/app'],
    fileOf: (index) => `p${folderOf(index)}/f${index}.go`,
    textOf: (index, imported) =>
      `package p${folderOf(index)}\n\nimport (\n${imported.map((each) => `\t"bench.dev/app/p${folderOf(each)}"`).join('\n')}\n)\n\n${body(index, 'func ', ' int')}\n`,
  },
  {
    name: 'Rust',
    manifest: ['Cargo.toml', '[package]\nname = "app"\n'],
    fileOf: (index) => (index === 0 ? 'src/lib.rs' : `src/m${index}.rs`),
    textOf: (index, imported) =>
      `${index === 0 ? Array.from({ length: filesPerLanguage - 1 }, (_, at) => `mod m${at + 1};`).join('\n') : ''}\n${imported.map((each) => `use crate::m${each}::Thing;`).join('\n')}\n${body(index, 'pub fn ', ' -> i64')}\n`,
  },
  {
    name: 'C',
    manifest: ['CMakeLists.txt', 'file(GLOB_RECURSE ALL src/*.c)\nadd_library(app ${ALL})\n'],
    fileOf: (index) => `src/p${folderOf(index)}/f${index}.${index % 2 === 0 ? 'h' : 'c'}`,
    textOf: (index, imported) =>
      `${imported.map((each) => `#include "p${folderOf(each)}/f${each - (each % 2)}.h"`).join('\n')}\n${body(index, 'int ', '')}\n`,
  },
  {
    name: 'C#',
    manifest: ['App.csproj', '<Project />'],
    fileOf: (index) => `P${folderOf(index)}/C${index}.cs`,
    textOf: (index, imported) =>
      `${imported.map((each) => `using App.P${folderOf(each)};`).join('\n')}\nnamespace App.P${folderOf(index)};\npublic class C${index} {\n${imported.map((each) => `  C${each} c${each};`).join('\n')}\n${body(index, 'int ', '')}\n}\n`,
  },
];

/** Prints one line a language. */
export async function run(report: (line: string) => void): Promise<void> {
  for (const language of languages) {
    const root = await mkdtemp(path.join(tmpdir(), 'noodle-bench-languages-'));
    try {
      report(await measure(language, root));
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }
}

async function measure(language: Language, root: string): Promise<string> {
  const files = await generate(language, root);
  const graph = createGraph({ root, store: null, clock: systemClock, log: silentLog });
  try {
    const start = performance.now();
    await graph.update(files);
    const coldMs = performance.now() - start;
    const times: number[] = [];
    for (let edit = 0; edit < edits; edit++) {
      const index = (edit * 97) % filesPerLanguage;
      const file = RepoPath.parse(language.fileOf(index));
      await writeFile(path.join(root, file), `${language.textOf(index, importsOf(index))}\n// ${edit}\n`);
      const before = performance.now();
      await graph.update(files, [file]);
      graph.importersOf(file);
      times.push(performance.now() - before);
    }
    const median = times.toSorted((a, b) => a - b)[edits >> 1] ?? 0;
    const perSecond = Math.round((filesPerLanguage / coldMs) * 1_000);
    return `${language.name.padEnd(5)} cold ${coldMs.toFixed(0).padStart(5)} ms, ${String(perSecond).padStart(6)} files a second; an edit ${median.toFixed(1)} ms`;
  } finally {
    await graph.dispose();
  }
}

function importsOf(index: number): number[] {
  return [1, 7, 31].map((step) => index - step).filter((each) => each >= 0);
}

async function generate({ manifest, fileOf, textOf }: Language, root: string): Promise<RepoPath[]> {
  const files = [manifest[0]];
  await writeFile(path.join(root, manifest[0]), manifest[1]);
  for (let index = 0; index < filesPerLanguage; index++) {
    const file = fileOf(index);
    await mkdir(path.join(root, path.dirname(file)), { recursive: true });
    await writeFile(path.join(root, file), textOf(index, importsOf(index)));
    files.push(file);
  }
  return files.toSorted().map((file) => RepoPath.parse(file));
}

if (process.argv[1] === import.meta.filename) await run((line) => process.stdout.write(`${line}\n`));
