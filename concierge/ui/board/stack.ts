/** Visits that overlap in time, one above the other. */
import type { PlannedVisit } from './day.ts';

/** Which line of its lane a visit is drawn on, and among how many. */
export interface Stacked {
  visit: PlannedVisit;
  line: number;
  lines: number;
}

/** Less than this is a seam between two visits, not an overlap. */
const SEAM_MS = 60_000;

/** The visits in the order they are given, each on the first line that is free when it starts. */
export function stack(visits: readonly PlannedVisit[]): Stacked[] {
  const placed = new Map<string, Stacked>();
  const inTime = [...visits].sort((a, b) => Date.parse(a.starts) - Date.parse(b.starts));
  let heap: Stacked[] = [];
  let taken: number[] = [];
  for (const visit of inTime) {
    const free = Date.parse(visit.starts) + SEAM_MS;
    if (taken.every((until) => until < free)) [heap, taken] = [[], []];
    const open = taken.findIndex((until) => until < free);
    const line = open === -1 ? taken.length : open;
    taken[line] = Date.parse(visit.ends);
    const one = { visit, line, lines: 1 };
    heap.push(one);
    for (const each of heap) each.lines = taken.length;
    placed.set(visit.order, one);
  }
  return visits.flatMap(({ order }) => placed.get(order) ?? []);
}
