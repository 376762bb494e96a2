// A tiny shell that outlives the agent by a moment: when the agent is killed, it ends the process groups that are left.
import { spawn, type ChildProcess } from 'node:child_process';
import type { Log } from './log.ts';

export interface Reaper {
  add(group: number): void;
  remove(group: number): void;
  /** Lets the shell go; groups that were not removed are ended by it. */
  dispose(): void;
}

/**
 * Reads `add <group>` and `del <group>`. The end of the input means that the agent is gone: SIGTERM to every group left,
 * then SIGKILL two seconds later to what ignored it. It ignores signals itself, so that Ctrl-C does not end it first.
 */
const script = `
trap '' HUP INT TERM QUIT
groups=' '
while read -r verb group; do
  case $verb in
    add) groups="$groups$group " ;;
    del) case $groups in *" $group "*) groups="\${groups%%" $group "*} \${groups#*" $group "}" ;; esac ;;
  esac
done
[ "$groups" = ' ' ] && exit 0
for group in $groups; do kill -s TERM -- "-$group"; kill -s CONT -- "-$group"; done
tries=0
while [ $tries -lt 20 ]; do
  left=
  for group in $groups; do kill -s 0 -- "-$group" && left=yes; done
  [ -z "$left" ] && exit 0
  sleep 0.1 || { sleep 1; tries=$((tries + 9)); }
  tries=$((tries + 1))
done
for group in $groups; do kill -s KILL -- "-$group"; done
`;

/** A reaper whose shell is started with the first group. On Windows it does nothing: there are no process groups. */
export function createReaper(log: Log): Reaper {
  if (process.platform === 'win32') return { add() {}, remove() {}, dispose() {} };
  const groups = new Set<number>();
  let shell: ChildProcess | null = null;
  const start = (): ChildProcess => {
    const started = startShell();
    started.once('error', (error) => log.warn('what runs would outlive a killed agent', { error }));
    started.once('exit', () => {
      if (shell === started) shell = null;
    });
    for (const group of groups) started.stdin?.write(`add ${group}\n`);
    return started;
  };
  return {
    add(group) {
      groups.add(group);
      if (shell === null) shell = start();
      else shell.stdin?.write(`add ${group}\n`);
    },
    remove(group) {
      if (groups.delete(group)) shell?.stdin?.write(`del ${group}\n`);
    },
    dispose() {
      shell?.stdin?.end();
      shell = null;
    },
  };
}

function startShell(): ChildProcess {
  const shell: ChildProcess = spawn('/bin/sh', ['-c', script, 'noodle-reaper'], {
    cwd: '/',
    detached: true,
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // It must not keep the agent alive, and a shell that is gone is noticed by its exit.
  shell.unref();
  // Without a free file descriptor there is no stdin either; the error follows.
  const { stdin } = shell;
  stdin?.on('error', () => {});
  if (stdin !== null && stdin !== undefined && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return shell;
}
