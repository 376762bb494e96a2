// What a file is for, by its name alone: decides what a change means that no other file is known to depend on.
import { isRunnerConfiguration } from './resolution/runner-configuration.ts';

/**
 * - `code`: its importers are known;
 * - `setting`: changes how everything below is built, resolved or run;
 * - `runner-setting`: changes how the tests below run, and nothing else;
 * - `tool-setting`, `documentation`: no test runs differently;
 * - `data`: whoever reads it, code may depend on it.
 */
export type FileRole = 'code' | 'setting' | 'runner-setting' | 'tool-setting' | 'documentation' | 'data';

const code =
  /\.(?:[cm]?[jt]sx?|vue|svelte|astro|pyi?|pyw|java|kt|groovy|scala|go|rs|c|h|cc|cpp|cxx|c\+\+|hh|hpp|hxx|h\+\+|inl|ipp|tcc|tpp|ixx|cppm|cu|cuh|mm?|cs)$/i;

/** What the names of settings that are programs have in common; spares other code the rules. */
const mayBeSetting = /config|preset|workspace|projects|^\.|^setup\.py$|^module-info\.java$|^(?:gulpfile|gruntfile)/i;

/** These and the next are tried on the file's name without its folder. */
const settings = [
  /^(?:package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|pnpm-workspace\.yaml|bun\.lockb?|lerna\.json|nx\.json|project\.json|turbo\.json|deno\.jsonc?|\.npmrc|\.yarnrc(?:\.yml)?|\.nvmrc|\.node-version|\.tool-versions|\.python-version|noodle\.yaml)$/,
  /^[tj]sconfig[^/]*\.json$/,
  /^(?:pyproject\.toml|setup\.py|setup\.cfg|Pipfile|Pipfile\.lock|poetry\.lock|uv\.lock|pdm\.lock|environment\.ya?ml|MANIFEST\.in)$/,
  /^[^/]*(?:requirements|constraints)[^/]*\.(?:txt|in)$/,
  /^\.env(?:\.[\w.-]+)?$/,
  /^(?:\.babelrc[^/]*|\.swcrc|\.browserslistrc|\.postcssrc[^/]*)$/,
  /^(?:babel|webpack|rspack|rsbuild|rollup|rolldown|esbuild|tsup|tsdown|vite|next|nuxt|svelte|astro|postcss|tailwind|metro|craco|unbuild|build|swc|gulpfile|Gruntfile)(?:[.-][\w.-]+)?\.(?:config|preset)[\w.-]*\.(?:[cm]?[jt]s|json)$/,
  /^(?:gulpfile|Gruntfile)\.[cm]?[jt]s$/,
  /^(?:binding\.gyp|justfile|Dockerfile[^/]*|docker-compose[^/]*)$/,
  /^(?:(?:GNU)?[mM]akefile(?:\.am|\.in)?|CMakeLists\.txt|CMake(?:User)?Presets\.json|compile_commands\.json|configure(?:\.ac|\.in)?|meson\.build|meson(?:_options\.txt|\.options)|BUILD(?:\.bazel)?|(?:WORKSPACE|MODULE)(?:\.bazel)?|\.bazelrc|vcpkg\.json|conanfile\.(?:txt|py)|build\.zig|xmake\.lua|SConstruct|wscript)$/,
  /\.(?:cmake|mk|bzl|gradle|gradle\.kts|vcxproj|sln|slnx|slnf|proj|csproj|fsproj|vbproj|shproj|projitems|props|targets)$/,
  /^(?:pom\.xml|build\.xml|build\.sbt|gradle\.properties|gradle\.lockfile|libs\.versions\.toml|gradle-wrapper\.properties|maven\.config|jvm\.config|extensions\.xml|module-info\.java|lombok\.config|ivy\.xml)$/,
  /^(?:go\.(?:mod|sum|work|work\.sum)|modules\.txt|Cargo\.(?:toml|lock)|rust-toolchain(?:\.toml)?)$/,
  /^(?:global\.json|nuget\.config|NuGet\.Config|packages\.config|packages\.lock\.json)$/,
];

