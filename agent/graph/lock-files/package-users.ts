// Who uses some packages: the files that import them, and the folders whose tools they are.
import type { RepoPath } from '../../protocol/ids.ts';
import type { FileFacts } from '../facts.ts';
import { isWithin } from '../resolution/file-set.ts';

export interface PackageQuestions {
  readonly sources: () => Iterable<RepoPath>;
  readonly factsOf: (file: RepoPath) => FileFacts;
  /** Every package.json, with its text. */
  readonly manifests: () => readonly { readonly folder: string; readonly text: string }[];
  /** The texts of all other files that configure tools. */
  readonly configurations: () => readonly { readonly folder: string; readonly text: string }[];
}

export interface PackageUsers {
  /** With the package that each imports. */
  readonly files: ReadonlyMap<RepoPath, string>;
  /** A package that a configuration names, or that is a dependency and imported by no file: a tool, whose reach is not known. */
  readonly tool: string | null;
  /** Why nobody can tell its reach, as a sentence's beginning, where more is known than that it changed. */
  readonly reason?: string;
}

/** Tools that no test runs with, and types, which no test runs. */
const idleTool =
  /^(?:@types\/|@eslint\/|@commitlint\/|@changesets\/|(?:@[\w-]+\/)?eslint(?:-|$)|prettier(?:-|$)|stylelint(?:-|$)|(?:husky|lint-staged|typedoc|cspell|markdownlint(?:-cli2?)?|pretty-quick|np|release-it|semantic-release|npm-check-updates)$)/;

/** Below a folder. */
export function usersOf(packages: ReadonlySet<string>, folder: string, questions: PackageQuestions): PackageUsers {
  const files = new Map<RepoPath, string>();
  const imported = new Set<string>();
  for (const file of questions.sources()) {
    if (!isWithin(folder, file)) continue;
    for (const { kind, specifier } of questions.factsOf(file).imports) {
      const name = kind === 'path' || kind === 'folder' || kind === 'glob' ? null : packageIn(specifier);
      if (name === null || !packages.has(name) || kind === 'types') continue;
      imported.add(name);
      if (!files.has(file)) files.set(file, name);
    }
  }
  return { files, tool: toolAmong(packages, imported, { folder, questions }) };
}

function toolAmong(
  packages: ReadonlySet<string>,
  imported: ReadonlySet<string>,
  { folder, questions }: { readonly folder: string; readonly questions: PackageQuestions },
): string | null {
  const manifests = questions.manifests().filter((each) => isWithin(folder, each.folder));
  const direct = new Set(manifests.flatMap(({ text }) => dependenciesIn(text)));
  const texts = [...manifests, ...questions.configurations().filter((each) => isWithin(folder, each.folder))].map(
    (each) => each.text,
  );
  const tools = [...packages].filter((name) => !idleTool.test(name));
  return (
    tools.find((name) => (direct.has(name) && !imported.has(name)) || texts.some((text) => isNamedIn(text, name))) ??
    null
  );
}

/** As a value, not as the key of a dependency. */
function isNamedIn(text: string, name: string): boolean {
  return ['"', "'"].some((quote) => {
    const quoted = `${quote}${name}${quote}`;
    for (let at = text.indexOf(quoted); at !== -1; at = text.indexOf(quoted, at + 1)) {
      if (!/^\s*:/.test(text.slice(at + quoted.length, at + quoted.length + 20))) return true;
    }
    return false;
  });
}

/** The package of a specifier; null for paths and for built-in modules. */
function packageIn(specifier: string): string | null {
  if (/^[./#~]|^\w+:/.test(specifier)) return null;
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function dependenciesIn(text: string): string[] {
  try {
    const manifest: unknown = JSON.parse(text);
    if (!isObject(manifest)) return [];
    return ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap((key) => {
      const section = manifest[key];
      return isObject(section) ? Object.keys(section) : [];
    });
  } catch {
    return [];
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
