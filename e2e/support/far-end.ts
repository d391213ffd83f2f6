/** The stand-ins' own counts and switches: what the provider and the Events service saw. */

export interface FarEndStats {
  provider: {
    authorizations: number;
    codeGrants: number;
    refreshes: number;
    refreshFailures: number;
    revocations: number;
    logouts: number;
  };
  events: {
    socketsOpen: number;
    socketsOpened: number;
    httpPublishes: number;
    delivered: number;
    sockets: { id: string; user: string | null; subscriptions: { id: string; channel: string }[] }[];
  };
}

export interface FarEnd {
  /** Where the stand-ins listen. */
  origin: string;
  /** For callers that are no signed-in user. */
  apiKey: string;
  stats(): Promise<FarEndStats>;
  faults(patch: object): Promise<void>;
  /** Cuts every open socket. */
  drop(): Promise<void>;
  /** Every access token issued until now counts as expired. */
  expireTokens(): Promise<void>;
  /** Publishes as a server would, with the API key. */
  publish(channel: string, events: readonly unknown[]): Promise<void>;
}

export function createFarEnd(origin: string, apiKey: string): FarEnd {
  async function call(path: string, body?: object): Promise<Response> {
    const response = await fetch(
      `${origin}/_local${path}`,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    );
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  }
  return {
    origin,
    apiKey,
    stats: async () => (await (await call('/stats')).json()) as FarEndStats,
    faults: async (patch) => void (await call('/faults', patch)),
    drop: async () => void (await call('/drop', {})),
    expireTokens: async () => void (await call('/expire-tokens', {})),
    async publish(channel, events) {
      const response = await fetch(`${origin}/event`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
        body: JSON.stringify({
          channel: `/${channel}`,
          events: events.map((event) => JSON.stringify(event)),
        }),
      });
      if (!response.ok) throw new Error(`publish: ${response.status} ${await response.text()}`);
    },
  };
}

/** Every channel that is subscribed more than once on one socket. */
export function subscribedTwice(stats: FarEndStats): string[] {
  return stats.events.sockets.flatMap(({ subscriptions }) => {
    const names = subscriptions.map(({ channel }) => channel.replace(/^\//, ''));
    return names.filter((name, index) => names.indexOf(name) !== index);
  });
}
