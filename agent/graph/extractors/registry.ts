// Which extractor reads which file. A new language is a file in this folder and a line in the list.
import type { Extractor } from '../facts.ts';
import { createJavaScriptExtractor } from './javascript.ts';
import { createPythonExtractor } from './python.ts';
import { createScriptExtractor, createShellExtractor } from './shell.ts';

export type ExtractorOf = (path: string) => Extractor | null;

/** Finds a file's extractor by its extension, or for want of one by its first line; one registry a thread. */
export function createExtractors(): ExtractorOf {
  const languages = {
    javascript: createJavaScriptExtractor(),
    python: createPythonExtractor(),
    shell: createShellExtractor(),
  };
  const script = createScriptExtractor(languages);
  const byExtension = new Map<string, Extractor>();
  for (const extractor of Object.values(languages)) {
    for (const extension of extractor.extensions) byExtension.set(extension, extractor);
  }
  return (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const dot = name.lastIndexOf('.');
    if (dot > 0) return byExtension.get(name.slice(dot).toLowerCase()) ?? null;
    return dot === -1 ? script : null;
  };
}
