/**
 * Handler of a channel namespace (runtime APPSYNC_JS, data source: the DynamoDB table below): keeps every event
 * before it is broadcast. docs/catch-up.md says what has to be around it.
 */
import { util } from '@aws-appsync/utils';
import * as ddb from '@aws-appsync/utils/dynamodb';

/** The table: partition key `channel` (string), sort key `at` (string), time to live `expires`. */
const TABLE = 'switchboard-history';
/** How long an event is kept, seconds. */
const KEEP_SECONDS = 7 * 24 * 60 * 60;

export const onPublish = {
  request(ctx) {
    const channel = ctx.info.channel.path;
    const now = util.time.nowEpochMilliSeconds();
    return ddb.batchPut({
      tables: {
        [TABLE]: ctx.events.map(({ id, payload }, index) => ({
          channel,
          // Thirteen digits until the year 2286, so the order of texts is the order of times; then the order in the
          // batch, and the service's id, which no two events share.
          at: `${now}#${index}#${id}`,
          event: JSON.stringify(payload),
          expires: util.time.nowEpochSeconds() + KEEP_SECONDS,
        })),
      },
    });
  },
  response(ctx) {
    // What could not be kept must not be heard: it could never be caught up.
    if (ctx.error) util.error(ctx.error.message, ctx.error.type);
    const kept = ctx.result.data[TABLE].filter((item) => item !== null).map((item) => item.event);
    return ctx.events.map((event) =>
      kept.includes(JSON.stringify(event.payload))
        ? event
        : { id: event.id, error: 'The event could not be kept.' },
    );
  },
};
