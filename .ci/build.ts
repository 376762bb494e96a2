// `npm run build`: makes dist/.
import { bundle } from './bundle.ts';

const startedAt = performance.now();
for (const source of await bundle({ sourcemap: true })) process.stderr.write(`left out, it is missing: ${source}\n`);
process.stderr.write(`built in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`);
