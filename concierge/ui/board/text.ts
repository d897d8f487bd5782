/** Everything the board says. */
import type { Problem } from '../shared/api.ts';
import { day, number, span, stretch, time, zone } from '../shared/format.ts';
import { count, language, locale, say } from '../shared/words.ts';
import type {
  Board,
  Broken,
  LeftVisit,
  Place,
  PlannedVisit,
  Row,
  Visit,
  VisitMoney,
} from './day.ts';

/** Why a change was made, written into the house's own log, which is kept in English. */
export const UNDONE = 'Undone by the dispatcher.';

const percent = (part: number): string =>
  new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 0 }).format(part);

/** Latin names and hours keep their own order inside Arabic words. */
const apart = (words: string): string => (language() === 'ar' ? `\u2068${words}\u2069` : words);

export const hours = (from: string, to: string) =>
  language() === 'ar' ? `\u2067${span(from, to)}\u2069` : span(from, to);
export const named = (name: string) => apart(name);

/** Parts of a line, with the comma of the language. */
export const list = (...parts: readonly (string | null)[]) =>
  parts.filter((part) => part !== null && part !== '').join(say(', '));

// The frame
export const previousDay = () => say('Previous day');
export const nextDay = () => say('Next day');
export const hub = () => say('Hub');
export const concierges = (n: number) => count('{n} concierge', '{n} concierges', n);
export const visits = (n: number) => count('{n} visit', '{n} visits', n);
export const unassignedCount = (n: number) => count('{n} unassigned', '{n} unassigned', n);
export const undecidedCount = (n: number) =>
  count('{n} waiting for a way out', '{n} waiting for a way out', n);
/** Those nobody has; without those still planned with somebody who cannot come. */
export const unassigned = (left: Board['left']) => left.filter(({ still_with }) => !still_with);
const routes = (n: number) => count('{n} route', '{n} routes', n);

/** The day in a line, as it stands: the same figures as at the top. */
export function dayInALine({ rows, left }: Pick<Board, 'rows' | 'left'>): string {
  const nobody = unassigned(left);
  const undecided = left.length - nobody.length;
  const driven = rows.filter((row) => row.visits.length > 0);
  const planned = driven.reduce((sum, row) => sum + row.visits.length, 0);
  return list(
    visits(planned),
    routes(driven.length),
    nobody.length > 0 ? unassignedCount(nobody.length) : null,
    undecided > 0 ? undecidedCount(undecided) : null,
  );
}
export const onTime = (part: number) => say('{part} on time', { part: percent(part) });
export const clashes = (n: number) => count('{n} clash', '{n} clashes', n);
export const behind = (n: number) => count('{n} running late', '{n} running late', n);
export const replan = () => say('Replan the day');
export const planning = () => say('Planning…');
export const plan = (version: number) => say('Plan {version}', { version: number(version) });
export const close = () => say('Close');
export const loading = () => say('Reading the day…');
export const noPlan = () => say('No plan yet');
export const estimated = () => say('Drive times are estimated: the road engine does not answer.');

// The tray
export const tray = () => say('Unassigned');
export const trayHint = (n: number) =>
  n === 0
    ? say('Every visit has its concierge.')
    : count('{n} visit without a concierge', '{n} visits without a concierge', n);
export const best = (name: string, added_s: number) =>
  say('Best: {name}, {added}', { name: apart(name), added: added(added_s) });
export const noPlace = () => say('Nobody can take it as the day stands');
export const pieces = (n: number) => count('{n} piece', '{n} pieces', n);

const REASONS: Record<string, string> = {
  no_skill: 'Nobody working today has the skill it needs.',
  no_capacity: 'No rail has room for its pieces.',
  outside_shifts: 'Nobody works in its window.',
  out_of_reach: 'It is too far for every shift.',
  windows_full: 'Every window she accepts is full.',
  locked_out: 'Its lock leaves no room for it.',
  too_dear: 'It would cost more driving than it is worth.',
  by_hand: 'A dispatcher took it off its route.',
};

/** The planner's sentence names people and times; other languages get the reason alone. */
export function reason(left: LeftVisit): string {
  const { reason: name, words, still_with, closed_at, carried_by } = left;
  if (still_with) {
    return say('It is still planned with {name}, who cannot come. Choose a way out, or give it to somebody else.', {
      name: apart(still_with),
    });
  }
  if (closed_at && carried_by) {
    return say('Nobody opened at {time}. Only {name} can come again: her pieces are in her car.', {
      time: time(closed_at),
      name: apart(carried_by),
    });
  }
  if (closed_at) return say('Nobody opened at {time}.', { time: time(closed_at) });
  return language() === 'en' && words ? words : say(REASONS[name] ?? words);
}
export const undecided = () => say('Waiting for a way out');
export const undecidedHint = () => say('Nothing is changed yet: choose a way out, or give each to somebody.');

