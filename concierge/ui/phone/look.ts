/** Light or dark: as the phone says, and dark after nightfall by the hub's clock. */
import { zone } from '../shared/format.ts';

export type Look = 'auto' | 'light' | 'dark';

const KEPT = 'concierge-look';

export function chosenLook(): Look {
  const kept = localStorage.getItem(KEPT);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

export function chooseLook(look: Look, now: Date): void {
  localStorage.setItem(KEPT, look);
  wear(now);
}

/** Put the look on; true when it changed. */
export function wear(now: Date): boolean {
  const look = chosenLook();
  const dark = look === 'auto' ? isNight(now) || prefersDark() : look === 'dark';
  const theme = dark ? 'dark' : 'light';
  const changed = document.documentElement.dataset.theme !== theme;
  document.documentElement.dataset.theme = theme;
  return changed;
}

function prefersDark(): boolean {
  return matchMedia('(prefers-color-scheme: dark)').matches;
}

function isNight(now: Date): boolean {
  const hour = Number(
    new Intl.DateTimeFormat('en-GB', {
      hour: 'numeric',
      hourCycle: 'h23',
      timeZone: zone(),
    }).format(now),
  );
  return hour >= 19 || hour < 7;
}
