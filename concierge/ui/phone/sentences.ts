/** Every sentence of the phone, in the concierge's language. */
import { count, locale, say } from '../shared/words.ts';
import { zone } from '../shared/format.ts';
import type { Mark } from './project.ts';
import type { Condition, GestureReason, Reason, Step } from './types.ts';

export const REASONS: readonly Reason[] = [
  'too_small', 'too_large', 'colour', 'fabric', 'changed_mind', 'not_tried',
];
export const CONDITIONS: readonly Condition[] = ['as_new', 'tags_removed', 'marked', 'damaged'];

export const GESTURES: readonly GestureReason[] = ['late', 'flaw', 'mistake', 'goodwill'];

export function gestureReason(of: GestureReason): string {
  switch (of) {
    case 'late':
      return say('We were late');
    case 'flaw':
      return say('A small flaw');
    case 'mistake':
      return say('A mistake of ours');
    case 'goodwill':
      return say('Goodwill');
  }
}

export function reason(of: Reason): string {
  switch (of) {
    case 'too_small':
      return say('Too small');
    case 'too_large':
      return say('Too large');
    case 'colour':
      return say('Colour');
    case 'fabric':
      return say('Fabric');
    case 'changed_mind':
      return say('Changed mind');
    case 'not_tried':
      return say('Not tried');
  }
}

export function condition(of: Condition): string {
  switch (of) {
    case 'as_new':
      return say('As new');
    case 'tags_removed':
      return say('Tags removed');
    case 'marked':
      return say('Marked');
    case 'damaged':
      return say('Damaged');
  }
}

/** "Returned, too large, damaged". */
export function marked(of: Mark): string {
  if (of.verdict === 'kept') return say('Kept');
  if (of.verdict === 'missing') return say('Not here, not charged now');
  const parts = [say('Returned')];
  if (of.reason) parts.push(reason(of.reason).toLocaleLowerCase());
  if (of.condition && of.condition !== 'as_new') {
    parts.push(condition(of.condition).toLocaleLowerCase());
  }
  return parts.join(say(', '));
}

export function step(of: Step): string {
  switch (of) {
    case 'en_route':
      return say('On the way');
    case 'arrived':
      return say('Arrived');
    case 'trying':
      return say('Trying on');
    case 'finished':
      return say('Finished');
  }
}

/** "Thursday evening", by the hub's clock. */
export function partOfDay(now: Date): string {
  const at = (options: Intl.DateTimeFormatOptions, tongue = locale()): string =>
    new Intl.DateTimeFormat(tongue, { ...options, timeZone: zone() }).format(now);
  const day = at({ weekday: 'long' });
  const hour = Number(at({ hour: 'numeric', hourCycle: 'h23' }, 'en-GB'));
  const words =
    hour < 12
      ? say('{day} morning', { day })
      : hour < 17
        ? say('{day} afternoon', { day })
        : say('{day} evening', { day });
  return words.charAt(0).toLocaleUpperCase(locale()) + words.slice(1);
}

export const pieces = (n: number): string => count('{n} piece', '{n} pieces', n);
export const stopsLeft = (n: number): string => count('{n} stop left', '{n} stops left', n);
export const earlier = (n: number): string =>
  count('{n} earlier visit', '{n} earlier visits', n);
export const kept = (n: number): string => count('{n} kept', '{n} kept', n);
export const returned = (n: number): string => count('{n} returned', '{n} returned', n);
export const collected = (n: number): string => count('{n} collected', '{n} collected', n);
export const notHandedOver = (n: number): string =>
  count('{n} not handed over', '{n} not handed over', n);
export const lookedInto = (n: number): string =>
  count('{n} looked into, not charged now', '{n} looked into, not charged now', n);
export const toRecord = (n: number): string =>
  count('{n} piece still to record', '{n} pieces still to record', n);
export const savedHere = (n: number): string =>
  count(
    'No signal. {n} entry saved on this phone',
    'No signal. {n} entries saved on this phone',
    n,
  );
export const unsent = (n: number): string =>
  count('{n} entry is not sent yet', '{n} entries are not sent yet', n);
export const ofSomebody = (name: string, n: number): string =>
  count(
    '{n} entry of {name} waits on this phone until she signs in here again',
    '{n} entries of {name} wait on this phone until she signs in here again',
    n,
    { name },
  );
export const photographs = (n: number): string =>
  count('{n} photograph', '{n} photographs', n);
export const unconfirmed = (n: number): string =>
  count(
    '{n} choice on this phone until she confirms',
    '{n} choices on this phone until she confirms',
    n,
  );
export const sending = (n: number): string =>
  count('Sending {n} entry', 'Sending {n} entries', n);
export const refusedEntries = (n: number): string =>
  count('{n} entry was not accepted', '{n} entries were not accepted', n);
export const waitingEntries = (n: number): string =>
  count(
    '{n} entry waits on this phone',
    '{n} entries wait on this phone',
    n,
  );

export { count, say };
