// A pipeline as a file: of Noodle, of GitHub Actions or of GitLab CI.
import type { BuildTarget } from '../../protocol/build.ts';
import type { ExportFormat, Pipeline, PipelineDefinition } from '../../protocol/pipeline.ts';
import { pipelinesYaml } from '../definition-yaml.ts';
import { withoutPreparations } from './export-parts.ts';
import type { ExportedFile } from './exported-file.ts';
import { githubFile } from './github-file.ts';
import { gitlabFile } from './gitlab-file.ts';
import type { ProjectFiles } from './project-files.ts';
import { projectSetups } from './project-setup.ts';

export interface ExportInput {
  readonly id: string;
  readonly definition: PipelineDefinition;
  readonly evidence: Pipeline['evidence'];
  readonly project: ProjectFiles;
  /** In the order in which they are built. */
  readonly targets: readonly Pick<BuildTarget, 'id' | 'folder' | 'command' | 'needs' | 'automatic'>[];
}

/** The file's text; what an inferred step was concluded from stands above it. */
export function exportPipeline(input: ExportInput, format: ExportFormat): ExportedFile {
  const { id, definition, evidence } = input;
  const project = { setups: projectSetups(input.project), targets: input.targets };
  switch (format) {
    case 'noodle': {
      const comments = Object.fromEntries(evidence.map(({ step, found }) => [step, found]));
      return { path: 'noodle.yaml', text: pipelinesYaml({ [id]: definition }, comments), notes: [] };
    }
    case 'github':
      return githubFile(id, withoutPreparations(definition), project);
    case 'gitlab':
      return gitlabFile(id, withoutPreparations(definition), project);
  }
}
