// The workflow commands of GitHub Actions, which a step gives by what it prints: `::error file=a.js,line=3::text`.
import type { StepProcess } from '../engine/engine.ts';
import type { Assignments } from './assignments.ts';

export interface WorkflowProblem {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  /** As the command names it. */
  readonly file: string | null;
  readonly line: number;
  readonly column: number | null;
}

export interface WorkflowCommands {
  /** What of the output is shown. */
  readonly filter: NonNullable<StepProcess['filter']>;
  readonly problems: readonly WorkflowProblem[];
  readonly hidden: readonly string[];
  /** Of the command `set-output`, which came before the file. */
  readonly outputs: Assignments;
}

const most = 1000;
/** They say nothing to a person here. */
const silent: ReadonlySet<string> = new Set(['endgroup', 'debug', 'echo', 'save-state']);

/** Obeys the commands in an output; `hide` is told of a secret before anything of its line is shown. */
export function createWorkflowCommands(hide: (secrets: readonly string[]) => void): WorkflowCommands {
  const commands = new Commands(hide);
  const held = { stdout: '', stderr: '' };
  return {
    filter(stream, text) {
      const whole = held[stream] + (text ?? '');
      const cut = whole.lastIndexOf('\n') + 1;
      const rest = whole.slice(cut);
      // Only what may become a command is held back: prompts and progress are shown at once.
      const isHeld = text !== null && mayBecomeCommand(rest);
      held[stream] = isHeld ? rest : '';
      const lines = commands.shown(whole.slice(0, cut));
      return isHeld ? lines : lines + commands.shown(rest);
    },
    problems: commands.problems,
    hidden: commands.hidden,
    outputs: commands.outputs,
  };
}

function mayBecomeCommand(text: string): boolean {
  const start = text.trimStart();
  return start.length < 65_536 && (start.startsWith('::') || start === ':');
}

class Commands {
  readonly problems: WorkflowProblem[] = [];
  readonly hidden: string[] = [];
  readonly outputs: Record<string, string> = {};
  readonly #hide: (secrets: readonly string[]) => void;
  /** Ends a time in which nothing is a command. */
  #stopped: string | null = null;

  constructor(hide: (secrets: readonly string[]) => void) {
    this.#hide = hide;
  }

  shown(text: string): string {
    if (!text.includes('::')) return text;
    return text
      .split(/(?<=\n)/)
      .map((line) => (/^\s*::/.test(line) ? this.#shownLine(line) : line))
      .join('');
  }

  #shownLine(line: string): string {
    const [, name = '', properties = '', value = ''] = /^\s*::([\w-]+)(?:\s+(.*?))?::(.*?)\r?\n?$/s.exec(line) ?? [];
    if (this.#stopped !== null) {
      if (name !== this.#stopped) return line;
      this.#stopped = null;
      return '';
    }
    return name === '' ? line : (this.#obey(name, propertiesOf(properties), unescaped(value)) ?? line);
  }

  /** Null: it is no command that is known. */
  #obey(name: string, properties: Assignments, value: string): string | null {
    switch (name) {
      case 'add-mask':
        this.hidden.push(value);
        this.#hide([value]);
        return '';
      case 'group':
        return `▸ ${value}\n`;
      case 'set-output':
        this.outputs[properties['name'] ?? ''] = value;
        return '';
      case 'stop-commands':
        this.#stopped = value;
        return '';
      case 'error':
      case 'warning':
      case 'notice':
        return this.#problem(name, properties, value);
      default:
        return silent.has(name) ? '' : null;
    }
  }

  #problem(name: 'error' | 'warning' | 'notice', properties: Assignments, value: string): string {
    const { file = null, line, col, title } = properties;
    const message = title === undefined ? value : `${title}: ${value}`;
    const number = (text: string | undefined) => (/^[1-9]\d{0,6}$/.test(text ?? '') ? Number(text) : null);
    const severity = name === 'notice' ? 'information' : name;
    if (this.problems.length < most)
      this.problems.push({ severity, message, file, line: number(line) ?? 1, column: number(col) });
    const place = file === null ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
    return `${name}: ${place}${message}\n`;
  }
}

function propertiesOf(text: string): Assignments {
  return Object.fromEntries(
    text.split(',').flatMap((part) => {
      const [, name, value = ''] = /^\s*([\w-]+)=(.*)$/s.exec(part) ?? [];
      return name === undefined ? [] : [[name, unescaped(value).replaceAll('%3A', ':').replaceAll('%2C', ',')]];
    }),
  );
}

function unescaped(text: string): string {
  return text.replace(/%(0D|0A|25)/gi, (_whole, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
