import './board.css';
import { mount } from 'svelte';
import { loadWords } from '../shared/words.ts';
import App from './App.svelte';
import { DayStore } from './store.svelte.ts';

const target = document.getElementById('board');
if (target) {
  await loadWords('board');
  const asked = (name: string): string =>
    document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';
  mount(App, { target, props: { store: new DayStore(asked('hub'), asked('day'), asked('may') === 'change') } });
}
