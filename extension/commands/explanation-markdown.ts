// An explanation as a text to read.
import type { Explanation } from '../../agent/protocol/explanation.ts';
import { code, plain } from './markdown.ts';

/** The explanations as Markdown, one heading each. */
export function explanationMarkdown(explanations: readonly Explanation[]): string {
  return explanations.map(markdownOf).join('\n');
}

function markdownOf({ subject, decision, summary, path, facts, at, executionId }: Explanation): string {
  const way = path.length === 0 ? [] : [path.map((node) => code(node)).join(' → '), ''];
  const when =
    at === null ? [] : ['', `Decided ${new Date(at).toLocaleString()} in ${code(executionId ?? 'the present plan')}.`];
  return [
    `# ${plain(subject)}`,
    '',
    `**${decision}**: ${plain(summary)}`,
    '',
    ...way,
    ...facts.map((fact) => `- ${plain(fact)}`),
    ...when,
    '',
  ].join('\n');
}
