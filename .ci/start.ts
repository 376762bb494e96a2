// `npm start [-- <repository>] [-- --once]`: the main job on a repository, or on a sample that is made for it.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { isBundleFresh } from '../agent/bin/bundle-freshness.mjs';
import { changedFile, createSampleRepository } from '../agent/sample/sample-repository.ts';
import { bundle, root } from './bundle.ts';

const { once, repository } = readArguments();
const [folder] = await Promise.all([repository ?? makeSample(), isBundleFresh(root) || bundle({ sourcemap: true })]);
const command = path.join(root, 'agent/bin/noodle.mjs');
process.argv = [process.execPath, command, once ? 'run' : 'watch', '--verbose', '--repo', folder];
await import(pathToFileURL(command).href);

function readArguments(): { readonly once: boolean; readonly repository: string | null } {
  try {
    const options = { once: { type: 'boolean', default: false } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [first] = positionals;
    // npm moves to the package's folder; a relative path starts where the user was.
    const from = process.env['INIT_CWD'] ?? process.cwd();
    return { once: values.once, repository: first === undefined ? null : path.resolve(from, first) };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.stderr.write('usage: npm start [-- [<repository>] [--once]]\n');
    process.exit(2);
  }
}

async function makeSample(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'noodle-sample-'));
  await createSampleRepository(folder, path.join(root, 'node_modules'));
  process.stdout.write(`A sample repository, in which ${changedFile} was just changed for the worse:\n${folder}\n\n`);
  return folder;
}
