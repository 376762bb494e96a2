// Which state of the program lies in a folder: a pull or an installation changes it, and an agent that was started before does not.
// Plain JavaScript for Node 20.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** The commit that is checked out in a source tree; else size and time of the program itself. Null when there is none. */
export function programBuild(root) {
  const program = stampOf(path.join(root, 'agent/main.ts'));
  return program === null ? stampOf(path.join(root, 'dist/agent.mjs')) : (commitIn(path.join(root, '.git')) ?? program);
}

function stampOf(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.size}-${found.mtimeMs}`;
}

/** Null for what is no plain repository. */
function commitIn(git) {
  try {
    const head = readFileSync(path.join(git, 'HEAD'), 'utf8').trim();
    const name = /^ref: (refs\/\S+)$/.exec(head)?.[1];
    return name === undefined ? head : readFileSync(path.join(git, name), 'utf8').trim();
  } catch {
    return packedCommit(git);
  }
}

function packedCommit(git) {
  try {
    const name = readFileSync(path.join(git, 'HEAD'), 'utf8').trim().slice('ref: '.length);
    const lines = readFileSync(path.join(git, 'packed-refs'), 'utf8').split('\n');
    return lines.find((line) => line.endsWith(` ${name}`))?.split(' ')[0] ?? null;
  } catch {
    return null;
  }
}
