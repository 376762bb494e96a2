// A pipeline as a file: of Noodle, of GitHub Actions or of GitLab CI.
import type { ExportFormat, Pipeline, PipelineDefinition } from '../../protocol/pipeline.ts';
import { pipelinesYaml } from '../definition-yaml.ts';
import { githubFile } from './github-file.ts';
import { gitlabFile } from './gitlab-file.ts';

export interface ExportInput {
  readonly id: string;
  readonly definition: PipelineDefinition;
  readonly evidence: Pipeline['evidence'];
}

export interface ExportedFile {
  /** Where the file belongs, relative to the repository. */
  readonly path: string;
  readonly text: string;
  /** What the other system does otherwise or not at all. */
  readonly notes: string[];
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
