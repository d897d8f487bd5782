/** A visit as the phone shows it: what the server said, and over it what was written down here. */
import type { Money } from '../shared/format.ts';
import type { Notes } from './store.ts';
import type {
  Condition, Draft, Gesture, Piece, Reason, Receipt, Returns, Step, Verdict, Visit,
} from './types.ts';

export const STEPS: readonly Step[] = ['en_route', 'arrived', 'trying', 'finished'];

/** A receipt, or the promise of one while the list waits on this phone. */
export interface Outcome extends Omit<Receipt, 'state'> {
  state: Receipt['state'] | 'provisional';
}

export interface Seen extends Visit {
  /** When each step was taken, here or there. */
  taken: Partial<Record<Step, string>>;
  /** The furthest of them. */
  progress: Step | null;
  drafts: Record<string, Draft>;
  /** How many photographs were taken here of each piece. */
  photographed: Record<string, number>;
  /** What is given away, before the client confirms. */
  given: Gesture | null;
  outcome: Outcome | null;
  over: boolean;
  /** When nobody opened, until the house knows and takes the visit off the route. */
  closed: string | null;
  /** Another phone stands at this door too, and may confirm a list of its own. */
  shared: boolean;
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * The visit as it stands for the person holding this phone. What the server refused (by entry id)
 * did not happen: its marks are hers to change again.
 */
export function seen(
  visit: Visit,
  all: Notes | undefined,
  phone: string,
  refused = NOTHING,
): Seen {
  const notes = all && without(all, refused);
  const taken: Seen['taken'] = {};
  for (const step of STEPS) {
    const at = visit.steps.find((each) => each.step === step)?.at ?? noted(visit, notes?.steps[step]?.at);
    if (at) taken[step] = at;
  }
  const progress = STEPS.findLast((step) => taken[step] !== undefined) ?? null;
  const outcome = visit.receipt ?? provisional(visit, notes);
  const closed = noted(visit, notes?.closed?.at) ?? null;
  return {
    ...visit,
    taken,
    progress,
    drafts: notes?.drafts ?? {},
    photographed: counted(notes?.photographs ?? {}, refused),
    given: notes?.gesture ?? null,
    pieces: visit.receipt ? visit.pieces : judged(visit.pieces, notes),
    outcome,
    over: closed !== null || (outcome !== null && progress === 'finished'),
    closed,
    shared: visit.phones?.some((each) => each !== phone) ?? false,
  };
}

function counted(
  photographs: Record<string, string[]>,
  refused: ReadonlySet<string>,
): Record<string, number> {
  const taken = Object.entries(photographs);
  return Object.fromEntries(
    taken.map(([piece, ids]) => [piece, ids.filter((id) => !refused.has(id)).length]),
  );
}

/** What was written down here of a try before nobody opened says nothing of this one. */
function noted({ turned_away }: Visit, at: string | undefined): string | undefined {
  return at && turned_away && Date.parse(at) <= Date.parse(turned_away) ? undefined : at;
}

/** Whether a piece's mark is complete: a piece that goes back says why. */
export function complete(draft: Draft | undefined): boolean {
  return draft !== undefined && (draft.verdict !== 'returned' || draft.reason !== null);
}

/** Whether a person must look into a piece: nothing is charged for it with the rest. */
export function disputed(
  mark: { verdict: Verdict | null; condition: Condition | null } | undefined,
): boolean {
  if (!mark) return false;
  return mark.verdict === 'missing' || (mark.verdict === 'returned' && mark.condition === 'damaged');
}

/** How many pieces of a visit are marked completely. */
export function recorded(visit: Seen): number {
  return visit.pieces.filter((piece) => complete(visit.drafts[piece.id])).length;
}

/** A piece she marked, its reason given or not, and not yet on a confirmed list. */
export interface Choice {
  visit: Seen;
  piece: Piece;
  draft: Draft;
}

/** What is chosen at a visit and not confirmed: it is on this phone, and nowhere else. */
export function choices(visit: Seen): Choice[] {
  if (visit.outcome) return [];
  return visit.pieces.flatMap((piece) => {
    const draft = visit.drafts[piece.id];
    return draft ? [{ visit, piece, draft }] : [];
  });
}

/** What she keeps, by what is marked now. */
export function kept(visit: Seen): Piece[] {
  return visit.pieces.filter((piece) => mark(visit, piece) === 'kept');
}

/** What goes back unharmed, by what is marked now. */
export function returned(visit: Seen): Piece[] {
  return visit.pieces.filter(
    (piece) => mark(visit, piece) === 'returned' && !inDispute(visit, piece),
  );
}

/** What is damaged or not there, by what is marked now. */
export function disputes(visit: Seen): Piece[] {
  return visit.pieces.filter((piece) => inDispute(visit, piece));
}

/** What is to pay by what is marked now, after what is given away. */
export function toPay(visit: Seen): Money {
  const { minor, currency } = sum(kept(visit), visit.held.currency);
  return { minor: Math.max(0, minor - (visit.given?.minor ?? 0)), currency };
}

/** What she would pay above what is held: hers only once she has had it set aside herself. */
export function missingHold(visit: Seen): Money {
  const { minor, currency } = toPay(visit);
  return { minor: Math.max(0, minor - (visit.held_now ?? visit.held).minor), currency };
}

/** Since when she waits at a door nobody has opened; null once she was let in. */
export function waitsSince(visit: Seen): Date | null {
  const { arrived, trying } = visit.taken;
  if (!arrived || trying || visit.outcome || visit.closed || recorded(visit) > 0) return null;
  return new Date(Math.max(Date.parse(arrived), Date.parse(visit.opens)));
}

/** A piece of which another list says something else: what counts, and what was confirmed here. */
export interface Difference {
  piece: Piece;
  there: Mark;
  here: Mark;
}

export interface Mark {
  verdict: Verdict | null;
  reason: Reason | null;
  condition: Condition | null;
}

/** Piece by piece, where the list in force and the one confirmed here say different things. */
export function differences(visit: Visit, here: Returns): Difference[] {
  const mine = new Map(here.verdicts.map((each) => [each.piece, each]));
  return visit.pieces.flatMap((piece) => {
    const mark = mine.get(piece.id);
    const said = (of: Mark): string => [of.verdict, of.reason, of.condition].join();
    return mark && said(mark) !== said(piece) ? [{ piece, there: piece, here: mark }] : [];
  });
}

/**
 * Until when she can stay: as long as the visit lasts from when it began, and no longer than the
 * next promise allows. Nothing once that is past.
 */
export function leaveBy(visit: Seen, next: Seen | undefined, now: Date): Date | null {
  if (!visit.taken.arrived) return null;
  const began = Math.max(Date.parse(visit.taken.arrived), Date.parse(visit.opens));
  const over = began + Date.parse(visit.ends) - Date.parse(visit.starts);
  const due = next ? Date.parse(next.closes) - 1000 * next.drive_s : Number.POSITIVE_INFINITY;
  const by = Math.min(over > now.getTime() ? over : due, due);
  return Number.isFinite(by) && by > now.getTime() ? new Date(by) : null;
}

function mark(visit: Seen, piece: Piece): string | null {
  return visit.outcome ? piece.verdict : (visit.drafts[piece.id]?.verdict ?? null);
}

function inDispute(visit: Seen, piece: Piece): boolean {
  return disputed(visit.outcome ? piece : visit.drafts[piece.id]);
}

/** The prices of some pieces together. */
export function sum(pieces: readonly Piece[], currency: string): Money {
  return { minor: pieces.reduce((total, { price }) => total + price.minor, 0), currency };
}

function without(notes: Notes, refused: ReadonlySet<string>): Notes {
  const steps = Object.entries(notes.steps).filter(([, step]) => !refused.has(step.id));
  const returns = notes.returns && refused.has(notes.returns.key) ? null : notes.returns;
  const closed = notes.closed && !refused.has(notes.closed.id) ? notes.closed : null;
  return { ...notes, returns, closed, steps: Object.fromEntries(steps) };
}

function judged(pieces: Piece[], notes: Notes | undefined): Piece[] {
  const verdicts = new Map(notes?.returns?.verdicts.map((each) => [each.piece, each]));
  return pieces.map((piece) => {
    const found = verdicts.get(piece.id);
    if (!found) return piece;
    const { verdict, reason, condition } = found;
    return { ...piece, verdict, reason, condition };
  });
}

function provisional(visit: Visit, notes: Notes | undefined): Outcome | null {
  const record = notes?.returns;
  if (!record) return null;
  const pieces = judged(visit.pieces, notes);
  const stays = pieces.filter(({ verdict }) => verdict === 'kept');
  const { currency } = visit.held;
  const given = record.gesture?.minor ?? 0;
  const due = { minor: Math.max(0, sum(stays, currency).minor - given), currency };
  return {
    key: record.key,
    state: 'provisional',
    kept: stays.length,
    returned: pieces.filter(({ verdict }) => verdict === 'returned').length,
    disputed: pieces.filter((piece) => disputed(piece)).length,
    gesture: given > 0 ? { minor: given, currency } : null,
    due,
    released: { ...due, minor: Math.max(0, visit.held.minor - due.minor) },
    reference: visit.reference,
    holds: [],
    recorded_at: record.confirmed_at,
    settled_at: null,
  };
}
