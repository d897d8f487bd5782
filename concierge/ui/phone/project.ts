/** A visit as the phone shows it: what the server said, and over it what was written down here. */
import type { Money } from '../shared/format.ts';
import type { Notes } from './store.ts';
import type { Draft, Piece, Receipt, Step, Visit } from './types.ts';

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
  outcome: Outcome | null;
  over: boolean;
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * The visit as it stands for the person holding this phone. What the server refused (by entry id)
 * did not happen: its marks are hers to change again.
 */
export function seen(visit: Visit, all: Notes | undefined, refused = NOTHING): Seen {
  const notes = all && without(all, refused);
  const taken: Seen['taken'] = {};
  for (const step of STEPS) {
    const at = visit.steps.find((each) => each.step === step)?.at ?? noted(visit, notes?.steps[step]?.at);
    if (at) taken[step] = at;
  }
  const progress = STEPS.findLast((step) => taken[step] !== undefined) ?? null;
  const outcome = visit.receipt ?? provisional(visit, notes);
  return {
    ...visit,
    taken,
    progress,
    drafts: notes?.drafts ?? {},
    pieces: visit.receipt ? visit.pieces : judged(visit.pieces, notes),
    outcome,
    over: outcome !== null && progress === 'finished',
  };
}

/** What was written down here of a try before nobody opened says nothing of this one. */
function noted({ turned_away }: Visit, at: string | undefined): string | undefined {
  return at && turned_away && Date.parse(at) <= Date.parse(turned_away) ? undefined : at;
}

/** Whether a piece's mark is complete: a piece that goes back says why. */
export function complete(draft: Draft | undefined): boolean {
  return draft !== undefined && (draft.verdict === 'kept' || draft.reason !== null);
}

/** How many pieces of a visit are marked completely. */
export function recorded(visit: Seen): number {
  return visit.pieces.filter((piece) => complete(visit.drafts[piece.id])).length;
}

/** How many pieces of a visit carry a mark at all, its reason given or not. */
export function drafted(visit: Seen): number {
  return visit.pieces.filter((piece) => visit.drafts[piece.id]).length;
}

/** What she keeps, by what is marked now. */
export function kept(visit: Seen): Piece[] {
  return visit.pieces.filter((piece) => mark(visit, piece) === 'kept');
}

/** What goes back, by what is marked now. */
export function returned(visit: Seen): Piece[] {
  return visit.pieces.filter((piece) => mark(visit, piece) === 'returned');
}

function mark(visit: Seen, piece: Piece): string | null {
  return visit.outcome ? piece.verdict : (visit.drafts[piece.id]?.verdict ?? null);
}

/** The prices of some pieces together. */
export function sum(pieces: readonly Piece[], currency: string): Money {
  return { minor: pieces.reduce((total, { price }) => total + price.minor, 0), currency };
}

function without(notes: Notes, refused: ReadonlySet<string>): Notes {
  const steps = Object.entries(notes.steps).filter(([, step]) => !refused.has(step.id));
  const returns = notes.returns && refused.has(notes.returns.key) ? null : notes.returns;
  return { ...notes, returns, steps: Object.fromEntries(steps) };
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
  const stays = judged(visit.pieces, notes).filter(({ verdict }) => verdict === 'kept');
  const due = sum(stays, visit.held.currency);
  return {
    key: record.key,
    state: 'provisional',
    kept: stays.length,
    returned: visit.pieces.length - stays.length,
    due,
    released: { ...due, minor: Math.max(0, visit.held.minor - due.minor) },
    reference: visit.reference,
    payment: null,
    recorded_at: record.confirmed_at,
    settled_at: null,
  };
}
