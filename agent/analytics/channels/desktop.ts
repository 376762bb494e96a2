// A channel that is the desktop of whoever sits at this machine.
import { lineOf, type ChannelProvider } from './channel.ts';

export const desktop: ChannelProvider = {
  type: 'desktop',
  async deliver({ alerts, repository }, { run }) {
    const text = alerts.map((alert) => lineOf(alert, repository)).join('\n');
    const [command, args] = notifier(
      text,
      alerts.some(({ severity }) => severity === 'critical'),
    );
    const exitCode = await run(command, args);
    if (exitCode === 0) return { ok: true };
    const problem = exitCode === null ? `${command} is not installed` : `${command} ended with code ${exitCode}`;
    return { ok: false, problem, isFinal: true };
  },
};

/** The text is an argument of its own, never part of a script. */
function notifier(text: string, isUrgent: boolean): [string, string[]] {
  if (process.platform === 'darwin') {
    return [
      'osascript',
      ['-e', 'on run argv', '-e', 'display notification (item 1 of argv) with title "Noodle"', '-e', 'end run', text],
    ];
  }
  if (process.platform === 'win32') return ['msg', ['*', text]];
  return ['notify-send', ['--app-name=Noodle', `--urgency=${isUrgent ? 'critical' : 'normal'}`, '--', 'Noodle', text]];
}
