/** What the server says of a concierge's day, as `/api/field/…` answers it. */
import type { Money } from '../shared/format.ts';

export type Verdict = 'kept' | 'returned' | 'missing';
export type Reason =
  | 'too_small'
  | 'too_large'
  | 'colour'
  | 'fabric'
  | 'changed_mind'
  | 'not_tried';
export type Condition = 'as_new' | 'tags_removed' | 'marked' | 'damaged';
export type GestureReason = 'late' | 'flaw' | 'mistake' | 'goodwill';
/** When a piece was photographed: as it went out, or as it came back. */
export type Taken = 'out' | 'back';
export type Step = 'en_route' | 'arrived' | 'trying' | 'finished';

export type Point = readonly [longitude: number, latitude: number];

export interface Piece {
  id: string;
  tag: string;
  style: string;
  house: string;
  size: string;
  colour: string;
  image: string;
  price: Money;
  verdict: Verdict | null;
  reason: Reason | null;
  condition: Condition | null;
  /** It joined at the door. */
  added?: boolean;
  /** Its size and colour in the client's language. */
  hers?: { size: string; colour: string } | null;
}

/** What became of one hold; `reference` is the payments provider's name for it. */
export interface HoldLine {
  reference: string;
  held: Money;
  held_at: string;
  charged: Money;
  released: Money;
}

export interface Receipt {
  key: string;
  state: 'settling' | 'charged' | 'released' | 'troubled';
  kept: number;
  returned: number;
  /** Damaged or not there: left out of what is due. */
  disputed: number;
  gesture: Money | null;
  due: Money;
  released: Money;
  reference: string;
  holds: HoldLine[];
  recorded_at: string;
  settled_at: string | null;
}

export interface Visit {
  order: string;
  reference: string;
  number: number;
  state: string;
  /** A card is held, so pieces may change hands. */
  ready: boolean;
  opens: string;
  closes: string;
  departs: string;
  arrives: string;
  starts: string;
  ends: string;
  drive_s: number;
  client: {
    shown_as: string;
    language: string;
    preferences: { words: string; source: string; confirmed: boolean }[];
  };
  door: {
    street: string;
    detail: string;
    access: string;
    longitude: number;
    latitude: number;
    approximate: boolean;
  };
  pieces: Piece[];
  held: Money;
  /** What can be captured: she keeps no more than that. A day kept by an older phone is silent. */
  held_now?: Money;
  /** More that was asked of her here, and is not held yet. */
  second_hold?: { id: string; amount: Money; at: string } | null;
  /** The most that may be given away here; a day kept by an older phone does not say. */
  gesture_limit?: Money;
  steps: { step: Step; at: string }[];
  /** Those that told of this visit from its door; a day kept by an older phone does not say. */
  phones?: string[];
  /** When nobody opened last: steps until then count no more. */
  turned_away: string | null;
  early: boolean;
  receipt: Receipt | null;
  /** She hands pieces over, and tries nothing on; a day kept by an older phone does not say. */
  collects?: boolean;
}

/** When a visit is expected to begin, as the day goes; minutes after its plan, 0 when in time. */
export interface Awaited {
  order: string;
  starts: string;
  late_min: number;
}

export interface Day {
  day: string;
  now: string;
  concierge: string;
  hub: {
    id: string;
    name: string;
    street: string;
    longitude: number;
    latitude: number;
    /** How long she waits at a closed door; a day kept by an older phone does not say. */
    wait_minutes?: number;
  };
  version: number;
  estimated: boolean;
  starts: string | null;
  ends: string | null;
  leaves: string | null;
  back: string | null;
  rests: { starts: string; ends: string }[];
  visits: Visit[];
  /** Visits that did not begin yet; a day kept by an older phone has none. */
  expected?: Awaited[];
  /** `drives[i]` leads to visit `i`; the last one home. */
  drives: Point[][];
}

/** What the concierge has marked on a piece, before the client confirms. */
export interface Draft {
  verdict: Verdict;
  reason: Reason | null;
  condition: Condition | null;
  /** What she saw of a piece that is damaged or not there. */
  remark?: string;
}

/** What the concierge gives away, and why. */
export interface Gesture {
  minor: number;
  reason: GestureReason;
}

/** More to be held before she may keep all of `keeping`. */
export interface HoldAsked {
  keeping: string[];
  gesture_minor: number;
}

/** The list the client confirmed, as it is sent. */
export interface Returns {
  confirmed_at: string;
  verdicts: { piece: string; verdict: Verdict; reason: Reason | null; condition: Condition | null }[];
  gesture: Gesture | null;
  remarks: { piece: string; words: string }[];
}
