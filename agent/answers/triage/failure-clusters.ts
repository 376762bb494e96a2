// Puts failures together that have the same cause, as far as message and place tell. Pure.
import type { TestResult } from '../../protocol/test.ts';

const longestMessage = 200;

/** Groups in the order of their first failure. */
export function clusterFailures<T extends { readonly result: TestResult }>(failures: readonly T[]): T[][] {
  return [...Map.groupBy(failures, ({ result }) => signatureOf(result)).values()];
}

/** What stays the same when the same thing breaks in another test: the message without its values, and the code that threw. */
export function signatureOf(result: TestResult): string {
  return [result.status, normalized(firstLine(result.message ?? '')), throwingCode(result)].join('\n');
}

/** The first line that says something, cut. */
export function firstLine(message: string): string {
  const line =
    message
      .split('\n')
      .find((each) => each.trim() !== '')
      ?.trim() ?? '';
  return line.length <= longestMessage ? line : `${line.slice(0, longestMessage - 1)}…`;
}

/** Values differ from test to test: quoted texts, numbers, addresses and paths become marks. */
export function normalized(message: string): string {
  return message
    .replaceAll(/0x[0-9a-f]+/gi, '‹n›')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '‹id›')
    .replaceAll(/(?:[A-Za-z]:)?(?:[\\/][\w.@~-]+){2,}/g, '‹path›')
    .replaceAll(/-?\b\d+(?:\.\d+)?\b/g, '‹n›')
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '‹text›');
}

/** The innermost frame of the repository that is not in the test itself; where there is none, nothing. */
function throwingCode({ failureAt, file, stack = '' }: TestResult): string {
  if (failureAt !== undefined && failureAt.file !== file) return `${failureAt.file}:${failureAt.line}`;
  const frame = stack.split('\n').find((line) => /^\s*at /.test(line) && !/node:|node_modules/.test(line));
  return frame !== undefined && !frame.includes(file) ? frame.trim().replaceAll(/:\d+(?=\)?$)/g, '') : '';
}

const environment =
  /\b(?:ECONN\w+|ENOTFOUND|EAI_AGAIN|EADDRINUSE|EMFILE|ENFILE|ENOMEM|ENOSPC|EACCES|EPERM)\b|out of memory|getaddrinfo|Cannot find (?:module|package) ['"](?![./])|No module named|command not found|ModuleNotFoundError|address already in use|No space left/i;

/** Whether the failure tells of what surrounds the code rather than of the code. */
export function isOfEnvironment({ message = '', stack = '' }: TestResult): boolean {
  return environment.test(`${message}\n${stack.split('\n').slice(0, 3).join('\n')}`);
}
