/**
 * Handler of a channel namespace (runtime APPSYNC_JS) in which everybody has channels of their own: a user may listen
 * to `/<namespace>/<their sub>` and what is below it, and to nothing else. docs/aws.md says where it goes.
 */
import { util } from '@aws-appsync/utils';

export function onSubscribe(ctx) {
  // A wildcard is a segment like any other: `/inbox/*` names nobody, and is refused.
  if (ctx.info.channel.segments[1] !== ctx.identity.sub) util.unauthorized();
}
