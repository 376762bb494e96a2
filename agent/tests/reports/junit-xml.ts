// Reads JUnit XML as its many writers write it (Surefire, Gradle, CTest, GoogleTest, pytest …).
import { SaxesParser } from 'saxes';
import type { TestStatus } from '../../protocol/test.ts';

export interface JunitCase {
  /** Names of the suites round it, outermost first. */
  readonly suites: readonly string[];
  readonly name: string;
  readonly className: string;
  /** As written: relative to whatever its writer started from. */
  readonly file: string | null;
  readonly line: number | null;
  readonly durationMs: number;
  readonly status: TestStatus;
  readonly message: string | null;
  /** The text of the failure: mostly a stack. */
  readonly details: string | null;
  readonly output: string;
  /** How often it was run again. */
  readonly retries: number;
  /** `status` and `result` as CTest and GoogleTest write them. */
  readonly runStatus: string | null;
}

export interface JunitReport {
  readonly cases: readonly JunitCase[];
  /** Failures of whole suites, beside their cases. */
  readonly suiteErrors: readonly { readonly suite: string; readonly message: string }[];
  /** Why the text is no XML to its end; what came before it was read. */
  readonly problem: string | null;
}

interface Suite {
  readonly name: string;
  readonly file: string | null;
}

interface OpenCase {
  attributes: Readonly<Record<string, string>>;
  outcome: { kind: string; message: string | null } | null;
  details: string;
  output: string;
  retries: number;
}

const outcomes: ReadonlySet<string> = new Set(['failure', 'error', 'skipped']);
const repeats: ReadonlySet<string> = new Set(['flakyFailure', 'flakyError', 'rerunFailure', 'rerunError']);

/** Never throws: what stands before an error counts. */
export function readJunitXml(text: string): JunitReport {
  const reader = new JunitReader();
  const problem = reader.read(text);
  return { cases: reader.cases, suiteErrors: reader.suiteErrors, problem };
}

class JunitReader {
  readonly cases: JunitCase[] = [];
  readonly suiteErrors: { suite: string; message: string }[] = [];
  readonly #suites: Suite[] = [];
  readonly #elements: string[] = [];
  #case: OpenCase | null = null;

  read(text: string): string | null {
    const parser = new SaxesParser();
    parser.on('opentag', ({ name, attributes }) => this.#open(name, attributes));
    parser.on('text', (part) => this.#text(part));
    parser.on('cdata', (part) => this.#text(part));
    parser.on('closetag', ({ name }) => this.#close(name));
    let problem: string | null = null;
    parser.on('error', (error) => {
      problem ??= error.message;
    });
    parser.write(withoutControls(text)).close();
    return problem;
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#elements.push(name);
    if (name === 'testsuite')
      this.#suites.push({ name: attributes['name'] ?? '', file: attributes['file'] ?? attributes['filepath'] ?? null });
    else if (name === 'testcase') this.#case = { attributes, outcome: null, details: '', output: '', retries: 0 };
    else if (outcomes.has(name)) this.#openOutcome(name, attributes);
    else if (repeats.has(name) && this.#case !== null) this.#case.retries++;
  }

  #openOutcome(kind: string, attributes: Readonly<Record<string, string>>): void {
    const message = attributes['message'] ?? attributes['type'] ?? null;
    if (this.#case === null) {
      if (kind !== 'skipped')
        this.suiteErrors.push({ suite: this.#suites.at(-1)?.name ?? '', message: message ?? kind });
      return;
    }
    // GoogleTest writes a failure for each assertion that did not hold: the first one counts, and all are told.
    if (this.#case.outcome === null || kind === 'error') this.#case.outcome = { kind, message };
    else if (message !== null && this.#case.details === '')
      this.#case.outcome.message = `${this.#case.outcome.message ?? ''}\n${message}`;
  }

  #text(part: string): void {
    if (this.#case === null) return;
    const inside = this.#elements.at(-1) ?? '';
    if (outcomes.has(inside)) this.#case.details += part;
    else if (inside === 'system-out' || inside === 'system-err') this.#case.output += part;
  }

  #close(name: string): void {
    this.#elements.pop();
    if (name === 'testsuite') this.#suites.pop();
    if (name !== 'testcase' || this.#case === null) return;
    this.cases.push(caseOf(this.#case, this.#suites));
    this.#case = null;
  }
}

function caseOf({ attributes, outcome, details, output, retries }: OpenCase, suites: readonly Suite[]): JunitCase {
  const line = Number(attributes['line'] ?? attributes['lineno']);
  const text = details.trim();
  return {
    suites: suites.map((suite) => suite.name),
    name: attributes['name'] ?? '',
    className: attributes['classname'] ?? '',
    file: attributes['file'] ?? suites.findLast((suite) => suite.file !== null)?.file ?? null,
    line: Number.isInteger(line) && line > 0 ? line : null,
    durationMs: Math.max(0, Number.parseFloat((attributes['time'] ?? '0').replaceAll(',', '')) * 1000 || 0),
    status: statusOf(outcome?.kind ?? null),
    message: outcome === null ? null : (outcome.message ?? text.split('\n')[0] ?? null),
    details: text === '' ? null : text,
    output,
    retries,
    runStatus: attributes['result'] ?? attributes['status'] ?? null,
  };
}

function statusOf(kind: string | null): TestStatus {
  if (kind === null) return 'passed';
  if (kind === 'skipped') return 'skipped';
  return kind === 'error' ? 'errored' : 'failed';
}

/** Characters that XML does not allow; programs print them, and some writers do not care. */
function withoutControls(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/&#(?:x(?:[0-8bcef]|1[0-9a-f])|(?:[0-8]|1[12]|1[4-9]|2\d|3[01]));/gi, '\ufffd');
}
