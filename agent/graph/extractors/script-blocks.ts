// The scripts inside a .vue, .svelte or .astro file.
import type { Language } from './module-record.ts';

export interface ScriptBlock {
  readonly text: string;
  readonly language: Language;
}

export interface ComponentParts {
  readonly scripts: readonly ScriptBlock[];
  /** `<script src="./x.ts">`, `<style src="./x.css">`, `<img src="./x.png">`. */
  readonly sources: readonly string[];
}

/** Splits a component file. Attribute values and closing tags are searched for, the markup is not parsed. */
export function componentParts(path: string, text: string): ComponentParts {
  const scripts = [...text.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi)].map((match) => ({
    text: match[2] ?? '',
    language: languageOf(match[1] ?? ''),
  }));
  if (path.endsWith('.astro')) {
    const front = /^\s*---\r?\n([\s\S]*?)\r?\n---/.exec(text);
    if (front !== null) scripts.push({ text: front[1] ?? '', language: 'tsx' });
  }
  const sources = [...text.matchAll(/\bsrc\s*=\s*["'](\.{1,2}\/[^"'{}]+)["']/g)].map((match) => match[1] ?? '');
  return { scripts, sources };
}

function languageOf(attributes: string): Language {
  const language = /\blang\s*=\s*["']?(\w+)/.exec(attributes)?.[1];
  return language === 'ts' ? 'ts' : language === 'tsx' ? 'tsx' : 'jsx';
}
