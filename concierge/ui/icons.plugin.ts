import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { icons as drawings } from 'lucide';
import type { Plugin } from 'vite';
import { names } from './icons.ts';

const pascal = (name: string): string =>
  name.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());

function markup(name: string): string {
  const drawing = (drawings as Record<string, [string, Record<string, string | number>][]>)[
    pascal(name)
  ];
  if (!drawing) throw new Error(`Lucide has no icon called ${name}.`);
  return drawing
    .map(([tag, attributes]) => {
      const words = Object.entries(attributes).map(([key, value]) => `${key}="${value}"`);
      return `<${tag} ${words.join(' ')}/>`;
    })
    .join('');
}

const mark = readFileSync(fileURLToPath(new URL('./mark.svg', import.meta.url)), 'utf8');

/** Writes the house's mark, and `icons.json`, the drawings that server-made pages use: name → what goes inside the <svg>. */
export function icons(): Plugin {
  return {
    name: 'icons',
    generateBundle() {
      const drawn = Object.fromEntries(names.map((name) => [name, markup(name)]));
      this.emitFile({ type: 'asset', fileName: 'icons.json', source: JSON.stringify(drawn) });
      this.emitFile({ type: 'asset', fileName: 'mark.svg', source: mark });
    },
  };
}
