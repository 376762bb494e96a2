// A metric's value as a person reads it.
import { formatBytes, formatDuration } from '../protocol/quantities.ts';

/** `12.1 s`, `96 MB`, `4.2 %`, `17`, `3.1 requests`. */
export function valueText(value: number, unit: string): string {
  if (unit === 'ms') return value < 0 ? `−${formatDuration(-value)}` : formatDuration(value);
  if (unit === 's') return formatDuration(value * 1000);
  if (unit === 'bytes' || unit === 'By') return value < 0 ? `−${formatBytes(-value)}` : formatBytes(value);
  const number = numberText(value);
  return unit === '1' ? number : `${number} ${unit}`;
}

/** `41 %`. */
export function shareText(share: number): string {
  return `${numberText(share * 100)} %`;
}

function numberText(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 });
}