// The timeline
export const timeline = () => say('Visits by concierge');
export const wider = () => say('Show fewer hours, wider');
export const narrower = () => say('Show more hours');
export const showRoute = () => say('Show on the map');
export const onBreak = () => say('Break');
export const noVisits = () => say('No visits');
export const offShift = () => say('Off shift');

const STATES: Record<string, string> = {
  planned: 'Planned',
  en_route: 'On the way',
  arrived: 'At the door',
  in_home: 'In the home',
  finished: 'Finished',
};

/** How a visit looks; each look also has a word. */
export type Look = 'planned' | 'en_route' | 'in_home' | 'finished' | 'late' | 'clash';

export function look(visit: PlannedVisit): Look {
  if (visit.state === 'finished') return 'finished';
  if (visit.state === 'in_home' || visit.state === 'arrived') return 'in_home';
  if (visit.late_min > 0) return 'clash';
  if (visit.behind_min > 0) return 'late';
  return visit.state === 'en_route' ? 'en_route' : 'planned';
}

export const LOOKS: readonly Look[] = [
  'finished',
  'in_home',
  'en_route',
  'planned',
  'late',
  'clash',
];

export function lookWord(of: Look): string {
  if (of === 'late') return say('Running late');
  if (of === 'clash') return say('Misses its window');
  return say(STATES[of] ?? of);
}

/** The state in a word or two, lateness counted. */
export function state(visit: PlannedVisit): string {
  const word = say(STATES[visit.state] ?? visit.state);
  if (visit.state === 'finished') return word;
  if (visit.late_min > 0) {
    const late = stretch(visit.late_min * 60);
    return say('{state}, {late} after its window', { state: word, late });
  }
  if (visit.behind_min > 0) {
    return say('{state}, late {late}', { state: word, late: stretch(visit.behind_min * 60) });
  }
  return word;
}

/** What fits on the timeline of a client's name: its last word. The whole is read out and shown beside. */
export const short = (name: string): string => name.trim().split(/\s+/).at(-1) ?? name;

/** The second line of a visit on the timeline. */
export function chip(visit: PlannedVisit): string {
  if (visit.state === 'finished' || visit.state === 'in_home') return time(visit.starts);
  if (visit.late_min > 0) return say('Late {late}', { late: stretch(visit.late_min * 60) });
  if (visit.behind_min > 0) return say('Late {late}', { late: stretch(visit.behind_min * 60) });
  return time(visit.starts);
}

export function spoken(visit: PlannedVisit, row: Row): string {
  const words = say('{client}, {starts} to {ends}, {name}, {state}', {
    client: apart(visit.client),
    starts: time(visit.starts),
    ends: time(visit.ends),
    name: apart(row.name),
    state: state(visit),
  });
  const whole = visit.collects ? list(words, collects()) : words;
  return visit.locked ? say('{words}, locked', { words: whole }) : whole;
}

export function rowWords(row: Row): { words: string; tone: '' | 'warn' | 'bad' } {
  const ahead = row.visits.filter(({ state: at }) => at !== 'finished');
  const missed = ahead.filter(({ late_min }) => late_min > 0).length;
  if (missed > 0) return { words: clashes(missed), tone: 'bad' };
  if (ahead.some(({ behind_min }) => behind_min > 0)) {
    return { words: say('Running late'), tone: 'warn' };
  }
  const words = row.visits.length === 0 ? noVisits() : visits(row.visits.length);
  return { words: list(row.zone && apart(row.zone), words), tone: '' };
}

// The details
export const client = () => say('Client');
export const promised = () => say('Promised');
export const concierge = () => say('Concierge');
export const arrival = () => say('Arrival');
export const stay = () => say('Stay');
export const drive = () => say('Drive');
export const status = () => say('Status');
export const order = () => say('Order');
export const nobody = () => say('Nobody yet');
export const whyLabel = () => say('Reason, for the record (optional)');
export const likelyLate = (n: number) => say('{part} likely late', { part: percent(n / 100) });
export const planned_ = (at: string) => say('planned {time}', { time: time(at) });
export const moveTo = () => say('Move to…');
export const giveTo = () => say('Give to…');
export const ways = () => say('Ways to resolve');
export const lock = () => say('Lock to this concierge');
export const unlock = () => say('Unlock');
export const unassign = () => say('Unassign');
/** A visit that fetches what she gives back. */
export const collects = () => say('Collects');
export const lockedWord = () => say('Locked');
const MONEY: Record<VisitMoney, string> = {
  held: '',
  unpaid: 'Card not held yet',
  later: 'Card saved, held two days before',
  asked: 'Bank is being asked',
  her: 'Her bank wants her to confirm',
  refused: 'Her bank said no',
  missing: 'Money not held',
};

