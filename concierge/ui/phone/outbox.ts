/**
 * Sends what this phone wrote down, oldest first, one tab at a time. An entry leaves the phone only
 * when the server has acknowledged it; its id makes every repeat the same act.
 */
import { call, Problem, session, Unreachable, upload } from '../shared/api.ts';
import {
  acknowledge, type Entry, entries, type Notes, refuse, type Stamp, withdraw,
} from './store.ts';
import type { Visit } from './types.ts';

/** How a round of sending ended. */
export type Sent =
  | 'all' // nothing waits
  | 'busy' // another tab is at it
  | 'no-signal' // nobody answered
  | 'signed-out' // the queue waits for its person
  | 'later'; // the server is in trouble

const PATIENCE = 15_000;
const PATIENCE_FOR_PICTURES = 60_000;

/** Answers that say "not now", whatever was asked. */
const LATER = new Set([403, 408, 425, 429]);

/** Send a person's entries. `told` is called after each one. */
export async function send(person: string, told: () => Promise<void>): Promise<Sent> {
  return navigator.locks.request(lockOf(person), { ifAvailable: true }, async (lock) => {
    if (!lock) return 'busy';
    const waiting = (await entries(person)).filter((entry) => !entry.refused);
    if (waiting.length === 0) return 'all';
    try {
      if (personOf(await session()) !== person) return 'signed-out';
      for (const entry of waiting) {
        await sendOne(entry);
        await told();
      }
    } catch (error) {
      return reason(error);
    }
    return (await entries(person)).some((entry) => !entry.refused) ? 'later' : 'all';
  });
}

/** Take an entry back that has not been sent; one that is under way is waited for. */
export async function unwrite(
  entry: Pick<Stamp, 'id' | 'person' | 'order'>,
  change: (notes: Notes) => Notes,
): Promise<void> {
  await navigator.locks.request(lockOf(entry.person), () => withdraw(entry, change));
}

function lockOf(person: string): string {
  return `outbox:${person}`;
}

/** Whose queue a session may send. */
export function personOf(who: { concierge_id: string | null }): string | null {
  return who.concierge_id;
}

async function sendOne(entry: Entry): Promise<void> {
  try {
    await acknowledge(entry, await put(entry));
  } catch (error) {
    if (!(error instanceof Problem) || !isNo(error)) throw error;
    await refuse(entry, error.kind, error.detail || error.title);
  }
}

const NOUNS: Record<Entry['kind'], string> = {
  step: 'steps',
  closed_door: 'closed-doors',
  addition: 'additions',
  hold: 'holds',
  returns: 'returns',
  photograph: 'photographs',
};

function put(entry: Entry): Promise<Visit | undefined> {
  const path = `/api/field/visits/${entry.order}/${NOUNS[entry.kind]}/${entry.id}`;
  if (entry.kind === 'photograph') return putPicture(path, entry);
  return call<Visit | undefined>('PUT', path, entry.body, { signal: AbortSignal.timeout(PATIENCE) });
}

async function putPicture(
  path: string,
  { body, picture }: Entry & { kind: 'photograph' },
): Promise<undefined> {
  await upload(`${path}?${new URLSearchParams(body)}`, picture, {
    signal: AbortSignal.timeout(PATIENCE_FOR_PICTURES),
  });
}

/** Whether sending it again would only hear the same no. */
function isNo(problem: Problem): boolean {
  const { status } = problem;
  return status >= 400 && status < 500 && status !== 401 && !LATER.has(status);
}

function reason(error: unknown): Sent {
  if (error instanceof Unreachable) return 'no-signal';
  if (error instanceof Problem) return error.signedOut ? 'signed-out' : 'later';
  throw error;
}
