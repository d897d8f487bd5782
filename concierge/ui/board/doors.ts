/** The server's doors for one hub's day. */
import { call } from '../shared/api.ts';
import type { Board, Line, Place, Saved } from './day.ts';
import type { Fit, SetbackKind } from './setbacks.ts';

export class Doors {
  readonly #base: string;

  constructor(hub: string, day: string) {
    this.#base = `/api/dispatch/days/${encodeURIComponent(hub)}/${encodeURIComponent(day)}`;
  }

  read(): Promise<Board> {
    return call('GET', this.#base);
  }

  /** Where a visit could go, best first, each judged before anything is saved. */
  places(order: string): Promise<Place[]> {
    return call('GET', `${this.#base}/visits/${order}/places`);
  }

  move(order: string, to: { shift: string; position?: number }, version: number, why: string) {
    return call<Saved>('POST', `${this.#base}/moves`, { order, ...to, version, why });
  }

  unassign(order: string, version: number, why: string): Promise<Saved> {
    return call('POST', `${this.#base}/unassignments`, { order, version, why });
  }

  lock(order: string, version: number): Promise<Saved> {
    return call('PUT', `${this.#base}/locks/${order}`, { version });
  }

  unlock(order: string, version: number): Promise<Saved> {
    return call('DELETE', `${this.#base}/locks/${order}?version=${version}`);
  }

  replan(): Promise<void> {
    return call('POST', `${this.#base}/replans`, {});
  }

  /** A concierge is ill, late or stranded; the ways out are weighed. */
  report(kind: SetbackKind, shift: string, minutes: number | null, version: number) {
    return call<Saved>('POST', `${this.#base}/setbacks`, { kind, shift, minutes, version });
  }

  nobodyHome(order: string, version: number): Promise<Saved> {
    return call('POST', `${this.#base}/closed-doors`, { order, version });
  }

  /** `fee` is what she was told it costs; `waive` why she is let off. */
  callOff(order: string, fee: number, waive: string): Promise<void> {
    return call('POST', `${this.#base}/cancellations`, { order, fee, waive });
  }

  /** Nobody opened and there is no other hour: the visit is over. */
  closeAbsence(order: string, waive: string, although_early: boolean): Promise<void> {
    return call('POST', `${this.#base}/absences`, { order, waive, although_early });
  }

  /** Put a way out in force; without one, the day is left as it is. */
  choose(setback: string, way: string | null, version: number): Promise<Saved> {
    return call('POST', `${this.#base}/setbacks/${setback}/choice`, { way, version });
  }

  weighAgain(setback: string, version: number): Promise<Saved> {
    return call('POST', `${this.#base}/setbacks/${setback}/weighings`, { version });
  }

  takeBack(setback: string, version: number): Promise<Saved> {
    return call('DELETE', `${this.#base}/setbacks/${setback}?version=${version}`);
  }

  /** What would make a visit nobody has fit the day. */
  fits(order: string): Promise<Fit[]> {
    return call('GET', `${this.#base}/visits/${order}/fits`);
  }

  promise(order: string, opens: string, closes: string, version: number): Promise<Saved> {
    return call('POST', `${this.#base}/windows`, { order, opens, closes, version });
  }

  lines(shifts: readonly string[]): Promise<Line[]> {
    const query = new URLSearchParams(shifts.map((shift) => ['shift', shift]));
    return call('GET', `${this.#base}/lines?${query}`);
  }
}
