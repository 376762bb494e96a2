// `noodle pipeline …`: a table of its commands.
import type { CommandContext, ExitCode } from '../session.ts';
import { approve, cancel, pause, resume } from './pipeline-control.ts';
import { exportOne, importFile, schema, validate } from './pipeline-files.ts';
import { logs } from './pipeline-logs.ts';
import { rerun, runPipeline } from './pipeline-run.ts';
import { list, planOf, show } from './pipeline-show.ts';

export const pipelineImplementations: Readonly<Record<string, (context: CommandContext) => Promise<ExitCode>>> = {
  'pipeline run': runPipeline,
  'pipeline plan': planOf,
  'pipeline validate': validate,
  'pipeline list': list,
  'pipeline show': show,
  'pipeline cancel': cancel,
  'pipeline rerun': rerun,
  'pipeline logs': logs,
  'pipeline approve': approve,
  'pipeline pause': pause,
  'pipeline resume': resume,
  'pipeline import': importFile,
  'pipeline export': exportOne,
  'pipeline schema': schema,
};
