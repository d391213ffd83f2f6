/**
 * A server that uses the stand-ins as if they were the real services: two processes, and the fault proxy on the
 * only way from the browser to the Event API. Sign-in and token renewal do not pass through it.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openStateFile } from '../../server/local/state-file.ts';
import { createFarEnd } from './far-end.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type App, apiKeyIn, test as base } from './fixtures.ts';
import { startFrontProxy } from './front-proxy.ts';
import { createServerProcess, freePort } from './server-process.ts';

export interface WiredApp extends App {
  wire: FaultProxy;
  /** Stands on the way to the app itself; only with `road`. */
  road: FaultProxy | null;
  /** The process of the Event API (and of the provider). Its counts begin anew with every start. */
  service: { stop(): Promise<void>; start(): Promise<void> };
}

/** The app client of the stand-in. */
const CLIENT_ID = 'switchboard-local';

export const test = base.extend<{ wired: WiredApp }>({
  wired: async ({ env }, use) => {
    const { app, stop } = await startWiredApp({ env });
    await use(app);
    await stop();
  },
  app: ({ wired }, use) => use(wired),
});

interface WiredOptions {
  env?: Record<string, string>;
  /** A fault proxy on the way from the browser to the app, too. */
  road?: boolean;
  /** Whether the application keeps a history. */
  history?: boolean;
}

export async function startWiredApp(
  options: WiredOptions,
): Promise<{ app: WiredApp; stop(): Promise<void> }> {
  const { env = {} } = options;
  const [proxy, wire] = [await startFrontProxy(), await startFaultProxy()];
  const road = options.road ? await startFaultProxy() : null;
  road?.target(proxy.port);
  const [port, localPort, unusedPort] = [await freePort(), await freePort(), await freePort()];
  const origin = `http://localhost:${(road ?? proxy).port}`;
  // Its own app is never opened; that it believes in our origin makes it accept our callback address.
  const standIns = createServerProcess({
    env: { PORT: `${unusedPort}`, LOCAL_PORT: `${localPort}`, ORIGIN: origin, ...env },
    lastLine: /^ {2}faults/m,
  });
  await standIns.start();
  wire.target(localPort);
  const issuer = /user pool\s+(\S+)/.exec(standIns.output())?.[1] ?? '';

  const server = createServerProcess({
    env: {
      PORT: `${port}`,
      HOST: 'localhost',
      ORIGIN: origin,
      COGNITO_ISSUER: issuer,
      COGNITO_CLIENT_ID: CLIENT_ID,
      COGNITO_CLIENT_SECRET: await clientSecret(standIns.folder),
      EVENTS_ENDPOINT: `http://localhost:${wire.port}/event`,
      ...(options.history ? { EVENTS_HISTORY: `http://localhost:${wire.port}/event/history` } : {}),
      SESSION_SECRET: randomBytes(33).toString('base64'),
      ...env,
    },
    lastLine: /^ {2}Event API/m,
  });
  await server.start();
  proxy.target(port);

  const app: WiredApp = {
    origin,
    proxy,
    wire,
    road,
    far: createFarEnd(`http://localhost:${localPort}`, apiKeyIn(standIns.output())),
    service: standIns,
    output: () => standIns.output() + server.output(),
    async restart() {
      await server.stop();
      await server.start();
    },
  };
  if (options.history) await app.far.faults({ events: { history: true } });
  return {
    app,
    async stop() {
      await Promise.all([server.remove(), standIns.remove()]);
      await Promise.all([proxy.close(), wire.close(), road?.close()]);
    },
  };
}

/** What the stand-in made up at its first start and keeps in its state. */
async function clientSecret(folder: string): Promise<string> {
  const state = openStateFile(join(folder, '.data'), Date.now);
  try {
    return await state.once('client-secret', () => {
      throw new Error('the stand-in has no client secret yet');
    });
  } finally {
    state.close();
  }
}
