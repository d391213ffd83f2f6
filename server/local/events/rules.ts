/**
 * What an Events API is configured with: which auth modes may connect, which namespaces there are, who may
 * subscribe and publish in each, and what its handler refuses. A settings object, so that a test of any
 * AppSync Events client can describe its own API.
 */

/** `userPool` = access tokens of the stand-in pool. */
type AuthMode = 'apiKey' | 'userPool';

export type Caller =
  | { mode: 'apiKey' }
  | { mode: 'userPool'; sub: string; username: string; expiresAtMs: number; jti: string };

/** What a namespace handler sees (`ctx.info` and `ctx.identity` of AppSync). */
interface HandlerContext {
  operation: 'SUBSCRIBE' | 'PUBLISH';
  /** Canonical; may end in `*` when subscribing. */
  channel: string;
  segments: readonly string[];
  caller: Caller;
}

interface NamespaceRules {
  subscribe: readonly AuthMode[];
  publish: readonly AuthMode[];
  /** The namespace's handler: false is `util.unauthorized()`. Default: everything is allowed. */
  allow?(context: HandlerContext): boolean;
}

export interface EventsRules {
  connect: readonly AuthMode[];
  namespaces: Readonly<Record<string, NamespaceRules>>;
}

const BOTH: readonly AuthMode[] = ['userPool', 'apiKey'];

export const DEFAULT_RULES: EventsRules = {
  connect: BOTH,
  namespaces: {
    default: { subscribe: BOTH, publish: BOTH },
    keyed: { subscribe: ['apiKey'], publish: ['apiKey'] },
    users: {
      subscribe: ['userPool'],
      publish: ['userPool'],
      allow: ({ segments, caller }) => caller.mode === 'userPool' && segments[1] === caller.sub,
    },
    denied: { subscribe: BOTH, publish: BOTH, allow: ({ operation }) => operation === 'PUBLISH' },
  },
};
