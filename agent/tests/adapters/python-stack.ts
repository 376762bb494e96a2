// The stacks that Python prints when a run that hangs is ended (runners/noodle_channel.py sees to that).
import type { Location } from '../../protocol/test.ts';
import { relativeTo } from './python-configuration.ts';

/** The stacks at the end of an output, and the innermost place of the repository in them; nothing where there are none. */
export function hangingStack(output: string, root: string): { readonly stack?: string; readonly failureAt?: Location } {
  const start = output.search(/(?:Current thread|Thread) 0x[0-9a-f]+[^\n]*most recent call first/);
  if (start === -1) return {};
  const stack = output.slice(start).trim();
  const current = stack.slice(Math.max(0, stack.indexOf('Current thread')));
  for (const [, file = '', line = '1'] of current.matchAll(/^ {2}File "([^"]+)", line (\d+)/gm)) {
    const own = relativeTo(root, file);
    if (own !== null && !/(?:^|\/)(?:site-packages|\.?venv)\//.test(own))
      return { stack, failureAt: { file: own, line: Number(line) } };
  }
  return { stack };
}
