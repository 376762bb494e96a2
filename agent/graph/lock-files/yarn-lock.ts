// yarn.lock: that of yarn 1, and the YAML of later ones, which looks alike line by line.
import { PackageCollector } from './locked-packages.ts';
import type { LockedPackages } from './locked-packages.ts';

/** Null when no block is in it. */
export function readYarnLock(text: string): LockedPackages | null {
  const found = new PackageCollector();
  for (const block of text.replace(/\r/g, '').split(/\n(?=\S)/)) {
    const [head = '', ...body] = block.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
    if (!head.endsWith(':') || head === '__metadata:') continue;
    const names = new Set(head.slice(0, -1).split(',').map(nameIn));
    // Where a version comes from and what it is, without the ranges that ask for it.
    for (const name of names) found.add(name, body.join(';'), neededIn(body));
  }
  return found.contents.size === 0 ? null : found;
}

/** `"@scope/name@npm:^1.0.0"` → `@scope/name`. */
function nameIn(descriptor: string): string {
  const plain = descriptor.trim().replace(/^"|"$/g, '');
  const at = plain.indexOf('@', 1);
  return at === -1 ? plain : plain.slice(0, at);
}

/** The names below `dependencies:` and its like, which are indented once more. */
function neededIn(body: readonly string[]): string[] {
  let isInside = false;
  return body.flatMap((line) => {
    const section = /^ {2}(\w+):$/.exec(line);
    if (section !== null) isInside = /^(?:dependencies|optionalDependencies|peerDependencies)$/.test(section[1] ?? '');
    const name = /^ {4}"?((?:@[^/"\s]+\/)?[^@"\s:]+)"?:?\s/.exec(line)?.[1];
    return isInside && section === null && name !== undefined ? [name] : [];
  });
}
