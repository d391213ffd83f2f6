/**
 * Sealing: AES-256-GCM under a key that HKDF (RFC 5869) makes of two halves, so that neither the store nor the
 * server's secret nor the cookie alone opens anything. A blob names the secret it was sealed with, so secrets
 * can be replaced: the newest seals, all of the ring open.
 *
 * Layout: 1 byte version, 4 bytes secret id, 12 bytes nonce, 16 bytes tag, ciphertext.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

export interface Sealer {
  /**
   * @param key the caller's half, e.g. the key of a cookie ticket.
   * @param context bound to the blob and checked when it is opened, so that it cannot be moved elsewhere.
   */
  seal(plain: Uint8Array, key: Uint8Array, context: string): Buffer;
  /** The plain bytes, or null when this key, context and ring of secrets do not open it. */
  open(sealed: Uint8Array, key: Uint8Array, context: string): Buffer | null;
}

const VERSION = 1;
const ID_END = 5;
const NONCE_END = 17;
const TAG_END = 33;

/** @param secrets SESSION_SECRET, newest first; at least one. */
export function createSealer(secrets: readonly string[]): Sealer {
  const ring = secrets.map((secret) => ({
    secret,
    id: createHash('sha256').update(`switchboard secret id:${secret}`).digest().subarray(0, 4),
  }));
  const newest = ring[0];
  if (newest === undefined) throw new Error('A sealer needs at least one secret.');

  return {
    seal(plain, key, context) {
      const nonce = randomBytes(NONCE_END - ID_END);
      const cipher = createCipheriv('aes-256-gcm', derive(key, newest.secret), nonce);
      cipher.setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), newest.id, nonce, cipher.getAuthTag(), body]);
    },

    open(sealed, key, context) {
      const blob = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (blob.length < TAG_END || blob[0] !== VERSION) return null;
      const entry = ring.find(({ id }) => id.equals(blob.subarray(1, ID_END)));
      if (entry === undefined) return null;
      try {
        const decipher = createDecipheriv(
          'aes-256-gcm',
          derive(key, entry.secret),
          blob.subarray(ID_END, NONCE_END),
        );
        decipher.setAAD(Buffer.from(context));
        decipher.setAuthTag(blob.subarray(NONCE_END, TAG_END));
        return Buffer.concat([decipher.update(blob.subarray(TAG_END)), decipher.final()]);
      } catch {
        // A wrong tag: another key, another context, or a changed byte. All mean the same to the caller.
        return null;
      }
    },
  };
}

function derive(key: Uint8Array, secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, secret, 'switchboard sealed record v1', 32));
}
