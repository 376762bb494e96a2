// `noodle targets`: what there is to build, and how it hangs together.
import type { BuildTarget } from '../../protocol/build.ts';
import type { TargetId } from '../../protocol/ids.ts';
import { counted } from '../../protocol/quantities.ts';
import type { Output } from '../output.ts';
import { complain, type CommandContext, type ExitCode } from '../session.ts';
import { withSession } from './with-session.ts';

export async function targets(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output } = context;
  const [question = 'list'] = commandLine.positionals;
  if (question !== 'list' && question !== 'graph')
    return complain(output, { reason: 'invalid_input', message: `noodle targets: found '${question}', expected list or graph` });
  const isDot = commandLine.switches.has('dot');
  if (isDot && question === 'list')
    return complain(output, { reason: 'invalid_input', message: 'noodle targets list: --dot is for noodle targets graph' });
  return await withSession(context, async ({ client }) => {
    const found = await client.listTargets({});
    if (commandLine.switches.has('json')) output.line(JSON.stringify(question === 'list' ? found : graphObject(found.targets)));
    else if (question === 'list') listLines(found.targets, output).forEach((line) => output.line(line));
    else (isDot ? dotLines : graphLines)(found.targets).forEach((line) => output.line(line));
    if (!commandLine.switches.has('json')) for (const problem of found.problems) output.complain(`noodle: ${problem}`);
    return 0;
  });
}

function listLines(all: readonly BuildTarget[], { style }: Output): string[] {
  if (all.length === 0) return ['no build targets were found here; they can be declared in noodle.yaml'];
  const width = Math.min(48, Math.max(...all.map(({ id }) => id.length)));
  const onDemand = all.filter(({ automatic }) => !automatic).length;
  return [
    ...all.flatMap((target) => {
      const needs = target.needs.length === 0 ? '' : style('dim', `   needs ${target.needs.join(', ')}`);
      const mark = target.automatic ? ' ' : '·';
      const line = `${mark} ${target.id.padEnd(width)}  ${target.kind}  ${style('dim', shortened(target.command))}${needs}`;
      return [line, ...(target.missingTool === undefined ? [] : [`${' '.repeat(width + 4)}${style('yellow', target.missingTool)}`])];
    }),
    style('dim', `${counted(all.length, 'target')}${onDemand === 0 ? '' : `; those with · are built only when asked for: noodle build <target>`}`),
  ];
}

/** The edges that `--json` prints: `[from, to]` means that `from` needs `to`. */
function graphObject(all: readonly BuildTarget[]): object {
  return {
    nodes: all.map(({ id, kind, folder, language, automatic }) => ({ id, kind, folder, language, automatic })),
    edges: all.flatMap(({ id, needs }) => needs.map((need) => [id, need])),
  };
}

/** For Graphviz: an arrow leads from what is needed to what needs it, as builds run. */
function dotLines(all: readonly BuildTarget[]): string[] {
  const name = (id: string) => JSON.stringify(id);
  return [
    'digraph targets {',
    '  rankdir=LR;',
    ...all.map(({ id, automatic }) => `  ${name(id)}${automatic ? '' : ' [style=dashed]'};`),
    ...all.flatMap(({ id, needs }) => needs.map((need) => `  ${name(need)} -> ${name(id)};`)),
    '}',
  ];
}

/** A tree from what nobody needs down to what needs nothing; what was shown before is not unfolded again. */
function graphLines(all: readonly BuildTarget[]): string[] {
  if (all.length === 0) return ['no build targets were found here'];
  const byId = new Map(all.map((target) => [target.id, target]));
  const needed = new Set(all.flatMap(({ needs }) => needs));
  const shown = new Set<TargetId>();
  const lines: string[] = [];
  const show = (id: TargetId, indent: string, branch: string): void => {
    const needs = byId.get(id)?.needs ?? [];
    const isAgain = shown.has(id) && needs.length > 0;
    lines.push(`${indent}${branch}${id}${isAgain ? ' …' : ''}`);
    if (isAgain) return;
    shown.add(id);
    const below = branch === '' ? '' : `${indent}${branch.startsWith('└') ? '   ' : '│  '}`;
    needs.forEach((need, index) => show(need, below, index === needs.length - 1 ? '└─ ' : '├─ '));
  };
  for (const { id } of all) if (!needed.has(id)) show(id, '', '');
  return lines;
}

function shortened(command: string): string {
  return command.length <= 80 ? command : `${command.slice(0, 79)}…`;
}