/** What the money wants said; nothing while it is held. Only what should worry is marked. */
export const money = (visit: Visit) =>
  MONEY[visit.money]
    ? { words: say(MONEY[visit.money]), worries: !['later', 'asked'].includes(visit.money) }
    : null;
export const begun = () =>
  say('This visit has begun or is about to; it stays with its concierge.');
export const explain = (visit: PlannedVisit, row: Row) =>
  say('{name} reaches {client} {late} after the window closes.', {
    name: apart(row.name),
    client: apart(visit.client),
    late: stretch(visit.late_min * 60),
  });
export const explainBehind = (visit: PlannedVisit, row: Row) =>
  say('{name} is {late} behind the plan; the window is still kept.', {
    name: apart(row.name),
    late: stretch(visit.behind_min * 60),
  });

/** `+6 min`, `−3 min`, `0 min`: driving a move adds. */
export function added(seconds: number): string {
  const signed = new Intl.NumberFormat(locale(), { signDisplay: 'exceptZero' });
  const minutes = Math.round(seconds / 60);
  const shown = signed.format(minutes === 0 ? 0 : minutes).replace('-', '−');
  return say('{minutes} min', { minutes: shown });
}

export const places = () => say('Concierges, best first');
export const weighing = () => say('Weighing each concierge…');
export const keeps = () => say('Keeps every promise');
export const breaks = (n: number) => count('Breaks {n} promise', 'Breaks {n} promises', n);
export const starting = (at: string) => say('starts {time}', { time: time(at) });

const RULES: Record<string, string> = {
  outside_windows: 'It would start outside its promised window.',
  window_not_kept: 'It would start outside its promised window.',
  skill_missing: 'A skill it needs is missing.',
  over_capacity: 'The rail would be too full.',
  returns_after_shift: 'She would be back after her shift ends.',
  lock_broken: 'It is locked to another concierge.',
  forbidden_shift: 'This concierge must not visit this client.',
  break_missing: 'There would be no time for the break.',
  break_outside_window: 'There would be no time for the break.',
};

/** Every promise that would break, each said once. */
export const broken = (all: readonly Broken[]) =>
  [
    ...new Set(
      all.map(({ rule, words }) => (language() === 'en' ? words : say(RULES[rule] ?? words))),
    ),
  ].join(' ');

/** The answer to pressing a place that cannot be had. */
export const notMoved = ({ name, broken: all }: Place) =>
  say('Not moved to {name}. {why}', { name: apart(name), why: broken(all) });

// The day
export const theDay = () => say('The day');
/** How many days of the hub's calendar lie between a moment and now. */
function daysAgo(at: string, now: Date): number {
  const date = (moment: Date): number => {
    const on = new Intl.DateTimeFormat('en-CA', { timeZone: zone() }).format(moment);
    return Date.parse(`${on}T00:00:00Z`);
  };
  return Math.round((date(now) - date(new Date(at))) / 86_400_000);
}

export function planMade(at: string, now: Date): string {
  const ago = daysAgo(at, now);
  if (ago === 0) return say('made {time}', { time: time(at) });
  if (ago === 1) return say('made yesterday {time}', { time: time(at) });
  return say('made {day}, {time}', { day: day(at), time: time(at) });
}
export const exceptions = () => say('Needs a person');
export const allCases = () => say('All cases');
export const toCase = () => say('Decide');
export const decideCase = (words: string) => say('Decide: {case}', { case: words });
export const owner = (name: string | null) =>
  name ? say('{name} looks after it', { name: apart(name) }) : say('Nobody looks after it yet');
export const comingBack = () => say('Pieces come back: inspect them');
export const allWell = () => say('Nothing needs a person right now.');
export function since(at: string, now: Date): string {
  const ago = daysAgo(at, now);
  if (ago === 0) return say('since {time}', { time: time(at) });
  if (ago === 1) return say('since yesterday {time}', { time: time(at) });
  return say('since {day}, {time}', { day: day(at), time: time(at) });
}
export const costs = () => say('What the plan costs');
export const pickOne = () => say('Choose a visit to see it here, or a concierge to see her route.');

/** What the plan costs: driving as time, left-out visits as a count, the rest as it is weighed. */
export function terms({ cost, left }: Pick<Board, 'cost' | 'left'>): { name: string; worth: string }[] {
  const weighed: [string, number][] = [
    [say('Concierges called in'), cost.shifts],
    [say('Visits by someone new'), cost.strangers],
    [say('Moved from what was told'), cost.moved],
    [say('Visits by someone not preferred'), cost.prices],
    [say('Overtime'), cost.overtime],
    [say('Work beyond a fair share'), cost.unfair],
  ];
  return [
    ...(cost.drive > 0 ? [{ name: say('Driving'), worth: stretch(cost.drive) }] : []),
    ...(left.length > 0 ? [{ name: say('Left unassigned'), worth: visits(left.length) }] : []),
    ...weighed
      .filter(([, seconds]) => seconds > 0)
      .map(([name, seconds]) => ({ name, worth: say('weighed as {time}', { time: stretch(seconds) }) })),
  ];
}

