/**
 * Brings the app's new version in without ever interrupting: it is fetched in the background and
 * takes over when the app is opened while nobody stands at a door. A page in use is never reloaded.
 */
let busy = true;
let waiting: ServiceWorker | null = null;

/** Tell whether a visit is going on; when none is, a version that waits may take over. */
export function atVisit(going: boolean): void {
  busy = going;
  letIn();
}

export async function keepUpToDate(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const registration = await navigator.serviceWorker.register('/field/worker.js', {
    scope: '/field/',
  });
  // Only a version found ready when the app opens: one that comes later waits for the next time.
  waiting = registration.waiting;
  letIn();
}

function letIn(): void {
  if (!waiting || busy || !navigator.onLine) return;
  waiting.postMessage('take over');
  waiting = null;
}
