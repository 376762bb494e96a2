// Go modules: `go build ./...` in each, thrown away, since Go keeps what it builds in a cache of its own.
import type { FoundTarget } from '../found-target.ts';
import { toolTarget } from '../found-target.ts';
import { folderOf, foldersUp, inRepository, under } from '../paths.ts';
import { escapePattern, everythingIn } from '../patterns.ts';
import { filesNamed, type ProjectFiles, type TargetKind } from './target-kind.ts';

export const go: TargetKind = {
  name: 'go',
  find(files) {
    const modules = filesNamed(files.tree, (name) => name === 'go.mod').flatMap((path) => {
      const module = parseModule(files.read(path) ?? '');
      return module === null ? [] : [{ ...module, path, folder: folderOf(path) }];
    });
    return modules.map((module) => targetOf(module, modules, files));
  },
};

interface GoModule {
  /** What it is called by those that import it. */
  readonly name: string;
  readonly requires: readonly string[];
  /** Modules that are taken from folders, relative to this one. */
  readonly replaced: ReadonlyMap<string, string>;
}

type FoundModule = GoModule & { readonly path: string; readonly folder: string };

function targetOf(module: FoundModule, modules: readonly FoundModule[], files: ProjectFiles): FoundTarget {
  const { folder, name } = module;
  const inWorkspace = workspaceFolders(folder, files);
  const local = modules.filter(
    (other) =>
      other !== module &&
      module.requires.includes(other.name) &&
      (inWorkspace.has(other.folder) ||
        inRepository(folder, module.replaced.get(other.name) ?? '..//') === other.folder),
  );
  const outside = module.requires.filter((required) => !local.some((other) => other.name === required));
  // Everything is at hand: no module has to be fetched.
  const automatic = outside.length === 0 || files.tree.has(under(folder, 'vendor/modules.txt'));
  const above = foldersUp(folder).flatMap((each) => ['go.work', 'go.work.sum'].map((file) => under(each, file)));
  return toolTarget(
    {
      id: `go:${name}`,
      kind: 'go',
      folder,
      command: `go build -o ${process.platform === 'win32' ? 'NUL' : '/dev/null'} ./...`,
      language: 'go',
      inputs: [
        everythingIn(folder),
        ...notCompiled(folder),
        ...above.filter((file) => files.tree.has(file)).map(escapePattern),
      ],
      foundIn: module.path,
      tools: ['go'],
      needs: local.map((other) => `go:${other.name}`),
    },
    { automatic },
  );
}

/** What `go build` does not look at. */
function notCompiled(folder: string): string[] {
  return ['**/*_test.go', '**/testdata/**', '**/*.md', '.github/**'].map(
    (pattern) => `!${under(escapePattern(folder), pattern)}`,
  );
}

/** Folders of the modules of the `go.work` that the module lies in. */
function workspaceFolders(folder: string, { tree, read }: ProjectFiles): ReadonlySet<string> {
  const path = foldersUp(folder)
    .map((each) => under(each, 'go.work'))
    .flatMap((file) => tree.all.filter((each) => each === file))[0];
  if (path === undefined) return new Set();
  const used = [...withoutComments(read(path) ?? '').matchAll(/^\s*(?:use\s+)?(\.{1,2}(?:\/\S*)?)\s*$/gm)];
  return new Set(used.flatMap(([, each = '']) => inRepository(folderOf(path), each) ?? []));
}

/** Null when it has no name. */
export function parseModule(text: string): GoModule | null {
  const plain = withoutComments(text);
  const name = /^\s*module\s+"?([^\s"]+)"?/m.exec(plain)?.[1];
  if (name === undefined) return null;
  const requires = [...directives(plain, 'require')].flatMap((line) => /^"?([^\s"]+)"?\s+v\S+/.exec(line)?.[1] ?? []);
  const replaced = [...directives(plain, 'replace')].flatMap((line) => {
    const [, from, to] = /^"?([^\s"]+)"?(?:\s+v\S+)?\s*=>\s*"?(\.{1,2}\/[^\s"]*)"?/.exec(line) ?? [];
    return from === undefined || to === undefined ? [] : [[from, to] as const];
  });
  return { name, requires, replaced: new Map(replaced) };
}

/** What follows a word, on its line or in the brackets that it opens. */
function* directives(text: string, word: string): Generator<string> {
  const expression = new RegExp(`^[ \\t]*${word}[ \\t]+(?:\\(([^)]*)\\)|([^\\n(]+))`, 'gm');
  for (const [, block, line] of text.matchAll(expression))
    yield* (block ?? line ?? '')
      .split('\n')
      .map((each) => each.trim())
      .filter((each) => each !== '');
}

function withoutComments(text: string): string {
  return text.replace(/\/\/[^\n]*/g, '');
}
