// What all commands over CSV files share: arguments, one clear sentence for bad input, and a result that is whole or absent.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Feature } from '../features/feature.ts';
import { loadModel, type LoadedModel } from '../runtime/runtime.ts';
import { BadInput } from './csv.ts';

/** Runs a command to its end. Bad input: one sentence on stderr, exit code 2. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    process.stderr.write(`noodle: ${error.message}\n`);
    process.exitCode = 2;
  }
}

/** The named options as text. Throws `BadInput` for others, and for a required one that is not given. */
export function readOptions(
  required: readonly string[],
  optional: readonly string[] = [],
): ReadonlyMap<string, string> {
  const names = [...required, ...optional];
  const usage = [
    ...required.map((name) => `--${name} <${name}>`),
    ...optional.map((name) => `[--${name} <${name}>]`),
  ].join(' ');
  const options = new Map<string, string>();
  try {
    const { values } = parseArgs({
      options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    });
    for (const [name, value] of Object.entries(values)) if (typeof value === 'string') options.set(name, value);
  } catch (error) {
    throw new BadInput(`${error instanceof Error ? firstLine(error.message) : ''}: expected ${usage}`);
  }
  const missing = required.find((name) => (options.get(name) ?? '') === '');
  if (missing !== undefined) throw new BadInput(`--${missing} is missing: expected ${usage}`);
  return options;
}

/** Without the full stop that it may end with. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/\.$/, '');
}

/** Writes the lines to a file beside the target first, so that the target is whole or as it was. Throws `BadInput`. */
export function writeLines(file: string, lines: readonly string[]): void {
  const partial = `${file}.partial-${process.pid}`;
  try {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    writeFileSync(partial, '');
    for (let start = 0; start < lines.length; start += 50_000) {
      writeFileSync(partial, `${lines.slice(start, start + 50_000).join('\n')}\n`, { flag: 'a' });
    }
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new BadInput(`${file} cannot be written (${code})`);
  }
}

/** A field of a file separated by `;`: quoted where it must be. */
export function field(value: string | number): string {
  const text = String(value);
  return /[;"\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The folder of what is shipped. */
export const artifactsFolder = path.resolve(import.meta.dirname, '../artifacts');

/** Loads a model for a command; `--model <folder>` may name another than the shipped. A refusal is bad input. */
export async function openModel(
  name: string,
  features: readonly Feature[],
  folder = path.join(artifactsFolder, name),
): Promise<LoadedModel> {
  const loading = await loadModel({ folder, features });
  if (!loading.ok) throw new BadInput(`the model was refused: ${loading.refusal.message}`);
  return loading.model;
}
