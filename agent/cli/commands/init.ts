// `noodle init`: the pipeline that the repository suggests, written down.
import path from 'node:path';
import { FailureError } from '../../protocol/failure.ts';
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
