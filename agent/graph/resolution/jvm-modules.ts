// Modules of Maven and Gradle: their folders, which needs which, and what META-INF/services says.
import type { RepoPath } from '../../protocol/ids.ts';
import { folderOf, foldersUp, isWithin, join } from './file-set.ts';
import type { FileSet } from './file-set.ts';

interface Service {
  readonly service: RepoPath;
  readonly providers: readonly string[];
}

export interface JvmModules {
  /** The folder of the module that holds a file; '' without one. */
  folderOf(file: string): string;
  /** The module and those it depends on, directly or through others. */
  reachableFrom(folder: string): readonly string[];
  /** Modules on which one depends and that hold an annotation processor: what they generate, nobody can tell. */
  processorsFor(folder: string): readonly string[];
  /** Build files outside of the folders above that decide about a module: a parent that lies beside it. */
  settingsOf(folder: string): readonly RepoPath[];
  readonly services: readonly Service[];
}

const moduleFile = /(?:^|\/)(?:pom\.xml|build\.gradle(?:\.kts)?|build\.xml|build\.sbt)$/;
const serviceFile = /(?:^|\/)META-INF\/services\/[^/]+$/;

interface Module {
  readonly folder: string;
  readonly names: readonly string[];
  readonly text: string;
}

export function readJvmModules(files: FileSet, read: (file: RepoPath) => string | null): JvmModules {
  const modules = new Map<string, Module>();
  const services: Service[] = [];
  for (const file of files.all) {
    if (moduleFile.test(file)) addModule(modules, file, read(file) ?? '');
    else if (serviceFile.test(file)) services.push({ service: file, providers: providersIn(read(file) ?? '') });
  }
  const needs = new Map([...modules.values()].map((module) => [module.folder, neededBy(module, modules)]));
  const holder = (file: string) => foldersUp(folderOf(file)).find((folder) => modules.has(folder)) ?? '';
  const processors = new Set(
    services.flatMap(({ service }) => (service.endsWith('.Processor') ? [holder(service)] : [])),
  );
  const reachable = new Map<string, readonly string[]>();
  const reachableFrom = (folder: string) => {
    const known = reachable.get(folder) ?? closure(folder, needs);
    reachable.set(folder, known);
    return known;
  };
  return {
    folderOf: holder,
    reachableFrom,
    processorsFor: (folder) =>
      processors.size === 0 ? [] : reachableFrom(folder).filter((each) => each !== folder && processors.has(each)),
    settingsOf: (folder) => parentsBeside(modules.get(folder), files),
    services,
  };
}

function addModule(modules: Map<string, Module>, file: RepoPath, text: string): void {
  const folder = folderOf(file);
  const clean = text.replace(/<!--[\s\S]*?-->/g, '');
  // The artifact's own name stands outside of its parent, dependencies and plugins.
  const own = clean.replace(/<(parent|dependencies|dependencyManagement|build|profiles|reporting)>[\s\S]*?<\/\1>/g, '');
  const artifact = /<artifactId>\s*([^<\s]+)\s*</.exec(own)?.[1];
  const before = modules.get(folder);
  modules.set(folder, {
    folder,
    names: [...(before?.names ?? []), ...(artifact === undefined ? [] : [artifact])],
    text: `${before?.text ?? ''}\n${clean}`,
  });
}

function neededBy(module: Module, modules: ReadonlyMap<string, Module>): string[] {
  const artifacts = new Set([...module.text.matchAll(/<artifactId>\s*([^<\s]+)\s*</g)].map((match) => match[1] ?? ''));
  const paths = [
    ...[...module.text.matchAll(/\bproject\s*\(\s*(?:path\s*[:=]\s*)?["']:?([^"']+)["']/g)].map(
      (match) => match[1] ?? '',
    ),
    ...[...module.text.matchAll(/\bprojects\.([\w.]+)/g)].map((match) =>
      (match[1] ?? '').replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase(),
    ),
  ].map((path) => path.replace(/[:.]/g, '/'));
  return [...modules.values()]
    .filter(
      ({ folder, names }) =>
        folder !== module.folder &&
        (names.some((name) => artifacts.has(name)) ||
          paths.some(
            (path) =>
              folder.toLowerCase() === path.toLowerCase() || folder.toLowerCase().endsWith(`/${path.toLowerCase()}`),
          )),
    )
    .map(({ folder }) => folder);
}

function closure(folder: string, needs: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set([folder]);
  for (const each of seen) for (const next of needs.get(each) ?? []) seen.add(next);
  return [...seen];
}

/** `<relativePath>../parent/pom.xml</relativePath>`, `apply from: '../shared.gradle'`. */
function parentsBeside(module: Module | undefined, files: FileSet): RepoPath[] {
  if (module === undefined) return [];
  const named = [
    ...module.text.matchAll(/<relativePath>\s*([^<\s]+)\s*</g),
    ...module.text.matchAll(/\bapply\s*\(?\s*from\s*[:=]\s*["'](?:\$\w+\/|\$\{\w+\}\/)?([^"']+)["']/g),
  ].map((match) => join(module.folder, match[1] ?? ''));
  return named
    .flatMap((path) => files.find(path) ?? files.find(join(path, 'pom.xml')) ?? [])
    .filter((file) => !isWithin(folderOf(file), module.folder));
}

function providersIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => /^[\w.$]+$/.test(line));
}
