/** The phone's one state: who holds it, her day, what she marked, and what waits to be sent. */
import { uuidv7 } from 'uuidv7';
import { call, Problem, session, Unreachable } from '../shared/api.ts';
import { listen } from '../shared/live.ts';
import { personOf, send, unwrite } from './outbox.ts';
import { smaller } from './photograph.ts';
import { choices, leaveBy, missingHold, type Seen, seen, waitsSince } from './project.ts';
import * as store from './store.ts';
import type { Awaited, Day, Draft, Gesture, Step, Taken } from './types.ts';
import { confirmed, wanted } from './writing.ts';

const EVERY = 30_000;
/** While entries wait for a signal. */
const OFTEN = 5_000;
/** While money is on its way, and she waits at the door. */
const SOON = 2_000;
const LAST_PERSON = 'concierge-person';
const LAST_SENT = 'concierge-sent';
const PHONE = 'concierge-phone';

/** Why a step is asked about before it is written down: another visit is next, or it is early. */
type Doubt = 'order' | 'early';
/** Minutes she waits at a closed door, where a day kept by an older phone does not say. */
const WAIT_MINUTES = 10;

export type Question = { answer: (yes: boolean) => void } & (
  | { doubt: Doubt; step: Step; visit: Seen }
  /** Going on from a closed door; `until` is the moment she should wait for, if it is to come. */
  | { doubt: 'closed'; visit: Seen; since: Date; until: Date | null }
  /** Going on all the same before that moment: it is written down. */
  | { doubt: 'leaves_early'; visit: Seen; until: Date }
  /** Leaving this phone while something is on it alone. */
  | { doubt: 'unsent' }
);

export class Phone {
  person = $state<string | null>(null);
  name = $state('');
  day = $state.raw<Day | null>(null);
  notes = $state.raw<Record<string, store.Notes>>({});
  entries = $state.raw<store.Entry[]>([]);
  /** What others wrote down here and have not sent: it waits for them. */
  ofOthers = $state.raw<store.Entry[]>([]);
  /** Whether the server answered last time. */
  signal = $state(navigator.onLine);
  signedOut = $state(false);
  /** The server answers, but not as it should. */
  trouble = $state('');
  /** The plan was changed since she last looked at it. */
  changed = $state(false);
  /** What she is asked right now. */
  question = $state.raw<Question | null>(null);
  sentAt = $state(localStorage.getItem(LAST_SENT));
  now = $state(new Date());

