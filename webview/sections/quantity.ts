// Values of metrics as a person reads them, by their unit.
import { formatBytes, formatDuration } from '../../agent/protocol/quantities.ts';
import { formatPercent } from '../format.ts';

/** The value in words, with its unit. */
export function quantity(value: number, unit: string): string {
  switch (unit) {
    case 'ms':
      return value < 0 ? `−${formatDuration(-value)}` : formatDuration(value);
    case 's':
      return formatDuration(value * 1000);
    case 'bytes':
    case 'By':
      return formatBytes(value);
    case 'ratio':
      return formatPercent(value);
    case '1/d':
      return `${plain(value)} a day`;
    default:
      return unit === '1' || unit === '' ? plain(value) : `${plain(value)} ${unit}`;
  }
}

function plain(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}
