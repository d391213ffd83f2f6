/**
 * Turns the token answer of the provider library into Cognito's. The library's own JWT access tokens always
 * carry `typ: at+jwt` and an `aud`, are not accepted at its userinfo endpoint, and share one key with the ID
 * token; none of that is so in Cognito. So the library issues opaque access tokens, and this layer, the last
 * step of `/oauth2/token`, signs JWTs with Cognito's claims in their place (`jti` = the opaque value, by which
 * the library finds the token again) and signs the ID token anew, since its `at_hash` has changed with it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { decodeJwt, type JWTPayload, SignJWT } from 'jose';
import type { DemoUser } from '../demo-users.ts';
import type { PoolKeys, SigningKey } from './keys.ts';

export interface MintInput {
  /** What the library issued. */
  accessToken: { jti: string; iat: number; scope: string; grantId: string };
  /** Absent when `openid` was not asked for. */
  idToken: string | undefined;
  refreshToken: string | undefined;
  user: DemoUser;
  clientId: string;
  /** Seconds since 1970 of the original sign-in. */
  authTime: number;
}

export interface TokenResponse {
  access_token: string;
  id_token?: string;
  refresh_token?: string;
  token_type: 'Bearer';
  expires_in: number;
}

/** @param tokenSeconds life of access and ID tokens. */
export async function mintTokens(
  input: MintInput,
  { issuer, keys, tokenSeconds }: { issuer: string; keys: PoolKeys; tokenSeconds: number },
): Promise<TokenResponse> {
  const { accessToken, user, clientId, authTime } = input;
  const common = {
    sub: user.sub,
    iss: issuer,
    // Stable for all tokens that descend from one sign-in: the grant is one per sign-in.
    origin_jti: uuidFrom(`origin ${accessToken.grantId}`),
    event_id: uuidFrom(`event ${accessToken.grantId}`),
    auth_time: authTime,
    iat: accessToken.iat,
    exp: accessToken.iat + tokenSeconds,
  };
  const access = await sign(keys.access, {
    ...common,
    client_id: clientId,
    token_use: 'access',
    scope: accessToken.scope,
    jti: accessToken.jti,
    username: user.username,
    version: 2,
  });
  const response: TokenResponse = { access_token: access, token_type: 'Bearer', expires_in: tokenSeconds };
  if (input.refreshToken !== undefined) response.refresh_token = input.refreshToken;
  if (input.idToken !== undefined) {
    const scopes = new Set(accessToken.scope.split(' '));
    const { nonce } = decodeJwt(input.idToken);
    response.id_token = await sign(keys.id, {
      ...common,
      aud: clientId,
      token_use: 'id',
      jti: randomUUID(),
      at_hash: leftHalfHash(access),
      'cognito:username': user.username,
      ...(scopes.has('email') ? { email: user.email, email_verified: true } : {}),
      ...(typeof nonce === 'string' ? { nonce } : {}),
    });
  }
  return response;
}

function sign({ kid, key }: SigningKey, payload: JWTPayload): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ kid, alg: 'RS256' }).sign(key);
}

/** `at_hash` of OpenID Connect Core, section 3.1.3.6, for RS256. */
function leftHalfHash(text: string): string {
  return createHash('sha256').update(text, 'ascii').digest().subarray(0, 16).toString('base64url');
}

/** A UUID that is always the same for the same text. */
function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
