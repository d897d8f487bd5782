/** The words of the list the client reads, in her language whatever the phone's is. */
import type { Money } from '../shared/format.ts';

type Words = Record<string, string | Record<string, string>>;

const files = import.meta.glob<Words>('../../locales/*/phone.json', { import: 'default' });

const LOCALES: Record<string, string> = { sv: 'sv-SE', fr: 'fr-FR', ar: 'ar-u-nu-arab' };

export interface Speaker {
  language: string;
  direction: 'ltr' | 'rtl';
  say(sentence: string, values?: Record<string, string>): string;
  money(amount: Money): string;
}

/** Speak a client's language; English where we have no words of hers. */
export async function speaker(language: string): Promise<Speaker> {
  const load = files[`../../locales/${language}/phone.json`];
  const words = load ? await load() : {};
  const locale = LOCALES[language] ?? 'en-GB';
  return {
    language: load ? language : 'en',
    direction: language === 'ar' ? 'rtl' : 'ltr',
    say(sentence, values = {}) {
      const found = words[sentence];
      return (typeof found === 'string' ? found : sentence).replace(
        /\{(\w+)\}/g,
        (whole, name: string) => values[name] ?? whole,
      );
    },
    money({ minor, currency }) {
      const format = new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        trailingZeroDisplay: 'stripIfInteger',
      });
      const places = format.resolvedOptions().maximumFractionDigits ?? 2;
      return format.format(minor / 10 ** places).replace('-', '−');
    },
  };
}
