import { mount } from 'svelte';
import { loadWords } from '../shared/words.ts';
import App from './App.svelte';

const target = document.getElementById('phone');
if (target) {
  await loadWords('phone');
  mount(App, { target });
}
