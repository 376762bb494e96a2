// `noodle init`: the pipeline that the repository suggests, written down.
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { FailureError, type Failure } from '../../protocol/failure.ts';
import type { CommandContext, ExitCode } from '../session.ts';
import { writeNew } from './pipeline-files.ts';
import { withSession } from './with-session.ts';

/** The id of the pipeline that is inferred. */
const inferred = 'default';

export async function init(context: CommandContext): Promise<ExitCode> {
  const { output, commandLine } = context;
  return await withSession(context, async ({ client, root }) => {
    const { pipelines } = await client.listPipelines({});
    const declared = pipelines.find(({ source }) => source !== 'inferred' && source !== 'api');
    if (declared !== undefined && !commandLine.switches.has('print'))
      throw new FailureError({
        reason: 'conflict',
        message: `${declared.source} declares the pipeline ${declared.id} already; nothing was written`,
      });
    if (!pipelines.some(({ id }) => id === inferred)) throw new FailureError(nothingFound(root));
    const { text } = await client.exportPipeline({ id: inferred, format: 'noodle' });
    if (commandLine.switches.has('print')) {
      output.line(text.trimEnd());
      return 0;
    }
    await writeNew(path.join(root, 'noodle.yaml'), text);
    output.line(text.trimEnd());
    output.line('');
    output.line('written: noodle.yaml   noodle pipeline run');
    return 0;
  });
}

/** With what can be imported instead. */
function nothingFound(root: string): Failure {
  const [workflow] = globSync('.github/workflows/*.{yml,yaml}', { cwd: root }).toSorted();
  const file = existsSync(path.join(root, '.gitlab-ci.yml')) ? '.gitlab-ci.yml' : workflow;
  return {
    reason: 'not_found',
    message: 'nothing was found here that could be run',
    hint:
      file === undefined
        ? 'Declare a pipeline under `pipelines:` in noodle.yaml.'
        : `There is ${file}: \`noodle pipeline import ${file} --write\`.`,
  };
}
