// Gradle: `gradle test` with an init script of ours, which tells every test through Gradle's own listeners.
import { closeSync, existsSync, openSync, readFileSync, readSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { createLineSplitter } from '../../platform/line-splitter.ts';
import { TestStatus } from '../../protocol/test.ts';
import type { BatchContext, BatchOutcome, TestBatch } from '../adapter.ts';
import { plainText } from '../javascript/failure-text.ts';
import { jsonOf } from '../native/machine-run.ts';
import { folderOf } from '../native/repository-paths.ts';
import { classOfFile } from './classes.ts';
import { JavaResults } from './results.ts';

const missingGradle =
  'gradle is not in PATH and the project has no gradlew: install Gradle (https://gradle.org, or the package gradle) and a JDK to run these tests';
const keptOutput = 64 * 1024;

/** What runners/noodle.gradle writes, a line each. */
const Message = z.discriminatedUnion('event', [
  z.object({ event: z.literal('began'), className: z.string() }),
  z.object({
    event: z.literal('result'),
    className: z.string(),
    titles: z.array(z.string()),
    status: TestStatus,
    durationMs: z.number().nonnegative(),
    message: z.string().nullish(),
    stack: z.string().nullish(),
    output: z.string().optional(),
  }),
]);

export async function runGradle(batch: TestBatch, context: BatchContext): Promise<BatchOutcome> {
  const folder = path.join(context.root, batch.project.folder);
  const report = path.join(context.temporaryFolder, 'report.jsonl');
  const selection = path.join(context.temporaryFolder, 'selection.txt');
  writeFileSync(report, '');
  writeFileSync(selection, selectedTests(batch, context).join('\n'));
  const results = new JavaResults(batch, context, modulesOf(batch, context));
  const reader = followReport(report, (line) => pass(line, results));
  let output = '';
  const take = (text: string) => {
    context.touch();
    output = (output + text).slice(-keptOutput);
  };
  const exit = await context.run({
    command: programOf(folder),
    args: [
      '--init-script',
      path.join(context.runnerFolder, 'noodle.gradle'),
      `-Dnoodle.report=${report}`,
      `-Dnoodle.selection=${batch.files === null ? '' : selection}`,
      '--continue',
      '--console=plain',
      'test',
    ],
    cwd: folder,
    environment: context.environment,
    beforeKill: results.beforeKill,
    onStdout: take,
    onStderr: take,
  });
  reader.end();
  if (exit.startError !== null) return { state: 'runner_missing', message: missingGradle };
  return results.outcome({ tool: 'gradle', exitCode: exit.exitCode, output: plainText(output) });
}

function programOf(folder: string): string {
  const wrapper = path.join(folder, process.platform === 'win32' ? 'gradlew.bat' : 'gradlew');
  return existsSync(wrapper) ? wrapper : 'gradle';
}

function modulesOf(batch: TestBatch, { root }: BatchContext): string[] {
  const folders = batch.project.files.map((file) => {
    const source = file.indexOf('src/');
    return path.join(root, source === -1 ? folderOf(file) : file.slice(0, source));
  });
  return [...new Set([...folders, path.join(root, batch.project.folder)])];
}

/** Patterns as Gradle's filters take them: a class, with what is nested in it, or a method. */
function selectedTests({ files, only }: TestBatch, { root }: BatchContext): string[] {
  return (files ?? []).flatMap((file) => {
    const name = classOfFile(file, readFileSync(path.join(root, file), 'utf8'));
    if (only.length === 0) return [name, `${name}$*`];
    return only.map((titles) => {
      const method = /^[\w$]+/.exec(titles.find((title) => /^[a-z_]/.test(title)) ?? '')?.[0];
      const holders = titles.slice(0, -1).filter((title) => /^[A-Z]\w*$/.test(title));
      return [[name, ...holders].join('$'), ...(method === undefined ? [] : [method])].join('.');
    });
  });
}

/** Hands over the lines of a file as they are written: the build runs in a process that Gradle keeps. */
export function followReport(file: string, onLine: (line: string) => void): { end(): void } {
  const opened = openSync(file, 'r');
  const chunk = Buffer.alloc(64 * 1024);
  // What was written so far may end within a character.
  const decoder = new StringDecoder('utf8');
  const lines = createLineSplitter(onLine, 1024 * 1024);
  const read = () => {
    for (let size = readSync(opened, chunk); size > 0; size = readSync(opened, chunk))
      lines.push(decoder.write(chunk.subarray(0, size)));
  };
  const watcher = watch(file, read);
  // Where it cannot be watched, it is read at its end.
  watcher.on('error', () => watcher.close());
  return {
    end() {
      watcher.close();
      read();
      closeSync(opened);
      lines.end();
    },
  };
}

function pass(line: string, results: JavaResults): void {
  const message = Message.safeParse(jsonOf(line));
  if (!message.success) return;
  if (message.data.event === 'began') results.began(message.data.className);
  else results.report(message.data);
}
