// Files which, when they change, appear or go, make worthless whatever a runner has read: configuration and dependencies.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from '../adapter.ts';

const names =
  /^(?:package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|pnpm-workspace\.yaml|bun\.lockb?|\.npmrc|\.pnp\.c?js|\.mocharc\..*|[jt]sconfig.*\.json|\.env.*|\.?babel\.?(?:config|rc).*|\.swcrc|\.browserslistrc|(?:vite|vitest|jest|postcss|tailwind|svelte)\.[a-z]*\..*|pytest\.(?:ini|toml)|\.pytest\.(?:ini|toml)|pyproject\.toml|tox\.ini|setup\.(?:cfg|py)|requirements.*|Pipfile.*|poetry\.lock|uv\.lock|\.python-version)$/;
/** What package managers write into node_modules when they are done. */
const installed = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'];

/** Absolute paths: those of the project, and what stands in its folder and in the folders above up to the root. */
export function watchedFiles(project: TestProject, root: string, more: readonly string[] = []): string[] {
  const files = new Set([...project.configFiles.map((file) => path.join(root, file)), ...more]);
  for (const folder of foldersUp(root, path.join(root, project.folder))) {
    for (const name of namesIn(folder)) if (names.test(name)) files.add(path.join(folder, name));
    for (const name of installed) files.add(path.join(folder, 'node_modules', name));
  }
  return [...files];
}

function foldersUp(root: string, folder: string): string[] {
  const folders = [folder];
  for (let above = folder; above !== root && above !== path.dirname(above);) {
    above = path.dirname(above);
    folders.push(above);
  }
  return folders;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Then the run will say so.
    return [];
  }
}