/** Settings by their place: the name alone says nothing. */
const settingPlaces =
  /(?:^|\/)(?:requirements|constraints)\/[^/]+\.(?:txt|in)$|(?:^|\/)buildSrc\/|(?:^|\/)\.cargo\/config(?:\.toml)?$|(?:^|\/)\.mvn\//;

const runnerSettings = [
  /^(?:vitest|jest|karma|ava|playwright|cypress|wdio|wtr|web-test-runner|nyc|c8)(?:[.-][\w.-]+)?\.(?:config|workspace|preset|projects|setup)[\w.-]*\.(?:[cm]?[jt]s|json)$/,
  /^(?:xunit\.runner\.json|nextest\.toml|testng\.xml|CTestTestfile\.cmake|CTestConfig\.cmake|CTestCustom\.cmake)$|\.runsettings$/,
  /^(?:\.mocharc[^/]*|mocha\.opts|pytest\.ini|\.pytest\.ini|tox\.ini|\.coveragerc|\.nycrc[^/]*|\.taprc|jest\.config[^/]*|\.testcaferc[^/]*)$/,
];

const toolFolder =
  /(?:^|\/)(?:\.github|\.gitlab|\.circleci|\.husky|\.vscode|\.idea|\.changeset|\.devcontainer|\.yarn|\.storybook)\//;

const toolSettings = [
  /^(?:\.gitignore|\.gitattributes|\.gitmodules|\.mailmap|\.npmignore|\.dockerignore|\.editorconfig|\.prettierrc[^/]*|\.prettierignore|\.eslintrc[^/]*|\.eslintignore|\.oxlintrc\.json|\.oxfmtrc[^/]*|biome\.jsonc?|dprint\.json|\.markdownlint[^/]*|\.lintstagedrc[^/]*|\.commitlintrc[^/]*|renovate\.json5?|\.renovaterc[^/]*|codecov\.ya?ml|\.codecov\.ya?ml|\.travis\.ya?ml|appveyor\.ya?ml|\.gitlab-ci\.ya?ml|azure-pipelines\.ya?ml|Jenkinsfile|netlify\.toml|vercel\.json|\.size-limit[^/]*|size-limit\.json|\.pre-commit-config\.ya?ml|\.readthedocs\.ya?ml|\.flake8|\.pylintrc|mypy\.ini|\.ruff\.toml|ruff\.toml|typedoc\.json|api-extractor\.json|cspell\.json|\.cspell[^/]*|knip\.jsonc?|\.release-it\.json|release-please-config\.json|\.release-please-manifest\.json|\.all-contributorsrc)$/,
  /^(?:\.?rustfmt\.toml|\.?clippy\.toml|deny\.toml|\.clang-(?:format|tidy)|\.clangd|\.golangci\.(?:ya?ml|toml|json)|\.goreleaser\.ya?ml|checkstyle[^/]*\.xml|spotbugs[^/]*\.xml|pmd[^/]*\.xml|\.globalconfig|stylecop\.json|\.csharpierrc[^/]*)$/,
  /^(?:eslint|prettier|stylelint|commitlint|lint-staged|oxlint|typedoc)(?:[.-][\w.-]+)?\.config\.[cm]?[jt]s$/,
];

const documentation = [
  /\.(?:md|mdx|markdown|rst|adoc|txt|pdf)$/i,
  /^(?:LICEN[CS]E|COPYING|NOTICE|AUTHORS|CONTRIBUTORS|CHANGELOG|CHANGES|HISTORY|README|CODEOWNERS|FUNDING|SECURITY|MAINTAINERS|TODO)[^/]*$/i,
  /\.(?:png|jpe?g|gif|svg|ico|webp|avif|bmp|mp4|mov|webm|woff2?|ttf|otf|eot|drawio|excalidraw|fig|sketch)$/i,
];

/** Folders in which anything may be what a test reads. */
const testFolder =
  /(?:^|\/)(?:tests?|__tests?__|specs?|e2e|fixtures?|__fixtures__|testdata|test-data|test_data|__snapshots__|mocks?|__mocks__|samples?|cases|golden|data|resources?)\//i;

