// Which extractor reads which file. A new language is a file in this folder and a line in the list.
import type { Extractor } from '../facts.ts';
import { createJavaScriptExtractor } from './javascript.ts';
import { createPythonExtractor } from './python.ts';

export type ExtractorOf = (path: string) => Extractor | null;

/** Finds a file's extractor by its extension; one registry a thread. */
export function createExtractors(): ExtractorOf {
  const byExtension = new Map<string, Extractor>();
  for (const extractor of [createJavaScriptExtractor(), createPythonExtractor()]) {
    for (const extension of extractor.extensions) byExtension.set(extension, extractor);
  }
  return (path) => {
    const dot = path.lastIndexOf('.');
    return dot <= path.lastIndexOf('/') ? null : (byExtension.get(path.slice(dot).toLowerCase()) ?? null);
  };
}
