/** The secret of a server without configuration: made once and kept, so that sessions survive a restart. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'session-secret';

/** @param stateDir made when it is not there. The file is readable by its owner only. */
export function keptSecret(stateDir: string): string {
  const file = join(stateDir, FILE);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  try {
    // Fails when it exists: of two servers that start at once, both then read the same.
    writeFileSync(file, randomBytes(33).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
