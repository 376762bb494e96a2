// Which extractor reads which file. A new language is a file in this folder and a line in the list.
import type { Extractor } from '../facts.ts';
import { createCExtractor, cExtensions } from './c.ts';
import { createCSharpExtractor, csharpExtensions } from './csharp.ts';
import { createGoExtractor, goExtensions } from './go.ts';
import { createJavaExtractor, javaExtensions } from './java.ts';
import { createJavaScriptExtractor, javascriptExtensions } from './javascript.ts';
import { createModuleParser } from './module-record.ts';
import { createPythonExtractor, pythonExtensions } from './python.ts';
import { createRustExtractor, rustExtensions } from './rust.ts';
import { createScriptExtractor, createShellExtractor, shellExtensions } from './shell.ts';
import { createSymbolReader } from './syntax-symbols.ts';

export type ExtractorOf = (path: string) => Extractor | null;

const sourceExtensions: ReadonlySet<string> = new Set([
  ...javascriptExtensions,
  ...pythonExtensions,
  ...shellExtensions,
  ...javaExtensions,
  ...goExtensions,
  ...rustExtensions,
  ...cExtensions,
  ...csharpExtensions,
]);

/** Whether some extractor reads the file: by its extension, or because it has none and may begin with `#!`. */
export function isSourceName(path: string): boolean {
  const extension = extensionOf(path);
  return extension === '' || sourceExtensions.has(extension);
}

/** Finds a file's extractor. Loads the parsers, so it is made when something is to be read; one a thread. */
export async function createExtractors(): Promise<ExtractorOf> {
  const readSymbols = createSymbolReader();
  const languages = {
    javascript: createJavaScriptExtractor(await createModuleParser()),
    python: createPythonExtractor(),
    shell: createShellExtractor(),
    java: createJavaExtractor(readSymbols),
    go: createGoExtractor(readSymbols),
    rust: createRustExtractor(readSymbols),
    c: createCExtractor(readSymbols),
    csharp: createCSharpExtractor(readSymbols),
  };
  const byExtension = new Map<string, Extractor>([['', createScriptExtractor(languages)]]);
  for (const extractor of Object.values(languages)) {
    for (const extension of extractor.extensions) byExtension.set(extension, extractor);
  }
  return (path) => byExtension.get(extensionOf(path)) ?? null;
}

/** In lower case with its dot; '' for a name without one, the name itself for `.name`. */
function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot === -1 ? '' : name.slice(dot).toLowerCase();
}
