/** What a started server says of itself: its address, what it is connected to, and how to try it. */
import type { RunningServer } from './start.ts';

export function introduction({ origin, connectedTo, users, controlUrl, apiKey }: RunningServer): string[] {
  const { kind, issuer, events } = connectedTo;
  return [
    `Switchboard ready at ${origin}`,
    `  user pool   ${issuer}${kind === 'local' ? ' (local stand-in)' : ''}`,
    `  Event API   ${events}${kind === 'local' ? ' (local stand-in)' : ''}`,
    ...users.map(({ username, password }) => `  demo user   ${username}, password ${password}`),
    ...(apiKey === null ? [] : [`  API key     ${apiKey} (publishes to ${events} without a user)`]),
    ...(controlUrl === null ? [] : [`  faults      ${controlUrl}`]),
  ];
}
