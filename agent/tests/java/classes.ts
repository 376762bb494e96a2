// Classes of Java, Kotlin and Groovy tests, and the files that hold them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';
import type { Location } from '../../protocol/test.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { nameOf } from '../native/repository-paths.ts';

const endings = ['java', 'kt', 'groovy'];

/** Where sources begin, below the folder of a module. */
const sourceRoots = ['test', 'integrationTest', 'main'].flatMap((set) =>
  ['java', 'kotlin', 'groovy'].map((language) => `src/${set}/${language}`),
);

/** An annotation of a test, or the base class of a framework. */
const testMark =
  /@(?:\w+\.)*(?:\w*Test|TestFactory|TestTemplate|RunWith|Property|Suite)\b|\bextends\s+(?:\w+\.)*(?:TestCase|Specification)\b|:\s*(?:FunSpec|StringSpec|FreeSpec|DescribeSpec)\b/;

/** A class that is named like a test and has its tests from the class that it extends. */
const inheritingTest =
  /^(?![^\n]*\babstract\b)[^\n*/]*\bclass\s+(?:Test\w*|\w+(?:Tests?|TestCase))(?:\s*<[^{]*>)?(?:\s+extends\s|\s*(?:\([^)]*\))?\s*:\s*\w+(?:<[^{]*>)?\()/m;

/** Whether a file looks like one that Surefire and Gradle would take classes of tests from. */
export function isTestSource(file: string, read: () => string): boolean {
  if (!/\.(?:java|kt|groovy)$/.test(file) || /(?:^|\/)src\/main\//.test(file)) return false;
  const text = read();
  return testMark.test(text) || inheritingTest.test(text);
}

/** The qualified name of the class that a file is named after. */
export function classOfFile(file: string, text: string): string {
  const packageName = /^[^\S\r\n]*package\s+([\w.]+)/m.exec(text)?.[1];
  const name = nameOf(file).replace(/\.\w+$/, '');
  return packageName === undefined ? name : `${packageName}.${name}`;
}

/** `shop.Cart$Inner` → the file that ends in `shop/Cart.java`, of these. */
export function fileOfClass(className: string, files: readonly RepoPath[]): RepoPath | null {
  const stem = className.replace(/\$.*$/, '').replaceAll('.', '/');
  const isNamed = (file: RepoPath) =>
    endings.some((ending) => file === `${stem}.${ending}` || file.endsWith(`/${stem}.${ending}`));
  const found = files.find(isNamed);
  if (found !== undefined) return found;
  // Kotlin, and plain folders of sources, need not follow packages.
  const alike = files.filter((file) => nameOf(file).replace(/\.\w+$/, '') === nameOf(stem));
  return alike.length === 1 ? (alike[0] ?? null) : null;
}

/** `shop.Cart$Inner$Deep` → `Inner`, `Deep`. */
export function nestedNames(className: string): string[] {
  return className.split('$').slice(1);
}

/** The innermost frame of a stack that lies in a source of one of these modules (absolute folders). */
export function placeInJavaStack(stack: string, root: string, modules: readonly string[]): Location | undefined {
  // Whoever calls himself without end has a thousand frames in one file.
  const missing = new Set<string>();
  for (const match of stack.matchAll(
    /^[^\S\r\n]*at (?:[\w.-]*\/+)*([\w.$]+)\.[^.(]+\(([\w$-]+\.(?:java|kt|groovy)):(\d+)\)/gm,
  )) {
    const [, className = '', source = '', line = '1'] = match;
    const folder = className.split('.').slice(0, -1).join('/');
    if (missing.has(`${folder}/${source}`)) continue;
    for (const module of modules)
      for (const start of [...sourceRoots, 'test', 'src', '']) {
        const file = path.join(module, start, folder, source);
        const found = existsSync(file) ? repoPath(root, file) : null;
        if (found !== null) return { file: found, line: Math.max(1, Number(line)) };
      }
    missing.add(`${folder}/${source}`);
  }
  return undefined;
}

export interface JavaCompileError {
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number | null;
  readonly message: string;
}

/** Errors as Maven (`file:[12,5] text`) and compilers (`file:12: error: text`) write them; there is no other form. */
export function compileErrors(output: string): JavaCompileError[] {
  const pattern =
    /^(?:\[ERROR\] |e: (?:file:\/\/)?)?((?:\/|[A-Za-z]:[\\/])[^\n:]*\.(?:java|kt|groovy)):(?:\[(\d+),(\d+)\]|(\d+):(?:(\d+):?)?) *(.*)$/gm;
  const found = [...output.matchAll(pattern)]
    .filter(([line]) => !/warning:/.test(line))
    .map(([, file = '', line, column, otherLine, otherColumn, message = '']) => ({
      file,
      line: Number(line ?? otherLine ?? 1),
      column: Number(column ?? otherColumn ?? 0) || null,
      message,
    }));
  return [...new Map(found.map((error) => [JSON.stringify(error), error])).values()];
}
