/** Where a moment falls on the timeline, in percent of its width. */
export class Scale {
  readonly #from: number;
  readonly #until: number;

  constructor(from: string, until: string) {
    this.#from = Date.parse(from);
    this.#until = Date.parse(until);
  }

  /** Every full hour but the last: the columns. */
  get hours(): Date[] {
    const count = Math.round((this.#until - this.#from) / 3_600_000);
    return Array.from({ length: count }, (_, hour) => new Date(this.#from + hour * 3_600_000));
  }

  at(moment: string | Date): number {
    const part = (new Date(moment).getTime() - this.#from) / (this.#until - this.#from);
    return Math.min(100, Math.max(0, part * 100));
  }

  holds(moment: Date): boolean {
    return moment.getTime() >= this.#from && moment.getTime() <= this.#until;
  }

  /** Where a stretch begins and how wide it is, ready for `inset-inline-start` and `inline-size`. */
  box(starts: string, ends: string): { start: string; size: string } {
    const [left, right] = [this.at(starts), this.at(ends)];
    return { start: `${left.toFixed(3)}%`, size: `${(right - left).toFixed(3)}%` };
  }
}
