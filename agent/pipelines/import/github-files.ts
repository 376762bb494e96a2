// Files of the repository that a workflow uses: other workflows that it calls, and actions of its own.
import { parseYaml } from '../../workspace/configuration-yaml.ts';
import { GithubAction, GithubWorkflow } from './github-schema.ts';

/** Texts of files by their paths, relative to the repository. */
export type LocalFiles = ReadonlyMap<string, string>;

const references = /^\s*(?:-\s+)?(?:uses|local):\s*['"]?\/?(\.?\/?[^\s'"@#]+)['"]?/gm;
const includes = /^include:\s*['"]?\/?([^\s'"#{[]+\.ya?ml)['"]?|^\s*-\s+['"]?\/?([^\s'"#:{[]+\.ya?ml)['"]?\s*$/gm;
const mostFiles = 50;

/** Reads what a file refers to, and what that refers to; `read` answers null for what is not there. */
export function localFiles(text: string, read: (path: string) => string | null): LocalFiles {
  const files = new Map<string, string>();
  const asked = new Set<string>();
  const left = [text];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const path of pathsIn(next)) {
      if (asked.has(path) || asked.size >= mostFiles) continue;
      asked.add(path);
      const found = read(path);
      if (found === null) continue;
      files.set(path, found);
      left.push(found);
    }
  }
  return files;
}

function pathsIn(text: string): string[] {
  const named = [...text.matchAll(references)].flatMap(([, path = '']) => plainPath(path));
  const included = [...text.matchAll(includes)].flatMap(([, one, other]) => plainPath(one ?? other ?? ''));
  return [...named, ...included].flatMap((path) =>
    /\.ya?ml$/.test(path) ? [path] : [`${path}/action.yml`, `${path}/action.yaml`],
  );
}

/** Relative to the repository; none for what leads out of it. */
export function plainPath(path: string): string[] {
  const plain = path.replace(/^\.?\//, '').replace(/\/+$/, '');
  return plain === '' || plain.split('/').includes('..') || plain.startsWith('/') ? [] : [plain];
}

/** The action in a folder, and the file that declares it. */
export function localAction(
  uses: string,
  files: LocalFiles,
): { readonly action: GithubAction; readonly folder: string } | null {
  const [folder] = plainPath(uses);
  if (folder === undefined) return null;
  const text = files.get(`${folder}/action.yml`) ?? files.get(`${folder}/action.yaml`);
  const parsed = text === undefined ? null : GithubAction.safeParse(parseYaml(text).value);
  return parsed?.success === true ? { action: parsed.data, folder } : null;
}

/** The workflow that a job calls. */
export function localWorkflow(uses: string, files: LocalFiles): GithubWorkflow | null {
  const [path] = plainPath(uses);
  const text = path === undefined ? undefined : files.get(path);
  const parsed = text === undefined ? null : GithubWorkflow.safeParse(parseYaml(text).value);
  return parsed?.success === true ? parsed.data : null;
}
