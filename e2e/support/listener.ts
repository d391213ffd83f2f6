/** Hears what the Events service delivers, as a server of somebody else would: with the API key, on one wildcard. */
import { WebSocket } from 'ws';
import type { App } from './fixtures.ts';

export interface Heard {
  channel: string;
  event: unknown;
}

export interface Listener {
  /** Everything that was delivered on these channels, in the order of delivery. */
  heard: readonly Heard[];
  close(): void;
}

/** Resolves when every channel is subscribed. */
export async function listen(app: App, channels: readonly string[]): Promise<Listener> {
  const { origin, apiKey } = app.far;
  const { host } = new URL(origin);
  const authorization = { host, 'x-api-key': apiKey };
  const header = Buffer.from(JSON.stringify(authorization)).toString('base64url');
  const socket = new WebSocket(`ws://${host}/event/realtime`, ['aws-appsync-event-ws', `header-${header}`]);
  const heard: Heard[] = [];
  let open = channels.length;
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      for (const [index, channel] of channels.entries()) {
        socket.send(JSON.stringify({ type: 'subscribe', id: `${index}`, channel, authorization }));
      }
    });
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as { type: string; id: string; event: string };
      if (frame.type === 'subscribe_success' && --open === 0) resolve();
      if (frame.type === 'subscribe_error') reject(new Error(String(data)));
      if (frame.type === 'data') {
        heard.push({ channel: channels[Number(frame.id)] ?? '', event: JSON.parse(frame.event) });
      }
    });
  });
  return { heard, close: () => socket.terminate() };
}
