/** What the board says when something goes wrong with a day. */
import { number, stretch, time } from '../shared/format.ts';
import { count, language, locale, say } from '../shared/words.ts';
import type { Told, Visit } from './day.ts';
import type { Fit, Setback, SetbackKind, WayBroken, WayChange, WayOut } from './setbacks.ts';
import { added, hours, list, named } from './text.ts';

const seconds_ = (n: number): string =>
  new Intl.NumberFormat(locale(), { style: 'unit', unit: 'second', unitDisplay: 'short' }).format(n);
const minutes = (n: number): string => stretch(n * 60);

// Saying so
export const somethingWrong = () => say('Something went wrong?');
export const whoIsIt = () => say('Who is it?');
export const whatHappened = () => say('What happened?');
export const choose = () => say('Choose…');
export const minutesLate = () => say('Minutes late');
export const minutesAway = () => say('Minutes until she drives on; empty for the day');
export const lookForWays = () => say('Find ways out');
export const nobodyHome = () => say('Nobody opens the door');
export const calledOff = () => say('The client called off');
export const reallyCalledOff = (name: string) =>
  say('Call off {client}? Her pieces and her money are freed.', { client: named(name) });
export const reallyNotCollected = (name: string) =>
  say('Call off the collection at {client}? She may choose another time.', { client: named(name) });
export const endVisit = () => say('Nobody opened: end the visit');
export const reallyAbsent = (name: string) =>
  say('End the visit to {client}? Her pieces come back.', { client: named(name) });
export const itCosts = (fee: string) =>
  say('It costs {fee}, as she agreed when she ordered.', { fee: named(fee) });
/** How long somebody waited at the door, and what follows where it was too short. */
export function waited({ waited: wait, absence_fee }: Visit): string {
  if (!wait) return say('No phone told how long she was waited for.');
  const told = { minutes: minutes(wait.minutes), of: minutes(wait.of), left: time(wait.left_at) };
  if (!wait.early) return say('She was waited for {minutes}, until {left}.', told);
  return absence_fee?.minor
    ? say('She was waited for {minutes} of {of}, until {left}: no fee is asked.', told)
    : say('She was waited for {minutes} of {of}, until {left}.', told);
}
export const costsNothing = () => say('It costs nothing.');
export const askAllTheSame = (fee: string) =>
  say('Ask for {fee} all the same, as she agreed when she ordered', { fee: named(fee) });
export const letOff = () => say('Let her off the fee');
export const whyLetOff = () => say('Why? It is written down.');
export const sayWhy = () => say('Say in a word why she is let off.');
export const keepIt = () => say('Keep the visit');

const KINDS: Record<string, string> = {
  ill: 'She is ill',
  late: 'She is late',
  broken_down: 'Her car has broken down',
};
export const kinds = () => Object.entries(KINDS).map(([kind, words]) => ({ kind: kind as SetbackKind, words: say(words) }));

/** Whose row it is: what keeps her from her visits. */
export const keeps = ({ kind }: Setback) => say(KINDS[kind] ?? kind);

const HAPPENED: Record<string, string> = {
  ill: '{name} is ill since {since}',
  late: '{name} is late: she goes on at {until}',
  broken_down: '{name} has broken down since {since}',
  nobody_home: 'Nobody opened at {client}, {since}',
};

/** What happened to whom, since when. */
export const happened = (setback: Setback) =>
  say(HAPPENED[setback.kind] ?? setback.kind, {
    name: named(setback.name),
    client: named(setback.client ?? ''),
    since: time(setback.since),
    until: setback.until ? time(setback.until) : '',
  });

// Ways out
export const waysOut = () => say('Ways out, best first');
export const weighingWays = () => say('Weighing the ways out…');
export const weighedWays = () =>
  say('Few changes, everybody visited, somebody called in: each is searched for and judged. Nothing is changed, and no client is told anything, before you choose.');
export const soFar = (seconds: number) => say('{time} so far', { time: seconds_(seconds) });
export const takesLong = () =>
  say('This takes longer than usual. Weigh again, or move the visits by hand; nothing is lost meanwhile.');
