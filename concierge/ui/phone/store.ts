/**
 * What this phone keeps: the day it saw last, what is marked on each visit, and the entries that
 * wait to be sent. Everything belongs to a person, so that two who share a phone never mix.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Day, Draft, Gesture, HoldAsked, Returns, Step, Taken, Visit } from './types.ts';

/** Who wrote something down, of which visit and when; `id` is its name on the server too. */
export interface Stamp {
  id: string;
  version: 1;
  person: string;
  /** What that person is called, for whoever else holds this phone; older entries do not say. */
  name?: string;
  order: string;
  at: string;
}

/** Something written down that the server has not acknowledged. */
export type Entry = Stamp & {
  /** The server's no, in its words: shown to a person, kept until she has dealt with it. */
  refused?: { kind: string; words: string; seen?: boolean };
} & (
    | { kind: 'step'; body: { step: Step; at: string; phone?: string } }
    | { kind: 'closed_door'; body: { at: string } }
    | { kind: 'addition'; body: { tag: string } }
    | { kind: 'hold'; body: HoldAsked }
    | { kind: 'returns'; body: Returns }
    | { kind: 'photograph'; body: { piece: string; taken: Taken; at: string }; picture: Blob }
  );

/** One visit as this phone knows it, beyond what the server said. */
export interface Notes {
  person: string;
  order: string;
  drafts: Record<string, Draft>;
  /** The entry that says so, and when it was. */
  steps: Partial<Record<Step, { id: string; at: string }>>;
  returns: ({ key: string } & Returns) | null;
  /** Nobody opened: the entry that says so, and when it was. */
  closed?: { id: string; at: string } | null;
  /** The photographs taken of each piece, by the entries that carry them. */
  photographs?: Record<string, string[]>;
  /** What is given away; notes of an older phone have none. */
  gesture?: Gesture | null;
  touched: number;
}

/** The last day the server told, and how far its clock is from this phone's. */
export interface KeptDay {
  person: string;
  day: Day;
  skew: number;
}

interface Shelves extends DBSchema {
  outbox: { key: string; value: Entry; indexes: { person: string } };
  notes: { key: [string, string]; value: Notes; indexes: { person: string } };
  days: { key: string; value: KeptDay };
}

const STRICT = { durability: 'strict' } as const;
const OLD = 14 * 24 * 60 * 60 * 1000;

let opened: Promise<IDBPDatabase<Shelves>> | undefined;

function shelves(): Promise<IDBPDatabase<Shelves>> {
  opened ??= openDB<Shelves>('concierge-phone', 1, {
    upgrade(db) {
      db.createObjectStore('outbox', { keyPath: 'id' }).createIndex('person', 'person');
      db.createObjectStore('notes', { keyPath: ['person', 'order'] }).createIndex(
        'person',
        'person',
      );
      db.createObjectStore('days', { keyPath: 'person' });
    },
  });
  return opened;
}

/** A visit nothing was marked on yet. */
export function blank(person: string, order: string): Notes {
  return { person, order, drafts: {}, steps: {}, returns: null, touched: 0 };
}

/**
 * Change what is known of a visit, and write down what must be sent, in one durable transaction:
 * when this returns, both survive the phone going dark.
 */
export async function write(
  person: string,
  order: string,
  change: (notes: Notes) => Notes,
  entry?: Entry,
): Promise<void> {
  const tx = (await shelves()).transaction(['outbox', 'notes'], 'readwrite', STRICT);
  const notes = tx.objectStore('notes');
  const before = (await notes.get([person, order])) ?? blank(person, order);
  await notes.put({ ...change(before), touched: Date.now() });
  if (entry) await tx.objectStore('outbox').add(entry);
  await tx.done;
}

/** A person's entries, oldest first; what is heavy goes after all that money waits for. */
export async function entries(person: string): Promise<Entry[]> {
  const all = await (await shelves()).getAllFromIndex('outbox', 'person', person);
  const heavy = (entry: Entry): number => Number(entry.kind === 'photograph');
  return all.sort((a, b) => heavy(a) - heavy(b) || (a.id < b.id ? -1 : 1));
}

/** What other people wrote down on this phone and have not sent. */
export async function entriesOfOthers(person: string): Promise<Entry[]> {
  const all = await (await shelves()).getAll('outbox');
  return all.filter((entry) => entry.person !== person && !entry.refused);
}

