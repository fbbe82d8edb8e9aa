// Service worker of the terminal: its page opens without a server. It never answers for data; the page keeps that itself.
const CACHE = "gearpark-terminal-1";
const PATIENCE_MS = 4000; // how long the network may take before the kept copy is shown

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name.startsWith("gearpark-terminal-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(old());
});

function kept(url) {
  if (url.origin !== self.location.origin) return false;
  if (url.pathname.startsWith("/static/")) return true;
  if (url.pathname.startsWith("/orders/pictures/")) return true;
  return /^\/terminal\/[^/]+\/[^/]+\/$/.test(url.pathname);
}

async function fresh(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok && !answer.redirected) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const copy = await cache.match(request, { ignoreVary: true });
    if (copy) return copy;
    throw error;
  }
}

async function once(request) {
  const cache = await caches.open(CACHE);
  const copy = await cache.match(request, { ignoreVary: true });
  return copy ?? fresh(request);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || !kept(url)) return;
  event.respondWith(url.pathname.startsWith("/orders/pictures/") ? once(event.request) : fresh(event.request));
});

// The page names what it was made of, so that its first visit is kept too.
self.addEventListener("message", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    for (const address of event.data?.keep ?? []) {
      const url = new URL(address, self.location.href);
      if (kept(url) && !(await cache.match(url.href, { ignoreVary: true }))) await fresh(new Request(url.href, { credentials: "same-origin" })).catch(() => {});
    }
    event.source?.postMessage({ kept: true });
  };
  event.waitUntil(keep());
});
