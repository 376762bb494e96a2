// A folder without git: its files, and what became of them since the state that was remembered after the last run.
import type { ChangeSet } from '../protocol/change-set.ts';
import { failure, success } from '../protocol/failure.ts';
import { changesBetween, loadFolderState, readFolderState, saveFolderState, type FolderState } from './file-times.ts';
import { createFolderIgnoreRules } from './folder-ignore-rules.ts';
import { noHistory } from './git-history.ts';
import { walkFolder } from './folder-walk.ts';
import type { Location } from './location.ts';
import type { Source } from './source.ts';

/** The base of its change sets. */
const fileTimes = 'file times';

/** `whyNoGit` becomes a note of every change set. */
export function openFolderSource({ root, stateDirectory }: Location, whyNoGit: string): Source {
  const rules = createFolderIgnoreRules(root);
  const statesSeen = new WeakMap<ChangeSet, FolderState>();
  let latest: FolderState | null = null;
  const listFiles = async () => {
    rules.reset();
    return await walkFolder(root, rules);
  };
  const compare = async () => {
    const [before, after] = await Promise.all([
      loadFolderState(stateDirectory),
      listFiles().then(async (files) => await readFolderState(root, files)),
    ]);
    const changes = changesBetween({ root, before, after, whyNoGit });
    statesSeen.set(changes, after);
    latest = after;
    return success(changes);
  };
  return {
    rules,
    listFiles,
    changes: async (base) =>
      base === undefined || base === fileTimes ? await compare() : unknownRevision(base, whyNoGit),
    checkBase: async (base) => (base === fileTimes ? success(undefined) : unknownRevision(base, whyNoGit)),
    readBase: async () => null,
    head: async () => ({ commit: null, branch: null }),
    history: async () => noHistory,
    readGit: async () => null,
    touch() {},
    async markSeen(changes) {
      const state = (changes === undefined ? undefined : statesSeen.get(changes)) ?? latest;
      if (state !== null) await saveFolderState(stateDirectory, state);
    },
    openGit: null,
    dispose() {},
  };
}

function unknownRevision(base: string, whyNoGit: string) {
  return failure('unknown_revision', `"${base}" names no commit: ${whyNoGit}`, {
    place: 'base',
    hint: 'Leave out the base: changes are told since the last run.',
  });
}
