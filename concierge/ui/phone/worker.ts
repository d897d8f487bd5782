/// <reference lib="webworker" />
/**
 * Keeps the phone's app on the phone: its files, its page, the garments and the map it has shown
 * open without signal. What the concierge writes down is not this worker's business; that waits in
 * the app's own outbox.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;

const PAGE = '/field/';
const FILES = `files-${digest(SHELL.join())}`;
const PAGES = 'pages';
const PICTURES = 'pictures';
const TILES = 'tiles';
const KEPT = new Set([FILES, PAGES, PICTURES, TILES]);

worker.addEventListener('install', (event) => {
  const files = caches.open(FILES).then((shelf) => shelf.addAll(SHELL));
  event.waitUntil(Promise.all([files, firstPage()]));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => !KEPT.has(name)))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      // The page that opened us first is looked after at once: it may lose its signal next.
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener('message', (event) => {
  if (event.data === 'take over') void worker.skipWaiting();
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate' && url.pathname.startsWith(PAGE)) event.respondWith(page(request));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(kept(request));
  else if (url.pathname.startsWith('/garments/')) event.respondWith(picture(request));
  else if (url.pathname.startsWith('/tiles/')) event.respondWith(tile(request));
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

/** The page that brings us was fetched before we were there to keep it. */
async function firstPage(): Promise<void> {
  const pages = await caches.open(PAGES);
  if (await pages.match(PAGE)) return;
  const fresh = await fetch(PAGE, { cache: 'no-store' });
  if (fresh.ok && !fresh.redirected) await pages.put(PAGE, fresh);
}

/** A garment's address says everything about it: once seen, it never changes. */
async function picture(request: Request): Promise<Response> {
  const pictures = await caches.open(PICTURES);
  const seen = await pictures.match(request);
  if (seen) return seen;
  const fresh = await fetch(request);
  if (fresh.ok) await pictures.put(request, fresh.clone());
  return fresh;
}

/**
 * Map tiles come as ranges of one file, which a cache will not hold as such: each range is kept as
 * a whole answer under its own name, and handed out as a range again.
 */
async function tile(request: Request): Promise<Response> {
  const tiles = await caches.open(TILES);
  const range = request.headers.get('Range');
  const name = range ? `${request.url}?${range}` : request.url;
  try {
    const fresh = await fetch(request);
    if (fresh.status === 200 || fresh.status === 206) {
      await tiles.put(name, new Response(await fresh.clone().blob(), { headers: fresh.headers }));
    }
    return fresh;
  } catch (error) {
    const last = await tiles.match(name);
    if (!last) throw error;
    return range
      ? new Response(await last.blob(), { status: 206, headers: last.headers })
      : last;
  }
}

function digest(text: string): string {
  let sum = 5381;
  for (const letter of text) sum = ((sum * 33) ^ (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum.toString(36);
}
