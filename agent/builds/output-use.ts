// Whether the tests of a package load what its own build writes: found by reading tests and runners' configuration.
import type { BuildTarget } from '../protocol/build.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { Manifest } from './manifest.ts';
import { FileTree, folderOf, foldersUp, under } from './paths.ts';
import { baseOf } from './patterns.ts';

/** The commit that is checked out, and the files that differ from it (or from whatever the change is measured against). */
export interface CheckedOut {
  readonly head: string | null;
  readonly changed: readonly RepoPath[];
}

/** Test files by their names or folders. */
const testFile =
  /(?:(?:^|\/)(?:tests?|__tests__|specs?|e2e)\/.*\.[cm]?[jt]sx?|[._-](?:test|spec)\.[cm]?[jt]sx?|(?:^|\/)tests?\.[cm]?[jt]s)$/;
const runnerConfiguration = /^(?:(?:vitest|vite|jest|mocha)\w*\.(?:config|workspace|setup)\.\w+|\.mocharc\.\w+)$/;

export class OutputUse {
  readonly #read: (path: RepoPath) => string | null;
  /** For test files that were read: whether they load the output of their package. */
  readonly #loading = new Map<RepoPath, boolean>();
  #tree = new FileTree([]);
  #head: string | null = null;
  #changed: readonly RepoPath[] = [];

  constructor(read: (path: RepoPath) => string | null) {
    this.#read = read;
  }

  /** What was found in files that may differ now is looked up again; true when there was any such. */
  update(tree: FileTree, checkedOut: CheckedOut | null): boolean {
    this.#tree = tree;
    if (checkedOut === null) return false;
    const { head, changed } = checkedOut;
    // A file that was changed last time and is not now was taken back.
    const stale = [...changed, ...this.#changed];
    const isOther = head !== this.#head || stale.some((path) => runnerConfiguration.test(fileName(path)));
    if (isOther) this.#loading.clear();
    for (const path of stale) this.#loading.delete(path);
    this.#head = head;
    this.#changed = changed;
    return isOther || stale.length > 0;
  }

  forget(): void {
    this.#loading.clear();
  }

  /** Whether tests, their configuration or the test scripts name the package itself or a folder that its build writes. */
  loadsOwnOutput(manifest: Manifest, target: BuildTarget, packages: ReadonlyMap<string, unknown>): boolean {
    const { folder, name } = manifest;
    const written = target.outputs.map((pattern) =>
      escapeExpression(baseOf(pattern).slice(folder === '' ? 0 : folder.length + 1)),
    );
    if (scriptsLoad(manifest, written)) return true;
    const loads = [
      ...(written.length === 0 ? [] : [new RegExp(`["'\`](?:\\.{1,2}/)+(?:${written.join('|')})(?:/|["'\`])`)]),
      ...(name === null || this.isAliased(name, folder)
        ? []
        : [new RegExp(`["'\`]${escapeExpression(name)}(?:/[^"'\`]*)?["'\`]`)]),
    ];
    return this.#tree.below(folder).some((path) => this.#mayLoad(path, folder, packages) && this.#loads(path, loads));
  }

  /** Whether the configuration of a runner at or above the folder puts sources in the place of a package. */
  isAliased(name: string, folder: string): boolean {
    return foldersUp(folder).some((each) =>
      this.#configurations(each).some((path) => {
        const text = this.#read(path) ?? '';
        return text.includes(name) && /\bsrc\b/.test(text) && /\balias|moduleNameMapper/.test(text);
      }),
    );
  }

  #configurations(folder: string): RepoPath[] {
    const direct = this.#tree.below(folder).filter((path) => folderOf(path) === folder);
    return direct.filter((path) => runnerConfiguration.test(fileName(path)) || path === under(folder, 'package.json'));
  }

  /** Files of packages further down are theirs. */
  #mayLoad(path: RepoPath, folder: string, packages: ReadonlyMap<string, unknown>): boolean {
    if (!testFile.test(path) && !runnerConfiguration.test(fileName(path))) return false;
    return foldersUp(folderOf(path)).find((each) => each === folder || packages.has(each)) === folder;
  }

  #loads(path: RepoPath, expressions: readonly RegExp[]): boolean {
    const known = this.#loading.get(path);
    if (known !== undefined) return known;
    const text = this.#read(path) ?? '';
    const loads = expressions.some((expression) => expression.test(text));
    this.#loading.set(path, loads);
    return loads;
  }
}

/** Runners are started without the scripts around them, so what a script builds first has to be built here. */
function scriptsLoad({ scripts }: Manifest, written: readonly string[]): boolean {
  const names = new RegExp(`(?:^|[\\s"'\`/=(])(?:\\.{0,2}/)*(?:${written.join('|')})(?:["'\`/\\s]|$)`, 'm');
  return Object.entries(scripts).some(([name, script]) => {
    if (!/^(?:pre)?test$/.test(name)) return false;
    return (written.length > 0 && names.test(script)) || /\bbuild\b/.test(script);
  });
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function escapeExpression(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
