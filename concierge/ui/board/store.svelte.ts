/** What the board shows, and what a dispatcher does to it. */
import { Problem, Unreachable } from '../shared/api.ts';
import { listen } from '../shared/live.ts';
import type { Board, LeftVisit, Place, PlannedVisit, Row, Visit } from './day.ts';
import { Doors } from './doors.ts';
import type { Fit, Setback, SetbackKind } from './setbacks.ts';
import * as setbackText from './text-setbacks.ts';
import * as text from './text.ts';

/** How to take the last change back. */
interface Undo {
  words: string;
  order: string;
  back: (version: number) => Promise<unknown>;
}

/** What can be undone after an act, from what could before it. */
type Past = (past: readonly Undo[]) => readonly Undo[];

export interface Found {
  row: Row | null;
  visit: PlannedVisit | LeftVisit;
}

const NEVER_ANSWERED_MS = 2_000;

export class DayStore {
  board = $state.raw<Board | null>(null);
  selected = $state<string | null>(null);
  /** The shift whose drive is on the map. */
  chosen = $state<string | null>(null);
  /** A second one, while a move to it is being weighed. */
  weighed = $state<string | null>(null);
  said = $state('');
  trouble = $state('');
  busy = $state(false);
  connected = $state(false);
  now = $state(new Date());
  readAt = $state(new Date());
  past = $state.raw<readonly Undo[]>([]);

