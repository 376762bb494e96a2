// How risky the present change is among the repository's own, as whoever is asked to approve it reads it.
import {
  authorArguments,
  changeLogArguments,
  newFileArguments,
  newFileLines,
  pendingChangeArguments,
  type Predictions,
} from '../predictions/predictions.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { ApprovalRisk } from '../protocol/pipeline.ts';
import type { ChangeRisk } from '../protocol/prediction.ts';
import { counted, formatCount } from '../protocol/quantities.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface RiskSources {
  readonly predictions: Pick<Predictions, 'commitRisk'>;
  readonly workspace: Pick<Workspace, 'readGit' | 'read'>;
}

/** Of more new files than that the lines are not counted: they are no work of a hand. */
const mostCounted = 500;

/** What is not committed, new files too, on a clean tree the last commit; null where git keeps no history. */
export async function presentRisk({ predictions, workspace }: RiskSources): Promise<ChangeRisk | null> {
  const [log, lines, added, identity] = await Promise.all(
    [changeLogArguments, pendingChangeArguments, newFileArguments, authorArguments].map((args) =>
      workspace.readGit(args),
    ),
  );
  const pending = { lines: `${lines ?? ''}${newLines(added ?? '', workspace)}`, identity: identity ?? '' };
  const risk = log === null || log === undefined ? null : await predictions.commitRisk(log, pending);
  if (risk === null) return null;
  const { commit, value, reasons, by, among } = risk;
  return { commit, percentile: value, reasons: [...reasons], by, among };
}

function newLines(listed: string, workspace: RiskSources['workspace']): string {
  let left = mostCounted;
  return newFileLines(listed, (file) => {
    // What git lists is a path of the repository.
    const text = left-- > 0 ? workspace.read(file as RepoPath) : null;
    return text === null ? null : text.split('\n').length - (text.endsWith('\n') || text === '' ? 1 : 0);
  });
}

/** Among fewer changes a rank says little. */
const leastEarlier = 30;

/** The risk in a sentence, and its reasons. */
export function approvalRisk(risk: ChangeRisk | null): ApprovalRisk {
  if (risk === null)
    return { sentence: 'The risk is not known: git keeps no history here.', percentile: null, among: 0, reasons: [] };
  const { commit, percentile, among, reasons } = risk;
  const subject = commit === null ? 'What is not committed' : `Commit ${commit.slice(0, 10)}`;
  const words = reasons.map((reason) => reason.words);
  if (among < leastEarlier)
    return {
      sentence: `The risk is not known: ${counted(among, 'earlier change')} ${among === 1 ? 'is' : 'are'} too few to compare with, expected ${leastEarlier}.`,
      percentile: null,
      among,
      reasons: [],
    };
  const rank = `${Math.round(percentile * 100)} % of ${formatCount(among)} earlier changes`;
  return { sentence: `${subject} is riskier than ${rank}.`, percentile, among, reasons: words };
}
