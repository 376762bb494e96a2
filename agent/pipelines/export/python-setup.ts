// What a Python project needs: its version and its dependencies, as its files name them.
import { hasFile, type ProjectFiles, type Setup } from './project-files.ts';

/** Null for what is no Python project. */
export function pythonSetup(project: ProjectFiles): Setup | null {
  const pyproject = project.read('pyproject.toml') ?? '';
  const requirements = project.files.filter((file) =>
    /^(requirements[\w.-]*|dev-requirements|test-requirements)\.txt$/.test(file),
  );
  const isPackage = /^\[(build-system|project)\]/m.test(pyproject) || hasFile(project, 'setup.py');
  const isPython =
    isPackage ||
    requirements.length > 0 ||
    project.files.some((file) => /^(tests?\/)?(test_\w+|\w+_test)\.py$/.test(file));
  if (!isPython) return null;
  const version = versionOf(project, pyproject);
  const common = {
    tool: 'python',
    image: `python:${version.image}`,
    build: [],
    test: [testCommand(project, pyproject)],
  };
  const setup = { uses: 'actions/setup-python@v5', with: version.github };
  if (hasFile(project, 'uv.lock')) {
    const install = 'uv sync --locked --all-extras';
    return {
      ...common,
      github: [{ uses: 'astral-sh/setup-uv@v6' }, { run: `${install}\necho "$PWD/.venv/bin" >> "$GITHUB_PATH"` }],
      commands: ['pip install uv', install, 'export PATH="$PWD/.venv/bin:$PATH"'],
    };
  }
  if (hasFile(project, 'poetry.lock')) {
    const install = 'pip install poetry\npoetry config virtualenvs.create false\npoetry install --no-interaction';
    return { ...common, github: [setup, { run: install }], commands: install.split('\n') };
  }
  const commands = pipCommands(project, pyproject, { requirements, isPackage });
  return { ...common, github: [setup, { run: commands.join('\n') }], commands };
}

interface PipInput {
  readonly requirements: readonly string[];
  readonly isPackage: boolean;
}

function pipCommands(project: ProjectFiles, pyproject: string, { requirements, isPackage }: PipInput): string[] {
  const extras = ['test', 'tests', 'testing', 'dev'].filter((name) =>
    new RegExp(`^\\[project\\.optional-dependencies\\][^[]*^${name}\\s*=`, 'm').test(pyproject),
  );
  const groups = ['test', 'tests', 'dev'].filter((name) =>
    new RegExp(`^\\[dependency-groups\\][^[]*^${name}\\s*=`, 'm').test(pyproject),
  );
  const isPytest = testCommand(project, pyproject).includes('pytest');
  const brings = [...requirements.map((file) => project.read(file) ?? ''), pyproject].join('\n');
  return [
    'python -m pip install --upgrade pip',
    ...requirements.map((file) => `pip install -r ${file}`),
    ...(isPackage ? [`pip install -e '.${extras.length === 0 ? '' : `[${extras.join(',')}]`}'`] : []),
    ...groups.map((group) => `pip install --group ${group}`),
    ...(isPytest && !/^\s*["']?pytest\b/m.test(brings) && groups.length + extras.length === 0
      ? ['pip install pytest']
      : []),
  ];
}

function testCommand(project: ProjectFiles, pyproject: string): string {
  const isPytest =
    /\bpytest\b/.test(pyproject) ||
    project.files.some((file) => /(^|\/)(conftest\.py|pytest\.ini)$/.test(file)) ||
    project.files.some(
      (file) => /^requirements[\w.-]*\.txt$/.test(file) && /\bpytest\b/.test(project.read(file) ?? ''),
    ) ||
    /^\[(tool:)?pytest\]/m.test(project.read('setup.cfg') ?? project.read('tox.ini') ?? '');
  return isPytest ? 'python -m pytest' : 'python -m unittest';
}

function versionOf(project: ProjectFiles, pyproject: string): { readonly github: object; readonly image: string } {
  const pinned = /^(\d+\.\d+)/.exec(project.read('.python-version') ?? '')?.[1];
  if (pinned !== undefined) return { github: { 'python-version-file': '.python-version' }, image: pinned };
  const isStated = /^requires-python\s*=/m.test(pyproject);
  return { github: isStated ? { 'python-version-file': 'pyproject.toml' } : { 'python-version': '3.x' }, image: '3' };
}
