// Numbers and times as the dashboard writes them; durations, counts and sizes come from protocol/quantities.ts.
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `0.2 %`, `82 %`; one decimal below ten. `share` is 0 to 1. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  const digits = Math.abs(percent) < 9.95 ? 1 : 0;
  return `${percent.toFixed(digits).replace(/\.0$/, '')} %`;
}

/** The change from `reference` to `value`: `−31 %`, `+8 %`, `±0 %`; null when there is nothing to compare with. */
export function formatChange(value: number, reference: number): string | null {
  if (reference <= 0) return null;
  const percent = Math.round((value / reference - 1) * 100);
  if (percent === 0) return '±0 %';
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toLocaleString('en-US')} %`;
}

/** `just now`, `40 s ago`, `5 min ago`, `3 h ago`, `2 d ago`; seconds in steps of ten, so that nothing flickers. */
export function formatAgo(at: number, now: number): string {
  const passed = Math.max(0, now - at);
  if (passed < 10_000) return 'just now';
  if (passed < minuteMs) return `${Math.floor(passed / 10_000) * 10} s ago`;
  if (passed < hourMs) return `${Math.floor(passed / minuteMs)} min ago`;
  if (passed < dayMs) return `${Math.floor(passed / hourMs)} h ago`;
  return `${Math.floor(passed / dayMs)} d ago`;
}

/** Milliseconds until `formatAgo` says something else. */
export function agoChangesInMs(at: number, now: number): number {
  const passed = Math.max(0, now - at);
  const step = passed < minuteMs ? 10_000 : passed < hourMs ? minuteMs : passed < dayMs ? hourMs : dayMs;
  return step - (passed % step);
}

/** `12:41` on the day of `now`, else `22 Nov 12:41`, in local time. */
export function formatClock(at: number, now: number): string {
  const date = new Date(at);
  const time = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return `${date.getDate()} ${date.toLocaleString('en-US', { month: 'short' })} ${time}`;
}

/** The middle of `values`; null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
