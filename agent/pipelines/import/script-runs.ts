// Which scripts of a package.json the others run.

export type Scripts = Readonly<Record<string, string>>;

const runner =
  /^(?:npm\s+(?:run|run-script)|npm\s+(?=(?:test|t|start)\b)|(?:yarn|pnpm|bun)\s+run|yarn\s+(?!run\b)|pnpm\s+(?!run\b)|node\s+--run)\s*(?:(?:-\S+|--silent)\s+)*([\w:.@/*-]+)\s*(.*)$/;
const manyRunner = /^(?:npm-run-all2?|run-s|run-p)\s+(.*)$/;

interface Part {
  /** The scripts that it runs; empty for any other command. */
  readonly scripts: readonly string[];
  /** Whether it does nothing beside that. */
  readonly isPlain: boolean;
}

/** The scripts that a script runs, directly or not, those that npm runs before and after it among them. */
export function scriptsRunBy(name: string, scripts: Scripts): ReadonlySet<string> {
  const found = new Set<string>();
  const left = [name];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const hooks = [`pre${next}`, `post${next}`].filter((hook) => Object.hasOwn(scripts, hook));
    const run = [...hooks, ...partsOf(scripts[next] ?? '', scripts).flatMap((part) => part.scripts)];
    for (const each of run) {
      if (found.has(each)) continue;
      found.add(each);
      left.push(each);
    }
  }
  return found;
}

/** The scripts that it runs one after the other or at once, where it does nothing else; null where it does. */
export function scriptsItStandsFor(name: string, scripts: Scripts): readonly string[] | null {
  const hasHooks = Object.hasOwn(scripts, `pre${name}`) || Object.hasOwn(scripts, `post${name}`);
  const parts = partsOf(scripts[name] ?? '', scripts);
  const standsFor = !hasHooks && parts.length > 0 && parts.every(({ isPlain }) => isPlain);
  return standsFor ? parts.flatMap((part) => part.scripts) : null;
}

function partsOf(command: string, scripts: Scripts): Part[] {
  return command.split(/&&|;|\|\|?|&/).flatMap((text) => (text.trim() === '' ? [] : [partOf(text.trim(), scripts)]));
}

function partOf(text: string, scripts: Scripts): Part {
  const many = manyRunner.exec(text)?.[1];
  if (many !== undefined) {
    const words = many.split(/\s+/).map((word) => word.replace(/^["']|["']$/g, ''));
    const named = words.flatMap((word) => (word.startsWith('-') ? [] : fitting(word, scripts)));
    return { scripts: named, isPlain: named.length > 0 };
  }
  const [, name = '', rest = ''] = runner.exec(text) ?? [];
  const named = fitting(name === 't' ? 'test' : name, scripts);
  return { scripts: named, isPlain: named.length > 0 && rest === '' };
}

/** `lint:*` fits `lint:types`. */
function fitting(pattern: string, scripts: Scripts): string[] {
  if (!pattern.includes('*')) return Object.hasOwn(scripts, pattern) ? [pattern] : [];
  const text = pattern.split('*').map((part) => part.replace(/[.]/g, '\\.'));
  const expression = new RegExp(`^${text.join('[^:]*')}$`);
  return Object.keys(scripts).filter((name) => expression.test(name));
}
