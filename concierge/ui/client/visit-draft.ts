/**
 * What a guest told us about her visit, kept in this tab until she has ordered: a reload or a look
 * back at the boutique costs her nothing. Her address is asked of the server again as she would.
 */
const KEPT = 'visit';
/** For how long the field she would type it into stays unseen. */
const PATIENCE_MS = 3_000;
const FIELDS = '.who input, .who select, .where-notes input, input[type="hidden"][name="line"]';

type Field = HTMLInputElement | HTMLSelectElement;

class VisitDraft extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('input', this.#keep);
    this.addEventListener('change', this.#keep);
    this.addEventListener('visit-shown', this.#shown);
    this.#fill();
    const { line } = kept();
    const words = this.querySelector<HTMLInputElement>('input[name="words"]');
    if (!line || !words || words.value) return;
    words.value = line;
    this.toggleAttribute('data-asking', true);
    window.setTimeout(() => this.toggleAttribute('data-asking', false), PATIENCE_MS);
    this.querySelector<HTMLButtonElement>('button[value="find"]')?.click();
  }

  get #fields(): NodeListOf<Field> {
    return this.querySelectorAll<Field>(FIELDS);
  }

  readonly #keep = (): void => {
    const now = [...this.#fields].map((field) => [field.name, field.value]);
    sessionStorage.setItem(KEPT, JSON.stringify({ ...kept(), ...Object.fromEntries(now) }));
  };

  readonly #shown = (): void => {
    this.toggleAttribute('data-asking', false);
    this.#fill();
    this.#keep();
  };

  #fill(): void {
    const told = kept();
    for (const field of this.#fields) {
      const words = told[field.name];
      if (field.name !== 'line' && words !== undefined) field.value = words;
    }
  }
}

function kept(): Record<string, string> {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') as Record<string, string>;
}

/** Once she has ordered, nothing of it stays in the browser. */
export function forgetVisit(): void {
  sessionStorage.removeItem(KEPT);
}

customElements.define('visit-draft', VisitDraft);
