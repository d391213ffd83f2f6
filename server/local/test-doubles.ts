/**
 * Helpers for tests against the stand-ins: start them on a free port with a state folder of their own, sign in
 * as a person would (through the HTML forms), use the switches, and talk the Events protocol frame by frame.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { CognitoCounts } from './cognito/index.ts';
import { loadPoolKeys } from './cognito/keys.ts';
import type { EventsStats } from './events/index.ts';
import type { Faults } from './faults.ts';
import { type LocalOptions, type LocalServices, startLocal } from './index.ts';
import { openStateFile } from './state-file.ts';

export interface TestLocal extends LocalServices {
  appOrigin: string;
  stateDir: string;
  /** What the stand-ins logged. */
  logged: string[];
  stats(): Promise<{ provider: CognitoCounts; events: EventsStats }>;
  faults(patch: {
    events?: Partial<Faults['events']>;
    provider?: Partial<Faults['provider']>;
  }): Promise<void>;
  control(action: 'drop' | 'expire-tokens' | 'reset'): Promise<void>;
  /** Stops and starts again with the same state (and, if asked, the same port). */
  restart(): Promise<TestLocal>;
  /** Closes and removes the state folder. */
  stop(): Promise<void>;
}

/** Starts the stand-ins on a free port, with tokens that live five minutes. */
export async function startTestLocal(options: Partial<LocalOptions> = {}): Promise<TestLocal> {
  const stateDir = options.stateDir ?? (await newStateDir());
  const appOrigin = options.appOrigin ?? 'http://localhost:3999';
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const services = await startLocal({ port: 0, tokenSeconds: 300, log, ...options, appOrigin, stateDir });

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${services.controlUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  return {
    ...services,
    appOrigin,
    stateDir,
    logged,
    stats: () => call('GET', '/stats'),
    faults: (patch) => call('POST', '/faults', patch),
    control: (action) => call('POST', `/${action}`),
    async restart() {
      await services.close();
      const port = Number(new URL(services.origin).port);
      const again = await startTestLocal({ ...options, port, appOrigin, stateDir });
      // Node's fetch finds out only by using them that its kept-alive connections are gone.
      for (let tries = 0; tries < 20; tries += 1) {
        const alive = await again.stats().catch(() => null);
        if (alive !== null) break;
      }
      return again;
    },
    async stop() {
      await services.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** Files that new state folders begin with: making keys takes longer than most tests. */
let template: Promise<Map<string, Buffer>> | undefined;

async function makeTemplate(): Promise<Map<string, Buffer>> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-template-'));
  const state = openStateFile(folder, Date.now);
  await loadPoolKeys(state);
  state.close();
  const names = readdirSync(folder).filter((name) => !name.endsWith('-shm'));
  const files = new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
  rmSync(folder, { recursive: true, force: true });
  return files;
}

async function newStateDir(): Promise<string> {
  template ??= makeTemplate();
  const files = await template;
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-local-'));
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  return folder;
}

export interface SignedIn {
  accessToken: string;
  idToken: string;
  refreshToken: string;
  expiresIn: number;
}

/** A browser's cookies and redirects, as far as a sign-in needs them. */
export interface Browser {
  /** Sends the request with the cookies kept so far. Redirects are not followed. */
  fetch(url: string, init?: RequestInit): Promise<Response>;
  /** Follows redirects until one leads to `stopAt`, or an answer is none. */
  follow(url: string, stopAt: string, init?: RequestInit): Promise<{ url: string; response: Response }>;
}

export function createBrowser(): Browser {
  /** By name and path: enough, since the stand-in is one host. */
  const cookies = new Map<string, { name: string; value: string; path: string }>();

  const browser: Browser = {
    async fetch(url, init = {}) {
      const { pathname } = new URL(url);
      const cookie = [...cookies.values()]
        .filter(
          ({ path }) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
        )
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ');
      const headers = new Headers(init.headers);
      if (cookie !== '') headers.set('cookie', cookie);
      const response = await fetch(url, { ...init, headers, redirect: 'manual' });
      for (const line of response.headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split(/;\s*/);
        const name = pair.slice(0, pair.indexOf('='));
        const value = pair.slice(pair.indexOf('=') + 1);
        const path = attributes.find((text) => /^path=/i.test(text))?.slice(5) ?? '/';
        const key = `${name} ${path}`;
        if (value === '') cookies.delete(key);
        else cookies.set(key, { name, value, path });
      }
      return response;
    },
    async follow(url, stopAt, init) {
      let response = await browser.fetch(url, init);
      let at = url;
      while (response.status >= 300 && response.status < 400) {
        at = new URL(response.headers.get('location') ?? '', at).href;
        if (at.startsWith(stopAt)) break;
        response = await browser.fetch(at);
      }
      return { url: at, response };
    },
  };
  return browser;
}

/**
 * Goes from an authorization address through the sign-in form to the callback, as a person who presses
 * `Continue as …`. Without a form where the browser is signed in already.
 * @returns the callback address, with its code.
 */
export async function signInThroughForms(
  browser: Browser,
  authorizationUrl: string,
  username: string,
  callback: string,
): Promise<URL> {
  const { url, response } = await browser.follow(authorizationUrl, callback);
  if (url.startsWith(callback)) return new URL(url);
  const html = await response.text();
  const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1];
  if (action === undefined) throw new Error(`No sign-in form at ${url} (${response.status}): ${html}`);
  const end = await browser.follow(new URL(action, url).href, callback, {
    method: 'POST',
    body: new URLSearchParams({ demo: username }),
  });
  if (!end.url.startsWith(callback)) throw new Error(`The sign-in ended at ${end.url}.`);
  return new URL(end.url);
}

/** Signs a demo user in, from the authorization request to the tokens. */
export async function signInAndGetTokens(
  local: LocalServices & { appOrigin: string },
  username = 'ada',
  browser: Browser = createBrowser(),
): Promise<SignedIn> {
  const callback = `${local.appOrigin}/auth/callback`;
  const verifier = randomBytes(32).toString('base64url');
  const authorize = new URL(`${local.origin}/oauth2/authorize`);
  authorize.search = new URLSearchParams({
    response_type: 'code',
    client_id: local.cognito.clientId,
    redirect_uri: callback,
    scope: 'openid email',
    state: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const landed = await signInThroughForms(browser, authorize.href, username, callback);
  return requestTokens(local, {
    grant_type: 'authorization_code',
    code: landed.searchParams.get('code') ?? '',
    redirect_uri: callback,
    code_verifier: verifier,
  });
}

/** One request to the token endpoint. Throws with the endpoint's answer when it is not 200. */
export async function requestTokens(local: LocalServices, form: Record<string, string>): Promise<SignedIn> {
  const { clientId, clientSecret } = local.cognito;
  const response = await fetch(`${local.origin}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams(form),
  });
  if (!response.ok) throw new Error(await response.text());
  const body = (await response.json()) as Record<string, string | number>;
  return {
    accessToken: String(body.access_token),
    idToken: String(body.id_token),
    refreshToken: String(body.refresh_token),
    expiresIn: Number(body.expires_in),
  };
}

export type Frame = Record<string, unknown> & { type: string };

/** A client that sends and receives single frames. Frames wait in a queue until they are asked for. */
export interface RawClient {
  send(frame: unknown): void;
  sendRaw(data: string | Buffer): void;
  /** The next frame, `ka` left out; rejects when the socket closes first. */
  next(): Promise<Frame>;
  /** The next frame of this type; frames of other types before it are dropped. */
  nextOf(type: string): Promise<Frame>;
  /** Sends it and waits for the frame with the same `id`. */
  ask(frame: { id: string } & Record<string, unknown>): Promise<Frame>;
  /** Frames of all types so far, `ka` included. */
  readonly seen: readonly Frame[];
  readonly protocol: string;
  readonly closed: Promise<{ code: number }>;
  close(): void;
}

/** The `header-` subprotocol for an auth object. */
export function headerProtocol(auth: Record<string, unknown>): string {
  return `header-${Buffer.from(JSON.stringify(auth)).toString('base64url')}`;
}

/**
 * Opens a WebSocket to the Events API, without sending anything.
 * @param options.headers upgrade headers, for clients that authorize that way.
 */
export async function openRawClient(
  url: string,
  protocols: string[],
  options: { headers?: Record<string, string> } = {},
): Promise<RawClient> {
  const socket = new WebSocket(url, protocols, options);
  const seen: Frame[] = [];
  const waiting: Frame[] = [];
  const takers: {
    wanted: (frame: Frame) => boolean;
    take: (frame: Frame) => void;
    fail: (e: Error) => void;
  }[] = [];
  const closed = new Promise<{ code: number }>((resolve) => {
    socket.on('close', (code) => {
      resolve({ code });
      for (const { fail } of takers.splice(0)) fail(new Error(`The socket closed (${code}).`));
    });
  });
  socket.on('message', (data) => {
    const frame = JSON.parse(data.toString()) as Frame;
    seen.push(frame);
    const index = takers.findIndex(({ wanted }) => wanted(frame));
    if (index === -1) waiting.push(frame);
    else takers.splice(index, 1)[0]?.take(frame);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});

  function take(wanted: (frame: Frame) => boolean): Promise<Frame> {
    const index = waiting.findIndex(wanted);
    if (index !== -1) return Promise.resolve(waiting.splice(index, 1)[0] as Frame);
    if (socket.readyState !== socket.OPEN) return Promise.reject(new Error('The socket is closed.'));
    return new Promise((resolve, reject) => takers.push({ wanted, take: resolve, fail: reject }));
  }

  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    sendRaw: (data) => socket.send(data),
    next: () => take(({ type }) => type !== 'ka'),
    nextOf: (type) => take((frame) => frame.type === type),
    ask(frame) {
      const answer = take(({ id, type }) => id === frame.id && type !== 'data');
      socket.send(JSON.stringify(frame));
      return answer;
    },
    seen,
    get protocol() {
      return socket.protocol;
    },
    closed,
    close: () => socket.close(),
  };
}
