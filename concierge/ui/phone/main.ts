import { mount } from 'svelte';
import { loadWords } from '../shared/words.ts';
import App from './App.svelte';
import { wear } from './look.ts';
import { keepUpToDate } from './updates.ts';

const target = document.getElementById('phone');
if (target) {
  wear(new Date());
  await loadWords('phone');
  mount(App, { target });
  void keepUpToDate();
}
