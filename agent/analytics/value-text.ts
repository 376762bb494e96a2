// A metric's value as a person reads it.
import { formatDuration } from '../protocol/quantities.ts';

/** `132 ms`, `12.1 s`, `96 MB`, `4.2 %`, `17`, `3.1 requests`: to three digits, as values are told to be compared. */
export function valueText(value: number, unit: string): string {
  if (value < 0) return `−${valueText(-value, unit)}`;
  if (unit === 'ms') return timeText(value);
  if (unit === 's') return timeText(value * 1000);
  if (unit === 'bytes' || unit === 'By') return sizeText(value);
  const number = numberText(value);
  return unit === '1' ? number : `${number} ${unit}`;
}

/** From a minute on as everywhere. */
function timeText(milliseconds: number): string {
  if (milliseconds < 999.5) return `${numberText(milliseconds)} ms`;
  return milliseconds < 59_950 ? `${numberText(milliseconds / 1000)} s` : formatDuration(milliseconds);
}

const sizes = ['B', 'kB', 'MB', 'GB', 'TB'];

function sizeText(bytes: number): string {
  const step = Math.min(sizes.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes * 1.0005)) / 3)));
  return `${numberText(bytes / 1000 ** step)} ${sizes[step]}`;
}

/** `41 %`. */
export function shareText(share: number): string {
  return `${numberText(share * 100)} %`;
}

function numberText(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 });
}
