/** The settings that make the provider library behave as one Cognito user pool with one confidential client. */
import type { Adapter, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { userBySub } from '../demo-users.ts';
import type { PoolKeys } from './keys.ts';
import { messagePage, pageHeaders } from './sign-in-page.ts';

/** Cognito's default life of a refresh token. */
const REFRESH_SECONDS = 30 * 24 * 3600;
/** Life of the managed-login cookie. */
const SESSION_SECONDS = 3600;
const CODE_SECONDS = 300;

const SCOPES = ['openid', 'email', 'profile', 'phone', 'aws.cognito.signin.user.admin'];

export interface PoolSettings {
  appOrigin: string;
  clientId: string;
  keys: PoolKeys;
  /** Path of the issuer, without a trailing slash. */
  issuerPath: string;
  tokenSeconds: number;
  adapter: (model: string) => Adapter;
}

export function poolConfiguration(settings: PoolSettings): Configuration {
  const { appOrigin, clientId, keys, issuerPath, tokenSeconds } = settings;
  return {
    adapter: settings.adapter,
    clients: [
      {
        client_id: clientId,
        client_secret: keys.clientSecret,
        redirect_uris: [`${appOrigin}/auth/callback`],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    jwks: keys.jwks as NonNullable<Configuration['jwks']>,
    scopes: SCOPES,
    claims: {
      openid: ['sub', 'username'],
      email: ['email', 'email_verified'],
    },
    responseTypes: ['code'],
    subjectTypes: ['public'],
    pkce: { required: () => true },
    routes: {
      authorization: '/oauth2/authorize',
      token: '/oauth2/token',
      revocation: '/oauth2/revoke',
      userinfo: '/oauth2/userInfo',
      end_session: '/logout',
      jwks: `${issuerPath}/.well-known/jwks.json`,
    },
    features: {
      devInteractions: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId,
      },
    },
    cookies: {
      keys: [keys.cookieKey],
      // Cookies know no port: these names keep clear of other programs on localhost.
      names: {
        session: 'switchboard_local_session',
        interaction: 'switchboard_local_interaction',
        resume: 'switchboard_local_resume',
      },
    },
    ttl: {
      AccessToken: tokenSeconds,
      IdToken: tokenSeconds,
      AuthorizationCode: CODE_SECONDS,
      Grant: REFRESH_SECONDS,
      Interaction: SESSION_SECONDS,
      Session: SESSION_SECONDS,
      RefreshToken: refreshSeconds,
    },
    // Cognito gives every code grant a refresh token, which outlives the browser's session at the provider.
    issueRefreshToken: async () => true,
    expiresWithSession: async () => false,
    rotateRefreshToken: true,
    interactions: { url: (_ctx, interaction) => `/login/${interaction.uid}` },
    loadExistingGrant: grantForThisSignIn,
    findAccount: (_ctx, sub) => {
      const user = userBySub(sub);
      if (user === undefined) return undefined;
      const { username, email } = user;
      return { accountId: sub, claims: () => ({ sub, username, email, email_verified: true }) };
    },
    renderError(ctx, out) {
      const text = out.error_description ?? 'The request cannot be answered.';
      for (const [name, value] of Object.entries(pageHeaders([]))) ctx.set(name, value);
      ctx.type = 'html';
      ctx.body = messagePage(`Sign-in failed: ${out.error}`, text, appOrigin);
    },
  };
}

/** Rotation does not prolong: the new token gets what was left of the old one. */
function refreshSeconds(ctx: KoaContextWithOIDC): number {
  return ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? REFRESH_SECONDS;
}

/**
 * Consent is given in advance: the client is the pool's own. A new grant for every sign-in, so that revoking
 * one refresh token ends its own family and not that of another sign-in of the same browser.
 */
async function grantForThisSignIn(ctx: KoaContextWithOIDC) {
  const { client, account, provider, requestParamScopes } = ctx.oidc;
  if (client === undefined || account === undefined) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId });
  grant.addOIDCScope(SCOPES.filter((scope) => requestParamScopes.has(scope)).join(' '));
  grant.addOIDCClaims(['sub', 'username', 'email', 'email_verified']);
  await grant.save();
  return grant;
}
