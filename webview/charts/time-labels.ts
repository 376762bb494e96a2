// What stands below an axis of time: hours of 24, days with the name of their month, the larger unit where it changes.
const daySeconds = 86_400;
/** A month of 28 days: steps at least that long are months or years. */
const monthSeconds = 28 * daySeconds;

/** The labels of `splits`, seconds since 1970, that stand `stepSeconds` apart; in local time, of at most two lines. */
export function timeLabels(splits: readonly number[], stepSeconds: number): string[] {
  return splits.map((split, index) => {
    const date = new Date(split * 1000);
    const before = splits[index - 1];
    const previous = before === undefined ? null : new Date(before * 1000);
    if (stepSeconds >= monthSeconds) return twoLines(monthOf(date), yearOf(date), previous && yearOf(previous));
    if (stepSeconds >= daySeconds) return twoLines(dayOf(date), yearOf(date), previous && yearOf(previous));
    return twoLines(clockOf(date, stepSeconds), dayOf(date), previous && dayOf(previous));
  });
}

function twoLines(small: string, large: string, largeBefore: string | null): string {
  return large === largeBefore ? small : `${small}\n${large}`;
}

function clockOf(date: Date, stepSeconds: number): string {
  const minutes = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  if (stepSeconds >= 60) return minutes;
  const seconds = `${minutes}:${twoDigits(date.getSeconds())}`;
  return stepSeconds >= 1 ? seconds : `${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function dayOf(date: Date): string {
  return `${date.getDate()} ${monthOf(date)}`;
}

function monthOf(date: Date): string {
  return date.toLocaleString('en-US', { month: 'short' });
}

function yearOf(date: Date): string {
  return String(date.getFullYear());
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
