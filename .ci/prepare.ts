// Run by npm after an install in the source tree, and before it packs: makes dist/, from which the command starts faster.
import { bundle } from './bundle.ts';

try {
  await bundle({ sourcemap: true });
} catch {
  // What is in the way is on the screen already; packages can be installed all the same.
  process.stderr.write('dist/ was not built; the command runs from the sources\n');
}
