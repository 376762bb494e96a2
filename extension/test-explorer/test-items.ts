// The items of one repository in the Test Explorer: project folder → file → suites → case, made when they are needed.
import * as vscode from 'vscode';
import type { TestId } from '../../agent/protocol/ids.ts';
import type { FlakyTest } from '../../agent/protocol/flakiness.ts';
import type { TestCase, TestFile, TestResult } from '../../agent/protocol/test.ts';
import type { Repository } from '../repository.ts';
import { TestMarks, type TagName } from './test-marks.ts';

/** What an item stands for. */
export interface ItemSubject {
  readonly repository: Repository;
  /** The test file, for files, suites and cases. */
  readonly file: TestId | null;
  /** The case, for cases alone. */
  readonly testCase: TestId | null;
}

/** What the items of a controller stand for, of all repositories. */
export type ItemSubjects = WeakMap<vscode.TestItem, ItemSubject>;

export interface TestItemsOptions {
  readonly controller: vscode.TestController;
  readonly subjects: ItemSubjects;
  readonly repository: Repository;
}

export class TestItems {
  readonly #options: TestItemsOptions;
  readonly #files = new Map<TestId, vscode.TestItem>();
  readonly #cases = new Map<TestId, vscode.TestItem>();
  readonly #known = new Map<TestId, TestFile>();
  /** By the address of the file that they stand for. */
  readonly #byAddress = new Map<string, vscode.TestItem>();
  /** The cases that are shown, by their file. */
  readonly #casesOf = new Map<TestId, Set<TestId>>();
  readonly #marks = new TestMarks();
  readonly #tags = new Map<TagName, vscode.TestTag>();

  constructor(options: TestItemsOptions) {
    this.#options = options;
  }

