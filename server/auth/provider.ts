/**
 * The OpenID provider (Cognito), as a confidential client sees it, on `openid-client`. Discovery is lazy and tried
 * again, so that the server starts while the provider is out. Knows nothing of sessions, cookies or pages.
 */
import * as openid from 'openid-client';
import type { Clock } from '../../src/shared/clock.ts';
import { ProviderError, toProviderError } from './provider-error.ts';
import { type TokenSet, toTokenSet } from './token-set.ts';

export { isProviderError, type ProviderFailure } from './provider-error.ts';
export type { TokenSet } from './token-set.ts';

export interface CognitoConfig {
  issuer: string;
  clientId: string;
  /** Null for a public client: PKCE alone. */
  clientSecret: string | null;
  /** Space-separated. */
  scopes: string;
}

/** What belongs to one sign-in and must come back unchanged. */
export interface SignInChecks {
  state: string;
  nonce: string;
  /** PKCE verifier (RFC 7636). */
  verifier: string;
}

/** Every method but the synchronous ones throws {@link ProviderError}. */
export interface Provider {
  /** Where to send the browser to sign in. */
  authorizationUrl(checks: SignInChecks): Promise<string>;
  /** Trades the code in the callback's address for tokens. @param callback path and query of the callback. */
  exchange(callback: string, checks: SignInChecks): Promise<TokenSet>;
  /** @param sub the user it must still be. */
  refresh(refreshToken: string, sub: string): Promise<TokenSet>;
  revoke(refreshToken: string): Promise<void>;
  /** Where to send the browser to sign out at the provider; null while the provider is not known yet. */
  signOutUrl(): string | null;
  /** The origins that forms and links of this app may lead to. */
  origins(): string[];
  /** Resolves when the provider is known. */
  ready(): Promise<void>;
}

export interface ProviderDeps {
  cognito: CognitoConfig;
  /** Our own origin: the redirect and sign-out addresses start with it. */
  origin: string;
  clock: Clock;
  fetch?: typeof fetch;
}

export const CALLBACK_PATH = '/auth/callback';

const DISCOVERY_TIMEOUT_S = 5;
/** A person waits for it. */
const EXCHANGE_TIMEOUT_MS = 10_000;
/** Nobody knows whether a refresh that we stopped waiting for has rotated the token: wait long. */
const REFRESH_TIMEOUT_MS = 30_000;
const REVOKE_TIMEOUT_MS = 5_000;
/** How far the provider's clock may be off, seconds. */
const CLOCK_TOLERANCE_S = 300;

export function createProvider({ cognito, origin, clock, ...deps }: ProviderDeps): Provider {
  const issuer = new URL(cognito.issuer);
  const { clientId, clientSecret } = cognito;
  // The configuration accepts http: for loopback hosts only.
  const insecure = issuer.protocol === 'http:';
  const customFetch = (deps.fetch ?? fetch) as openid.CustomFetch;
  const authentication = () =>
    clientSecret === null ? openid.None() : openid.ClientSecretBasic(clientSecret);
  let known: openid.ServerMetadata | null = null;
  let discovering: Promise<openid.ServerMetadata> | null = null;

  async function discover(): Promise<openid.ServerMetadata> {
    const found = await openid.discovery(issuer, clientId, undefined, authentication(), {
      timeout: DISCOVERY_TIMEOUT_S,
      [openid.customFetch]: customFetch,
      ...(insecure ? { execute: [openid.allowInsecureRequests] } : {}),
    });
    const metadata = found.serverMetadata();
    if (!metadata.authorization_endpoint || !metadata.token_endpoint) {
      throw new ProviderError('nonsense', 'The provider names no authorization or token endpoint.');
    }
    known = metadata;
    return metadata;
  }

  function sharedDiscovery(): Promise<openid.ServerMetadata> {
    discovering ??= discover().finally(() => {
      discovering = null;
    });
    return discovering;
  }

  /** What the library needs for one call, with that call's timeout. */
  async function configuration(timeoutMs: number): Promise<openid.Configuration> {
    const metadata = known ?? (await sharedDiscovery());
    const config = new openid.Configuration(
      metadata,
      clientId,
      { [openid.clockTolerance]: CLOCK_TOLERANCE_S },
      authentication(),
    );
    config.timeout = timeoutMs / 1_000;
    config[openid.customFetch] = customFetch;
    if (insecure) openid.allowInsecureRequests(config);
    return config;
  }

  async function call<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toProviderError(error, what);
    }
  }

  return {
    authorizationUrl: ({ state, nonce, verifier }) =>
      call('starting the sign-in', async () => {
        const url = openid.buildAuthorizationUrl(await configuration(EXCHANGE_TIMEOUT_MS), {
          redirect_uri: `${origin}${CALLBACK_PATH}`,
          scope: cognito.scopes,
          state,
          nonce,
          code_challenge: await openid.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        });
        return url.href;
      }),

    exchange: (callback, { state, nonce, verifier }) =>
      call('the sign-in', async () => {
        const config = await configuration(EXCHANGE_TIMEOUT_MS);
        const askedAt = clock.wall();
        const raw = await openid.authorizationCodeGrant(config, new URL(callback, origin), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        return toTokenSet(raw, { ...raw.claims() }, askedAt);
      }),

    refresh: (refreshToken, sub) =>
      call('renewing the tokens', async () => {
        const config = await configuration(REFRESH_TIMEOUT_MS);
        const askedAt = clock.wall();
        const raw = await openid.refreshTokenGrant(config, refreshToken);
        const tokens = toTokenSet(raw, { ...raw.claims() }, askedAt);
        if (tokens.sub !== sub) {
          throw new ProviderError('nonsense', 'The provider renewed the tokens of another user.');
        }
        return tokens;
      }),

    revoke: (refreshToken) =>
      call('the revocation', async () => {
        const config = await configuration(REVOKE_TIMEOUT_MS);
        // A pool without revocation says so by naming no endpoint: there is nothing to do then.
        if (!config.serverMetadata().revocation_endpoint) return;
        await openid.tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' });
      }),

    signOutUrl() {
      if (known === null) return null;
      const { end_session_endpoint, authorization_endpoint } = known;
      // Older user pools do not publish it; Cognito's is /logout beside /oauth2/authorize.
      const url = new URL(end_session_endpoint ?? new URL('/logout', authorization_endpoint));
      url.searchParams.set('client_id', cognito.clientId);
      url.searchParams.set('logout_uri', `${origin}/`);
      return url.href;
    },

    origins() {
      const addresses = [cognito.issuer, known?.authorization_endpoint, known?.end_session_endpoint];
      return [...new Set(addresses.flatMap((address) => (address ? [new URL(address).origin] : [])))];
    },

    ready: () => call('its discovery document', async () => void (await configuration(EXCHANGE_TIMEOUT_MS))),
  };
}
