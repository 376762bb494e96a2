// Programs that builds run on: those of a language, and how to get one that is not there.
import { findExecutable } from '../platform/environment.ts';
import type { BuildLanguage, BuildTarget } from '../protocol/build.ts';

/** Whose version can change what a command of a language makes. */
export const toolsOf: Readonly<Record<BuildLanguage, readonly string[]>> = {
  javascript: ['node'],
  typescript: ['node'],
  python: ['python3'],
  java: ['javac'],
  csharp: ['dotnet'],
  cpp: ['cc'],
  go: ['go'],
  rust: ['cargo', 'rustc'],
};

interface Source {
  /** Debian's package. */
  readonly debian?: string;
  readonly homebrew?: string;
  readonly address: string;
}

const sources: Readonly<Record<string, Source>> = {
  node: { address: 'https://nodejs.org', homebrew: 'node' },
  python3: { debian: 'python3', homebrew: 'python', address: 'https://www.python.org/downloads' },
  pyright: { address: 'https://github.com/microsoft/pyright (npm install --global pyright)' },
  java: { debian: 'default-jdk-headless', homebrew: 'openjdk', address: 'https://adoptium.net' },
  javac: { debian: 'default-jdk-headless', homebrew: 'openjdk', address: 'https://adoptium.net' },
  mvn: { debian: 'maven', homebrew: 'maven', address: 'https://maven.apache.org' },
  gradle: { debian: 'gradle', homebrew: 'gradle', address: 'https://gradle.org/install' },
  dotnet: { homebrew: 'dotnet', address: 'https://dotnet.microsoft.com/download' },
  cmake: { debian: 'cmake', homebrew: 'cmake', address: 'https://cmake.org/download' },
  make: { debian: 'make', address: 'https://www.gnu.org/software/make' },
  cc: { debian: 'build-essential', address: 'https://gcc.gnu.org' },
  go: { debian: 'golang-go', homebrew: 'go', address: 'https://go.dev/dl' },
  cargo: { debian: 'cargo', address: 'https://rustup.rs' },
  rustc: { debian: 'rustc', address: 'https://rustup.rs' },
};

/** The first tool of the target that is not installed and how to get it, in a sentence; null when all are there. */
export function missingTool(
  { tools }: Pick<BuildTarget, 'tools'>,
  environment: Readonly<Record<string, string>>,
): string | null {
  const missing = tools.find((tool) => findExecutable(tool, environment) === null);
  return missing === undefined ? null : `${missing} is not installed: ${howToGet(missing)}`;
}

/** The tools of all these targets that are not installed, each looked for once. */
export function missingTools(
  targets: readonly Pick<BuildTarget, 'tools'>[],
  environment: Readonly<Record<string, string>>,
): ReadonlySet<string> {
  const all = new Set(targets.flatMap(({ tools }) => tools));
  return new Set([...all].filter((tool) => findExecutable(tool, environment) === null));
}

/** What a person does to get a program. */
export function howToGet(tool: string): string {
  const source = sources[tool];
  if (source === undefined) return `install ${tool}, or correct PATH`;
  if (process.platform === 'linux' && source.debian !== undefined)
    return `run \`apt-get install ${source.debian}\`, or see ${source.address}`;
  if (process.platform === 'darwin' && source.homebrew !== undefined)
    return `run \`brew install ${source.homebrew}\`, or see ${source.address}`;
  return `see ${source.address}`;
}
