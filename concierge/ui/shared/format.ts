/** Money, times and days as the reader writes them, on the hub's clock. */
import { locale } from './words.ts';

/** An amount as the server sends it: whole minor units. */
export interface Money {
  minor: number;
  currency: string;
}

const EXPONENTS: Record<string, number> = { JPY: 0, KRW: 0, BHD: 3, KWD: 3, TND: 3 };

/** The hub's time zone, as the server wrote it on <html data-zone>. */
export function zone(): string {
  return document.documentElement.dataset.zone ?? 'UTC';
}

/** `4 860 kr`; öre are shown only where there are any. */
export function money({ minor, currency }: Money): string {
  const amount = minor / 10 ** (EXPONENTS[currency] ?? 2);
  return new Intl.NumberFormat(locale(), {
    style: 'currency',
    currency,
    trailingZeroDisplay: 'stripIfInteger',
  }).format(amount);
}

/** Whole minor units of what somebody typed; null when it is no amount of this currency. */
export function minorOf(typed: string, currency: string): number | null {
  const places = EXPONENTS[currency] ?? 2;
  const plain = typed.trim().replace(/[٠-٩]/g, (digit) => String('٠١٢٣٤٥٦٧٨٩'.indexOf(digit)));
  const parts = /^(\d{1,7})(?:[.,٫](\d+))?$/.exec(plain);
  if (!parts || (parts[2]?.length ?? 0) > places) return null;
  return Number(`${parts[1]}${(parts[2] ?? '').padEnd(places, '0')}`);
}

/** An amount as one types it: `150`, `149.50`. */
export function typedOf({ minor, currency }: Money): string {
  const places = EXPONENTS[currency] ?? 2;
  return (minor / 10 ** places).toFixed(minor % 10 ** places === 0 ? 0 : places);
}

/** `14:30`, always on twenty-four hours. */
export function time(moment: string | Date): string {
  return new Intl.DateTimeFormat(locale(), {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: zone(),
  }).format(new Date(moment));
}

/** `14:30 – 15:30`. Wrap it in <bdi> where directions mix. */
export function span(opens: string | Date, closes: string | Date): string {
  return `${time(opens)} – ${time(closes)}`;
}

/** `Thursday 26 November`; of a moment, or of a plain `2026-11-26`. */
export function day(moment: string | Date): string {
  const plain = typeof moment === 'string' && /^\d{4}-\d\d-\d\d$/.test(moment);
  return new Intl.DateTimeFormat(locale(), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: plain ? 'UTC' : zone(),
  }).format(new Date(moment));
}

/** `9 min`, `1 h 5 min`: a stretch of time in seconds, rounded up to whole minutes. */
export function stretch(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  const part = (value: number, unit: string): string =>
    new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'short' }).format(value);
  if (minutes < 60) return part(minutes, 'minute');
  const rest = minutes % 60;
  const hours = part(Math.floor(minutes / 60), 'hour');
  return rest === 0 ? hours : `${hours} ${part(rest, 'minute')}`;
}

/** `12 300`. */
export function number(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}
