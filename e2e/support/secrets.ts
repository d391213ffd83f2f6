/** Reads everything that a page of the origin could find in the browser's stores. */
import type { PageLike } from './page-like.ts';

export interface Stores {
  /** By database and store: all rows. */
  databases: Record<string, Record<string, unknown[]>>;
  local: Record<string, string>;
  session: Record<string, string>;
  /** Cache Storage: address and text of every response. */
  caches: { url: string; body: string }[];
  cookie: string;
  address: string;
}

export async function readStores(page: PageLike): Promise<Stores> {
  return page.evaluate(async () => {
    const result = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const databases: Record<string, Record<string, unknown[]>> = {};
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined) continue;
      const db = await result(indexedDB.open(name));
      const stores: Record<string, unknown[]> = {};
      for (const store of db.objectStoreNames) {
        stores[store] = await result(db.transaction(store).objectStore(store).getAll());
      }
      databases[name] = stores;
      db.close();
    }
    const kept: { url: string; body: string }[] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        kept.push({ url: request.url, body: (await response?.text()) ?? '' });
      }
    }
    return {
      databases,
      local: { ...localStorage },
      session: { ...sessionStorage },
      caches: kept,
      cookie: document.cookie,
      address: location.href,
    };
  });
}
