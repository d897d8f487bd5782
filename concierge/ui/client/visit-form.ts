/**
 * "When shall we visit?" without reloading: every button of the form is sent in the background and
 * the page's own parts are replaced by the answer's; and while she looks, the windows are asked for
 * again, so that one just taken is struck out before her eyes. The server writes all the words.
 */

const EVERY_MS = 15_000;

class VisitForm extends HTMLElement {
  #timer = 0;
  #asking: AbortController | undefined;

  connectedCallback(): void {
    this.addEventListener('click', this.#pressed);
    this.addEventListener('submit', this.#sent);
    this.addEventListener('change', this.#changed);
    document.addEventListener('visibilitychange', this.#woken);
    this.#timer = window.setInterval(() => void this.#look(), EVERY_MS);
    this.#settle();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#woken);
  }

  get #form(): HTMLFormElement {
    const form = this.querySelector('form');
    if (!form) throw new Error('A visit has its form.');
    return form;
  }

  readonly #woken = (): void => {
    if (document.visibilityState === 'visible') void this.#look();
  };

  /** Her window comes first: the browser would begin with the name it misses further down. */
  readonly #pressed = (event: Event): void => {
    const pressed = event.target instanceof Element ? event.target.closest('button') : null;
    if (pressed?.name !== 'do' || pressed.value !== 'order' || this.#chosen().length > 0) return;
    const pick = this.querySelector<HTMLElement>('#pick');
    if (!pick) return;
    event.preventDefault();
    pick.hidden = false;
    pick.focus();
  };

  #chosen(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>('input[name="window"]')].filter(
      (each) => each.type === 'hidden' || each.checked,
    );
  }

  readonly #sent = (event: SubmitEvent): void => {
    const pressed = event.submitter;
    if (!(pressed instanceof HTMLButtonElement)) return;
    if (pressed.name === 'do' && pressed.value === 'order') {
      this.#once(event, pressed);
      return;
    }
    event.preventDefault();
    void this.#ask(pressed.name, pressed.value, false);
  };

  /** Her order goes to the server as the form it is, and only once. */
  #once(event: SubmitEvent, pressed: HTMLButtonElement): void {
    if (this.dataset.ordered !== undefined) {
      event.preventDefault();
      return;
    }
    this.#asking?.abort();
    this.dataset.ordered = '';
    pressed.setAttribute('aria-disabled', 'true');
  }

  readonly #changed = (event: Event): void => {
    const ticked = event.target;
    if (!(ticked instanceof HTMLInputElement) || ticked.name !== 'window') return;
    this.#asking?.abort(); // an answer from before her choice would undo it
    if (ticked.type === 'radio') {
      for (const kept of this.querySelectorAll('input[data-only]')) kept.remove();
    }
    const chosen = this.#chosen();
    const pick = this.querySelector<HTMLElement>('#pick');
    if (pick && chosen.length > 0) pick.hidden = true;
    const place = this.querySelector<HTMLElement>('[data-chosen]');
    if (!place) return;
    const { none = '', any = '' } = place.dataset;
    const only = chosen.length === 1 ? chosen[0] : undefined;
    place.textContent = chosen.length === 0 ? none : (only?.dataset.said ?? any);
  };

  async #look(): Promise<void> {
    const shown = this.querySelector('.windows');
    if (!shown || document.visibilityState !== 'visible') return;
    if (this.dataset.ordered !== undefined || this.#asking) return;
    await this.#ask('do', 'look', true);
  }

  async #ask(name: string, value: string, quietly: boolean): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const body = new FormData(this.#form);
    body.set(name, value);
    if (!quietly) this.#busy(true);
    try {
      const answer = await fetch(this.#form.action, {
        method: 'POST',
        body: new URLSearchParams(body as unknown as Record<string, string>),
        headers: { accept: 'text/html' },
        signal: asking.signal,
      });
      if (answer.redirected) {
        location.assign(answer.url);
        return;
      }
      this.#take(await answer.text(), quietly);
    } catch (error) {
      const stopped = error instanceof DOMException && error.name === 'AbortError';
      if (!stopped && !quietly) this.#form.submit();
    } finally {
      if (this.#asking === asking) {
        this.#asking = undefined;
        this.#busy(false);
      }
    }
  }

  /** Put the answer's parts where ours are; what she types elsewhere is left alone. */
  #take(html: string, quietly: boolean): void {
    const answer = new DOMParser().parseFromString(html, 'text/html').querySelector('visit-form');
    if (!answer) return;
    const focused = quietly ? focusIn(this) : undefined;
    if (quietly) {
      this.#replace('when', answer);
      this.#replace('bar', answer);
    } else {
      const typed = typedIn(this);
      this.replaceChildren(...answer.childNodes);
      for (const [id, words] of typed) {
        const field = this.querySelector<HTMLInputElement>(`#${CSS.escape(id)}`);
        if (field) field.value = words;
      }
      this.dispatchEvent(new Event('visit-shown', { bubbles: true }));
    }
    this.#settle(quietly);
    if (focused) this.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
  }

  #replace(part: string, answer: Element): void {
    const ours = this.querySelector(`[data-part="${part}"]`);
    const theirs = answer.querySelector(`[data-part="${part}"]`);
    if (!ours || !theirs || ours.innerHTML === theirs.innerHTML) return;
    const along = ours.querySelector('.days')?.scrollLeft ?? 0;
    const before = ours.querySelector<HTMLInputElement>('.windows input:checked')?.value;
    ours.replaceWith(theirs);
    const days = theirs.querySelector('.days');
    if (days) days.scrollLeft = along;
    const still = this.querySelector<HTMLInputElement>('.windows input:checked')?.value;
    if (part === 'when' && before && before !== still) this.#tell(before);
  }

  /** Say aloud that the window she had chosen went to somebody else. */
  #tell(value: string): void {
    const gone = this.querySelector(`.windows input[value="${CSS.escape(value)}"]`);
    const told = this.querySelector('[data-told]');
    if (told && gone) told.textContent = gone.closest('label')?.textContent?.trim() ?? '';
  }

  /** While another day or address is on its way, nothing can be ticked that it would undo. */
  #busy(busy: boolean): void {
    for (const part of this.querySelectorAll<HTMLElement>('[data-part]')) {
      part.ariaBusy = String(busy);
      part.inert = busy;
    }
  }

  /** Bring the chosen day into sight. */
  #settle(quietly = false): void {
    if (quietly) return;
    const strip = this.querySelector('.days');
    const day = strip?.querySelector('[aria-pressed="true"]');
    if (strip && day) strip.scrollBy({ left: middle(day) - middle(strip) });
    const wrong = this.querySelector<HTMLElement>('[data-part="wrong"] [role="alert"]');
    wrong?.focus();
  }
}

function middle(of: Element): number {
  const { left, width } = of.getBoundingClientRect();
  return left + width / 2;
}

/** What finds the focused control again after its part was replaced. */
function focusIn(inside: Element): string | undefined {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLInputElement || focused instanceof HTMLButtonElement)) return;
  if (!inside.contains(focused)) return undefined;
  return `${focused.localName}[name="${focused.name}"][value="${CSS.escape(focused.value)}"]`;
}

/** Words typed in her own fields, by the field's id; the address is the server's to say. */
function typedIn(inside: Element): Map<string, string> {
  const fields = inside.querySelectorAll<HTMLInputElement>('.who input, .where-notes input');
  return new Map([...fields].map((field) => [field.id, field.value]));
}

customElements.define('visit-form', VisitForm);
