// The shortest command that runs one test again, as its framework says it.
import type { TestFile, TestResult } from '../../protocol/test.ts';

/** In the repository's root; a folder with a project of its own is entered first. */
export function reproductionOf(result: TestResult, { project }: Pick<TestFile, 'project'>): string {
  const file = project === '' ? result.file : result.file.slice(project.length + 1);
  const command = commandOf(result, file);
  return project === '' || command.startsWith('noodle ') ? command : `cd ${quoted(project)} && ${command}`;
}

function commandOf({ framework, titlePath, id }: TestResult, file: string): string {
  const title = titlePath.join(' ');
  const filter = (option: string) => (title === '' ? '' : ` ${option} ${quoted(patternOf(title))}`);
  switch (framework) {
    case 'vitest':
      return `npx vitest run ${quoted(file)}${filter('-t')}`;
    case 'jest':
      return `npx jest ${quoted(file)}${filter('-t')}`;
    case 'mocha':
      return `npx mocha ${quoted(file)}${title === '' ? '' : ` -f ${quoted(title)}`}`;
    case 'pytest':
      return `python -m pytest ${quoted([file, ...titlePath].join('::'))}`;
    case 'go':
      return `go test${titlePath.length === 0 ? '' : ` -run ${quoted(titlePath.map((each) => `^${patternOf(each.replaceAll(' ', '_'))}$`).join('/'))}`} ${packageOf(file)}`;
    default:
      return `noodle run ${quoted(id)}`;
  }
}

/** The package of a Go file, as seen from the module's folder. */
function packageOf(file: string): string {
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '';
  return folder === '' ? '.' : quoted(`./${folder}`);
}

/** A pattern that matches the text alone. */
function patternOf(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
