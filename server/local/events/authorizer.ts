/** Who makes a call, and whether they may: the same check for connects, WebSocket operations and HTTP. */
import { timingSafeEqual } from 'node:crypto';
import type { ChannelUse } from '../../../src/shared/channel.ts';
import { namespaceOf } from '../../../src/shared/channel.ts';
import type { TokenVerdict } from '../cognito/access-tokens.ts';
import type { Caller, EventsRules } from './rules.ts';
import {
  fail,
  HANDLER_DENIED,
  MODE_NOT_ALLOWED,
  NOT_AUTHORIZED,
  type Outcome,
  type ServiceError,
  TOKEN_EXPIRED,
} from './service-error.ts';

/** Fields of an auth object or of request headers; names in any case. */
export type Credentials = Readonly<Record<string, unknown>>;

export interface Authorizer {
  /** Who the credentials belong to. */
  identify(credentials: Credentials): Promise<Outcome<Caller>>;
  /** Null when the caller may open a connection. */
  mayConnect(caller: Caller): ServiceError | null;
  /** Null when the caller may use the (canonical) channel so. */
  mayUse(caller: Caller, channel: string, use: ChannelUse): ServiceError | null;
}

export interface AuthorizerDeps {
  rules: EventsRules;
  apiKeys: readonly string[];
  verifyToken(token: string): Promise<TokenVerdict>;
}

export function createAuthorizer({ rules, apiKeys, verifyToken }: AuthorizerDeps): Authorizer {
  return {
    async identify(credentials) {
      const apiKey = field(credentials, 'x-api-key');
      if (apiKey !== undefined) {
        const known = apiKeys.some((key) => sameText(key, apiKey));
        return known ? { ok: true, value: { mode: 'apiKey' } } : fail(NOT_AUTHORIZED);
      }
      const authorization = field(credentials, 'authorization');
      if (authorization === undefined) return fail(NOT_AUTHORIZED);
      const verdict = await verifyToken(authorization.replace(/^Bearer /i, ''));
      if (!verdict.ok) return fail(verdict.reason === 'expired' ? TOKEN_EXPIRED : NOT_AUTHORIZED);
      return { ok: true, value: { mode: 'userPool', ...verdict.holder } };
    },
    mayConnect: (caller) => (rules.connect.includes(caller.mode) ? null : MODE_NOT_ALLOWED),
    mayUse(caller, channel, use) {
      const name = namespaceOf(channel);
      const namespace = Object.hasOwn(rules.namespaces, name) ? rules.namespaces[name] : undefined;
      if (namespace === undefined || !namespace[use].includes(caller.mode)) return MODE_NOT_ALLOWED;
      const operation = use === 'subscribe' ? 'SUBSCRIBE' : 'PUBLISH';
      const segments = channel.split('/');
      return (namespace.allow?.({ operation, channel, segments, caller }) ?? true) ? null : HANDLER_DENIED;
    },
  };
}

function field(credentials: Credentials, name: string): string | undefined {
  for (const [key, value] of Object.entries(credentials)) {
    if (key.toLowerCase() === name && typeof value === 'string') return value;
  }
  return undefined;
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
