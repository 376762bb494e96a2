// The command line: finds the command, runs it, answers with the exit code.
import { alerts } from './commands/alerts.ts';
import { analytics } from './commands/analytics.ts';
import { build } from './commands/build.ts';
import { ci } from './commands/ci.ts';
import { coverage } from './commands/coverage.ts';
import { config } from './commands/config.ts';
import { bisect } from './commands/bisect.ts';
import { explain } from './commands/explain.ts';
import { flaky, quarantine } from './commands/flaky.ts';
import { init } from './commands/init.ts';
import { perf } from './commands/perf.ts';
import { pipelineImplementations } from './commands/pipeline.ts';
import { models, risk } from './commands/models.ts';
import { metric } from './commands/metric.ts';
import { plan } from './commands/plan.ts';
import { run } from './commands/run.ts';
import { serve } from './commands/serve.ts';
import { status, stop } from './commands/status.ts';
import { test } from './commands/test.ts';
import { targets } from './commands/targets.ts';
import { watch } from './commands/watch.ts';
import { parseCommandLine } from './command-line.ts';
import { commandHelp, generalHelp } from './help.ts';
import type { Output } from './output.ts';
import { complain, type CommandContext, type ExitCode, type OpenSession } from './session.ts';

export type { CommandContext, ExitCode, OpenSession, Session, SessionOptions } from './session.ts';

export interface CommandLineOptions {
  /** Without the program's name. */
  readonly argv: readonly string[];
  readonly version: string;
  readonly output: Output;
  readonly openSession: OpenSession;
  readonly workingFolder: string;
  readonly interrupted: AbortSignal;
}

const implementations: Readonly<Record<string, (context: CommandContext) => Promise<ExitCode>>> = { run, plan, build, targets, watch, serve, status, stop, explain, flaky, quarantine, bisect, perf, test, ci, coverage, config, metric, alerts, analytics, models, risk, init, ...pipelineImplementations };

/** Runs one command line to its end. */
export async function runCommandLine(options: CommandLineOptions): Promise<ExitCode> {
  const { version, output, openSession, workingFolder, interrupted } = options;
  const argv = withHelpLast(options.argv);
  if (argv.length === 0 || (argv.length === 1 && ['--help', '-h', 'help'].includes(argv[0] ?? ''))) {
    output.line(generalHelp(version));
    return argv.length === 0 ? 2 : 0;
  }
  if (argv.length === 1 && ['--version', '-V'].includes(argv[0] ?? '')) {
    output.line(version);
    return 0;
  }
  const parsed = parseCommandLine(argv);
  if (!parsed.ok) return complain(output, parsed.failure);
  const commandLine = parsed.value;
  if (commandLine.switches.has('help')) {
    output.line(commandHelp(commandLine.command));
    return 0;
  }
  const implementation = implementations[commandLine.command.name];
  if (implementation === undefined) throw new Error(`the command ${commandLine.command.name} has no implementation`);
  return await implementation({ commandLine, output, openSession, workingFolder, interrupted });
}

/** `help run` asks for what `run --help` does. */
function withHelpLast(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  return first === 'help' && rest.length > 0 ? [...rest, '--help'] : argv;
}
