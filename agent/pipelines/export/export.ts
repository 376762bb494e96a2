// A pipeline as a file: of Noodle, of GitHub Actions or of GitLab CI.
import type { ExportFormat, Pipeline, PipelineDefinition } from '../../protocol/pipeline.ts';
import { pipelinesYaml } from '../definition-yaml.ts';
import type { ExportedFile } from './exported-file.ts';
import { githubFile } from './github-file.ts';
import { gitlabFile } from './gitlab-file.ts';

export interface ExportInput {
  readonly id: string;
  readonly definition: PipelineDefinition;
  readonly evidence: Pipeline['evidence'];
}

/** The file's text; what an inferred step was concluded from stands above it. */
export function exportPipeline({ id, definition, evidence }: ExportInput, format: ExportFormat): ExportedFile {
  switch (format) {
    case 'noodle': {
      const comments = Object.fromEntries(evidence.map(({ step, found }) => [step, found]));
      return { path: 'noodle.yaml', text: pipelinesYaml({ [id]: definition }, comments), notes: [] };
    }
    case 'github':
      return githubFile(id, definition);
    case 'gitlab':
      return gitlabFile(id, definition);
  }
}
