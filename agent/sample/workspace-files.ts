// The sample's files outside its packages.

export const readme = `# Corner shop

Prices, carts and the checkout page of a small shop.

- \`packages/core\`: money, carts, coupons and the stock
- \`packages/web\`: what customers see
- \`python\`: taxes and rounding for the till

\`npm run build\`, \`npm test\`
`;

export const gitignore = `node_modules/
dist/
__pycache__/
`;

export const packageJson = `{
  "name": "corner-shop",
  "private": true,
  "type": "module",
  "workspaces": ["packages/*"],
  "scripts": {
    "build": "npm run build --workspaces",
    "test": "npm test --workspaces"
  },
  "devDependencies": {
    "esbuild": "^0.28.0",
    "mocha": "^12.0.0",
    "typescript": "^7.0.0"
  }
}
`;

export const tsconfigBase = `{
  "compilerOptions": {
    "target": "es2022",
    "module": "nodenext",
    "strict": true,
    "composite": true,
    "rewriteRelativeImportExtensions": true,
    "types": []
  }
}
`;

/** Loaded by mocha: a Node without type stripping gets it from esbuild. */
export const typescriptLoader = `// Lets mocha load TypeScript on a version of Node that cannot do it by itself.
import { register } from 'node:module';

if (!process.features.typescript) {
  register('./typescript-hooks.mjs', import.meta.url);
  process.setSourceMapsEnabled(true);
}
`;

export const typescriptHooks = `import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const sourcefile = fileURLToPath(url);
  const options = { loader: 'ts', format: 'esm', target: 'node20', sourcemap: 'inline', sourcefile };
  const { code } = await transform(await readFile(sourcefile, 'utf8'), options);
  return { format: 'module', source: code, shortCircuit: true };
}
`;

/** The manifest of one of the two packages. */
export function packageManifest(name: string, dependencies: Readonly<Record<string, string>> = {}): string {
  const manifest = {
    name: `@corner-shop/${name}`,
    version: '1.0.0',
    private: true,
    type: 'module',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    scripts: { build: 'tsc -b', test: 'mocha' },
    ...(Object.keys(dependencies).length === 0 ? {} : { dependencies }),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The TypeScript configuration of one of the two packages. */
export function packageTsconfig(references: readonly string[] = []): string {
  const configuration = {
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/tsconfig.tsbuildinfo' },
    include: ['src'],
    ...(references.length === 0 ? {} : { references: references.map((path) => ({ path })) }),
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}

export const mocharc = `{
  "spec": ["test/**/*.test.ts"],
  "require": ["../../tools/typescript.mjs"]
}
`;
