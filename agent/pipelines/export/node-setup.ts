// What a project of Node.js needs: its version, its package manager and its dependencies.
import { z } from 'zod';
import { hasFile, type ProjectFiles, type Setup } from './project-files.ts';

const Manifest = z.object({
  engines: z.object({ node: z.string().optional() }).catch({}).default({}),
  volta: z.object({ node: z.string().optional() }).catch({}).default({}),
  packageManager: z.string().optional().catch(undefined),
  workspaces: z.unknown().optional(),
  scripts: z.record(z.string(), z.unknown()).catch({}).default({}),
});
type Manifest = z.infer<typeof Manifest>;

type ManagerName = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** Null for what is no project of Node. */
export function nodeSetup(project: ProjectFiles): Setup | null {
  const manifest = manifestOf(project);
  if (manifest === null) return null;
  const manager = managerOf(project, manifest);
  const { install, cache } = installOf(manager, project);
  const version = versionOf(project, manifest);
  const setupNode = {
    uses: 'actions/setup-node@v4',
    with: { ...version.github, ...(cache === null ? {} : { cache }) },
  };
  const corepack = manager === 'yarn' && isBerry(project, manifest) ? ['corepack enable'] : [];
  return {
    tool: 'node',
    github: [...managerSteps(manager, manifest), ...corepack.map((run) => ({ run })), setupNode, { run: install }],
    image: `node:${version.image}`,
    commands: [
      ...corepack,
      ...(manager === 'pnpm' ? [pnpmCommand(manifest)] : []),
      ...(manager === 'bun' ? ['npm install -g bun'] : []),
      install,
    ],
    build: manifest.scripts['build'] === undefined ? [] : [`${manager} run build`],
    test: manifest.scripts['test'] === undefined ? [] : [`${manager === 'bun' ? 'bun run' : manager} test`],
  };
}

function manifestOf(project: ProjectFiles): Manifest | null {
  const text = project.read('package.json');
  if (text === null) return null;
  try {
    const parsed = Manifest.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function managerOf(project: ProjectFiles, { packageManager }: Manifest): ManagerName {
  const named = z.enum(['npm', 'pnpm', 'yarn', 'bun']).safeParse(packageManager?.split('@')[0]);
  if (named.success) return named.data;
  const locks = { 'pnpm-lock.yaml': 'pnpm', 'yarn.lock': 'yarn', 'bun.lock': 'bun', 'bun.lockb': 'bun' } as const;
  return Object.entries(locks).find(([file]) => hasFile(project, file))?.[1] ?? 'npm';
}

function isBerry(project: ProjectFiles, { packageManager }: Manifest): boolean {
  return hasFile(project, '.yarnrc.yml') || /^yarn@[^01]/.test(packageManager ?? '');
}

/** `cache`: what setup-node keeps, which needs a lock file. */
function installOf(
  manager: ManagerName,
  project: ProjectFiles,
): { readonly install: string; readonly cache: string | null } {
  const manifest = manifestOf(project);
  switch (manager) {
    case 'npm': {
      const isLocked = hasFile(project, 'package-lock.json') || hasFile(project, 'npm-shrinkwrap.json');
      return isLocked ? { install: 'npm ci', cache: 'npm' } : { install: 'npm install', cache: null };
    }
    case 'pnpm':
      return hasFile(project, 'pnpm-lock.yaml')
        ? { install: 'pnpm install --frozen-lockfile', cache: 'pnpm' }
        : { install: 'pnpm install', cache: null };
    case 'yarn': {
      const frozen = manifest !== null && isBerry(project, manifest) ? '--immutable' : '--frozen-lockfile';
      return hasFile(project, 'yarn.lock')
        ? { install: `yarn install ${frozen}`, cache: 'yarn' }
        : { install: 'yarn install', cache: null };
    }
    case 'bun':
      return { install: 'bun install --frozen-lockfile', cache: null };
  }
}

function managerSteps(manager: ManagerName, { packageManager }: Manifest): object[] {
  if (manager === 'bun') return [{ uses: 'oven-sh/setup-bun@v2' }];
  if (manager !== 'pnpm') return [];
  // The action reads packageManager itself, and refuses to be told twice.
  return [{ uses: 'pnpm/action-setup@v4', ...(packageManager === undefined ? { with: { version: 'latest' } } : {}) }];
}

function pnpmCommand({ packageManager }: Manifest): string {
  return packageManager === undefined ? 'npm install -g pnpm' : 'corepack enable';
}

function versionOf(
  project: ProjectFiles,
  { engines, volta }: Manifest,
): { readonly github: object; readonly image: string } {
  for (const file of ['.nvmrc', '.node-version', '.tool-versions']) {
    const found = /(?:^|nodejs\s+|v)(\d+)(?:\.\d+)*\s*$/m.exec(project.read(file) ?? '')?.[1];
    if (found !== undefined) return { github: { 'node-version-file': file }, image: found };
  }
  const range = volta.node ?? engines.node;
  if (range === undefined) return { github: { 'node-version': 'lts/*' }, image: 'lts' };
  const isExact = /^\d+(\.\d+)*$/.test(range);
  return isExact || volta.node !== undefined
    ? { github: { 'node-version-file': 'package.json' }, image: range.split('.')[0] ?? 'lts' }
    : { github: { 'node-version': 'lts/*' }, image: 'lts' };
}
