/// <reference lib="webworker" />
/**
 * Keeps the phone's app on the phone: its files and its page open without signal. What the
 * concierge writes down is not this worker's business; that waits in the app's own outbox.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;

const PAGE = '/field/';
const FILES = `files-${digest(SHELL.join())}`;
const PAGES = 'pages';

worker.addEventListener('install', (event) => {
  event.waitUntil(caches.open(FILES).then((files) => files.addAll(SHELL)));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name !== FILES && name !== PAGES))
      .then((old) => Promise.all(old.map((name) => caches.delete(name)))),
  );
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (SHELL.includes(url.pathname)) event.respondWith(kept(request));
  else if (request.mode === 'navigate') event.respondWith(page(request));
});

async function kept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** The newest page while there is signal, else the last one this phone saw. */
async function page(request: Request): Promise<Response> {
  const pages = await caches.open(PAGES);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected) await pages.put(PAGE, fresh.clone());
    return fresh;
  } catch (error) {
    const last = await pages.match(PAGE);
    if (last) return last;
    throw error;
  }
}

function digest(text: string): string {
  let sum = 5381;
  for (const letter of text) sum = ((sum * 33) ^ (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum.toString(36);
}
