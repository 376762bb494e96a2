// What a project's test script does besides starting the test runner.
type Scripts = Readonly<Record<string, string>>;

/** A part of a test script that is a step of its own. */
export interface ScriptPart {
  readonly script: string;
  readonly command: string;
  /** Whether the runner starts after it. */
  readonly isBefore: boolean;
}

export interface TestScript {
  readonly parts: readonly ScriptPart[];
  /** What could be told apart neither as the runner nor as a step. */
  readonly unclear: readonly string[];
}

type Part =
  | { readonly kind: 'runner' }
  | ({ readonly kind: 'script' } & Omit<ScriptPart, 'isBefore'>)
  | { readonly kind: 'unclear'; readonly text: string };

const deepest = 5;
const runner =
  /^(?:(?:npx|c8|nyc|cross-env)\s+(?:[\w-]+=\S+\s+|-\S+\s+)*)*(?:\S*\/)?(?:(?:vitest|jest|_?mocha|playwright test|react-scripts test)(?=\s|$)|node\s(?:.*\s)?--test(?=\s|$))/;
const elsewhere = /\s(?:-w|-ws|--workspaces?|-r|--recursive|--prefix|--filter|-C)(?:[\s=]|$)/;
const call = /^(?:npm|pnpm|yarn|bun) (?:run(?:-script)? )?(?:-s |--silent )?([\w:.-]+)(?:\s|$)/;

/** The parts of the script `test` and of those that it calls; `build` is left to the targets where there are some. */
export function testScript(scripts: Scripts, hasTargets: boolean): TestScript {
  const parts = partsOf('test', scripts, deepest);
  const start = parts.findIndex(({ kind }) => kind === 'runner');
  return {
    parts: parts.flatMap((part, index) =>
      part.kind !== 'script' || (hasTargets && part.script === 'build')
        ? []
        : [{ script: part.script, command: part.command, isBefore: index < start }],
    ),
    unclear: parts.flatMap((part) => (part.kind === 'unclear' ? [part.text] : [])),
  };
}

/** The scripts that a script calls, directly or not, without itself. */
export function scriptsCalledBy(name: string, scripts: Scripts): ReadonlySet<string> {
  const found = new Set<string>();
  const left = [name];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const called of [`pre${next}`, ...namesIn(scripts[next] ?? '', scripts), `post${next}`]) {
      if (called === name || found.has(called) || scripts[called] === undefined) continue;
      found.add(called);
      left.push(called);
    }
  }
  return found;
}

const anyCall = /(?:npm|pnpm|yarn|bun)(?: run(?:-script)?)?(?: -\S+)* ([\w:.-]+)/g;
const manyCalls = /(?:run-s|run-p|npm-run-all2?|concurrently)\s([^&|;]*)/g;

/** The scripts that a text names, those of the tools that run several among them: `run-p lint:*`. */
function namesIn(text: string, scripts: Scripts): string[] {
  const single = [...text.matchAll(anyCall)].map(([, called = '']) => called);
  const several = [...text.matchAll(manyCalls)].flatMap(([, rest = '']) => rest.split(/[\s"']+/));
  return [...single, ...several.flatMap((pattern) => matching(pattern.replace(/^npm:/, ''), scripts))];
}

function matching(pattern: string, scripts: Scripts): string[] {
  if (!pattern.includes('*')) return [pattern];
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const fits = new RegExp(`^${parts.join('[^:]*').replaceAll('[^:]*[^:]*', '.*')}$`);
  return Object.keys(scripts).filter((name) => fits.test(name));
}

function partsOf(name: string, scripts: Scripts, depth: number): Part[] {
  return [`pre${name}`, name, `post${name}`].flatMap((each) => {
    const text = scripts[each]?.trim() ?? '';
    if (text === '') return [];
    // Other operators and quotes can change what `&&` joins.
    if (/["'`|;()$]|(^|[^&])&([^&]|$)/.test(text))
      return runner.test(text) && !text.includes('&&') && !/[|;]/.test(text)
        ? [{ kind: 'runner' as const }]
        : [{ kind: 'unclear' as const, text }];
    return text.split('&&').flatMap((part) => partOf(part.trim(), scripts, depth));
  });
}

function partOf(command: string, scripts: Scripts, depth: number): Part[] {
  if (runner.test(command)) return [{ kind: 'runner' }];
  const script = call.exec(command)?.[1];
  if (script !== undefined && scripts[script] !== undefined) {
    // Scripts of other packages are not those that are known here.
    if (depth === 0 || elsewhere.test(command)) return [{ kind: 'unclear', text: command }];
    const inside = partsOf(script, scripts, depth - 1);
    return inside.some(({ kind }) => kind === 'runner') ? inside : [{ kind: 'script', script, command }];
  }
  const program = /^([\w@.-]+)(?:\s|$)/.exec(command)?.[1];
  if (program === undefined || program === 'cd') return [{ kind: 'unclear', text: command }];
  return [{ kind: 'script', script: program, command: program === 'node' ? command : `npm exec -c "${command}"` }];
}
