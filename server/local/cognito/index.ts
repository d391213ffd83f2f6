/**
 * A Cognito user pool on the `oidc-provider` library: its OAuth paths at the root of the origin, discovery and
 * keys under the issuer's path. This file only joins the parts; what makes the answers Cognito's is in
 * `configuration.ts` and `mint.ts`.
 */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Clock } from '../../../src/shared/clock.ts';
import { DEMO_USERS, userBySub } from '../demo-users.ts';
import type { FaultSwitches } from '../faults.ts';
import { readBody, urlOf } from '../http-answers.ts';
import type { StateFile } from '../state-file.ts';
import { type AccessTokens, createAccessTokens } from './access-tokens.ts';
import { createAdapterFactory } from './adapter.ts';
import { poolConfiguration } from './configuration.ts';
import { loadPoolKeys } from './keys.ts';
import { loadProviderLibrary } from './library.ts';
import { createLogout } from './logout.ts';
import { mintTokens } from './mint.ts';
import { failAsSwitched, waitAsSwitched } from './outage.ts';
import { createSignIn } from './sign-in.ts';

const POOL_ID = 'local_Switchboard1';
const CLIENT_ID = 'switchboard-local';
const DISCOVERY_PATH = '/.well-known/openid-configuration';
const MAX_BODY_BYTES = 64 * 1024;

/** What the provider saw, since the start or the last reset. */
export interface CognitoCounts {
  /** Codes handed out. */
  authorizations: number;
  /** Codes exchanged for tokens. */
  codeGrants: number;
  refreshes: number;
  /** Refresh requests that ended in anything but tokens, the fault switches included. */
  refreshFailures: number;
  /** Revocations of a refresh token that was known. */
  revocations: number;
  logouts: number;
}

export interface CognitoOptions {
  origin: string;
  appOrigin: string;
  tokenSeconds: number;
  state: StateFile;
  faults: FaultSwitches;
  clock: Clock;
  log(line: string): void;
}

