// The items of one repository in the Test Explorer: project folder → file → suites → case, made when they are needed.
import * as vscode from 'vscode';
import type { TestId } from '../../agent/protocol/ids.ts';
import type { TestCase, TestFile, TestResult } from '../../agent/protocol/test.ts';
import type { Repository } from '../repository.ts';

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
    if (this.#files.has(file.id)) return;
    const item = this.#options.controller.createTestItem(file.id, nameIn(file), this.#uri(file.file));
    item.canResolveChildren = true;
    item.sortText = file.file;
    this.#adopt(item, { file: file.id, testCase: null });
    this.#files.set(file.id, item);
    this.#parentOf(file).add(item);
  }

  removeFile(id: TestId): void {
    const item = this.#files.get(id);
    this.#files.delete(id);
    this.#known.delete(id);
    if (item === undefined) return;
    for (const testCase of this.#casesBelow(item)) this.#cases.delete(testCase);
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
    for (const id of this.#casesBelow(file)) if (!wanted.has(id)) this.#removeCase(id, file);
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
    const address = uri.toString();
    return [...this.#files.values()].find((item) => item.uri?.toString() === address) ?? null;
  }

  /** The cases that are declared at a line, counted from 0, of the file at `uri`. */
  casesAt(uri: vscode.Uri, line: number): TestId[] {
    const address = uri.toString();
    return [...this.#cases].flatMap(([id, item]) =>
      item.range?.start.line === line && item.uri?.toString() === address ? [id] : [],
    );
  }

  /** The item of a result; a case that was not known is added where it belongs. Null when its file is not known. */
  ofResult(result: TestResult): vscode.TestItem | null {
    const known = this.#cases.get(result.id);
    if (known !== undefined) return known;
    const file = this.#files.get(fileIdOf(result));
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
    this.#adopt(item, { file: this.#fileIdOf(file), testCase: testCase.id });
    this.#cases.set(testCase.id, item);
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

  #casesBelow(item: vscode.TestItem): TestId[] {
    const ids: TestId[] = [];
    item.children.forEach((child) => {
      const testCase = this.#options.subjects.get(child)?.testCase ?? null;
      if (testCase !== null) ids.push(testCase);
      ids.push(...this.#casesBelow(child));
    });
    return ids;
  }

  #removeCase(id: TestId, file: vscode.TestItem): void {
    const item = this.#cases.get(id);
    this.#cases.delete(id);
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
