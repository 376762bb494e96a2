// `noodle models` and `noodle risk`: what the models are, and what they say of the present change.
import type { ChangeRisk, ModelDescription } from '../../protocol/prediction.ts';
import { formatCount } from '../../protocol/quantities.ts';
import type { CommandContext, ExitCode } from '../session.ts';
import { print } from './subcommands.ts';
import { withSession } from './with-session.ts';

export async function models(context: CommandContext): Promise<ExitCode> {
  return await withSession(context, async ({ client }) => {
    const { models: all } = await client.listModels({});
    return print(context, all, () => all.flatMap(modelLines));
  });
}

export async function risk(context: CommandContext): Promise<ExitCode> {
  return await withSession(context, async ({ client }) => {
    const answer = await client.getChangeRisk({});
    return print(context, answer, () => riskLines(answer));
  });
}

function modelLines({ name, version, role, summary, metrics, limits }: ModelDescription): string[] {
  return [
    `${name} ${version} · ${role}`,
    `  ${summary}`,
    ...metrics.map(({ what, value, baseline }) => `  ${value.toFixed(3)}  ${what} (${baseline})`),
    ...limits.map((limit) => `  limit: ${limit}`),
  ];
}

function riskLines({ commit, percentile, reasons, by, among }: ChangeRisk): string[] {
  const subject = commit === null ? 'what is not committed' : `commit ${commit.slice(0, 10)}`;
  const than =
    among === 0
      ? 'there is no earlier change to compare with'
      : `riskier than ${Math.round(percentile * 100)} % of ${formatCount(among)} earlier changes`;
  return [
    `${subject}: ${than}`,
    ...reasons.map(({ words }) => `  ${words}`),
    `  by ${by === 'plain' ? 'the number of lines alone' : `the model ${by}`}`,
  ];
}
