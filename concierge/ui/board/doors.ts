/** The server's doors for one hub's day. */
import { call } from '../shared/api.ts';
import type { Board, Line, Place, Saved } from './day.ts';

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

  lines(shifts: readonly string[]): Promise<Line[]> {
    const query = new URLSearchParams(shifts.map((shift) => ['shift', shift]));
    return call('GET', `${this.#base}/lines?${query}`);
  }
}
