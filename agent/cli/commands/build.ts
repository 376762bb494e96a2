// `noodle build`: builds without tests, those that the change can affect or those that are named.
import type { BuildTarget } from '../../protocol/build.ts';
import type { TargetId } from '../../protocol/ids.ts';
import { nearest } from '../../protocol/nearest.ts';
import { complain, type CommandContext, type ExitCode, type Session } from '../session.ts';
import { runRequest } from './run.ts';
import { withSession } from './with-session.ts';

export async function build(context: CommandContext): Promise<ExitCode> {
  const { switches, values, positionals } = context.commandLine;
  const work = async (session: Session) => {
    const base = values.get('base');
    const request = {
      buildsOnly: true,
      ...(base === undefined ? {} : { base }),
      ...(switches.has('all') ? { all: true } : {}),
    };
    if (positionals.length === 0) return await runRequest(context, session, request);
    const { targets: known } = await session.client.listTargets({});
    const named = positionals.map((name) => ({ name, ids: idsOf(name, known) }));
    const unknown = named.find(({ ids }) => ids.length === 0);
    if (unknown === undefined) return await runRequest(context, session, { ...request, targets: [...new Set(named.flatMap(({ ids }) => ids))] });
    const near = nearest(unknown.name, known.map(({ id }) => id));
    return complain(context.output, {
      reason: 'not_found',
      message: `there is no target '${unknown.name}'${near === null ? '' : `; did you mean '${near}'?`}`,
      hint: 'noodle targets list shows them.',
    });
  };
  return await withSession(context, work, { isServing: true });
}

/** By id or folder, else by the last part of the id: `core` of `@shop/core` or `cargo:core`. */
function idsOf(name: string, known: readonly BuildTarget[]): TargetId[] {
  const exact = known.filter(({ id, folder }) => id === name || (folder !== '' && folder === name.replace(/\/$/, '')));
  if (exact.length > 0) return exact.map(({ id }) => id);
  return known.filter(({ id }) => id.split(/[/:]/).at(-1) === name || id.startsWith(`${name}:`)).map(({ id }) => id);
}