const fixtureFolder =
  /(?:^|\/)(?:__)?(?:fixtures?|testfixtures|testdata|test[-_]data|samples?|cases|examples?|playgrounds?|snapshots?|templates?|stubs?)(?:__)?\//i;

/** The role of a file, by the first rule that fits its path. */
export function roleOf(file: string): FileRole {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const isIn = (rules: readonly RegExp[]) => rules.some((rule) => rule.test(name));
  if (settingPlaces.test(file)) return 'setting';
  const isCode = code.test(name);
  if (isCode && !mayBeSetting.test(name)) return toolFolder.test(file) ? 'tool-setting' : 'code';
  if (isIn(runnerSettings)) return 'runner-setting';
  if (isIn(settings)) return 'setting';
  if (toolFolder.test(file) || isIn(toolSettings)) return 'tool-setting';
  if (isCode) return 'code';
  if (isIn(documentation) && !testFolder.test(file)) return 'documentation';
  return 'data';
}

/** Folders that hold settings of what is round them, at the end of a folder's path. */
const settingFolder =
  /(?:^|\/)(?:requirements|constraints|gradle(?:\/wrapper)?|buildSrc(?:\/.*)?|\.mvn(?:\/.*)?|\.cargo|\.config|src\/\w+\/java|vendor)$/;

/** The folder below which a changed setting may matter; '' is the repository. */
export function scopeOfSetting(file: string): string {
  const slash = file.lastIndexOf('/');
  // Included by name from build files that lie anywhere.
  if (
    /\.(?:cmake|mk|bzl|gradle|gradle\.kts|props|targets|projitems)$/.test(file) &&
    !ownScope.test(file.slice(slash + 1))
  )
    return '';
  const folder = file.slice(0, Math.max(0, slash));
  return folder.replace(settingFolder, '');
}

const ownScope = /^(?:build|settings)\.gradle(?:\.kts)?$|^Directory\.(?:Build|Packages)\.(?:props|targets)$/;

/** A setting that is a program. */
export function isConfigurationProgram(file: string): boolean {
  if (!/\.[cm]?[jt]s$/.test(file)) return false;
  const role = roleOf(file);
  return role === 'setting' || role === 'runner-setting';
}

/** Whether a file lies where tests keep the files that they work on. */
export function isFixture(file: string): boolean {
  return fixtureFolder.test(file);
}

/** Whether a file can be nothing but a fixture: no example that is there to be read, and no test case that is run itself. */
export function isStrictFixture(file: string): boolean {
  return (
    /(?:^|\/)(?:__)?(?:test)?(?:fixtures?|data|stubs)(?:__)?\//.test(file) &&
    /(?:^|\/)(?:__)?(?:tests?|specs?|e2e|(?:test)?fixtures?)(?:__)?\//.test(file)
  );
}

/** The outermost folder of fixtures that holds the file, the file itself without one. */
export function outermostFixture(file: string): string {
  const at = fixtureFolder.exec(file);
  return at === null ? file : file.slice(0, at.index + at[0].length - 1);
}

/** Whether what a file names as paths are settings of a tool, not something that it reads itself. */
export function isConfiguration(file: string): boolean {
  const role = roleOf(file);
  return role === 'setting' || role === 'runner-setting' || role === 'tool-setting' || isRunnerConfiguration(file);
}

/** The test file that a snapshot belongs to, by the conventions of jest, vitest, playwright and syrupy. */
export function ownersOfSnapshot(file: string): readonly string[] {
  const jest = /^(.*\/|)__(?:file_|image_)?snapshots__\/([^/]+)\.(?:snap|shot)$/.exec(file);
  if (jest !== null) return [`${jest[1] ?? ''}${jest[2] ?? ''}`];
  const syrupy = /^(.*\/|)__snapshots__\/([^/.]+)(?:\.ambr|\/)/.exec(file);
  if (syrupy !== null) return [`${syrupy[1] ?? ''}${syrupy[2] ?? ''}.py`];
  const folder = /^(.*)-snapshots\//.exec(file);
  return folder === null ? [] : [folder[1] ?? ''];
}