export const noWay = () =>
  say('No way out was found. Move the visits by hand, call the clients, or weigh again.');
export const staleWays = () => say('The day has changed since these were weighed.');
export const weighAgain = () => say('Weigh again');
export const take = () => say('Choose this way');
export const leaveIt = () => say('Leave the day as it is');
export const takeBack = () => say('Take it back');
/** What taking it back will do. */
export function takingBack({ settled: was, puts_back }: Setback): string {
  if (!was) return say('Taking it back leaves the plan as it was.');
  return puts_back
    ? say('Taking it back brings the plan before it back, if it can still be driven.')
    : say('Taking it back leaves the plan as it is now; the day has gone on since.');
}
export const settled = () => say('Settled');
export const readyToChoose = (n: number) => count('{n} way out to choose from', '{n} ways out to choose from', n);

const WAYS: Record<string, string> = {
  fewest_changes: 'Fewest changes',
  same_concierge: 'Everybody keeps her concierge if she can',
  all_served: 'Everybody is visited',
  call_in: 'Somebody is called in',
  shortest: 'The shortest day',
  leave_out: 'Nobody moved who need not be',
};

/** The title of a way out, from what its plan does. */
export function way({ way: kind, left_out, broken: all }: WayOut): string {
  if (kind === 'all_served' && left_out > 0) return say('As many are visited as can be');
  if (kind === 'leave_out' && all.every((each) => each.kind !== 'late')) {
    return say('Nobody late, nobody moved who need not be');
  }
  return say(WAYS[kind] ?? kind);
}

const FOR: Record<string, string> = {
  fewest_changes: 'As few clients as can be get somebody else.',
  same_concierge: 'Nobody is given to another concierge who need not be.',
  call_in: 'Somebody who is not out today takes over.',
  shortest: 'As the house would plan it now, with the least driving.',
};

