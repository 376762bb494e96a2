// What the distributions of a Python environment let import, need and plug in, by the metadata that installers leave.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { normalizedName } from './locked-packages.ts';

export interface InstalledDistribution {
  /** Names that a file can import, the first part of each. */
  readonly modules: ReadonlySet<string>;
  /** Console scripts. */
  readonly commands: ReadonlySet<string>;
  /** Normalized names, extras that only its own developers use left out. */
  readonly needs: ReadonlySet<string>;
  /** Why it takes part in programs that do not import it; null when it does not. */
  readonly actsUnasked: string | null;
}

type Distributions = ReadonlyMap<string, InstalledDistribution>;

/** Reads the metadata below folders; what it read holds until something is installed there. */
export class InstalledDistributions {
  readonly #root: string;
  #stamp = '';
  #known: Distributions = new Map();

  /** Distributions made from folders of the repository at `root` are left out: their files are in the graph. */
  constructor(root: string) {
    this.#root = root;
  }

  /** By normalized name; one that several folders hold is all of them together. */
  in(folders: readonly string[]): Distributions {
    const existing = [...new Set(folders)].flatMap((folder) => {
      const stat = statSync(folder, { throwIfNoEntry: false });
      return stat?.isDirectory() === true ? [{ folder, stamp: `${folder} ${stat.mtimeMs}` }] : [];
    });
    const stamp = existing.map((each) => each.stamp).join('\n');
    if (stamp !== this.#stamp) {
      this.#known = readAll(
        existing.map((each) => each.folder),
        this.#root,
      );
      this.#stamp = stamp;
    }
    return this.#known;
  }
}

function readAll(folders: readonly string[], root: string): Distributions {
  const found = new Map<string, InstalledDistribution>();
  for (const folder of folders) {
    for (const entry of namesIn(folder)) {
      if (!/\.(?:dist|egg)-info$/.test(entry)) continue;
      const read = readDistribution(path.join(folder, entry));
      if (read === null || isMadeFrom(root, path.join(folder, entry))) continue;
      const known = found.get(read.name);
      found.set(read.name, known === undefined ? read : merged(known, read));
    }
  }
  return found;
}

/** Whether it was installed from a folder of the repository, as `pip install -e .` does. */
function isMadeFrom(root: string, metadata: string): boolean {
  const url = /"url"\s*:\s*"(file:[^"]+)"/.exec(textOf(path.join(metadata, 'direct_url.json')) ?? '')?.[1];
  if (url === undefined) return false;
  try {
    const relative = path.relative(root, fileURLToPath(url));
    return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
  } catch {
    return false;
  }
}

function readDistribution(folder: string): (InstalledDistribution & { readonly name: string }) | null {
  const read = (file: string) => textOf(path.join(folder, file));
  const head = (read('METADATA') ?? read('PKG-INFO') ?? textOf(folder))?.split(/\r?\n\r?\n/)[0] ?? '';
  const name = /^Name:\s*(\S+)/m.exec(head)?.[1];
  if (name === undefined) return null;
  const record = recorded(read('RECORD') ?? '');
  const topLevel = (read('top_level.txt') ?? '').split(/\s+/).filter((word) => word !== '');
  const modules = new Set([...topLevel.map((word) => word.split('/')[0] ?? ''), ...record.flatMap(moduleOf)]);
  const groups = entryPointGroups(read('entry_points.txt') ?? '');
  const needs = [...head.matchAll(/^Requires-Dist:\s*([\w.-]*\w)(.*)$/gm)].flatMap(([, needed = '', rest = '']) =>
    ownExtra.test(/\bextra\s*==\s*['"]([\w.-]+)/.exec(rest)?.[1] ?? '') ? [] : normalizedName(needed),
  );
  return {
    name: normalizedName(name),
    modules,
    commands: new Set(groups.get('console_scripts') ?? []),
    needs: new Set([...needs, ...requiredByEgg(read('requires.txt') ?? '')]),
    actsUnasked: unasked(name, record, [...groups.keys()]),
  };
}

/** Extras for whoever works on the distribution itself. */
const ownExtra =
  /^(?:dev|devel|develop|development|tests?|testing|docs?|documentation|lint|linting|format|typing|types?|typecheck|mypy|check|checks|cover|coverage|enabler|style|release|build|bench|benchmark|benchmarks|ci|profile)$/i;

/** `RECORD`: the paths of a distribution's files, one a line, in CSV. */
function recorded(text: string): string[] {
  return text.split('\n').flatMap((line) => /^(?:"([^"]+)"|([^,]+)),/.exec(line)?.slice(1).find(Boolean) ?? []);
}

/** The top-level module that a recorded file belongs to. */
function moduleOf(file: string): string[] {
  const [first = '', ...rest] = file.split('/');
  if (/^\.\.?$|\.(?:dist|egg)-info$|\.data$|^__pycache__$/.test(first)) return [];
  if (rest.length > 0) return [first];
  const module = /^(\w+)(?:\.[\w-]+)*\.(?:pyw?|so|pyd)$/.exec(first)?.[1];
  return module === undefined ? [] : [module];
}

/** The names of each group of `entry_points.txt`. */
function entryPointGroups(text: string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  let group: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim();
    const name = /^\s*([^=#;[\s][^=]*?)\s*=/.exec(line)?.[1];
    if (head !== undefined) groups.set(head, (group = []));
    else if (name !== undefined) group.push(name);
  }
  return groups;
}

/** The requirements of an egg, up to its first extra. */
function requiredByEgg(text: string): string[] {
  const own = text.split(/^\[/m)[0] ?? '';
  return own
    .split('\n')
    .flatMap((line) => /^[\w.-]*\w/.exec(line.trim())?.[0] ?? [])
    .map(normalizedName);
}

/** Groups of entry points that only tools which build, check or document look for. */
const idleGroup =
  /^(?:console_scripts|gui_scripts|distutils\.|setuptools\.|egg_info\.|babel\.(?:extractors|checkers)$|pyinstaller40$|flake8\.|pylint|mypy|sphinx\.|array_api$|numpy_config$|pipx\.run$|hatch$|poetry\.)/;
const runsTests = /^(?:pytest|pluggy|iniconfig|nose2?|tox|nox|coverage|pip|setuptools|wheel)$/;

function unasked(name: string, record: readonly string[], groups: readonly string[]): string | null {
  if (runsTests.test(normalizedName(name))) return 'tests run with it';
  if (groups.includes('pytest11')) return 'it is a plugin of pytest';
  const started = record.find((file) => /^[^/]+\.pth$|^(?:site|user)customize\.py$/.test(file));
  if (started !== undefined) return `Python loads its ${started} at every start`;
  const group = groups.find((each) => !idleGroup.test(each));
  return group === undefined ? null : `it is found by others as an entry point (${group})`;
}

function merged(
  one: InstalledDistribution,
  other: InstalledDistribution & { readonly name: string },
): InstalledDistribution {
  return {
    modules: new Set([...one.modules, ...other.modules]),
    commands: new Set([...one.commands, ...other.commands]),
    needs: new Set([...one.needs, ...other.needs]),
    actsUnasked: one.actsUnasked ?? other.actsUnasked,
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
