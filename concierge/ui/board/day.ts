/** A hub's day as `GET /api/dispatch/days/{hub}/{day}` tells it. Moments are ISO, on no clock yet. */
import type { Money } from '../shared/format.ts';
import type { Point } from '../shared/map.ts';
import type { Setback } from './setbacks.ts';

export type VisitState = 'planned' | 'en_route' | 'arrived' | 'in_home' | 'finished';

/** Whether the visit's money is held, will be, or why it is not. */
export type VisitMoney =
  | 'unpaid'
  | 'later'
  | 'asked'
  | 'held'
  | 'her'
  | 'refused'
  | 'missing';

export interface Visit {
  order: string;
  reference: string;
  client: string;
  area: string;
  at: Point;
  pieces: number;
  minutes: number;
  opens: string;
  closes: string;
  unpaid: boolean;
  money: VisitMoney;
  /** What calling it off costs her now. */
  late_fee: Money;
  /** What she owes when it is ended because nobody opened; null unless nobody did. */
  absence_fee: Money | null;
  /** How long she was waited for then, in minutes; null also where no phone told. */
  waited: { minutes: number; of: number; left_at: string; early: boolean } | null;
  locked: boolean;
  /** It fetches what she gives back. */
  collects: boolean;
}

/** A visit on somebody's route. `starts` and `ends` are expected now, `planned` is what was planned. */
export interface PlannedVisit extends Visit {
  state: VisitState;
  movable: boolean;
  departs: string;
  arrives: string;
  starts: string;
  ends: string;
  planned: string;
  drive_s: number;
  /** Minutes behind what was planned; 0 on time. */
  behind_min: number;
  /** Minutes after the promised window closes; 0 while the promise is kept. */
  late_min: number;
  /** When a visit of today that has not begun will, four times in five. */
  between: { earliest: string; latest: string } | null;
  /** How likely it begins after its window, in percent; 0 where that is not worth saying. */
  late_percent: number;
}

/** Somewhere a visit could go. `broken` names each promise that would break, in words. */
export interface Place {
  shift: string;
  name: string;
  position: number;
  starts: string | null;
  added_s: number;
  here: boolean;
  broken: readonly Broken[];
}

export interface Broken {
  rule: string;
  words: string;
}

/** A visit without a place, why, and where it would fit best. */
export interface LeftVisit extends Visit {
  reason: string;
  words: string;
  /** With whom it is still planned, who cannot come, until a way out is chosen. */
  still_with: string | null;
  /** When nobody opened; only `carried_by` can come again, who has its pieces in her car. */
  closed_at: string | null;
  carried_by: string | null;
  best: Place | null;
}

export interface Row {
  shift: string;
  concierge: string;
  name: string;
  zone: string;
  starts: string;
  ends: string;
  rest: { starts: string; ends: string } | null;
  returns: string | null;
  drive_home_s: number;
  visits: readonly PlannedVisit[];
}

/** Something a person must look at; a case has a page, and an owner once somebody took it. */
export interface Exception {
  kind: string;
  order: string | null;
  words: string;
  since: string;
  case: string | null;
  owner: string | null;
}

/** Which clients were told of the plan in force, by name; `to_call` only a person reaches in time. */
export interface Told {
  broken: readonly string[];
  kept: readonly string[];
  to_call: readonly string[];
}

export interface Cost {
  drive: number;
  shifts: number;
  strangers: number;
  moved: number;
  prices: number;
  overtime: number;
  unfair: number;
  unplanned: number;
}

export interface Board {
  hub: string;
  hub_id: string;
  hub_name: string;
  hub_at: Point;
  hubs: readonly { slug: string; name: string }[];
  day: string;
  now: string;
  /** The day is history. */
  over: boolean;
  version: number;
  changed_at: string | null;
  opens: string;
  until: string;
  planning: boolean;
  estimated: boolean;
  words: string;
  cost: Cost;
  on_time: number | null;
  rows: readonly Row[];
  left: readonly LeftVisit[];
  exceptions: readonly Exception[];
  setbacks: readonly Setback[];
  told: Told;
}

/** One concierge's drive: behind her, and ahead of her. */
export interface Line {
  shift: string;
  done: readonly Point[];
  ahead: readonly Point[];
  estimated: boolean;
}

/** What a change left behind: the day's new version. */
export interface Saved {
  version: number;
}
