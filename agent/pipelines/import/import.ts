// Reads what other systems are configured with as pipelines, and says what of it cannot run here.
import { failure, success, type Result } from '../../protocol/failure.ts';
import { PipelineDefinition, type ImportReport } from '../../protocol/pipeline.ts';
import { sentenceOf } from '../../workspace/configuration-pipelines.ts';
import { parseYaml, type ParsedYaml } from '../../workspace/configuration-yaml.ts';
import { checkPipeline } from '../../workspace/pipeline-check.ts';
import { pipelinesYaml } from '../definition-yaml.ts';
import { localFiles, type LocalFiles } from './github-files.ts';
import { importGithub } from './github.ts';
import { importGitlab } from './gitlab.ts';
import type { Imported } from './imported.ts';
import { importScripts } from './npm-scripts.ts';
import { slug } from './slug.ts';

type Format = ImportReport['format'];

/** The pipeline of a file; its path tells what it is. `read` gives the files of the repository that it refers to, null for what is not there. */
export function importPipelines(
  path: string,
  text: string,
  read: (path: string) => string | null = () => null,
): Result<ImportReport> {
  const yaml = parseYaml(text);
  const [fault] = yaml.problems.filter(({ kind }) => kind === 'unreadable');
  if (yaml.value === undefined || fault !== undefined)
    return failure('invalid_input', `${path}${placeOf(fault)}: ${fault?.message ?? 'it is empty'}`, { place: 'text' });
  const format = formatOf(path, yaml.value);
  if (format === null)
    return failure(
      'invalid_input',
      `${path} is neither a workflow of GitHub Actions nor a GitLab CI file nor a package.json`,
      { place: 'path' },
    );
  const id = idOf(path, format);
  const imported = importers[format](yaml.value, id, localFiles(text, read));
  if (!imported.ok) return failure('invalid_input', `${path}: ${imported.failure.message}`, { place: 'text' });
  const { definition, findings } = imported.value;
  const refused = (message: string) => failure('invalid_input', `${path}: ${message}`, { place: 'text' });
  const parsed = PipelineDefinition.safeParse(definition);
  if (!parsed.success)
    return refused(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)[0] ?? 'it does not fit',
    );
  // Nothing of it can run here: the findings say why.
  if (Object.keys(parsed.data.steps).length === 0)
    return success({ format, pipelines: [], yaml: '', findings: [...findings] });
  const [problem] = checkPipeline(parsed.data, null);
  if (problem !== undefined) return refused(sentenceOf(problem));
  return success({
    format,
    pipelines: [{ ...parsed.data, id }],
    yaml: pipelinesYaml({ [id]: parsed.data }),
    findings: [...findings],
  });
}

function placeOf(fault: ParsedYaml['problems'][number] | undefined): string {
  return fault === undefined ? '' : `:${fault.range.line}:${fault.range.column}`;
}

const importers: Readonly<Record<Format, (value: unknown, id: string, files: LocalFiles) => Result<Imported>>> = {
  github: importGithub,
  gitlab: importGitlab,
  npm: importScripts,
};

function formatOf(path: string, value: unknown): Format | null {
  const name = path.split(/[/\\]/).at(-1) ?? '';
  if (name === 'package.json') return 'npm';
  if (typeof value !== 'object' || value === null) return null;
  if (/^\.gitlab-ci\.ya?ml$/.test(name)) return 'gitlab';
  if ('jobs' in value) return 'github';
  const isJob = (job: unknown) => typeof job === 'object' && job !== null && ('script' in job || 'extends' in job);
  return Object.values(value).some(isJob) ? 'gitlab' : null;
}

function idOf(path: string, format: Format): string {
  if (format === 'npm') return 'scripts';
  const name = (path.split(/[/\\]/).at(-1) ?? '').replace(/\.ya?ml$/, '').replace(/^\.+/, '');
  return slug(name === '' ? format : name);
}
