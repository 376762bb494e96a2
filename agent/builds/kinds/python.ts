// Python projects: the wheel of their build back end, their type checkers, and whether every module compiles.
import { z } from 'zod';
import { scratchFolder } from '../scratch.ts';
import { toolTarget, type FoundTarget } from '../found-target.ts';
import { folderOf, foldersUp, under } from '../paths.ts';
import { everythingIn } from '../patterns.ts';
import { filesNamed, type ProjectFiles, type TargetKind } from './target-kind.ts';
import { parseToml } from './toml.ts';

const Project = z.object({
  project: z.object({ name: z.string().optional() }).optional().catch(undefined),
  'build-system': z.object({ 'build-backend': z.string().optional() }).optional().catch(undefined),
  tool: z.record(z.string(), z.unknown()).default({}).catch({}),
});

const manifestNames = ['pyproject.toml', 'setup.py', 'setup.cfg'];

export const python: TargetKind = {
  name: 'python',
  find(files) {
    const manifests = filesNamed(files.tree, (name) => manifestNames.includes(name));
    const folders = [...new Set(manifests.map(folderOf))];
    return folders.flatMap((folder) => targetsIn(folder, files));
  },
};

function targetsIn(folder: string, files: ProjectFiles): FoundTarget[] {
  const sources = sourcesIn(folder, files);
  if (sources.length === 0) return [];
  const project = readProject(folder, files);
  const { name, foundIn, configurations } = project;
  const common = {
    folder,
    language: 'python' as const,
    inputs: [everythingIn(folder)],
    tools: ['python3'],
    foundIn,
  };
  const wheel = `python3 -m pip wheel . --quiet --no-deps --no-build-isolation --wheel-dir ${scratchFolder}`;
  const check = `python3 -m compileall -q ${sources.join(' ')}`;
  const found = [toolTarget({ ...common, id: `python:${name}:compile`, kind: 'python compileall', command: check })];
  if (project.hasBackEnd)
    found.push(toolTarget({ ...common, id: `python:${name}:wheel`, kind: 'python wheel', command: wheel }));
  if (project.usesMypy) {
    const command = `python3 -m mypy --no-error-summary ${mypyArguments(configurations['mypy'], sources)}`.trim();
    found.push(toolTarget({ ...common, id: `python:${name}:mypy`, kind: 'mypy', command }));
  }
  if (project.usesPyright) {
    const tools = ['pyright', 'python3'];
    found.push(toolTarget({ ...common, id: `python:${name}:pyright`, kind: 'pyright', command: 'pyright', tools }));
  }
  return found;
}

interface PythonProject {
  readonly name: string;
  readonly foundIn: string;
  readonly hasBackEnd: boolean;
  readonly usesMypy: boolean;
  readonly usesPyright: boolean;
  /** `[tool.…]` of pyproject.toml. */
  readonly configurations: Readonly<Record<string, unknown>>;
}

function readProject(folder: string, { tree, read }: ProjectFiles): PythonProject {
  const textOf = (file: string) => {
    const path = tree.below(folder).find((each) => each === under(folder, file));
    return path === undefined ? null : read(path);
  };
  const text = textOf('pyproject.toml');
  const project = parseToml(Project, text);
  const hasSetup = textOf('setup.py') !== null;
  const configurations = project?.tool ?? {};
  const hasAny = (...names: readonly string[]) => names.some((name) => textOf(name) !== null);
  return {
    name: project?.project?.name ?? (folder === '' ? 'root' : folder),
    foundIn: under(folder, manifestNames.find((name) => hasAny(name)) ?? 'pyproject.toml'),
    hasBackEnd: project?.['build-system'] !== undefined || hasSetup,
    usesMypy: [hasAny('mypy.ini'), 'mypy' in configurations, (textOf('setup.cfg') ?? '').includes('[mypy]')].includes(
      true,
    ),
    usesPyright: [hasAny('pyrightconfig.json'), 'pyright' in configurations].includes(true),
    configurations,
  };
}

/** What its configuration names needs not be named again. */
function mypyArguments(configuration: unknown, sources: readonly string[]): string {
  const named = z
    .object({ files: z.unknown().optional(), packages: z.unknown().optional(), modules: z.unknown().optional() })
    .safeParse(configuration).data;
  return named?.files === undefined && named?.packages === undefined && named?.modules === undefined
    ? sources.join(' ')
    : '';
}

/** The packages and modules of the project, relative to it: `src`, else folders with an __init__.py, and single modules. */
function sourcesIn(folder: string, { tree }: ProjectFiles): string[] {
  const depth = folder === '' ? 0 : folder.length + 1;
  const modules = filesNamed(tree, (name) => name.endsWith('.py')).filter((path) => foldersUp(path).includes(folder));
  const inside = modules.map((path) => path.slice(depth));
  if (inside.some((path) => path.startsWith('src/'))) return ['src'];
  const packages = new Set(inside.filter((path) => /^[^/]+\/__init__\.py$/.test(path)).map(folderOf));
  const single = inside.filter((path) => !path.includes('/') && !/^(setup|conftest|noxfile)\.py$/.test(path));
  return [...packages, ...single].filter((path) => /^[\w./-]+$/.test(path));
}
