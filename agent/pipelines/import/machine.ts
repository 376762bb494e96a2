// Commands that change the machine and not the work tree: those of its package manager are left out, those that change a
// home folder or a Python get one of their own.

export interface MachinePart {
  /** Without what is left out; null where nothing of it can be kept. */
  readonly command: string | null;
  readonly leftOut: readonly string[];
  readonly needsHome: boolean;
  readonly needsPython: boolean;
}

const system =
  /^(?:[A-Z_]+=\S+\s+)*(?:sudo|doas|apt-get|apt|yum|dnf|apk|pacman|zypper|brew|choco|winget|snap|update-alternatives|sysctl|systemctl|git\s+config\s+--system|rustup\s+(?:update|install|default|toolchain|component|target|override))\b/;
const somewhere = new RegExp(`(^|[;&|(]|\\b(?:then|do|else|if|!))\\s*(?:${system.source.slice(1)})`, 'm');
const home =
  /\bgit\s+config\s+(?:[^\s;&|]+[ \t]+)*--global\b|\b(?:npm|yarn|pnpm|pip3?|composer|poetry|go)\s+(?:config\s+(?:-\S+\s+)*set|set\s|env\s+-w|global\s+add|global\s+require|login|link)|\b(?:npm|pnpm)\s+(?:i|install|add)[ \t]+(?:[^\s;&|]+[ \t]+)*(?:-g|--global|--location=global)\b|\bcorepack\s+(?:enable|prepare|install)\b|\b(?:gem|cargo|go)\s+install\b|\bdotnet\s+tool\s+install\s+(?:[^\s;&|]+[ \t]+)*(?:-g|--global)\b|\bpipx\s+install\b|\b(?:docker|gh\s+auth)\s+login\b/;
const python = /\bpip3?\s+install\b/;

/** What of a command can run on a machine that somebody works on. */
export function machinePart(command: string): MachinePart {
  const leftOut: string[] = [];
  const kept = logicalLines(command).map((line) => {
    const rest = somewhere.test(line) ? withoutSystem(line) : line;
    if (rest !== null && rest !== line) leftOut.push(line.trim());
    return rest;
  });
  const isKept = !kept.includes(null) && !(leftOut.length > 0 && command.includes('<<'));
  const text = kept.join('\n');
  const isNothing = leftOut.length > 0 && text.split('\n').every((line) => /^\s*(#.*|echo 'left out: .*)?$/.test(line));
  return {
    command: isKept && !isNothing ? rewritten(text) : null,
    leftOut,
    needsHome: home.test(text),
    needsPython: python.test(text),
  };
}

const network =
  /\b(?:curl|wget)\b[^\n]*\|\s*(?:sudo\s+)?(?:ba|z)?sh\b|\b(?:ba|z)?sh\b[^\n]*(?:<\(|\$\()\s*(?:curl|wget)\b|\bcurl\b[^\n]*\s(?:-T|-F|-d|--upload-file|--form|--data\S*)\b|\b(?:npm|pnpm|yarn|cargo)\s+publish\b|\b(?:twine\s+upload|docker\s+push|git\s+push|scp|rsync)\b/;

/** Lines that run what they download, or upload something. */
export function networkLines(command: string): string[] {
  return logicalLines(command).flatMap((line) => (network.test(line) ? [line.trim()] : []));
}

/** The lines of a command that is left out, as a report quotes them. */
export function quotedLines(command: string): string {
  const lines = command.split('\n').map((line) => line.trim());
  return lines.flatMap((line) => (line === '' ? [] : [`\`${line}\``])).join(', ');
}

/** Programs that a home of its own has to be told of. */
function rewritten(text: string): string {
  return text.replace(
    /\bcorepack enable\b(?!\s+--install-directory)/g,
    'corepack enable --install-directory "$HOME/bin"',
  );
}

/** A line with its continuations. */
function logicalLines(command: string): string[] {
  return command.split(/(?<!\\)\n/);
}

/** Null where the command is a part of something else. */
function withoutSystem(line: string): string | null {
  const parts = line.split(/&&|;/).map((part) => part.replaceAll('\\\n', ' ').trim());
  const first = parts.findIndex((part) => part !== '' && !system.test(part));
  const rest = first < 0 ? [] : parts.slice(first);
  if (rest.some((part) => somewhere.test(part)) || /["'`|]/.test(rest.length === 0 ? '' : line)) return null;
  const note = `echo 'left out: ${line.trim().replaceAll('\\\n', ' ').replaceAll("'", '"').replace(/\s+/g, ' ')}'`;
  return rest.length === 0 ? note : rest.join(' && ');
}

/** Begins a job whose commands change a home folder: caches stay where they are. */
export const homeCommand = `home="$RUNNER_TOOL_CACHE/home-$(printf %s "$NOODLE_PIPELINE $NOODLE_STEP" | cksum | tr ' ' -)"
rm -rf "$home" && mkdir -p "$home/bin"
cat >> "$GITHUB_ENV" <<END
XDG_CACHE_HOME=\${XDG_CACHE_HOME:-$HOME/.cache}
NPM_CONFIG_CACHE=\${NPM_CONFIG_CACHE:-$HOME/.npm}
NPM_CONFIG_PREFIX=$home
PNPM_HOME=$home/bin
CARGO_HOME=\${CARGO_HOME:-$HOME/.cargo}
CARGO_INSTALL_ROOT=$home
RUSTUP_HOME=\${RUSTUP_HOME:-$HOME/.rustup}
GOPATH=\${GOPATH:-$HOME/go}
GOBIN=$home/bin
GEM_HOME=$home
GRADLE_USER_HOME=\${GRADLE_USER_HOME:-$HOME/.gradle}
MAVEN_ARGS=-Dmaven.repo.local=$HOME/.m2/repository
HOME=$home
END
echo "$home/bin" >> "$GITHUB_PATH"`;

/** Whether a command is one that an import puts before the commands of a job, for this machine alone. */
export function isPreparation(command: string): boolean {
  const version = /^for python in (?:python(\d+\.\d+) )?python3 /m.exec(command)?.[1] ?? '';
  return command === homeCommand || command === pythonCommand(version);
}

/** Begins a job that installs Python packages: they go into an environment of its own. */
export function pythonCommand(version: string): string {
  const wanted = /^\d+\.\d+$/.test(version) ? `python${version} ` : '';
  return `folder="$RUNNER_TOOL_CACHE/python-$(printf %s "$NOODLE_PIPELINE $NOODLE_STEP" | cksum | tr ' ' -)"
for python in ${wanted}python3 python; do if command -v "$python" > /dev/null; then break; fi; done
"$python" -m venv --clear "$folder"
echo "VIRTUAL_ENV=$folder" >> "$GITHUB_ENV"
echo "$folder/bin" >> "$GITHUB_PATH"`;
}
