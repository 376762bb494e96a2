// Files that Python code names by literal paths.
import type { ImportFact } from '../facts.ts';
import type { PythonText } from './python-text.ts';

/** Mentions of files and folders, words of command lines, and the folders of pytest-datadir. */
export function pythonPaths({ withStrings, strings }: PythonText): ImportFact[] {
  const facts: ImportFact[] = [...literalPaths(strings), ...joinedPaths(withStrings)];
  if (/__file__|\brequest\.(?:path|fspath)|\bfspath\b/.test(withStrings))
    facts.push({ kind: 'folder', specifier: '.' });
  if (/\bdatadir\b|_datadir\b|\bdatafiles\b/.test(withStrings))
    facts.push({ kind: 'folder', specifier: './data' }, { kind: 'folder', specifier: './<stem>' });
  if (/\bsubprocess\b|os\.(?:system|exec|spawn|popen)|\bpexpect\b|\bscript_runner\b/.test(withStrings))
    addCommands(strings, facts);
  return facts;
}

function literalPaths(strings: PythonText['strings']): ImportFact[] {
  const facts: ImportFact[] = [];
  for (const { value, isFormatted } of strings) {
    if (value.length > 300 || value.includes('\n')) continue;
    if (isFormatted && value.includes('{')) addPrefix(value, facts);
    else if (/^(?:\.{1,2}\/)*[\w@.-]+(?:\/[\w@.-]+)*\/?$/.test(value) && /[/.]/.test(value))
      facts.push({ kind: 'mention', specifier: value });
  }
  return facts;
}

function joinedPaths(withStrings: string): ImportFact[] {
  const facts: ImportFact[] = [];
  const mention = (specifier: string) => facts.push({ kind: 'mention', specifier });
  // `Path(__file__).parent / "data" / name`, `HERE / "x.json"`.
  for (const match of withStrings.matchAll(/[\w\])]\s*((?:\/\s*[rfu]?(['"])[^'"\n]*\2\s*)+)/g))
    mention(segments(match[1] ?? ''));
  for (const match of withStrings.matchAll(
    /\b(?:joinpath|join|Path|files)\s*\(([^()]*(?:\([^()]*(?:\([^()]*\))?[^()]*\)[^()]*)*)\)/g,
  )) {
    const joined = segments(match[1] ?? '');
    if (joined !== '') mention(joined);
  }
  return facts;
}

/** The literal segments of a chain, joined; `os.path.join(here, "..", "x")` gives `../x`. */
function segments(text: string): string {
  return [...text.matchAll(/(['"])([^'"\n]*)\1/g)]
    .map((match) => match[2] ?? '')
    .filter((part) => part !== '')
    .join('/');
}

/** The folder in front of the first hole of an f-string. */
function addPrefix(value: string, facts: ImportFact[]): void {
  const head = value.slice(0, value.indexOf('{'));
  const folder = head.slice(0, head.lastIndexOf('/') + 1);
  if (/^(?:\.{1,2}\/)*[\w@.-]+\/[\w@./-]*$/.test(folder)) facts.push({ kind: 'mention', specifier: folder });
}

function addCommands(strings: PythonText['strings'], facts: ImportFact[]): void {
  // Says that processes are started at all.
  facts.push({ kind: 'command', specifier: 'python' });
  for (const { value } of strings) {
    if (value.length > 300) continue;
    for (const word of value.split(/[\s;&|=]+/))
      if (/^[A-Za-z][\w-]{1,60}$/.test(word)) facts.push({ kind: 'command', specifier: word });
  }
}
