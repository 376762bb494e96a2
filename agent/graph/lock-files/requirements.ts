// Requirements files as pip reads them, one requirement a logical line.
import { PackageCollector, normalizedName } from './locked-packages.ts';

/** Stands for options and for addresses, which name no distribution: they must be alike in both versions. */
const otherLines = '(other lines)';

/** Null when it names no distribution at all. */
export function readRequirements(text: string): PackageCollector | null {
  const found = new PackageCollector();
  for (const line of logicalLines(text)) {
    const named = /^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\]\s*)?(?:[=<>!~;(\s]|$)/.exec(line);
    found.add(named === null ? otherLines : normalizedName(named[1] ?? ''), line, []);
  }
  return found.contents.size === 0 ? null : found;
}

/** Without comments, continued lines as one. */
function logicalLines(text: string): string[] {
  return text
    .replaceAll('\r', '')
    .replace(/^[ \t]*#.*\n?/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) =>
      line
        .replace(/(?:^|\s)#.*$/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '');
}
