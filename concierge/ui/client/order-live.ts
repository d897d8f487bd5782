/** The order's page as things happen: confirmed, on the way, at the door, receipt. */
import { listen } from '../shared/live.ts';
import { forgetVisit } from './visit-draft.ts';

/** Nothing is told when a slot ends by itself; look again a little after. */
const AFTER_SLOT_MS = 5_000;
/** On the day, when she comes is looked at again; nobody is told of each minute. */
const AGAIN_MS = 120_000;
const OVER = new Set(['settled', 'expired', 'cancelled']);

class OrderLive extends HTMLElement {
  #stop: (() => void) | undefined;
  #timer = 0;

  connectedCallback(): void {
    forgetVisit();
    const { order, stage = '', until, now, today } = this.dataset;
    if (!order || OVER.has(stage)) return;
    this.#stop = listen([`order:${order}`], () => void this.#look());
    if (until && now) {
      const left = new Date(until).getTime() - new Date(now).getTime() + AFTER_SLOT_MS;
      this.#timer = window.setTimeout(() => void this.#look(), Math.max(left, AFTER_SLOT_MS));
    } else if (today !== undefined) {
      this.#timer = window.setInterval(() => void this.#look(), AGAIN_MS);
    }
  }

  disconnectedCallback(): void {
    this.#stop?.();
    window.clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const answer = await fetch(location.pathname, { headers: { accept: 'text/html' } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.querySelector('order-live');
    // While she is deciding whether to cancel, only a change of stage may take that away.
    const deciding = this.querySelector('.call-off[open]') !== null;
    if (!fresh || fresh.isEqualNode(this)) return;
    if (deciding && fresh.getAttribute('data-stage') === this.dataset.stage) return;
    document.title = page.title;
    this.replaceWith(document.adoptNode(fresh));
  }
}

customElements.define('order-live', OrderLive);
