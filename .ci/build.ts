// `npm run build [-- dashboard]`: makes dist/, or the dashboard in it alone.
import { bundle, bundleDashboard } from './bundle.ts';

const startedAt = performance.now();
if (process.argv[2] === 'dashboard') {
  await bundleDashboard({ sourcemap: true });
} else {
  for (const source of await bundle({ sourcemap: true })) process.stderr.write(`left out, it is missing: ${source}\n`);
}
process.stderr.write(`built in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`);
