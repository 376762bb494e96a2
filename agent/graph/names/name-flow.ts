// How far a change goes by the names of what changed: through imports, re-exports and what uses them.
import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';
import type { Touched } from '../difference/difference.ts';
import type { FileFacts, ImportKind } from '../facts.ts';
import { moduleSummary } from './module-summary.ts';
import type { ImportedName, ModuleSummary } from './module-summary.ts';

/**
 * What of a file is affected: all of it, so that whoever loads it is; some exported names; or only its text, so that
 * whoever reads it without loading it is.
 */
export type Spread = 'whole' | 'text' | ReadonlySet<string>;

export interface NameQuestions {
  readonly root: string;
  readonly factsOf: (file: RepoPath) => FileFacts;
  /** What a module specifier of a file stands for. */
  readonly modulesOf: (file: RepoPath, specifier: string) => readonly RepoPath[];
  /** Tells two contents of a file apart. */
  readonly contentOf: (file: RepoPath) => string | null;
  /** Nothing depends on the file. */
  readonly isLast: (file: RepoPath) => boolean;
}

/**
 * So many modules are looked into for one change, and as many on which nothing depends; beyond, whoever loads an affected
 * module is affected, and of those on which nothing depends who has the name in its text.
 */
const mostModules = 14;

/** Ways of naming a module that carry names. */
const carrying: ReadonlySet<ImportKind> = new Set<ImportKind>(['import', 'reexport', 'elidable', 'types']);

/** What was found out of modules, kept between changes by their content. */
export class ModuleSummaries {
  readonly #known = new Map<RepoPath, { readonly content: string; readonly summary: ModuleSummary | null }>();

  of(file: RepoPath, content: string, read: () => string | null): ModuleSummary | null {
    const known = this.#known.get(file);
    if (known?.content === content) return known.summary;
    const text = read();
    const summary = text === null ? null : moduleSummary(file, text);
    this.#known.set(file, { content, summary });
    return summary;
  }
}

/** Follows names for one change set. */
export class NameFlow {
  readonly #questions: NameQuestions;
  readonly #summaries: ModuleSummaries;
  readonly #visited = new Set<RepoPath>();
  readonly #visitedLast = new Set<RepoPath>();

  constructor(questions: NameQuestions, summaries: ModuleSummaries) {
    this.#questions = questions;
    this.#summaries = summaries;
  }

  /** What others see of a changed file of which some top-level names are touched. */
  startOf(file: RepoPath, touched: Touched): Spread {
    const summary = touched === 'everything' ? null : this.#summaryOf(file);
    return summary === null || touched === 'everything' ? 'whole' : within(summary, touched);
  }

  /** What of `importer` is affected when that of `imported` is; null for nothing. */
  pass(importer: RepoPath, imported: RepoPath, spread: Spread): Spread | null {
    if (typeof spread === 'string') return 'whole';
    if (spread.size === 0) return null;
    if (this.#namesOtherwise(importer, imported)) return 'whole';
    if (!this.#mayName(importer, spread)) return null;
    const summary = this.#summaryOf(importer);
    if (summary === null) return 'whole';
    const leads = (specifier: string) =>
      this.#questions.modulesOf(importer, specifier.replace(/\?.*$/, '')).includes(imported);
    const leading = new Set(specifiersOf(summary).filter(leads));
    // A bare `import './x'` takes no name; any other way is not known here.
    if (leading.size === 0) return this.#importsBare(importer, leads) ? null : 'whole';
    return throughNames(summary, leading, spread);
  }

  #summaryOf(file: RepoPath): ModuleSummary | null {
    const visited = this.#questions.isLast(file) ? this.#visitedLast : this.#visited;
    if (!visited.has(file) && visited.size >= mostModules) return null;
    visited.add(file);
    const content = this.#questions.contentOf(file);
    if (content === null) return null;
    return this.#summaries.of(file, content, () => this.#textOf(file));
  }

  #textOf(file: RepoPath): string | null {
    try {
      return readFileSync(joinPath(this.#questions.root, file), 'utf8');
    } catch {
      return null;
    }
  }

  /** A search in the text costs a tenth of a parse: a name that stands nowhere in it is not used. */
  #mayName(importer: RepoPath, names: ReadonlySet<string>): boolean {
    if (this.#visited.has(importer) || this.#visitedLast.has(importer) || names.has('default')) return true;
    const text = this.#textOf(importer);
    if (text === null || /\*\s*(?:as|from)\b|\\u/.test(text)) return true;
    return [...names].some((name) => hasWord(text, name));
  }

  #importsBare(importer: RepoPath, leads: (specifier: string) => boolean): boolean {
    return this.#questions.factsOf(importer).imports.some((fact) => carrying.has(fact.kind) && leads(fact.specifier));
  }

  /** By `require`, `import()`, a mock, a path: then no name tells what is used. */
  #namesOtherwise(importer: RepoPath, imported: RepoPath): boolean {
    const stem = stemOf(imported);
    return this.#questions
      .factsOf(importer)
      .imports.some((fact) => !carrying.has(fact.kind) && (fact.kind === 'glob' || stemOf(fact.specifier) === stem));
  }
}

function specifiersOf({ imports, reexports, stars }: ModuleSummary): string[] {
  return [...new Set([...imports, ...reexports].map((each) => each.specifier).concat(stars))];
}

/** What of a module is affected when names are that come from some specifiers; null for nothing. */
function throughNames(
  summary: ModuleSummary,
  leading: ReadonlySet<string>,
  touched: ReadonlySet<string>,
): Spread | null {
  const isTouched = ({ specifier, imported }: ImportedName) =>
    leading.has(specifier) && (imported === '*' || touched.has(imported));
  const locals = new Set(summary.imports.filter(isTouched).map((each) => each.local));
  const own = locals.size === 0 ? new Set<string>() : within(summary, locals);
  if (typeof own === 'string') return own;
  const names = new Set([...own, ...summary.reexports.filter(isTouched).map((each) => each.local)]);
  // A star hands on everything but the default.
  if (summary.stars.some((each) => leading.has(each)))
    for (const name of touched) if (name !== 'default') names.add(name);
  return names.size === 0 ? null : names;
}

/** The exported names that touched local ones reach inside of a module; all of it when what runs at its top does. */
function within(summary: ModuleSummary, touched: ReadonlySet<string>): Spread {
  const affected = new Set(touched);
  for (let before = -1; before !== affected.size;) {
    before = affected.size;
    for (const { declares, runs, names } of summary.statements) {
      const isAffected = intersects(names, affected);
      if (!isAffected) continue;
      if (declares.length === 0 || runs) return 'whole';
      for (const name of declares) affected.add(name);
    }
  }
  return new Set([...summary.exports].filter(([, local]) => affected.has(local)).map(([exported]) => exported));
}

function hasWord(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!/[\w$]/.test(text[at - 1] ?? '') && !/[\w$]/.test(text[at + name.length] ?? '')) return true;
  }
  return false;
}

function intersects(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [small, large] = one.size < other.size ? [one, other] : [other, one];
  for (const each of small) if (large.has(each)) return true;
  return false;
}

/** The last name of a path, without extension; of an index file that of its folder. */
function stemOf(path: string): string {
  const parts = path
    .replace(/\?.*$/, '')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  const last = (parts.at(-1) ?? '').replace(/(?:\.d)?\.\w+$/, '');
  return last === 'index' ? (parts.at(-2) ?? '') : last;
}
