import { globSync } from 'node:fs';
import path from 'node:path';
import { thisPlatform } from '../../../.ci/bindings.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** The VSIX that `npm run package` made for this machine. */
export function packagedExtension(): string {
  const [found] = globSync(`noodle-${thisPlatform()}-*.vsix`, { cwd: root }).toSorted().toReversed();
  if (found === undefined) throw new Error('there is no VSIX yet: npm run package');
  return path.join(root, found);
}
