/**
 * Suggestions under the address field (an ARIA combobox). Choosing one sends the form as its button
 * would. Without it, the button asks the server and the page lists what was found.
 */
import { call, Problem, Unreachable } from '../shared/api.ts';

interface Found {
  line: string;
  near: string | null;
}

const PAUSE_MS = 160;
const LEAST_LETTERS = 2;

class AddressSearch extends HTMLElement {
  #list = document.createElement('ul');
  #found: readonly Found[] = [];
  #at = -1;
  #pause = 0;
  #asking: AbortController | undefined;

  connectedCallback(): void {
    const input = this.#input;
    if (!input) return;
    this.#list.className = 'suggestions';
    this.#list.id = 'address-suggestions';
    this.#list.role = 'listbox';
    this.#list.hidden = true;
    this.#list.ariaLabel = this.querySelector('label')?.textContent ?? '';
    input.closest('.field')?.after(this.#list);
    input.role = 'combobox';
    input.autocomplete = 'off';
    input.setAttribute('aria-controls', this.#list.id);
    input.setAttribute('aria-expanded', 'false');
    input.setAttribute('aria-autocomplete', 'list');
    input.addEventListener('input', this.#typed);
    input.addEventListener('keydown', this.#pressed);
    input.addEventListener('blur', () => this.#close());
  }

  get #input(): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>('input[name="words"]');
  }

  readonly #typed = (): void => {
    window.clearTimeout(this.#pause);
    this.#pause = window.setTimeout(() => void this.#ask(), PAUSE_MS);
  };

  async #ask(): Promise<void> {
    const words = this.#input?.value.trim() ?? '';
    this.#asking?.abort();
    if (words.length < LEAST_LETTERS) {
      this.#close();
      return;
    }
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      this.#show(await call<Found[]>('POST', '/api/address-searches', { words }, { signal }));
    } catch (error) {
      // The button beside the field still asks the server.
      if (error instanceof Problem || error instanceof Unreachable) this.#close();
      else if (!(error instanceof DOMException)) throw error;
    }
  }

  #show(found: readonly Found[]): void {
    this.#found = found;
    this.#at = -1;
    this.#list.replaceChildren(...found.map((each, at) => this.#option(each, at)));
    const open = found.length > 0;
    this.#list.hidden = !open;
    this.#input?.setAttribute('aria-expanded', String(open));
    this.#input?.removeAttribute('aria-activedescendant');
  }

  #option({ line, near }: Found, at: number): HTMLLIElement {
    const option = document.createElement('li');
    option.role = 'option';
    option.id = `address-${at}`;
    option.ariaSelected = 'false';
    const street = document.createElement('bdi');
    street.textContent = line;
    option.append(street);
    if (near) {
      const small = document.createElement('small');
      small.textContent = near;
      option.append(small);
    }
    // Before the field loses its focus and the list closes.
    option.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      this.#choose(at);
    });
    return option;
  }

  readonly #pressed = (event: KeyboardEvent): void => {
    if (this.#list.hidden) return;
    const last = this.#found.length - 1;
    if (event.key === 'ArrowDown') this.#move(this.#at < last ? this.#at + 1 : 0);
    else if (event.key === 'ArrowUp') this.#move(this.#at > 0 ? this.#at - 1 : last);
    else if (event.key === 'Escape') this.#close();
    else if (event.key === 'Enter' && this.#at >= 0) this.#choose(this.#at);
    else return;
    event.preventDefault();
  };

  #move(to: number): void {
    this.#at = to;
    [...this.#list.children].forEach((option, at) => {
      option.ariaSelected = String(at === to);
    });
    this.#input?.setAttribute('aria-activedescendant', `address-${to}`);
  }

  #choose(at: number): void {
    const input = this.#input;
    const chosen = this.#found[at];
    if (!input || !chosen) return;
    input.value = chosen.line;
    this.#close();
    // A street needs its number: she goes on typing; a whole address is sent.
    if (!/\d/.test(chosen.line)) {
      input.value += ' ';
      input.focus();
      return;
    }
    this.querySelector<HTMLButtonElement>('button[value="find"]')?.click();
  }

  #close(): void {
    this.#list.hidden = true;
    this.#at = -1;
    this.#input?.setAttribute('aria-expanded', 'false');
  }
}

customElements.define('address-search', AddressSearch);
