/**
 * The words of the apps in the reader's language. A sentence in English is its own key, so an app
 * reads plainly and an untranslated sentence still says something. Translations live in
 * `concierge/locales/<language>/<room>.json`: sentence → sentence, or for counted things
 * sentence → {one, few, many, other, …}. Keep sentences in `.ts` files.
 */

export type Language = 'en' | 'sv' | 'fr' | 'ar';

type Counted = Partial<Record<Intl.LDMLPluralRule, string>>;
type Words = Record<string, string | Counted>;
type Values = Record<string, string | number>;

const files = import.meta.glob<Words>('../../locales/*/*.json', { import: 'default' });

let words: Words = {};
let plurals = new Intl.PluralRules('en');

/** The page's language, as the server wrote it on <html lang>. */
export function language(): Language {
  const asked = document.documentElement.lang.slice(0, 2);
  return asked === 'sv' || asked === 'fr' || asked === 'ar' ? asked : 'en';
}

/** Load a room's words (`phone`, `board`, `client`) before anything is drawn. */
export async function loadWords(room: string): Promise<void> {
  plurals = new Intl.PluralRules(language());
  const load = files[`../../locales/${language()}/${room}.json`];
  words = load ? await load() : {};
}

function fill(sentence: string, values: Values): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** One sentence: `say('Arrive at {time}', { time })`. */
export function say(sentence: string, values: Values = {}): string {
  const found = words[sentence];
  return fill(typeof found === 'string' ? found : sentence, values);
}

/** A counted sentence: `count('{n} piece', '{n} pieces', 3)`. Its key is the first form. */
export function count(one: string, other: string, n: number, values: Values = {}): string {
  const found = words[one];
  const english = n === 1 ? one : other;
  const form =
    typeof found === 'object' ? (found[plurals.select(n)] ?? found.other ?? english) : english;
  return fill(form, { n: new Intl.NumberFormat(locale()).format(n), ...values });
}

/** The locale that formats numbers and dates; Arabic uses its own digits. */
export function locale(): string {
  return { en: 'en-GB', sv: 'sv-SE', fr: 'fr-FR', ar: 'ar-u-nu-arab' }[language()];
}