  get fileIds(): readonly TestId[] {
    return [...this.#files.keys()];
  }

  file(id: TestId): vscode.TestItem | null {
    return this.#files.get(id) ?? null;
  }

  /** Adds a test file, whose cases are made when it is expanded, or updates what is known of it. */
  putFile(file: TestFile): void {
    this.#known.set(file.id, file);
    this.#marks.recorded(file);
    if (this.#files.has(file.id)) return this.#mark(file.id);
    const uri = this.#uri(file.file);
    const item = this.#options.controller.createTestItem(file.id, nameIn(file), uri);
    item.canResolveChildren = true;
    item.sortText = file.file;
    this.#adopt(item, { file: file.id, testCase: null });
    this.#files.set(file.id, item);
    this.#byAddress.set(uri.toString(), item);
    this.#mark(file.id);
    this.#parentOf(file).add(item);
  }

  removeFile(id: TestId): void {
    const item = this.#files.get(id);
    this.#files.delete(id);
    this.#known.delete(id);
    this.#marks.forget(id);
    for (const testCase of this.#casesOf.get(id) ?? []) this.#cases.delete(testCase);
    this.#casesOf.delete(id);
    if (item === undefined) return;
    this.#byAddress.delete(item.uri?.toString() ?? '');
    this.#removeWithEmptyParents(item, null);
  }

  removeAll(): void {
    for (const id of this.fileIds) this.removeFile(id);
  }

  /** The test file that an item stands for itself; null for folders, suites and cases. */
  fileOf(item: vscode.TestItem): TestFile | null {
    const id = this.#options.subjects.get(item)?.file ?? null;
    return id !== null && this.#files.get(id) === item ? (this.#known.get(id) ?? null) : null;
  }

  /** The cases below a file are these and no others, in this order. */
  putCases(file: vscode.TestItem, cases: readonly TestCase[]): void {
    const wanted = new Set(cases.map((testCase) => testCase.id));
    for (const id of this.#casesIn(file)) if (!wanted.has(id)) this.#removeCase(id, file);
    cases.forEach((testCase, index) => {
      this.#putCase(file, testCase).sortText = String(index).padStart(6, '0');
    });
  }

  /** Whether a file is shown with its cases and has others now. */
  isStale({ id, cases }: TestFile): boolean {
    const item = this.#files.get(id);
    return item !== undefined && item.children.size > 0 && cases.some((each) => !this.#cases.has(each.id));
  }

  /** The test file at an address, as an item. */
  fileAt(uri: vscode.Uri): vscode.TestItem | null {
    return this.#byAddress.get(uri.toString()) ?? null;
  }

  /** The cases that are declared at a line, counted from 0, of the file at `uri`. */
  casesAt(uri: vscode.Uri, line: number): TestId[] {
    const file = this.fileAt(uri);
    return file === null
      ? []
      : [...this.#casesIn(file)].filter((id) => this.#cases.get(id)?.range?.start.line === line);
  }

  /** The item of a result; a case that was not known is added where it belongs. Null when its file is not known. */
  ofResult(result: TestResult): vscode.TestItem | null {
    const id = fileIdOf(result);
    if (this.#marks.ran(id, result.id, result.durationMs)) this.#mark(id);
    const known = this.#cases.get(result.id);
    if (known !== undefined) return known;
    const file = this.#files.get(id);
    if (file === undefined || result.titlePath.length === 0) return file ?? null;
    const line = result.declaredAt?.file === result.file ? result.declaredAt.line : null;
    return this.#putCase(file, {
      id: result.id,
      titlePath: result.titlePath,
      line,
      lastStatus: null,
      lastDurationMs: null,
    });
  }

  /**
   * Why the present plan has a file in it, beside its name. Nothing beside the others: screen readers are told the
   * description in place of the name.
   */
  describePlanned(reasons: ReadonlyMap<TestId, string>): void {
    for (const [id, item] of this.#files) {
      const description = reasons.get(id) ?? '';
      if ((item.description ?? '') !== description) item.description = description;
    }
    for (const id of this.#marks.planned(new Set(reasons.keys()))) this.#mark(id);
  }

  /** Tests that fail by chance, and those in quarantine; no others do. */
  markFlaky(tests: readonly FlakyTest[]): void {
    for (const id of this.#marks.flaky(tests, (test) => this.#fileIdIn(test))) this.#mark(id);
  }

  #putCase(file: vscode.TestItem, testCase: TestCase): vscode.TestItem {
    const range = testCase.line === null ? undefined : new vscode.Range(testCase.line - 1, 0, testCase.line - 1, 0);
    const existing = this.#cases.get(testCase.id);
    if (existing !== undefined) {
      if (range !== undefined && existing.range?.start.line !== range.start.line) existing.range = range;
      return existing;
    }
    let parent = file;
    const suites = testCase.titlePath.slice(0, -1);
    suites.forEach((title, index) => {
      parent = this.#suite(file, parent, { id: [file.id, ...suites.slice(0, index + 1)].join(' > '), title });
    });
    const item = this.#options.controller.createTestItem(
      testCase.id,
      testCase.titlePath.at(-1) ?? testCase.id,
      file.uri,
    );
    if (range !== undefined) item.range = range;
    const fileId = this.#fileIdOf(file);
    this.#adopt(item, { file: fileId, testCase: testCase.id });
    this.#cases.set(testCase.id, item);
    if (fileId !== null) {
      this.#casesOf.set(fileId, (this.#casesOf.get(fileId) ?? new Set()).add(testCase.id));
      this.#markCase(fileId, testCase.id);
    }
    parent.children.add(item);
    return item;
  }

  #suite(
    file: vscode.TestItem,
    parent: vscode.TestItem,
    { id, title }: { id: string; title: string },
  ): vscode.TestItem {
    const suiteId = `suite:${id}`;
    const existing = parent.children.get(suiteId);
    if (existing !== undefined) return existing;
    const item = this.#options.controller.createTestItem(suiteId, title, file.uri);
    this.#adopt(item, { file: this.#fileIdOf(file), testCase: null });
    parent.children.add(item);
    return item;
  }

  #fileIdOf(file: vscode.TestItem): TestId | null {
    return this.#options.subjects.get(file)?.file ?? null;
  }

  #adopt(item: vscode.TestItem, subject: Omit<ItemSubject, 'repository'>): void {
    this.#options.subjects.set(item, { repository: this.#options.repository, ...subject });
  }

  /** Files stand below the folder of their project; below the repository's too where the window has several. */
  #parentOf({ project }: TestFile): vscode.TestItemCollection {
    const { controller, repository } = this.#options;
    const isAlone = (vscode.workspace.workspaceFolders?.length ?? 1) <= 1;
    const base = isAlone ? controller.items : this.#folder(controller.items, repository.root, repository.name).children;
    return project === '' ? base : this.#folder(base, this.#uri(project).fsPath, project).children;
  }

  #folder(collection: vscode.TestItemCollection, folder: string, label: string): vscode.TestItem {
    const id = `folder:${folder}`;
    const existing = collection.get(id);
    if (existing !== undefined) return existing;
    const item = this.#options.controller.createTestItem(id, label, vscode.Uri.file(folder));
    this.#adopt(item, { file: null, testCase: null });
    collection.add(item);
    return item;
  }

