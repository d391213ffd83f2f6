/** The user pool and the Event API, from the environment or from Amplify's file. */
import type { EventsConfig } from '../../src/shared/page-data.ts';
import type { Outputs } from './amplify-outputs.ts';
import { eventsConfig } from './events-endpoint.ts';
import type { Reader } from './reader.ts';

export interface Endpoints {
  issuer: string;
  clientId: string;
  clientSecret: string | null;
  /** Space-separated; null: not configured. */
  scopes: string | null;
  events: EventsConfig;
}

/** What every app client of a user pool allows unless somebody took it away. */
export const KNOWN_SCOPES = 'openid email';

const EXAMPLES = {
  COGNITO_ISSUER: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI',
  COGNITO_CLIENT_ID: '1h57kf5cpq17m0eml12EXAMPLE',
  EVENTS_ENDPOINT: 'https://abc123.appsync-api.eu-west-1.amazonaws.com/event',
  EVENTS_HISTORY: 'https://abc123.execute-api.eu-west-1.amazonaws.com/event/history',
} as const;

/** Null when nothing is configured, or not enough (the reader has the problems then). */
export function endpointsOf(read: Reader, outputs: Outputs | null): Endpoints | null {
  const issuer = read.url('COGNITO_ISSUER', {
    example: EXAMPLES.COGNITO_ISSUER,
    value: outputs?.issuer ?? null,
  });
  const clientId = outputs?.clientId ?? read.text('COGNITO_CLIENT_ID');
  const endpoint = read.url('EVENTS_ENDPOINT', {
    example: EXAMPLES.EVENTS_ENDPOINT,
    value: outputs?.endpoint ?? null,
  });
  const clientSecret = read.text('COGNITO_CLIENT_SECRET');
  const history = read.url('EVENTS_HISTORY', { example: EXAMPLES.EVENTS_HISTORY });

  if (outputs === null) {
    const names = ['COGNITO_ISSUER', 'COGNITO_CLIENT_ID', 'EVENTS_ENDPOINT'] as const;
    const set = names.filter((name) => read.text(name) !== null);
    if (set.length === 0) {
      if (clientSecret !== null) {
        read.problems.push(
          `COGNITO_CLIENT_SECRET is set, but there is no user pool it could belong to. Set COGNITO_ISSUER too, e.g. COGNITO_ISSUER=${EXAMPLES.COGNITO_ISSUER}`,
        );
      }
      if (history !== null) {
        read.problems.push(
          `EVENTS_HISTORY is set, but there is no Event API whose history it could be. Set EVENTS_ENDPOINT too, e.g. EVENTS_ENDPOINT=${EXAMPLES.EVENTS_ENDPOINT}`,
        );
      }
      return null;
    }
    for (const name of names.filter((candidate) => !set.includes(candidate))) {
      read.problems.push(
        `${name} is missing: ${set.join(' and ')} ${set.length === 1 ? 'is' : 'are'} set, and they belong together. An example: ${name}=${EXAMPLES[name]}`,
      );
    }
  }
  if (issuer === null || clientId === null || endpoint === null) return null;

  const region = outputs?.region ?? regionOfIssuer(issuer);
  const events = eventsConfig(endpoint, { region, history });
  if (typeof events === 'string') {
    read.problems.push(
      `EVENTS_ENDPOINT ${events}, but is “${endpoint}”. An example: EVENTS_ENDPOINT=${EXAMPLES.EVENTS_ENDPOINT}`,
    );
    return null;
  }
  return { issuer, clientId, clientSecret, scopes: outputs?.scopes ?? null, events };
}

function regionOfIssuer(issuer: string): string | null {
  return /^cognito-idp\.([a-z0-9-]+)\./.exec(new URL(issuer).hostname)?.[1] ?? null;
}
