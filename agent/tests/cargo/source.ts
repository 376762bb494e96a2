// Rust sources: which hold tests, and in which file a test of a given name stands.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const attribute = /^[^\S\r\n]*#\[\s*(?:\w+::)*(?:\w*test\w*|rstest|case|quickcheck|property_test)\b(?!\s*=)/m;
const macro = /\b(?:proptest|quickcheck|rusty_fork_test)!\s*[{(]/;

/** Whether functions of it are tests, as far as its text tells. */
export function hasRustTests(text: string): boolean {
  return attribute.test(text) || macro.test(text);
}

/** A fence in a doc comment that rustdoc would run. */
const docFence = /^[ \t]*(?:\/\/[/!]|\*)[ \t]*```([^\n`]*)$/gm;

/** Whether its doc comments hold examples that run. */
export function hasDoctests(text: string): boolean {
  let isOpen = false;
  for (const [, words = ''] of text.matchAll(docFence)) {
    isOpen = !isOpen;
    if (isOpen && words.split(/[\s,]+/).every((word) => runsAs.test(word))) return true;
  }
  return false;
}

/** The words after a fence that leave it an example: `should_panic`, `edition2021`, `compile_fail`. */
const runsAs = /^(?:|rust|should_panic|no_run|compile_fail|edition\d+|E\d+|allow_fail|ignore(?:-\w+)?|standalone.*)$/;

/**
 * The file that holds a test, from its path in the crate (`cart::tests::adds`) and the crate's root file. Modules that
 * have no file of their own stand in the file of their parent.
 */
export function fileOfTest(name: string, crateRoot: string): string {
  let file = crateRoot;
  let folder = path.dirname(crateRoot);
  for (const segment of name.split('::').slice(0, -1)) {
    const next = moduleFile(segment, { file, folder });
    if (next !== null) file = next;
    folder = path.join(folder, segment);
  }
  return file;
}

function moduleFile(name: string, { file, folder }: { file: string; folder: string }): string | null {
  const plain = [path.join(folder, `${name}.rs`), path.join(folder, name, 'mod.rs')].find((each) => existsSync(each));
  return attributedModule(name, file) ?? plain ?? null;
}

/** `#[path = "x.rs"] mod name;` */
function attributedModule(name: string, file: string): string | null {
  if (!/^\w+$/.test(name)) return null;
  const declaration = new RegExp(
    `#\\[path\\s*=\\s*"([^"]+)"\\]\\s*(?:#\\[[^\\]]*\\]\\s*)*(?:pub(?:\\([^)]*\\))?\\s+)?mod\\s+${name}\\s*;`,
  );
  const target = declaration.exec(readIfThere(file))?.[1];
  return target === undefined ? null : path.resolve(path.dirname(file), target);
}

/** The line, from 1, of the function of a test; null when its text does not show it. */
export function lineOfTest(file: string, name: string): number | null {
  const functionName = name.split('::').at(-1) ?? '';
  if (!/^\w+$/.test(functionName)) return null;
  const index = readIfThere(file).search(new RegExp(`\\bfn\\s+${functionName}\\b`));
  return index === -1 ? null : readIfThere(file).slice(0, index).split('\n').length;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