  #casesIn(file: vscode.TestItem): ReadonlySet<TestId> {
    const id = this.#fileIdOf(file);
    return (id === null ? undefined : this.#casesOf.get(id)) ?? new Set();
  }

  /** The tags of a file, and of its cases that are shown. */
  #mark(id: TestId): void {
    const item = this.#files.get(id);
    if (item === undefined) return;
    this.#tag(item, this.#marks.ofFile(id));
    for (const testCase of this.#casesOf.get(id) ?? []) this.#markCase(id, testCase);
  }

  #markCase(file: TestId, testCase: TestId): void {
    const item = this.#cases.get(testCase);
    if (item === undefined) return;
    this.#tag(item, this.#marks.ofCase(file, testCase));
    const description = this.#marks.descriptionOf(file, testCase);
    if ((item.description ?? '') !== description) item.description = description;
  }

  /** Whatever is assigned is sent to the window, so only what differs is. */
  #tag(item: vscode.TestItem, names: readonly TagName[]): void {
    if (item.tags.length === names.length && item.tags.every(({ id }, index) => id === names[index])) return;
    item.tags = names.map((name) => {
      const tag = this.#tags.get(name) ?? new vscode.TestTag(name);
      this.#tags.set(name, tag);
      return tag;
    });
  }

  /** The file that a test is in; a title may hold ` > ` too. */
  #fileIdIn(test: TestId): TestId | null {
    if (this.#files.has(test)) return test;
    for (let end = test.indexOf(' > '); end !== -1; end = test.indexOf(' > ', end + 3)) {
      // The beginning of an id is one itself where a file is known by it.
      const id = test.slice(0, end) as TestId;
      if (this.#files.has(id)) return id;
    }
    return null;
  }

  #removeCase(id: TestId, file: vscode.TestItem): void {
    const item = this.#cases.get(id);
    this.#cases.delete(id);
    this.#casesOf.get(this.#fileIdOf(file) ?? id)?.delete(id);
    if (item !== undefined) this.#removeWithEmptyParents(item, file);
  }

  /** What has nothing below it any more goes too, up to `kept`. */
  #removeWithEmptyParents(item: vscode.TestItem, kept: vscode.TestItem | null): void {
    const { parent } = item;
    (parent?.children ?? this.#options.controller.items).delete(item.id);
    if (parent !== undefined && parent !== kept && parent.children.size === 0)
      this.#removeWithEmptyParents(parent, kept);
  }

  #uri(file: string): vscode.Uri {
    return vscode.Uri.joinPath(vscode.Uri.file(this.#options.repository.root), file);
  }
}

function fileIdOf(result: Pick<TestResult, 'framework' | 'file'>): TestId {
  // The id of a file is made of these two by definition; see agent/protocol/ids.ts.
  return `${result.framework}:${result.file}` as TestId;
}

function nameIn({ project, file }: TestFile): string {
  return project === '' ? file : file.slice(project.length + 1);
}
