import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { icons } from './icons.plugin.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The three front ends, built once, served by us from `/assets/` under names that carry their hash. */
export default defineConfig({
  base: '/assets/',
  publicDir: false,
  plugins: [svelte(), icons()],
  worker: { format: 'es' },
  build: {
    outDir: here('./dist'),
    emptyOutDir: true,
    manifest: 'manifest.json',
    assetsDir: '',
    // Nothing becomes a data: URL; the pages' policy allows our own origin alone.
    assetsInlineLimit: 0,
    // light-dark() must reach the browser as written: it follows data-theme at use.
    cssTarget: ['chrome123', 'safari17.5', 'firefox120'],
    // The map is large and loads by itself, only where a map is looked at.
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        base: here('./base.ts'),
        client: here('./client/main.ts'),
        phone: here('./phone/main.ts'),
        board: here('./board/main.ts'),
      },
    },
  },
});
