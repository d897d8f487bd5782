/** What goes wrong with a day, as the server tells it. Moments are ISO, on no clock yet. */

export type SetbackKind = 'ill' | 'broken_down' | 'late' | 'nobody_home';

/** What a way out changes for one visit, and why; everybody by name. */
export interface WayChange {
  order: string;
  client: string;
  kind: 'given' | 'retimed' | 'placed' | 'left_out';
  cause: string;
  because_of: readonly string[];
  before: string | null;
  after: string | null;
  was: string | null;
  at: string | null;
  late_min: number;
  words: string;
}

/** A promise a way out breaks, to a client or a concierge, by so many minutes. */
export interface WayBroken {
  kind: 'late' | 'left_out' | 'overtime';
  name: string;
  minutes: number;
  words: string;
}

export interface WayOut {
  way: string;
  words: string;
  moved: number;
  called_in: readonly string[];
  /** Visits nobody makes, those nobody had before among them. */
  left_out: number;
  drive_s: number;
  cost: Readonly<Record<string, number>>;
  changes: readonly WayChange[];
  broken: readonly WayBroken[];
}

/** `ways` is null while they are weighed; unless `fresh`, they must be weighed again. */
export interface Setback {
  id: string;
  kind: SetbackKind;
  shift: string;
  name: string;
  order: string | null;
  client: string | null;
  since: string;
  until: string | null;
  settled: boolean;
  /** Taken back, the plan before it comes back with it. */
  puts_back: boolean;
  fresh: boolean;
  ways: readonly WayOut[] | null;
}

/** A change with which a visit without a concierge fits the day. */
export interface Fit {
  ease: string;
  amount: number;
  name: string;
  starts: string;
  opens: string | null;
  closes: string | null;
  since: string;
  until: string;
  skills: readonly string[];
  words: string;
}