/** What it is for, and what it means for the clients: lost places and late visits are counted. */
export function wayFor({ way: kind, broken: all }: WayOut): string {
  const lost = all.filter((each) => each.kind === 'left_out').length;
  const late = all.filter((each) => each.kind === 'late').length;
  return [
    FOR[kind] ? say(FOR[kind]) : '',
    lost === 0
      ? say('No client loses her place.')
      : count('{n} client loses her place.', '{n} clients lose their places.', lost),
    late === 0
      ? say('Nobody is visited late.')
      : count('{n} client is visited late.', '{n} clients are visited late.', late),
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** The figures a dispatcher compares. */
export const figures = (of: WayOut) =>
  list(
    of.moved > 0
      ? count('{n} visit with somebody else', '{n} visits with somebody else', of.moved)
      : say('No visit with somebody else'),
    of.called_in.length > 0 ? say('{names} called in', { names: list(...of.called_in.map(named)) }) : null,
    say('{time} driving left', { time: stretch(of.drive_s) }),
  );
export const promisesKept = () => say('Every promise is kept');
export const promisesBroken = (n: number) => count('{n} promise is broken', '{n} promises are broken', n);
export const changesOf = (n: number) => count('{n} change', '{n} changes', n);

const BROKEN: Record<string, string> = {
  late: '{name} is visited {by} after her window.',
  left_out: '{name} loses her place.',
  overtime: '{name} is back {by} after her shift.',
};
export const broken = (each: WayBroken) =>
  say(BROKEN[each.kind] ?? each.words, { name: named(each.name), by: minutes(each.minutes) });

const CAUSES: Record<string, string> = {
  sick: '{who} is ill',
  broken_down: 'the car of {who} has broken down',
  late: '{who} is late',
  road: 'a road is closed',
  room: 'to make room for {who}',
  shorter: 'the day is better so',
};

/** One change with its reason; in English the planner's own sentence. */
export function change(each: WayChange): string {
  if (language() === 'en') return each.words;
  const client = named(each.client);
  const who = list(...each.because_of.map(named));
  const why = CAUSES[each.cause] ? say(CAUSES[each.cause] ?? '', { who }) : null;
  return list(moved(each, client), why, when(each));
}

function moved(each: WayChange, client: string): string {
  const after = named(each.after ?? '');
  if (each.kind === 'left_out') return say('{client} has nobody', { client });
  if (each.kind === 'given') {
    return say('{client} goes from {before} to {after}', {
      client,
      before: named(each.before ?? ''),
      after,
    });
  }
  return say('{client} is visited by {after}', { client, after });
}

function when(each: WayChange): string | null {
  if (!each.at) return null;
  const at = time(each.at);
  if (each.late_min > 0) return say('at {at}, {by} after her window', { at, by: minutes(each.late_min) });
  const by = each.was ? (Date.parse(each.at) - Date.parse(each.was)) / 1000 : 0;
  return Math.abs(by) < 60
    ? say('at {at}, inside her window', { at })
    : say('at {at} ({by}), inside her window', { at, by: added(by) });
}

// What would make a visit fit
export const wouldFit = () => say('What would make it fit');
export const lookingForFits = () => say('Looking for what would make it fit…');
export const nothingFits = () => say('No single change makes it fit.');
export const agreed = (opens: string, closes: string) =>
  say('She agrees: {hours}', { hours: hours(opens, closes) });

const FITS: Record<string, string> = {
  nothing: 'Nothing has to change: {name} could come about {starts}.',
  lock: 'Release its lock: {name} could come about {starts}.',
  ruled_out: 'Let {name} come, who is ruled out for this client, about {starts}.',
  window: 'Offer {hours}: {name} could come about {starts}.',
  shorter: 'Make it {by} shorter: {name} could come about {starts}.',
  later_end: 'Let {name} work {by} longer, until {until}: she could come about {starts}.',
  sooner_start: 'Let {name} start {by} sooner, at {since}: she could come about {starts}.',
  capacity: 'Find room for {n} more on the rail of {name}: she could come about {starts}.',
  skill: 'Do without {skills}: {name} could come about {starts}.',
  more_hands: 'Call in one more concierge, {since} to {until}.',
};

/** A change in words; in English the planner's own sentence. */
export const fit = (each: Fit) =>
  language() === 'en'
    ? each.words
    : say(FITS[each.ease] ?? each.words, {
        name: named(each.name),
        starts: time(each.starts),
        hours: each.opens && each.closes ? hours(each.opens, each.closes) : '',
        by: minutes(each.amount),
        n: each.amount,
        since: time(each.since),
        until: time(each.until),
        skills: named(each.skills.join(', ')),
      });

// What happened
export const reported = () => say('Noted. The ways out are being weighed.');
export const closedDoor = (name: string) =>
  say('Noted: nobody opened at {client}. The visit waits on the left.', { client: named(name) });
export const cancelled = (name: string) => say('{client} is called off.', { client: named(name) });
export const absent = (name: string) => say('The visit to {client} is over.', { client: named(name) });
export const chosen = () => say('Done. The phones know.');

/** Which clients a change of the plan had us tell, and who is left to a person. */
export function told({ broken, kept, to_call }: Told): string[] {
  const names = (of: readonly string[]) => list(...of.map(named));
  return [
    broken.length > 0 ? say('Written that her promise is not kept: {names}.', { names: names(broken) }) : '',
    kept.length > 0 ? say('Written that we come as promised after all: {names}.', { names: names(kept) }) : '',
    to_call.length > 0 ? say('Still to be called: {names}.', { names: names(to_call) }) : '',
  ].filter((sentence) => sentence !== '');
}
export const nobodyTold = () => say('Every promise is as it was; no client had to be told.');
export const left = () => say('The day stays as it is.');

/** What taking it back has done, from the plan before it and after. */
export function takenBack({ settled: was }: Setback, after: number, before: number): string {
  const version = number(after);
  if (after !== before) return say('Taken back: the plan is as it was before, plan {version}.', { version });
  return was
    ? say('Taken back. Plan {version} stays as it is; move visits back by hand.', { version })
    : say('Taken back. The plan is as it was.');
}
export const promised = (name: string) => say('{client} has her new window.', { client: named(name) });
