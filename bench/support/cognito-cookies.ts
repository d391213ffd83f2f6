/** Somebody who is signed in at the peer: tokens as Cognito makes them, in Amplify's cookies, and the keys to check them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const POOL = 'eu-west-1_Bench1234';
const CLIENT_ID = 'benchclient';
const ISSUER = `https://cognito-idp.eu-west-1.amazonaws.com/${POOL}`;
const USER = { sub: '1815ada0-1210-4852-8ada-000000000001', username: 'ada' };

export interface PeerUser {
  cookie: string;
  accessToken: string;
  /** For the peer's server: which pool it belongs to, and where its keys are. */
  env: Record<string, string>;
  close(): Promise<void>;
}

export async function signInAtPeer(): Promise<PeerUser> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const key = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' };
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: [key] }));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));

  const token = (claims: Record<string, unknown>): Promise<string> =>
    new SignJWT({ sub: USER.sub, 'cognito:username': USER.username, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid })
      .setIssuer(ISSUER)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
  const accessToken = await token({
    ...{ token_use: 'access', client_id: CLIENT_ID, username: USER.username },
    ...{ scope: 'openid email', jti: crypto.randomUUID() },
  });
  const idToken = await token({ token_use: 'id', aud: CLIENT_ID, email: 'ada@example.com' });
  const prefix = `CognitoIdentityServiceProvider.${CLIENT_ID}`;
  const cookies = {
    [`${prefix}.LastAuthUser`]: USER.username,
    [`${prefix}.${USER.username}.accessToken`]: accessToken,
    [`${prefix}.${USER.username}.idToken`]: idToken,
    [`${prefix}.${USER.username}.refreshToken`]: 'a-refresh-token-of-the-usual-kind'.repeat(30),
    [`${prefix}.${USER.username}.clockDrift`]: '0',
    token: accessToken,
  };
  return {
    cookie: Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; '),
    accessToken,
    env: {
      USER_POOL_ID: POOL,
      USER_POOL_CLIENT_ID: CLIENT_ID,
      KEYS_URL: `http://localhost:${(server.address() as AddressInfo).port}/`,
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
