import { mount } from 'svelte';
import { loadWords } from '../shared/words.ts';
import App from './App.svelte';

const target = document.getElementById('board');
if (target) {
  await loadWords('board');
  mount(App, { target });
}
