// Finds a Chrome or Chromium for the tests, and on Debian installs one where we may.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { MissingError } from './missing.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const fixedPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** Without these the browser looks for hosts that are not there. */
export const browserArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser's executable: $CHROME_PATH, then PATH, then the usual places; null when there is none. */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): string | null {
  const given = environment['CHROME_PATH'];
  const folders = (environment['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const onPath = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  const candidates = given === undefined ? [...onPath, ...fixedPlaces] : [given];
  return candidates.find(isExecutable) ?? null;
}

/** Like `findBrowser`, but installs Debian's Chromium as root when there is none. Throws a MissingError otherwise. */
export function prepareBrowser(report: (line: string) => void): string {
  const found = findBrowser();
  if (found !== null) return found;
  if (canInstall()) {
    report('installing chromium with apt-get');
    apt('update');
    apt('install', '--yes', '--no-install-recommends', 'chromium');
  }
  const installed = findBrowser();
  if (installed !== null) return installed;
  throw new MissingError('no Chrome or Chromium found: install one, or name it in CHROME_PATH');
}

function canInstall(): boolean {
  return process.env['CHROME_PATH'] === undefined && process.getuid?.() === 0 && isExecutable('/usr/bin/apt-get');
}

function apt(...args: string[]): void {
  spawnSync('apt-get', ['--quiet', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