  readonly #doors: Doors;
  #ahead = 0;
  /** The plan that was in force when planning began; null while nobody plans. */
  #plannedFrom: number | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    hub: string,
    day: string,
    /** Hub staff look; dispatchers change. */
    readonly mayChange: boolean,
  ) {
    this.#doors = new Doors(hub, day);
  }

  /** Read the day and follow it; call the returned function to stop. */
  start(): () => void {
    let stop = (): void => undefined;
    let left = false;
    const clock = setInterval(() => this.#tick(), 5_000);
    void this.read().then(() => {
      if (!this.board || left) return;
      stop = listen(
        [`day:${this.board.hub_id}:${this.board.day}`],
        () => void this.read(),
        (connected) => (this.connected = connected),
      );
    });
    return () => {
      left = true;
      clearInterval(clock);
      clearTimeout(this.#again);
      stop();
    };
  }

  async read(): Promise<void> {
    try {
      const before = this.board;
      const board = await this.#doors.read();
      this.#ahead = Date.parse(board.now) - performance.now();
      this.board = board;
      this.#tick();
      this.readAt = this.now;
      if (this.selected && !this.find(this.selected)) this.selected = null;
      if (!before) this.chosen = firstToLookAt(board);
      if (board.planning && this.#plannedFrom === null) {
        this.#plannedFrom = before?.version ?? board.version;
      } else if (!board.planning && this.#plannedFrom !== null) {
        this.said =
          board.version === this.#plannedFrom
            ? text.nothingBetter(board.version)
            : [text.planned(board.version), ...setbackText.told(board.told)].join(' ');
        this.#plannedFrom = null;
      }
      clearTimeout(this.#again);
      const weighing = board.setbacks.some(({ settled, ways }) => !settled && ways === null);
      const ready = board.setbacks.filter(({ id, ways }) => {
        const was = before?.setbacks.find((each) => each.id === id);
        return ways !== null && was?.ways === null;
      });
      for (const { ways } of ready) this.said = setbackText.readyToChoose(ways?.length ?? 0);
      if (board.planning || weighing) this.#again = setTimeout(() => void this.read(), NEVER_ANSWERED_MS);
    } catch (error) {
      this.#fail(error);
    }
  }

  find(order: string): Found | null {
    for (const row of this.board?.rows ?? []) {
      const visit = row.visits.find((each) => each.order === order);
      if (visit) return { row, visit };
    }
    const visit = this.board?.left.find((each) => each.order === order);
    return visit ? { row: null, visit } : null;
  }

  get current(): Found | null {
    return this.selected ? this.find(this.selected) : null;
  }

  select(order: string | null): void {
    this.selected = order;
    this.weighed = null;
    const row = order ? this.find(order)?.row : null;
    if (row) this.chosen = row.shift;
  }

  /** Put a concierge's drive on the map; asked again, take it off. */
  show(shift: string): void {
    this.chosen = this.chosen === shift ? null : shift;
  }

  places(order: string): Promise<Place[]> {
    return this.#doors.places(order);
  }

  lines(shifts: readonly string[]) {
    return this.#doors.lines(shifts);
  }

  async move(visit: Visit, place: Place, why: string): Promise<void> {
    const from = this.find(visit.order)?.row;
    const was = from && { shift: from.shift, position: placeOf(visit, from) };
    const back = (version: number): Promise<unknown> =>
      was
        ? this.#doors.move(visit.order, was, version, text.UNDONE)
        : this.#doors.unassign(visit.order, version, text.UNDONE);
    const done = await this.#change(
      (version) =>
        this.#doors.move(
          visit.order,
          { shift: place.shift, position: place.position },
          version,
          why,
        ),
      text.moved(visit.client, place.name, place.added_s),
      adding({ words: text.undoMove(visit.client), order: visit.order, back }),
    );
    if (!done) return;
    this.weighed = null;
    this.chosen = place.shift;
  }

  async unassign(visit: Visit, why: string): Promise<void> {
    const from = this.find(visit.order)?.row;
    if (!from) return;
    const was = { shift: from.shift, position: placeOf(visit, from) };
    const back = (version: number): Promise<unknown> =>
      this.#doors.move(visit.order, was, version, text.UNDONE);
    await this.#change(
      (version) => this.#doors.unassign(visit.order, version, why),
      text.takenOff(visit.client),
      adding({ words: text.undoUnassign(visit.client), order: visit.order, back }),
    );
  }

  async lock(visit: Visit, lock: boolean): Promise<void> {
    const doors = this.#doors;
    const turn = (on: boolean, version: number): Promise<unknown> =>
      on ? doors.lock(visit.order, version) : doors.unlock(visit.order, version);
    await this.#change(
      (version) => turn(lock, version),
      lock ? text.locked(visit.client) : text.unlocked(visit.client),
      adding({
        words: text.undoLock(visit.client, lock),
        order: visit.order,
        back: (version) => turn(!lock, version),
      }),
    );
  }

  async replan(): Promise<void> {
    this.#plannedFrom = this.board?.version ?? null;
    const asked = await this.#change(
      () => this.#doors.replan(),
      (after) => (after.planning ? text.replanning() : this.said),
    );
    if (!asked) this.#plannedFrom = null;
  }

  async report(kind: SetbackKind, shift: string, minutes: number | null): Promise<boolean> {
    return this.#change(
      (version) => this.#doors.report(kind, shift, minutes, version),
      setbackText.reported(),
    );
  }

  async nobodyHome(visit: Visit): Promise<void> {
    await this.#change(
      (version) => this.#doors.nobodyHome(visit.order, version),
      setbackText.closedDoor(visit.client),
    );
  }

  async callOff(visit: Visit, waive: string): Promise<void> {
    await this.#change(
      () => this.#doors.callOff(visit.order, visit.late_fee.minor, waive),
      setbackText.cancelled(visit.client),
    );
  }

  async closeAbsence(visit: Visit, waive: string, insists: boolean): Promise<void> {
    await this.#change(
      () => this.#doors.closeAbsence(visit.order, waive, insists),
      setbackText.absent(visit.client),
    );
  }

  async choose(setback: Setback, way: string | null): Promise<void> {
    await this.#change(
      (version) => this.#doors.choose(setback.id, way, version),
      ({ told }) => {
        const done = way ? setbackText.chosen() : setbackText.left();
        const them = setbackText.told(told);
        return [done, ...(them.length > 0 ? them : [setbackText.nobodyTold()])].join(' ');
      },
    );
  }

  async weighAgain(setback: Setback): Promise<void> {
    await this.#change(
      (version) => this.#doors.weighAgain(setback.id, version),
      setbackText.reported(),
      (past) => past,
    );
  }

  async takeBack(setback: Setback): Promise<void> {
    await this.#change(
      (version) => this.#doors.takeBack(setback.id, version),
      (after, before) =>
        this.#withTold(setbackText.takenBack(setback, after.version, before.version), before),
    );
  }

  fits(order: string): Promise<Fit[]> {
    return this.#doors.fits(order);
  }

  async promise(visit: Visit, opens: string, closes: string): Promise<void> {
    await this.#change(
      (version) => this.#doors.promise(visit.order, opens, closes, version),
      setbackText.promised(visit.client),
    );
  }

  async undo(): Promise<void> {
    const last = this.past.at(-1);
    if (!last) return;
    const done = await this.#change(last.back, text.undone(last.words), (past) => past.slice(0, -1));
    if (done && this.find(last.order)) this.select(last.order);
  }

  /**
   * Do one thing to the day as it was drawn; whatever comes of it, show the day as it is. What can
   * be undone afterwards is `past`: nothing, unless the act itself can be, for only the last act is.
   */
  async #change(
    act: (version: number) => Promise<unknown>,
    words: string | ((after: Board, before: Board) => string),
    past: Past = () => [],
  ): Promise<boolean> {
    if (this.busy || !this.board) return false;
    this.busy = true;
    this.trouble = '';
    const before = this.board;
    try {
      await act(before.version);
      this.past = past(this.past);
      await this.read();
      this.said = typeof words === 'string' ? this.#withTold(words, before) : words(this.board, before);
      return true;
    } catch (error) {
      this.#fail(error);
      if (error instanceof Problem && error.status === 409) await this.read();
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** What was done, and which clients had to be told of the plan that came of it. */
  #withTold(words: string, before: Board): string {
    if (!this.board || this.board.version === before.version) return words;
    return [words, ...setbackText.told(this.board.told)].join(' ');
  }

  #fail(error: unknown): void {
    if (error instanceof Problem) this.trouble = text.refused(error);
    else if (error instanceof Unreachable) this.trouble = text.unreachable();
    else throw error;
  }

  #tick(): void {
    this.now = new Date(performance.now() + this.#ahead);
  }
}

const adding =
  (undo: Undo): Past =>
  (past) => [...past, undo];

/** A visit's place among those of its row that have not begun. */
function placeOf(visit: Visit, { visits }: Row): number {
  return visits.filter(({ movable }) => movable).findIndex(({ order }) => order === visit.order);
}

/** Whose drive to show first: somebody in trouble, else the first who has visits. */
function firstToLookAt({ rows }: Board): string | null {
  const ahead = (row: Row): PlannedVisit[] => row.visits.filter((v) => v.state !== 'finished');
  const row =
    rows.find((each) => ahead(each).some((visit) => visit.late_min > 0)) ??
    rows.find((each) => ahead(each).some((visit) => visit.behind_min > 0)) ??
    rows.find((each) => ahead(each).length > 0) ??
    rows.find((each) => each.visits.length > 0);
  return row?.shift ?? null;
}
