// Why coverage tells less than there is: tests that were never recorded, or of which only the loaded modules are known.
import type { TestId } from '../../protocol/ids.ts';
import { counted } from '../../protocol/quantities.ts';
import { countedFrameworks, unfollowedFrameworks, type Framework, type TestFile } from '../../protocol/test.ts';
import type { TestEvidence } from '../../store/evidence.ts';

/** Sentences, one a framework and cause. `files`: the test files that coverage was asked for. */
export function coverageNotes(files: readonly TestFile[], evidence: readonly TestEvidence[]): string[] {
  const recorded = new Map<TestId, TestEvidence>(evidence.map((each) => [each.test, each]));
  const notes: string[] = [];
  for (const [framework, own] of Map.groupBy(files, (file) => file.framework)) {
    const missing = own.filter(({ id }) => !recorded.has(id)).length;
    if (missing > 0) notes.push(missingNote(framework, missing));
    const withoutLines = own.filter(({ id }) => hasNoLines(recorded.get(id))).length;
    if (withoutLines > 0) notes.push(modulesNote(framework, withoutLines));
  }
  return notes;
}

function missingNote(framework: Framework, count: number): string {
  const which = `${counted(count, 'test file')} of ${framework}`;
  const tool = countedFrameworks.get(framework);
  if (tool !== undefined)
    return `${which}: nothing is recorded yet; \`noodle run --all --coverage\` does, with ${tool}`;
  return unfollowedFrameworks.has(framework)
    ? `${which}: what such tests run cannot be recorded`
    : `${which}: nothing is recorded yet; \`noodle run --all --coverage\` does`;
}

function modulesNote(framework: Framework, count: number): string {
  const which = `${counted(count, 'test file')} of ${framework}`;
  const python = framework === 'pytest' || framework === 'unittest';
  const how = python ? ' Python before 3.12 counts lines only when it is asked to:' : '';
  return `${which}: only the modules that they load are known.${how} \`noodle run --all --coverage\` counts lines`;
}

/** Files were loaded, and of none of them is it known which lines ran. */
function hasNoLines(evidence: TestEvidence | undefined): boolean {
  if (evidence === undefined || evidence.covered.length === 0) return false;
  return evidence.covered.every(({ executed, missed }) => executed.length === 0 && missed.length === 0);
}
