// Packages of Cargo workspaces, each built by itself.
import { z } from 'zod';
import { toolTarget, type FoundTarget } from '../found-target.ts';
import { folderOf, foldersUp, inRepository, isWithin, under } from '../paths.ts';
import { escapePattern, everythingIn, matcherOf } from '../patterns.ts';
import { filesNamed, type ProjectFiles, type TargetKind } from './target-kind.ts';
import { parseToml } from './toml.ts';

const Dependency = z.union([
  z.string(),
  z.object({ path: z.string().optional(), package: z.string().optional(), workspace: z.boolean().optional() }),
]);
const Dependencies = z.record(z.string(), Dependency).default({}).catch({});
const Manifest = z.object({
  package: z.object({ name: z.string() }).optional().catch(undefined),
  workspace: z
    .object({
      members: z.array(z.string()).default([]),
      exclude: z.array(z.string()).default([]),
      dependencies: Dependencies,
    })
    .optional()
    .catch(undefined),
  lib: z.object({ name: z.string().optional() }).optional().catch(undefined),
  bin: z
    .array(z.object({ name: z.string() }))
    .default([])
    .catch([]),
  dependencies: Dependencies,
  'build-dependencies': Dependencies,
});
type Manifest = z.infer<typeof Manifest>;

interface Crate {
  readonly path: string;
  readonly folder: string;
  readonly name: string;
  readonly manifest: Manifest;
}

export const cargo: TargetKind = {
  name: 'cargo',
  find(files) {
    const manifests = new Map(
      filesNamed(files.tree, (name) => name === 'Cargo.toml').flatMap((path) => {
        const manifest = parseToml(Manifest, files.read(path));
        return manifest === null ? [] : [[folderOf(path), { path, manifest }] as const];
      }),
    );
    const crates = [...manifests].flatMap(([folder, { path, manifest }]): Crate[] =>
      manifest.package === undefined ? [] : [{ folder, path, manifest, name: manifest.package.name }],
    );
    const rootOf = (folder: string) =>
      foldersUp(folder).find((each) => isMember(folder, each, manifests.get(each)?.manifest)) ?? folder;
    return crates.map((crate) => {
      const root = rootOf(crate.folder);
      return targetOf(crate, { root, workspace: manifests.get(root)?.manifest, crates, files });
    });
  },
};

/** A package below a workspace that excludes it, or does not list it, is none of its own making. */
function isMember(folder: string, root: string, manifest: Manifest | undefined): boolean {
  const workspace = manifest?.workspace;
  if (workspace === undefined) return false;
  if (folder === root) return true;
  const matches = (patterns: readonly string[]) =>
    matcherOf(patterns.flatMap((pattern) => inRepository(root, pattern) ?? []))(folder);
  return !matches(workspace.exclude) && (matches(workspace.members) || workspace.members.length === 0);
}

interface Surroundings {
  /** Folder of the workspace, where the lock file and what is built lie. */
  readonly root: string;
  readonly workspace: Manifest | undefined;
  readonly crates: readonly Crate[];
  readonly files: ProjectFiles;
}

function targetOf(crate: Crate, { root, workspace, crates, files }: Surroundings): FoundTarget {
  const { tree, read } = files;
  const lockFile = tree.below(root).find((path) => path === under(root, 'Cargo.lock'));
  const isLocal = lockFile !== undefined && !/^source = "/m.test(read(lockFile) ?? '');
  const shared = [
    'Cargo.toml',
    'Cargo.lock',
    'rust-toolchain',
    'rust-toolchain.toml',
    '.cargo/config.toml',
    '.cargo/config',
  ];
  const outside = shared
    .map((file) => under(root, file))
    .filter((file) => tree.has(file) && !isWithin(crate.folder, file));
  const needed = neededFolders(crate, root, workspace);
  return toolTarget(
    {
      id: `cargo:${crate.name}`,
      kind: 'cargo',
      folder: crate.folder,
      command: `cargo build${lockFile === undefined ? '' : ' --locked'}${isLocal ? ' --offline' : ''} --package ${crate.name}`,
      language: 'rust',
      inputs: [
        everythingIn(crate.folder),
        ...notCompiled(crate.folder),
        ...outside.map(escapePattern),
        ...membersBelow(crate, crates),
      ],
      outputs: outputsOf(crate, files).map((file) => escapePattern(under(root, `target/debug/${file}`))),
      foundIn: crate.path,
      tools: ['cargo', 'rustc'],
      needs: crates
        .filter(({ folder }) => folder !== crate.folder && needed.has(folder))
        .map(({ name }) => `cargo:${name}`),
    },
    { automatic: isLocal },
  );
}

/** What `cargo build` does not look at. */
function notCompiled(folder: string): string[] {
  return ['tests/**', 'benches/**', 'examples/**', '.github/**'].map(
    (pattern) => `!${under(escapePattern(folder), pattern)}`,
  );
}

/** Without the packages below it, which have inputs of their own. */
function membersBelow(crate: Crate, crates: readonly Crate[]): string[] {
  return crates
    .filter((other) => other !== crate && isWithin(crate.folder, other.folder))
    .map((other) => `!${everythingIn(other.folder)}`);
}

function neededFolders(
  { folder, manifest }: Crate,
  root: string,
  workspace: Manifest | undefined,
): ReadonlySet<string> {
  const shared = workspace?.workspace?.dependencies ?? {};
  const all = [...Object.entries(manifest.dependencies), ...Object.entries(manifest['build-dependencies'])];
  return new Set(
    all.flatMap(([name, dependency]) => {
      if (typeof dependency === 'string') return [];
      const inherited = dependency.workspace === true ? shared[name] : undefined;
      const [from, path] =
        inherited !== undefined && typeof inherited !== 'string' ? [root, inherited.path] : [folder, dependency.path];
      return path === undefined ? [] : (inRepository(from, path) ?? []);
    }),
  );
}

/** Programs and the library, by the files that Cargo looks for. */
function outputsOf({ folder, name, manifest }: Crate, { tree }: ProjectFiles): string[] {
  const ending = process.platform === 'win32' ? '.exe' : '';
  const inBin = tree.below(under(folder, 'src/bin')).flatMap((path) => {
    const [, single, nested] = /\/src\/bin\/(?:([^/]+)\.rs|([^/]+)\/main\.rs)$/.exec(`/${path}`) ?? [];
    return single ?? nested ?? [];
  });
  const programs = [
    ...(tree.has(under(folder, 'src/main.rs')) ? [name] : []),
    ...inBin,
    ...manifest.bin.map((each) => each.name),
  ];
  const library = tree.has(under(folder, 'src/lib.rs'))
    ? [`lib${(manifest.lib?.name ?? name).replaceAll('-', '_')}.rlib`]
    : [];
  return [...new Set(programs.map((program) => program + ending)), ...library];
}