/** What a person marked, by order. */
export async function notes(person: string): Promise<Record<string, Notes>> {
  const all = await (await shelves()).getAllFromIndex('notes', 'person', person);
  return Object.fromEntries(all.map((each) => [each.order, each]));
}

export async function keptDay(person: string): Promise<KeptDay | undefined> {
  return (await shelves()).get('days', person);
}

/** Keep the day the server told, and let go of notes that no day needs any more. */
export async function keepDay(kept: KeptDay): Promise<void> {
  const tx = (await shelves()).transaction(['outbox', 'notes', 'days'], 'readwrite', STRICT);
  await tx.objectStore('days').put(kept);
  const waiting = new Set((await tx.objectStore('outbox').getAll()).map((each) => each.order));
  const today = new Set(kept.day.visits.map((visit) => visit.order));
  for (const each of await tx.objectStore('notes').getAll()) {
    const old = Date.now() - each.touched > OLD;
    if (old && !waiting.has(each.order) && !today.has(each.order)) {
      await tx.objectStore('notes').delete([each.person, each.order]);
    }
  }
  await tx.done;
}

/** The server acknowledged an entry: forget it, and take over what it said of the visit, if it did. */
export async function acknowledge(entry: Entry, visit: Visit | undefined): Promise<void> {
  const tx = (await shelves()).transaction(['outbox', 'days'], 'readwrite', STRICT);
  const days = tx.objectStore('days');
  const kept = await days.get(entry.person);
  if (kept && visit) await days.put(withVisit(kept, visit));
  await tx.objectStore('outbox').delete(entry.id);
  await tx.done;
}

/** What she wrote down did not happen after all: gone with its entry, unless that was sent. */
export async function withdraw(
  entry: Pick<Stamp, 'id' | 'person' | 'order'>,
  change: (notes: Notes) => Notes,
): Promise<void> {
  const tx = (await shelves()).transaction(['outbox', 'notes'], 'readwrite', STRICT);
  const notes = await tx.objectStore('notes').get([entry.person, entry.order]);
  if (notes && (await tx.objectStore('outbox').get(entry.id))) {
    await tx.objectStore('outbox').delete(entry.id);
    await tx.objectStore('notes').put({ ...change(notes), touched: Date.now() });
  }
  await tx.done;
}

/** The server said no: the entry stays, with the reason. */
export async function refuse(entry: Entry, kind: string, words: string): Promise<void> {
  await (await shelves()).put('outbox', { ...entry, refused: { kind, words } });
}

/** Entries that only ask the house for something: nothing has happened when it says no. */
const QUESTIONS = new Set<Entry['kind']>(['addition', 'hold']);

/** She has read the server's no; the entry stays on this phone, unless it was only a question. */
export async function acceptNo(entry: Entry): Promise<void> {
  if (!entry.refused) return;
  if (QUESTIONS.has(entry.kind)) await (await shelves()).delete('outbox', entry.id);
  else await (await shelves()).put('outbox', { ...entry, refused: { ...entry.refused, seen: true } });
}

/** Let a refused entry be sent once more. */
export async function retry(entry: Entry): Promise<void> {
  const { refused: _, ...again } = entry;
  await (await shelves()).put('outbox', again as Entry);
}

/**
 * A client's whereabouts do not stay on a phone nobody is signed in to. What the house does not have
 * yet does: unsent entries, and the marks on a visit whose list is not recorded.
 */
export async function forgetDay(person: string): Promise<void> {
  const tx = (await shelves()).transaction(['outbox', 'notes', 'days'], 'readwrite', STRICT);
  const waiting = await tx.objectStore('outbox').index('person').getAll(person);
  const unsent = new Set(waiting.map((entry) => entry.order));
  const kept = await tx.objectStore('days').get(person);
  await tx.objectStore('days').delete(person);
  for (const { order, receipt } of kept?.day.visits ?? []) {
    if (receipt && !unsent.has(order)) await tx.objectStore('notes').delete([person, order]);
  }
  await tx.done;
}

function withVisit(kept: KeptDay, visit: Visit): KeptDay {
  const visits = kept.day.visits.map((each) => (each.order === visit.order ? visit : each));
  return { ...kept, day: { ...kept.day, visits } };
}
