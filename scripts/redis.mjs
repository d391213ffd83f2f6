/** The Redis or Valkey server of the tests: the one that the environment names, else the system's package. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['redis-server', 'valkey-server'];

/** Path of the program, or null when there is none. */
export function findRedis() {
  if (process.env.REDIS_SERVER) return process.env.REDIS_SERVER;
  // Debian keeps servers where only root's path leads.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin'];
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => existsSync(path)) ?? null;
}
