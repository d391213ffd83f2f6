/**
 * Signing keys and secrets of the stand-in pool. Made on the first run, kept in the state file. As in Cognito,
 * access and ID tokens are signed with different keys, both of which the JWKS names.
 */
import { randomBytes } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { StateFile } from '../state-file.ts';

export interface SigningKey {
  kid: string;
  key: CryptoKey;
}

export interface PoolKeys {
  access: SigningKey;
  id: SigningKey;
  /** Private JWKs as the provider library takes them; it publishes the public halves. */
  jwks: { keys: JWK[] };
  clientSecret: string;
  /** Signs the provider's own cookies. */
  cookieKey: string;
}

export async function loadPoolKeys(state: StateFile): Promise<PoolKeys> {
  const [accessJwk, idJwk] = [await keptJwk(state, 'access'), await keptJwk(state, 'id')];
  return {
    access: await signingKey(accessJwk),
    id: await signingKey(idJwk),
    jwks: { keys: [idJwk, accessJwk] },
    clientSecret: await state.once('client-secret', () => randomBytes(32).toString('hex')),
    cookieKey: await state.once('cookie-key', () => randomBytes(32).toString('base64url')),
  };
}

async function keptJwk(state: StateFile, purpose: string): Promise<JWK> {
  const text = await state.once(`signing-key-${purpose}`, async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const kid = randomBytes(32).toString('base64');
    return JSON.stringify({ ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' });
  });
  return JSON.parse(text) as JWK;
}

async function signingKey(jwk: JWK): Promise<SigningKey> {
  const key = await importJWK(jwk, 'RS256');
  if (key instanceof Uint8Array || jwk.kid === undefined) {
    throw new Error('The state file holds a signing key that is not an RSA key. Delete the state folder.');
  }
  return { kid: jwk.kid, key };
}
