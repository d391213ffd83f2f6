/** `SESSION_STORE`: where sessions are kept. An address of a Redis server may carry a password: it is never repeated. */
import { isAbsolute, join } from 'node:path';

export type StoreConfig =
  /** `file`: an absolute path, or `:memory:`. */
  { kind: 'sqlite'; file: string } | { kind: 'redis'; url: string };

/** In the working directory: what the server keeps when nothing else is configured. */
export const STATE_DIR = '.data';

const SQLITE_EXAMPLE = 'An example: SESSION_STORE=sqlite:.data/sessions.db';
const REDIS_EXAMPLE = 'An example: SESSION_STORE=rediss://user:password@redis.example.com:6379/0';

export function readStore(value: string | null, cwd: string, problems: string[]): StoreConfig {
  const store = value ?? `sqlite:${STATE_DIR}/sessions.db`;
  const file = /^sqlite:(.+)$/.exec(store)?.[1];
  if (file !== undefined) {
    return { kind: 'sqlite', file: file === ':memory:' || isAbsolute(file) ? file : join(cwd, file) };
  }
  const scheme = /^([a-z]+):/i.exec(store)?.[1]?.toLowerCase();
  if (scheme === 'redis' || scheme === 'rediss') {
    const fault = redisFault(store);
    if (fault === null) return { kind: 'redis', url: store };
    problems.push(`SESSION_STORE ${fault}. ${REDIS_EXAMPLE}`);
  } else if (scheme === 'valkey' || scheme === 'valkeys') {
    problems.push(
      `SESSION_STORE must start with redis:// or rediss:// (with TLS) for a Valkey server, too. ${REDIS_EXAMPLE}`,
    );
  } else {
    problems.push(
      `SESSION_STORE must be sqlite:<file>, redis://<host> or rediss://<host>. ${SQLITE_EXAMPLE}`,
    );
  }
  return { kind: 'sqlite', file: ':memory:' };
}

function redisFault(store: string): string | null {
  if (!URL.canParse(store))
    return 'is not a whole address: a password with special characters must be URL-encoded';
  const { hostname, port, pathname, search, hash } = new URL(store);
  if (hostname === '') return 'names no Redis server';
  if (port === '0') return 'names port 0, at which no server can be';
  if (!/^(\/\d*)?$/.test(pathname)) return 'must name the database by its number, or not at all';
  if (search || hash) return 'must not carry a query or fragment';
  return null;
}
