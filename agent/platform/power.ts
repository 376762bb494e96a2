// Whether the machine runs on its battery.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const supplies = '/sys/class/power_supply';

/** True when a battery is there and no mains is connected; false where that cannot be seen, which is everywhere but on Linux. */
export function isOnBattery(folder: string = supplies): boolean {
  const found = namesIn(folder).map((name) => {
    const read = (file: string) => textOf(path.join(folder, name, file));
    return { type: read('type'), isOnline: read('online') === '1' };
  });
  const hasBattery = found.some(({ type }) => type === 'Battery');
  return hasBattery && !found.some(({ type, isOnline }) => type !== 'Battery' && isOnline);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