export interface Cognito {
  issuer: string;
  clientId: string;
  clientSecret: string;
  accessTokens: AccessTokens;
  /** @returns false when the path is none of this pool. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  counts(): CognitoCounts;
  resetCounts(): void;
}

export async function createCognito(options: CognitoOptions): Promise<Cognito> {
  const { origin, appOrigin, tokenSeconds, state, faults, clock, log } = options;
  const issuerPath = `/${POOL_ID}`;
  const issuer = `${origin}${issuerPath}`;
  const now = () => clock.wall();
  const keys = await loadPoolKeys(state);
  const accessTokens = createAccessTokens({ issuer, clientId: CLIENT_ID, jwks: keys.jwks, now });
  let counts = noCounts();

  const { Provider, errors } = await loadProviderLibrary();
  const adapter = createAdapterFactory(
    state,
    () => faults.current.provider.rotationGraceSeconds,
    now,
    () => new errors.InvalidGrant('token already used'),
  );
  const settings = { appOrigin, clientId: CLIENT_ID, keys, issuerPath, tokenSeconds, adapter };
  const provider = new Provider(issuer, poolConfiguration(settings));
  // The library's types leave out the event of the web framework it is built on.
  (provider as EventEmitter).on('error', (error: Error) => log(`provider error: ${error.message}`));
  provider.on('authorization.success', () => {
    counts.authorizations += 1;
  });
  provider.on('server_error', (_ctx, error) => log(`provider error: ${error.message}`));
  dressAsCognito(provider, {
    verifiedJti: async (token) => {
      const verdict = await accessTokens.verify(token);
      return verdict.ok ? verdict.holder.jti : undefined;
    },
    mint: async (input) => {
      accessTokens.issued(input.accessToken.jti, input.accessToken.iat);
      return mintTokens(input, { issuer, keys, tokenSeconds });
    },
    counts: () => counts,
    now,
  });

  const callback = provider.callback();
  const isOver = (error: unknown) => error instanceof errors.SessionNotFound;
  const signIn = createSignIn({ provider, users: DEMO_USERS, appOrigin, isOver, log });
  const logout = createLogout({
    provider,
    clientId: CLIENT_ID,
    logoutUri: `${appOrigin}/`,
    appOrigin,
    onLogout: () => {
      counts.logouts += 1;
    },
  });

  return {
    issuer,
    clientId: CLIENT_ID,
    clientSecret: keys.clientSecret,
    accessTokens,
    counts: () => ({ ...counts }),
    resetCounts: () => {
      counts = noCounts();
    },
    async handle(req, res) {
      const url = urlOf(req);
      const path = url.pathname;
      const ours = ['/oauth2/', '/login', '/logout', `${issuerPath}/`].some((start) =>
        path.startsWith(start),
      );
      if (!ours) return false;
      const switched = faults.current.provider;
      await waitAsSwitched(switched, clock);
      if (switched.mode !== 'ok') {
        if (path === '/oauth2/token' && (await isRefresh(req))) counts.refreshFailures += 1;
        failAsSwitched(switched, res);
        return true;
      }
      // The library writes absolute addresses from the Host header; the pool has one name only.
      req.headers.host = new URL(origin).host;
      if (path === '/logout') {
        await logout(req, res);
      } else if (path.startsWith('/login/')) {
        await signIn(req, res);
      } else {
        if (path === '/login') req.url = `/oauth2/authorize${url.search}`;
        // The library has a fixed path for discovery, while Cognito has it under the issuer.
        if (path === `${issuerPath}${DISCOVERY_PATH}`) req.url = DISCOVERY_PATH;
        await callback(req, res);
      }
      return true;
    },
  };
}

interface Dress {
  verifiedJti(token: string): Promise<string | undefined>;
  mint(input: Parameters<typeof mintTokens>[0]): Promise<unknown>;
  counts(): CognitoCounts;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Wraps the library's endpoints: JWTs outside, opaque tokens inside (see `mint.ts`), and counts. */
function dressAsCognito(provider: Provider, { verifiedJti, mint, counts, now }: Dress): void {
  provider.use(async (context, next) => {
    if (context.path === '/oauth2/userInfo') {
      const token = context.get('authorization').replace(/^bearer /i, '');
      context.req.headers.authorization = `Bearer ${(await verifiedJti(token)) ?? 'invalid'}`;
    }
    await next();
    const { oidc, status } = context as unknown as KoaContextWithOIDC;
    if (context.path === '/oauth2/revoke' && oidc?.entities.RefreshToken !== undefined) {
      counts().revocations += 1;
    }
    if (context.path !== '/oauth2/token' || oidc === undefined) return;
    const refresh = oidc.params?.grant_type === 'refresh_token';
    const { AccessToken, AuthorizationCode, RefreshToken } = oidc.entities;
    const user = AccessToken === undefined ? undefined : userBySub(AccessToken.accountId);
    if (status !== 200 || AccessToken === undefined || user === undefined) {
      if (refresh) counts().refreshFailures += 1;
      return;
    }
    const issued = context.body as { id_token?: string; refresh_token?: string };
    context.body = await mint({
      accessToken: {
        jti: AccessToken.jti,
        iat: Math.floor(now() / 1000),
        scope: AccessToken.scope ?? '',
        grantId: AccessToken.grantId,
      },
      idToken: issued.id_token,
      refreshToken: issued.refresh_token,
      user,
      clientId: AccessToken.clientId ?? CLIENT_ID,
      authTime: (refresh ? RefreshToken : AuthorizationCode)?.authTime ?? Math.floor(now() / 1000),
    });
    if (refresh) counts().refreshes += 1;
    else counts().codeGrants += 1;
  });
}

async function isRefresh(req: IncomingMessage): Promise<boolean> {
  const form = new URLSearchParams((await readBody(req, MAX_BODY_BYTES)) ?? '');
  return form.get('grant_type') === 'refresh_token';
}

function noCounts(): CognitoCounts {
  return { authorizations: 0, codeGrants: 0, refreshes: 0, refreshFailures: 0, revocations: 0, logouts: 0 };
}
