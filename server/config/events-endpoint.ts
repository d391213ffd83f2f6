/**
 * An Event API's addresses from its HTTP endpoint.
 * https://docs.aws.amazon.com/appsync/latest/eventapi/event-api-websocket-protocol.html: AWS's own hosts have a
 * second host for WebSockets; a custom domain serves both, the WebSocket one path further.
 */
import type { EventsConfig } from '../../src/shared/page-data.ts';

const AWS_HOST = /^([a-z0-9]+)\.appsync-api\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)$/;
/** Only names the signing region, which nothing here uses; asked for by Amplify's configuration. */
const UNKNOWN_REGION = 'us-east-1';

/** The service ends a connection after 24 hours (documented, and no quota that could be raised). */
const LIFETIME_MS = 86_400_000;

interface Beside {
  /** Where the host does not tell, e.g. that of the user pool. */
  region: string | null;
  /** The application's own history; null: it keeps none. */
  history: string | null;
}

/** @returns the addresses, or what is wrong with the endpoint (a half sentence). */
export function eventsConfig(endpoint: string, { region, history }: Beside): EventsConfig | string {
  const url = new URL(endpoint);
  const aws = AWS_HOST.exec(url.host);
  if (url.hostname.includes('.appsync-realtime-api.'))
    return 'must be the HTTP endpoint, not the realtime one';
  if (url.pathname === '/') return 'must include the path, which is /event at AWS';
  const socket = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const host = aws ? `${aws[1]}.appsync-realtime-api.${aws[2]}.${aws[3]}` : url.host;
  return {
    endpoint,
    realtime: `${socket}//${host}${url.pathname}/realtime`,
    host: url.host,
    region: aws?.[2] ?? region ?? UNKNOWN_REGION,
    history,
    lifetimeMs: LIFETIME_MS,
  };
}
