// The items of the Test Explorer: project folder → file → suites → case, made when they are needed.
import * as vscode from 'vscode';
import type { TestId } from '../../agent/protocol/ids.ts';
import type { TestCase, TestFile, TestResult } from '../../agent/protocol/test.ts';
import type { Repository } from '../repository.ts';

export interface ItemSubject {
  readonly repository: Repository;
  /** The test file, for files, suites and cases. */
  readonly file: TestId | null;
  /** The case, for cases alone. */
  readonly testCase: TestId | null;
}

export class TestItems {
  readonly #controller: vscode.TestController;
  readonly #subjects = new WeakMap<vscode.TestItem, ItemSubject>();
  readonly #files = new Map<TestId, vscode.TestItem>();
  readonly #cases = new Map<TestId, vscode.TestItem>();
  readonly #known = new Map<TestId, TestFile>();

  constructor(controller: vscode.TestController) {
    this.#controller = controller;
  }

  subjectOf(item: vscode.TestItem): ItemSubject | null {
    return this.#subjects.get(item) ?? null;
  }

  file(id: TestId): vscode.TestItem | null {
    return this.#files.get(id) ?? null;
  }

  testCase(id: TestId): vscode.TestItem | null {
    return this.#cases.get(id) ?? null;
  }

  /** Adds or updates a test file; its cases are made when it is expanded. */
  putFile(repository: Repository, file: TestFile): void {
    this.#known.set(file.id, file);
    const existing = this.#files.get(file.id);
    if (existing !== undefined) {
      if (!existing.canResolveChildren) this.resolve(existing);
      return;
    }
    const item = this.#controller.createTestItem(file.id, nameIn(file), fileUri(repository, file.file));
    item.description = file.framework;
    item.canResolveChildren = true;
    this.#subjects.set(item, { repository, file: file.id, testCase: null });
    this.#files.set(file.id, item);
    this.#parentOf(repository, file).add(item);
  }

  removeFile(id: TestId): void {
    const item = this.#files.get(id);
    this.#files.delete(id);
    this.#known.delete(id);
    if (item === undefined) return;
    this.#forgetCases(item);
    (item.parent?.children ?? this.#controller.items).delete(item.id);
  }

  removeRepository(repository: Repository): void {
    for (const [id, item] of this.#files) if (this.subjectOf(item)?.repository === repository) this.removeFile(id);
  }

  /** Makes the cases that are known of a file. */
  resolve(item: vscode.TestItem): void {
    const subject = this.subjectOf(item);
    const file = subject?.file === null || subject === null ? undefined : this.#known.get(subject.file);
    if (file === undefined || this.#files.get(file.id) !== item) return;
    item.canResolveChildren = false;
    for (const testCase of file.cases) this.#putCase(item, testCase);
  }

  /** The item of a result; a case that was not known is added where it belongs. Null when its file is not known. */
  ofResult(result: TestResult): vscode.TestItem | null {
    const known = this.#cases.get(result.id);
    if (known !== undefined) return known;
    const file = this.#files.get(fileIdOf(result));
    if (file === undefined || result.titlePath.length === 0) return file ?? null;
    const line = result.declaredAt?.file === result.file ? result.declaredAt.line : null;
    return this.#putCase(file, { id: result.id, titlePath: result.titlePath, line, lastStatus: null, lastDurationMs: null });
  }

  /** Why the present plan has a file in it, beside its name; nothing for files that are not planned. */
  describePlanned(reasons: ReadonlyMap<TestId, string>): void {
    for (const [id, item] of this.#files) {
      const description = reasons.get(id) ?? this.#known.get(id)?.framework ?? '';
      if (item.description !== description) item.description = description;
    }
  }

  #putCase(file: vscode.TestItem, testCase: TestCase): vscode.TestItem {
    const existing = this.#cases.get(testCase.id);
    if (existing !== undefined) return existing;
    let parent = file;
    const suites = testCase.titlePath.slice(0, -1);
    suites.forEach((title, index) => {
      parent = this.#suite(file, parent, { id: [file.id, ...suites.slice(0, index + 1)].join(' > '), title });
    });
    const item = this.#controller.createTestItem(testCase.id, testCase.titlePath.at(-1) ?? testCase.id, file.uri);
    if (testCase.line !== null) item.range = new vscode.Range(testCase.line - 1, 0, testCase.line - 1, 0);
    this.#adopt(item, file, testCase.id);
    this.#cases.set(testCase.id, item);
    parent.children.add(item);
    return item;
  }

  #suite(file: vscode.TestItem, parent: vscode.TestItem, { id, title }: { id: string; title: string }): vscode.TestItem {
    const suiteId = `suite:${id}`;
    const existing = parent.children.get(suiteId);
    if (existing !== undefined) return existing;
    const item = this.#controller.createTestItem(suiteId, title, file.uri);
    this.#adopt(item, file, null);
    parent.children.add(item);
    return item;
  }

  #adopt(item: vscode.TestItem, file: vscode.TestItem, testCase: TestId | null): void {
    const subject = this.subjectOf(file);
    if (subject !== null) this.#subjects.set(item, { ...subject, testCase });
  }

  /** Files stand below the folder of their project; below the repository's too where the window has several. */
  #parentOf(repository: Repository, file: TestFile): vscode.TestItemCollection {
    const isAlone = (vscode.workspace.workspaceFolders?.length ?? 1) <= 1;
    const base = isAlone ? this.#controller.items : this.#folder(this.#controller.items, repository, repository.root).children;
    return file.project === '' ? base : this.#folder(base, repository, vscode.Uri.joinPath(vscode.Uri.file(repository.root), file.project).fsPath).children;
  }

  #folder(collection: vscode.TestItemCollection, repository: Repository, folder: string): vscode.TestItem {
    const id = `folder:${folder}`;
    const existing = collection.get(id);
    if (existing !== undefined) return existing;
    const uri = vscode.Uri.file(folder);
    const label = folder === repository.root ? (folder.split(/[\\/]/).at(-1) ?? folder) : folder.slice(repository.root.length + 1);
    const item = this.#controller.createTestItem(id, label, uri);
    this.#subjects.set(item, { repository, file: null, testCase: null });
    collection.add(item);
    return item;
  }

  #forgetCases(item: vscode.TestItem): void {
    item.children.forEach((child) => {
      const testCase = this.subjectOf(child)?.testCase;
      if (testCase !== null && testCase !== undefined) this.#cases.delete(testCase);
      this.#forgetCases(child);
    });
  }
}

export function fileIdOf(result: Pick<TestResult, 'framework' | 'file'>): TestId {
  // The id of a file is made of these two by definition; see agent/protocol/ids.ts.
  return `${result.framework}:${result.file}` as TestId;
}

function nameIn({ project, file }: TestFile): string {
  return project === '' ? file : file.slice(project.length + 1);
}

function fileUri(repository: Repository, file: string): vscode.Uri {
  return vscode.Uri.joinPath(vscode.Uri.file(repository.root), file);
}
