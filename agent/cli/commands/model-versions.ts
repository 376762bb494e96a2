// `noodle models compare | retrain | activate | rollback`: the models that were made from this repository.
import { LearnedModelName, type LocalModels, type LocalVersion } from '../../protocol/prediction.ts';
import { formatCount } from '../../protocol/quantities.ts';
import type { ExitCode } from '../session.ts';
import { misuse, print, type Subcommand, type Subcommands } from './subcommands.ts';

export const versionCommands: Subcommands = {
  async compare(call) {
    const names = namesOf(call, true);
    if (names.length === 0) return 2;
    const answers = await Promise.all(names.map((name) => call.session.client.compareModels({ name })));
    return print(call.context, answers, () => answers.flatMap(versionLines));
  },
  async retrain(call) {
    const names = namesOf(call, true);
    if (names.length === 0) return 2;
    const answers: ({ name: LearnedModelName } & Awaited<ReturnType<typeof call.session.client.retrainModel>>)[] = [];
    for (const name of names) answers.push({ name, ...(await call.session.client.retrainModel({ name })) });
    return print(call.context, answers, () =>
      answers.map(({ name, version, isActive, because }) => {
        const made =
          version === null ? 'no version was made' : `version ${version} was made${isActive ? ' and is in use' : ''}`;
        return `${name}: ${made}: ${because}`;
      }),
    );
  },
  async activate(call) {
    const [name] = namesOf(call, false);
    if (name === undefined) return 2;
    const [, version] = call.operands;
    if (version === undefined)
      return misuse(call.context, "activate: name a version, or 'shipped' for the shipped model alone");
    return show(call, await call.session.client.activateModel({ name, version }));
  },
  async rollback(call) {
    const [name] = namesOf(call, false);
    if (name === undefined) return 2;
    return show(call, await call.session.client.rollBackModel({ name }));
  },
};

function show({ context }: Subcommand, answer: LocalModels): ExitCode {
  return print(context, answer, () => versionLines(answer));
}

/** The model that is named; all where none is named and all can be meant. None, which is said, where there is no such model. */
function namesOf({ context, operands }: Subcommand, canBeAll: boolean): readonly LearnedModelName[] {
  const known = LearnedModelName.options;
  const [name] = operands;
  if (name === undefined && canBeAll) return known;
  const found = known.filter((each) => each === name);
  if (found.length === 0) misuse(context, `found '${name ?? ''}', expected one of ${known.join(', ')}`);
  return found;
}

function versionLines({ name, versions, answers }: LocalModels): string[] {
  const none = '  no version was made from this repository yet: noodle models retrain';
  return [`${name}: ${answers}`, ...(versions.length === 0 ? [none] : versions.map(versionLine))];
}

function versionLine({ version, createdAt, rows, isActive, figures, problem }: LocalVersion): string {
  const mark = isActive ? '●' : '○';
  if (figures === null) return `  ${mark} ${version}   cannot be used: ${problem ?? 'its file is damaged'}`;
  const { auc, shippedAuc, error, shippedError, gain } = figures;
  return [
    `  ${mark} ${version}`,
    new Date(createdAt).toLocaleString(),
    `${formatCount(rows)} outcomes`,
    `AUC ${score(auc)} (shipped ${score(shippedAuc)})`,
    `calibration error ${error.toFixed(3)} (shipped ${shippedError.toFixed(3)})`,
    ...(gain === null
      ? []
      : [`log loss gained ${gain.mean.toFixed(3)} [${gain.low.toFixed(3)}, ${gain.high.toFixed(3)}]`]),
  ].join('   ');
}

function score(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}