  refused = $derived(this.entries.filter((entry) => entry.refused));
  /** What the server refused and she has not read yet. */
  unread = $derived(this.refused.filter((entry) => !entry.refused?.seen));
  waiting = $derived(this.entries.filter((entry) => !entry.refused));
  visits: Seen[] = $derived.by(() => {
    const refused = new Set(this.refused.map((entry) => entry.id));
    return (this.day?.visits ?? []).map((visit) =>
      seen(visit, this.notes[visit.order], this.#here, refused),
    );
  });
  /** The visit to go to, or to go on with. */
  next = $derived.by(() => {
    const left = this.visits.filter((visit) => !visit.over);
    const here = left.find(({ taken }) => taken.arrived);
    return here ?? left.find(({ taken }) => taken.en_route) ?? left[0] ?? null;
  });
  /** What she chose and has not confirmed: it is on this phone, and nowhere else. */
  choices = $derived(this.visits.flatMap(choices));
  /** Marks and entries that are on this phone alone: the one number that every screen tells. */
  saved = $derived(this.waiting.length + this.choices.length);

  readonly #here = thisPhone();
  #skew = 0;
  #hush: () => void = () => undefined;
  #listening = '';
  #rounds: Promise<void> | undefined;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #others = new BroadcastChannel('concierge-phone');

  /** Show what this phone keeps. */
  async restore(): Promise<void> {
    await this.#read(localStorage.getItem(LAST_PERSON));
  }

  /** Look for news, and keep looking. */
  async open(): Promise<void> {
    this.#others.onmessage = () => void this.#read(this.person);
    addEventListener('online', () => void this.refresh());
    addEventListener('offline', () => (this.signal = false));
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.refresh();
    });
    setInterval(() => (this.now = this.clock()), 5_000);
    void navigator.storage?.persist?.();
    await this.refresh();
  }

  /** The house's time, as far as this phone knows it. */
  clock(): Date {
    return new Date(Date.now() + this.#skew);
  }

  /** Send what waits and fetch the day anew; asked while at it, once more afterwards. */
  refresh(): Promise<void> {
    this.#again = true;
    this.#rounds ??= this.#go();
    return this.#rounds;
  }

  async #go(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      while (this.#again) {
        this.#again = false;
        await this.#round();
      }
    } finally {
      this.#rounds = undefined;
    }
    const settling = this.visits.some(({ outcome }) => outcome?.state === 'settling');
    const asks = this.visits.some((visit) => visit.second_hold && !visit.outcome);
    const pause = this.signal && (settling || asks) ? SOON : this.waiting.length > 0 ? OFTEN : EVERY;
    this.#timer = setTimeout(() => void this.refresh(), pause);
  }

  /** What the house expects of a visit that runs late and has not begun, as it last said. */
  lateness(visit: Seen): Awaited | null {
    if (visit.taken.arrived) return null;
    const found = this.day?.expected?.find(({ order }) => order === visit.order);
    return found && found.late_min > 0 ? found : null;
  }

  /** Until when she can stay at a visit that goes on, as this phone knows the day. */
  leaveBy(visit: Seen): Date | null {
    const ahead = this.visits.filter(({ order, taken, over }) => {
      return order !== visit.order && !taken.arrived && !over;
    });
    return leaveBy(visit, ahead[0], this.now);
  }

  /** Write down a step she is sure of; what is out of the ordinary is asked first. */
  async propose(visit: Seen, step: Step): Promise<boolean> {
    for (const doubt of this.#doubts(visit, step)) {
      if (!(await this.#ask((answer) => ({ doubt, step, visit, answer })))) return false;
    }
    await this.take(this.visits.find(({ order }) => order === visit.order) ?? visit, step);
    return true;
  }

  #doubts(visit: Seen, step: Step): Doubt[] {
    const doubts: Doubt[] = [];
    if (this.next && this.next.order !== visit.order) doubts.push('order');
    if (step === 'arrived' && this.clock() < new Date(visit.opens)) doubts.push('early');
    return doubts;
  }

  async #ask(question: (answer: Question['answer']) => Question): Promise<boolean> {
    const yes = await new Promise<boolean>((answer) => {
      this.question = question(answer);
    });
    this.question = null;
    return yes;
  }

  /** Write down a step and send it when possible. */
  async take(visit: Seen, step: Step): Promise<void> {
    if (!this.person || visit.taken[step]) return;
    const stamp = this.#stamp(this.person, visit);
    const { id, at } = stamp;
    const note = (notes: store.Notes): store.Notes => ({
      ...notes,
      steps: { ...notes.steps, [step]: { id, at } },
    });
    const body = { step, at, phone: this.#here };
    await this.#write(visit.order, note, { ...stamp, kind: 'step', body });
  }

  /** Mark pieces; the marks stay on this phone until the client confirms. */
  async mark(visit: Seen, marks: Record<string, Draft>): Promise<void> {
    await this.#write(visit.order, (notes) => ({
      ...notes,
      drafts: { ...notes.drafts, ...marks },
    }));
  }

  /** Give something away, or take that back; it is on this phone until the client confirms. */
  async give(visit: Seen, gesture: Gesture | null): Promise<void> {
    await this.#write(visit.order, (notes) => ({ ...notes, gesture }));
  }

  /** Until when she is to wait at a closed door; null once she has. */
  waitsUntil(visit: Seen): Date | null {
    const since = waitsSince(visit);
    const minutes = this.day?.hub.wait_minutes ?? WAIT_MINUTES;
    const end = since && new Date(since.getTime() + minutes * 60_000);
    return end && end > this.now ? end : null;
  }

  /** Nobody opens: she is asked first, twice if it is early, then it is written down. */
  async turnAway(visit: Seen): Promise<boolean> {
    const since = waitsSince(visit);
    if (!this.person || !since) return false;
    this.now = this.clock();
    const until = this.waitsUntil(visit);
    if (!(await this.#ask((answer) => ({ doubt: 'closed', visit, since, until, answer })))) {
      return false;
    }
    if (until && !(await this.#ask((answer) => ({ doubt: 'leaves_early', visit, until, answer })))) {
      return false;
    }
    const stamp = this.#stamp(this.person, visit);
    const { id, at } = stamp;
    const note = (notes: store.Notes): store.Notes => ({ ...notes, closed: { id, at } });
    await this.#write(visit.order, note, { ...stamp, kind: 'closed_door', body: { at } });
    return true;
  }

  /** She opened after all, and nobody has been told otherwise yet. */
  async letIn(visit: Seen): Promise<void> {
    const entry = this.waiting.find((each) => {
      return each.kind === 'closed_door' && each.order === visit.order;
    });
    if (!entry) return;
    await unwrite(entry, (notes) => ({ ...notes, closed: null }));
    await this.#read(this.person);
    this.#others.postMessage('changed');
  }

  /** Have a piece from the van join the visit, by its tag; it is hers to try once that is known. */
  async add(visit: Seen, tag: string): Promise<void> {
    if (!this.person || visit.outcome) return;
    const stamp = this.#stamp(this.person, visit);
    await this.#write(visit.order, same, { ...stamp, kind: 'addition', body: { tag } });
  }

  /** Keep a photograph of a piece; it is sent after all that money waits for. */
  async photograph(visit: Seen, piece: string, taken: Taken, file: Blob): Promise<void> {
    if (!this.person) return;
    const stamp = this.#stamp(this.person, visit);
    const picture = await smaller(file);
    const note = (notes: store.Notes): store.Notes => ({
      ...notes,
      photographs: {
        ...notes.photographs,
        [piece]: [...(notes.photographs?.[piece] ?? []), stamp.id],
      },
    });
    const body = { piece, taken, at: stamp.at };
    await this.#write(visit.order, note, { ...stamp, kind: 'photograph', body, picture });
  }

  /** Ask her to have set aside what she keeps above what is held; she confirms on her own phone. */
  async askHold(visit: Seen): Promise<void> {
    if (!this.person || visit.outcome) return;
    const stamp = this.#stamp(this.person, visit);
    await this.#write(visit.order, same, { ...stamp, kind: 'hold', body: wanted(visit) });
  }

  /** The client confirmed the list: from now on it is the record. */
  async confirm(visit: Seen): Promise<void> {
    if (!this.person || visit.outcome || missingHold(visit).minor > 0) return;
    const stamp = this.#stamp(this.person, visit);
    const body = confirmed(visit, stamp.at);
    const note = (notes: store.Notes): store.Notes => ({
      ...notes,
      returns: { key: stamp.id, ...body },
    });
    await this.#write(visit.order, note, { ...stamp, kind: 'returns', body });
  }

  /** Send a refused entry once more. */
  async retry(entry: store.Entry): Promise<void> {
    await store.retry(entry);
    await this.#read(this.person);
    await this.refresh();
  }

  /** She has read why an entry was refused. */
  async acceptNo(entry: store.Entry): Promise<void> {
    await store.acceptNo(entry);
    await this.#read(this.person);
    this.#others.postMessage('changed');
  }

  /** Whether she may leave this phone: everything is sent, or she has read that it is not. */
  async mayLeave(): Promise<boolean> {
    return this.saved === 0 || this.#ask((answer) => ({ doubt: 'unsent', answer }));
  }

  /** Leave this phone; what the house does not have yet stays under this name. */
  async leave(): Promise<void> {
    if (this.person) await store.forgetDay(this.person);
    localStorage.removeItem(LAST_PERSON);
    this.#hush();
  }

  #stamp(person: string, visit: Seen): store.Stamp {
    const at = this.clock().toISOString();
    return { id: uuidv7(), version: 1, person, name: this.name, order: visit.order, at };
  }

  async #write(
    order: string,
    change: (notes: store.Notes) => store.Notes,
    entry?: store.Entry,
  ): Promise<void> {
    if (!this.person) return;
    await store.write(this.person, order, change, entry);
    await this.#read(this.person);
    this.#others.postMessage('changed');
    if (entry) void this.refresh();
  }

  async #round(): Promise<void> {
    try {
      await this.#recognise();
      await this.#flush();
      await this.#fetch();
      this.trouble = '';
      if (this.person && !this.signedOut && this.waiting.length === 0) this.#wasSent();
    } catch (error) {
      this.#fell(error);
    }
  }

  async #recognise(): Promise<void> {
    const who = await session();
    this.signal = true;
    const person = personOf(who);
    this.signedOut = person === null;
    if (person === null || person === this.person) return;
    if (this.person) await store.forgetDay(this.person);
    localStorage.setItem(LAST_PERSON, person);
    await this.#read(person);
  }

  async #flush(): Promise<void> {
    if (!this.person) return;
    const sent = await send(this.person, () => this.#read(this.person));
    if (sent === 'no-signal') this.signal = false;
    if (sent === 'signed-out') this.signedOut = true;
    await this.#read(this.person);
    this.#others.postMessage('changed');
  }

  async #fetch(): Promise<void> {
    const { person } = this;
    if (!person || this.signedOut) return;
    const day = await call<Day>('GET', '/api/field/route');
    this.signal = true;
    if (this.day && differs(this.day, day)) this.changed = true;
    await store.keepDay({ person, day, skew: Date.parse(day.now) - Date.now() });
    await this.#read(person);
    await this.#sendAgain(day);
    this.#listen(person);
    void keepPictures(day);
  }

  /** A list the house only kept while the visit was somebody else's counts once she has it again. */
  async #sendAgain(day: Day): Promise<void> {
    const back = this.refused.filter(({ order, refused }) => {
      return refused?.kind === 'not_hers_now' && day.visits.some((visit) => visit.order === order);
    });
    if (back.length === 0) return;
    for (const entry of back) await store.retry(entry);
    await this.#read(this.person);
    this.#again = true;
  }

  #listen(person: string): void {
    if (this.#listening === person) return;
    this.#hush();
    this.#listening = person;
    this.#hush = listen([`concierge:${person}`], () => void this.refresh());
  }

  async #read(person: string | null): Promise<void> {
    if (!person) return;
    const [kept, notes, entries, ofOthers] = await Promise.all([
      store.keptDay(person),
      store.notes(person),
      store.entries(person),
      store.entriesOfOthers(person),
    ]);
    this.person = person;
    this.notes = notes;
    this.entries = entries;
    this.ofOthers = ofOthers;
    this.day = kept?.day ?? null;
    this.name = kept?.day.concierge ?? '';
    this.#skew = kept?.skew ?? 0;
    this.now = this.clock();
  }

  #wasSent(): void {
    this.sentAt = this.clock().toISOString();
    localStorage.setItem(LAST_SENT, this.sentAt);
  }

  #fell(error: unknown): void {
    if (error instanceof Unreachable) this.signal = false;
    else if (error instanceof Problem && error.signedOut) this.signedOut = true;
    else if (error instanceof Problem) this.trouble = error.detail || error.title;
    else throw error;
  }
}

/** This phone's own name: two phones that record one visit are told apart by it. */
function thisPhone(): string {
  const known = localStorage.getItem(PHONE) ?? uuidv7();
  localStorage.setItem(PHONE, known);
  return known;
}

function same(notes: store.Notes): store.Notes {
  return notes;
}

/** Whether the same day has other stops now, or the same at other times. */
function differs(before: Day, now: Day): boolean {
  const stops = (day: Day): string =>
    day.visits.map(({ order, starts }) => `${order} ${Date.parse(starts)}`).join();
  return before.day === now.day && before.version !== now.version && stops(before) !== stops(now);
}

/** Have the pictures at hand before the signal goes; the worker keeps what is fetched. */
async function keepPictures(day: Day): Promise<void> {
  const images = new Set(day.visits.flatMap(({ pieces }) => pieces.map(({ image }) => image)));
  await Promise.allSettled([...images].map((image) => fetch(image)));
}
