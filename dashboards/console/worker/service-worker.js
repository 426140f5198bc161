/**
 * Keeps the page itself on the device, so that it opens without a link (W3C Service Workers). Only the files of one
 * build are kept: what the API says is never kept here and never answered from here. `BUILD` and `FILES` are put in
 * front by the build (list-files.ts), so every build has a worker of its own; the one before keeps its files until
 * the pages that use them are closed.
 */
/* global BUILD, FILES */
const KEPT = `karez-${BUILD}`;
const HOME = new URL('./', self.location.href).href;
/** A link that does not answer within this time is taken for none, ms. */
const PATIENCE_MS = 4_000;

self.addEventListener('install', (event) => {
  const requests = FILES.map((file) => new Request(new URL(file, HOME), { cache: 'no-cache' }));
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(requests)));
});

self.addEventListener('activate', (event) => {
  const old = caches.keys().then((names) => names.filter((name) => name.startsWith('karez-') && name !== KEPT));
  event.waitUntil(
    old.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = request.url.replace(/[?#].*$/, '');
  if (request.method !== 'GET' || !url.startsWith(HOME)) return;
  if (request.mode === 'navigate') {
    if (url === HOME) event.respondWith(newest(request));
  } else if (FILES.includes(url.slice(HOME.length))) event.respondWith(kept(request));
});

/** The page from the server, so that a new build shows at the next visit; the kept one where the link fails. */
async function newest(request) {
  const own = await caches.match(HOME, { cacheName: KEPT });
  if (own === undefined) return fetch(request);
  const answer = fetch(request).then((response) => (response.status >= 500 ? own : response));
  const late = new Promise((resolve) => setTimeout(() => resolve(own), PATIENCE_MS));
  return Promise.race([answer.catch(() => own), late]);
}

async function kept(request) {
  return (await caches.match(request, { cacheName: KEPT })) ?? fetch(request);
}
