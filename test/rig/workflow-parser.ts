// GitHub's own parser of workflows. It imports JSON as bundlers do, so it is bundled before it is loaded.
import type * as WorkflowParser from '@actions/workflow-parser';
import { build } from 'esbuild';

/** What is wrong in a workflow, in the parser's words. */
export async function workflowProblems(text: string): Promise<string[]> {
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await loaded();
  const { context, value } = parseWorkflow({ name: 'workflow.yml', content: text }, new NoOperationTraceWriter());
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

type Parser = typeof WorkflowParser;

async function loaded(): Promise<Parser> {
  const { outputFiles } = await build({
    stdin: {
      contents:
        "export { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';",
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'error',
  });
  const [file] = outputFiles;
  // Node loads the same text once.
  const url = `data:text/javascript;base64,${Buffer.from(file?.contents ?? []).toString('base64')}`;
  // It is the bundle of these very exports.
  return (await import(url)) as Parser;
}