const MADE = /^OR-Tools alone ([\d,]+) in [\d.]+ s, with search ([\d,]+)/;
const NEVER_PLANNED = /^Not planned as a whole yet/;
const CHANGES: Record<string, string> = {
  booked: '{n} booked',
  'called off': '{n} called off',
  'changed by hand': '{n} changed by hand',
};

/** How the plan in force was made, and what has changed since; the planner's words hold it all. */
export function made(words: string): string {
  const [how = '', changes = ''] = words.split('; since then ');
  if (NEVER_PLANNED.test(how)) {
    return say('Not planned as a whole yet: each visit has the place found when it was booked.');
  }
  const figures = MADE.exec(how);
  if (!figures) return how;
  const minutes = (figure = '') => number(Math.round(Number(figure.replaceAll(',', '')) / 60));
  const planned = say('OR-Tools alone {alone} min, with search {search} min, same objective.', {
    alone: minutes(figures[1]),
    search: minutes(figures[2]),
  });
  const since = changes.split(', ').flatMap((change) => {
    const [, n, what = ''] = /^(\d+) (.*)$/.exec(change) ?? [];
    const sentence = CHANGES[what];
    return n && sentence ? [say(sentence, { n: number(Number(n)) })] : [];
  });
  return since.length === 0 ? planned : `${planned} ${say('Since then: {changes}.', { changes: list(...since) })}`;
}

/** What the two figures of `made` count; null where there are none. */
export const madeOf = (words: string): string | null =>
  MADE.test(words)
    ? say('Both count the whole plan, in minutes of driving: each visit left out and each change weighs as many, so fewer is better.')
    : null;

// The map
export const mapOf = (names: readonly string[]) =>
  names.length === 0 ? say('Map of the city') : say('Map: {names}', { names: names.join(', ') });
export const mapEmpty = () => say('Choose a concierge to see her route.');
export const mapEstimated = () => say('Straight lines: the route is estimated.');
export const noMap = () => say('The map cannot be drawn here.');
export const hubWords = (name: string) => say('{name}, the hub', { name });
export const stop = (n: number, visit: PlannedVisit) =>
  say('Stop {n}, {time}, {client}', { n: number(n), time: time(visit.starts), client: visit.client });

// The foot
export const live = (at: Date) => say('Live, updated {time}', { time: time(at) });
export const offline = () => say('Not connected, trying again');
export const keysMove = () => say('move between visits');
export const keysOpen = () => say('opens');
export const keysClose = () => say('closes');
export const you = () => say('Language and sign-out');
export const books = () => say('Trial balance');
export const signOut = () => say('Sign out');
export const speak = () => say('Language');
export const travel = () => say('Driving');

// What happened
export const moved = (name: string, to: string, added_s: number) =>
  say('{client} moved to {name}, {added} driving. The phones know.', {
    client: apart(name),
    name: apart(to),
    added: added(added_s),
  });
export const takenOff = (name: string) =>
  say('{client} is unassigned and waits on the left.', { client: apart(name) });
export const locked = (name: string) =>
  say('{client} is locked: planning keeps this concierge.', { client: apart(name) });
export const unlocked = (name: string) => say('{client} is unlocked.', { client: apart(name) });
export const replanning = () => say('The day is being planned again.');
export const planned = (version: number) => say('The day is planned: plan {version}.', { version: number(version) });
export const nothingBetter = (version: number) =>
  say('Nothing better was found; plan {version} stays.', { version: number(version) });
export const undo = (words: string) => say('Undo: {words}', { words });
export const undoNothing = () => say('Nothing to undo');
export const undoMove = (name: string) => say('move of {client}', { client: apart(name) });
export const undoUnassign = (name: string) => say('unassignment of {client}', { client: apart(name) });
export const undoLock = (name: string, lock_: boolean) =>
  lock_ ? say('lock of {client}', { client: apart(name) }) : say('unlocking of {client}', { client: apart(name) });
export const undone = (words: string) => say('Undone: {words}.', { words });

export function refused(problem: Problem): string {
  if (problem.signedOut) return say('You are signed out. Sign in again; nothing was changed.');
  if (problem.kind === 'stale_board') {
    return say('The day changed meanwhile. This is how it stands now; nothing was overwritten.');
  }
  return problem.detail || problem.title;
}
export const unreachable = () =>
  say('The house does not answer. Nothing was changed; try again in a moment.');
