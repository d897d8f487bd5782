/** What is written down of a visit as it stands on this phone, for the house to read. */
import { disputed, kept, type Seen } from './project.ts';
import type { HoldAsked, Returns } from './types.ts';

/** What she wants to keep just now: it must be held before she may. */
export function wanted(visit: Seen): HoldAsked {
  return {
    keeping: kept(visit).map((piece) => piece.id),
    gesture_minor: visit.given?.minor ?? 0,
  };
}

/** The list she confirmed; every piece is marked. */
export function confirmed(visit: Seen, at: string): Returns {
  const verdicts = visit.pieces.map(({ id }) => {
    const draft = visit.drafts[id];
    if (!draft) throw new Error('A piece is not marked yet.');
    const { verdict, reason, condition } = draft;
    return { piece: id, verdict, reason, condition };
  });
  const remarks = visit.pieces
    .filter(({ id }) => disputed(visit.drafts[id]))
    .map(({ id }) => ({ piece: id, words: visit.drafts[id]?.remark?.trim() ?? '' }))
    .filter(({ words }) => words !== '');
  return { confirmed_at: at, verdicts, gesture: visit.given, remarks };
}
