/**
 * Lambda function behind an API Gateway HTTP API with a JWT authorizer: the two GET requests of docs/catch-up.md,
 * answered from the table that `on-publish.js` fills. Environment: `TABLE`.
 */

const MAX_LIMIT = 500;
/** Positions are sort keys: the time of the last event, or only the time. */
const POSITION = /^\d{13}(#|$)/;

/**
 * @param query reads items of the table: `(parameters) => Promise<{ Items, LastEvaluatedKey }>` (see the end).
 * @param mayRead the rules of your namespace's `onSubscribe`, again: who may read what of the past.
 */
export function createHandler({ query, mayRead, now, table, keepMs }) {
  async function page({ channel, after, until, limit = `${MAX_LIMIT}` }, claims) {
    if (!channel || !POSITION.test(after ?? '') || (until !== undefined && !POSITION.test(until))) {
      return answer(400, { message: 'channel, after and until are needed; after and until are positions.' });
    }
    if (channel.endsWith('/*')) return answer(400, { message: 'A wildcard has no history here.' });
    if (!mayRead(claims, channel)) return answer(403, { message: 'Not allowed.' });
    if (Number(after.slice(0, 13)) < now() - keepMs) {
      return answer(200, { events: [], more: false, lost: true });
    }
    const { Items, LastEvaluatedKey } = await query({
      TableName: table,
      ConsistentRead: true,
      // `~` follows `#` and everything in an id: a position that is only a time lies behind all of its millisecond.
      KeyConditionExpression: 'channel = :channel AND #at BETWEEN :after AND :until',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: {
        ':channel': channel,
        ':after': `${after}~`,
        ':until': `${until ?? now()}~`,
      },
      Limit: Math.min(MAX_LIMIT, Math.max(1, Number(limit) || MAX_LIMIT)),
    });
    const events = Items.map(({ at, event }) => ({ event, at: Number(at.slice(0, 13)), position: at }));
    return answer(200, { events, more: LastEvaluatedKey !== undefined && events.length > 0, lost: false });
  }

  return async function handler(request) {
    const { claims } = request.requestContext.authorizer.jwt;
    // An ID token proves who somebody is, not what they may ask for.
    if (claims.token_use !== 'access') return answer(401, { message: 'An access token is needed.' });
    if (request.rawPath.endsWith('/position')) {
      const at = now();
      return answer(200, { position: `${at}`, at });
    }
    return page(request.queryStringParameters ?? {}, claims);
  };
}

function answer(statusCode, body) {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { statusCode, headers, body: JSON.stringify(body) };
}
