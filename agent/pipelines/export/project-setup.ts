// What another machine needs before a project's commands run: its tools in the version that the project names, and its
// dependencies as the lock file has them.
import { nodeSetup } from './node-setup.ts';
import { hasFile, type ProjectFiles, type Setup } from './project-files.ts';
import { pythonSetup } from './python-setup.ts';

/** One for each kind of project at the root of the repository. */
export function projectSetups(project: ProjectFiles): Setup[] {
  return [nodeSetup, pythonSetup, goSetup, javaSetup, rustSetup, dotnetSetup].flatMap((find) => find(project) ?? []);
}

function goSetup(project: ProjectFiles): Setup | null {
  const text = project.read('go.mod');
  if (text === null) return null;
  const version = /^go\s+(\d+\.\d+)/m.exec(text)?.[1] ?? '1';
  return {
    tool: 'go',
    github: [{ uses: 'actions/setup-go@v5', with: { 'go-version-file': 'go.mod' } }],
    image: `golang:${version}`,
    commands: [],
    build: ['go build ./...'],
    test: ['go test ./...'],
  };
}

function javaSetup(project: ProjectFiles): Setup | null {
  if (hasFile(project, 'pom.xml')) {
    const version = javaVersion(project, 'pom.xml');
    const program = hasFile(project, 'mvnw') ? './mvnw' : 'mvn';
    return {
      ...javaSteps(version, 'maven'),
      image: `maven:3-eclipse-temurin-${version}`,
      build: [`${program} -B package -DskipTests`],
      test: [`${program} -B verify`],
    };
  }
  const gradle = ['build.gradle', 'build.gradle.kts'].find((file) => hasFile(project, file));
  if (gradle === undefined) return null;
  const version = javaVersion(project, gradle);
  const program = hasFile(project, 'gradlew') ? './gradlew' : 'gradle';
  return {
    ...javaSteps(version, 'gradle'),
    image: `gradle:jdk${version}`,
    build: [`${program} assemble`],
    test: [`${program} check`],
  };
}

function javaSteps(version: number, cache: string): Pick<Setup, 'tool' | 'github' | 'commands'> {
  const options = { distribution: 'temurin', 'java-version': String(version), cache };
  return { tool: 'java', github: [{ uses: 'actions/setup-java@v4', with: options }], commands: [] };
}

const javaStatements: readonly RegExp[] = [
  /<(?:maven\.compiler\.(?:release|source)|java\.version|release)>\s*(?:1\.)?(\d+)\s*</,
  /(?:JavaLanguageVersion\.of\(|sourceCompatibility\s*=\s*\D{0,30})(?:1\.)?(\d+)/,
];

/** No older one than Temurin has. */
function javaVersion(project: ProjectFiles, file: string): number {
  const text = project.read(file) ?? '';
  const stated = javaStatements.flatMap((statement) => statement.exec(text)?.[1] ?? [])[0];
  const pinned = /^\d+/.exec(project.read('.java-version') ?? '')?.[0];
  return Math.max(8, Number(pinned ?? stated ?? 21));
}

/** Runners of GitHub have rustup, which reads the toolchain file. */
function rustSetup(project: ProjectFiles): Setup | null {
  if (!hasFile(project, 'Cargo.toml')) return null;
  const locked = hasFile(project, 'Cargo.lock') ? ' --locked' : '';
  return {
    tool: 'rust',
    github: [],
    image: 'rust:latest',
    commands: [],
    build: [`cargo build --workspace${locked}`],
    test: [`cargo test --workspace${locked}`],
  };
}

function dotnetSetup(project: ProjectFiles): Setup | null {
  const isDotnet = project.files.some((file) => /^[^/]+\.(sln|slnx|csproj|fsproj)$/.test(file));
  if (!isDotnet) return null;
  const version = hasFile(project, 'global.json')
    ? { 'global-json-file': 'global.json' }
    : { 'dotnet-version': '8.0.x' };
  return {
    tool: 'dotnet',
    github: [{ uses: 'actions/setup-dotnet@v4', with: version }],
    image: 'mcr.microsoft.com/dotnet/sdk:8.0',
    commands: [],
    build: ['dotnet build'],
    test: ['dotnet test'],
  };
}
