import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What of the build the phone does without: the other front ends, and alphabets we do not write. */
const ELSEWHERE = /^(board|client)-|(cyrillic|vietnamese|math|symbols)|\.json$|^worker\.js$/;

/** Every file the phone needs to open without signal, the map's included, from the build before. */
const shell = readdirSync(here('./dist'))
  .filter((file) => !ELSEWHERE.test(file))
  .map((file) => `/assets/${file}`)
  .sort();

/** The phone's service worker, one plain script: its list of files changes with every build. */
export default defineConfig({
  publicDir: false,
  define: { SHELL: JSON.stringify(shell) },
  build: {
    outDir: here('./dist'),
    emptyOutDir: false,
    lib: {
      entry: here('./phone/worker.ts'),
      formats: ['iife'],
      name: 'worker',
      fileName: () => 'worker.js',
    },
  },
});
