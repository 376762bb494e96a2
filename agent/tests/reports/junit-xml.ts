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
      const suite = this.#suites.at(-1)?.name ?? '';
      if (kind !== 'skipped') this.suiteErrors.push({ suite, message: message ?? kind });
      return;
    }
    const { outcome } = this.#case;
    // Some write a failure for each assertion that did not hold: all are told.
    const messages = [outcome?.message, message].filter((each) => each !== null && each !== undefined && each !== '');
    const isError = kind === 'error' || outcome === null;
    this.#case.outcome = {
      kind: isError ? kind : outcome.kind,
      message: messages.length === 0 ? message : messages.join('\n'),
    };
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
  const text = details.trim();
  return {
    suites: suites.map((suite) => suite.name),
    ...namesOf(attributes),
    file: attributes['file'] ?? suites.findLast((suite) => suite.file !== null)?.file ?? null,
    line: positive(attributes['line'] ?? attributes['lineno']),
    durationMs: durationOf(attributes['time'] ?? '0'),
    status: statusOf(outcome?.kind ?? null),
    message: messageOf(outcome, text),
    details: text === '' ? null : text,
    output,
    retries,
    runStatus: attributes['result'] ?? attributes['status'] ?? null,
  };
}

function namesOf({
  name = '',
  classname = '',
}: Readonly<Record<string, string>>): Pick<JunitCase, 'name' | 'className'> {
  return { name, className: classname };
}

function messageOf(outcome: OpenCase['outcome'], details: string): string | null {
  return outcome === null ? null : (outcome.message ?? details.split('\n')[0] ?? null);
}

function positive(text: string | undefined): number | null {
  const number = Number(text);
  return Number.isInteger(number) && number > 0 ? number : null;
}

/** Seconds, `1,200.5` with some. */
function durationOf(text: string): number {
  return Math.max(0, Number.parseFloat(text.replaceAll(',', '')) * 1000 || 0);
}

function statusOf(kind: string | null): TestStatus {
  if (kind === null) return 'passed';
  if (kind === 'skipped') return 'skipped';
  return kind === 'error' ? 'errored' : 'failed';
}

/** Characters that XML does not allow, as they are and as references; programs print them, and some writers do not care. */
const forbidden = new RegExp(
  String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[12]|1[4-9]|2\d|3[01]));`,
  'gi',
);

function withoutControls(text: string): string {
  return text.replace(forbidden, '\ufffd');
}
