// `noodle config`: the settings in force, and what is wrong in the configuration.
import type { CommandContext, ExitCode } from '../session.ts';
import { withSession } from './with-session.ts';

export async function config(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output } = context;
  return await withSession(context, async ({ client }) => {
    const configuration = await client.getConfiguration({});
    if (commandLine.switches.has('json')) {
      output.line(JSON.stringify(configuration));
      return 0;
    }
    const width = Math.max(...configuration.settings.map((setting) => setting.environment.length));
    for (const setting of configuration.settings) {
      const source = commandLine.switches.has('explain') ? `   from ${setting.source}   ${setting.description}` : '';
      output.line(`${setting.environment.padEnd(width)}  ${String(setting.value).padEnd(6)}${source}`);
    }
    for (const problem of configuration.problems) output.complain(problem);
    return 0;
  });
}
