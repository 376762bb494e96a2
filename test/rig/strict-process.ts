// Loaded by mocha before the tests: a warning of the process or a rejection that nobody handles fails the run.
import type { Context, RootHookObject } from 'mocha';

const complaints: Error[] = [];
let running = 'while the tests were loaded';

process.on('warning', (warning) => complain('a process warning', warning));
process.on('unhandledRejection', (reason) => complain('an unhandled rejection', reason));

/** Names the test that ran when it happened; what comes after the last test changes the exit code alone. */
export const mochaHooks: RootHookObject = {
  beforeEach(this: Context) {
    running = `in or after "${this.currentTest?.fullTitle() ?? 'an unknown test'}"`;
  },
  afterAll() {
    const found = complaints.splice(0);
    if (found.length > 0) throw new AggregateError(found, found.map((each) => each.message).join('\n'));
  },
};

function complain(what: string, cause: unknown): void {
  // Mocha emits a rejection a second time.
  if (complaints.some((each) => each.cause === cause)) return;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  const complaint = new Error(`${what} ${running}: ${text}`, { cause });
  complaints.push(complaint);
  // Registered late, so that it runs after mocha has set its own code.
  process.on('exit', () => {
    if (complaints.includes(complaint)) process.stderr.write(`${complaint.message}\n`);
    process.exitCode = 1;
  });
}
