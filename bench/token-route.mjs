/**
 * How many token answers a second, beside a Next.js route handler that only returns a cookie's token: both servers
 * run at once, each as one production process on one core, and are loaded in turn from another core.
 * `node bench/token-route.mjs [folder of the built app]`; bench/README.md says what it needs.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = resolve(process.argv[2] ?? join(here, '../dist'));
const peer = join(here, 'peer-next');

const ROUNDS = 5;
const SECONDS = 5;
const WARM_UP_SECONDS = 3;
const CONNECTIONS = 32;
/** Requests a second against the peer, at no worse p99. */
const TARGET = 5;
const SERVER_CORE = '0';
const LOAD_CORE = '1';

/** As a browser sends them with a script's own GET. */
const BY_SCRIPT = {
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'same-origin',
  'sec-fetch-dest': 'empty',
  'x-switchboard-request': '1',
};

const children = [];
const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
try {
  check();
  await main();
} finally {
  for (const child of children) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

function check() {
  if (spawnSync('wrk', ['--version']).error)
    throw new Error('wrk is missing. Install it: apt-get install wrk');
  if (!existsSync(join(dist, 'server/main.js'))) throw new Error('Nothing is built. Run: npm run build');
  if (!existsSync(join(peer, 'dist/BUILD_ID'))) {
    throw new Error('The peer is not built. Run: (cd bench/peer-next && npm install && npm run build)');
  }
}

async function main() {
  const ours = await startOurs();
  const theirs = await startPeer();
  const { cookie, accessToken } = await signIn(ours.origin);
  const targets = [
    { name: 'switchboard', url: `${ours.origin}/api/cognito-token`, headers: { ...BY_SCRIPT, cookie } },
    { name: 'next', url: `${theirs.origin}/api/token`, headers: { cookie: `token=${accessToken}` } },
  ];
  for (const target of targets) {
    const { accessToken: got } = await (await fetch(target.url, { headers: target.headers })).json();
    if (got !== accessToken) throw new Error(`${target.name} does not answer the token.`);
    load(target, WARM_UP_SECONDS);
  }
  const rounds = { switchboard: [], next: [] };
  for (let round = 0; round < ROUNDS; round++) {
    // Who goes first alternates, so that neither has the cooler machine.
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
      const result = load(target, SECONDS);
      rounds[target.name].push(result);
      console.log(
        `${round + 1} ${target.name.padEnd(12)} ${result.perSecond.toFixed(0).padStart(6)}/s  p99 ${result.p99Ms.toFixed(2)} ms`,
      );
    }
  }
  report(rounds);
}

function report(rounds) {
  const summary = Object.fromEntries(
    Object.entries(rounds).map(([name, results]) => [
      name,
      { perSecond: spread(results, 'perSecond'), p99Ms: spread(results, 'p99Ms') },
    ]),
  );
  const ratio = summary.switchboard.perSecond.median / summary.next.perSecond.median;
  const reached = ratio >= TARGET && summary.switchboard.p99Ms.median <= summary.next.p99Ms.median;
  const verdict = `${ratio.toFixed(2)} times as many a second (target ${TARGET}), p99 ${summary.switchboard.p99Ms.median} ms against ${summary.next.p99Ms.median} ms: target ${reached ? 'reached' : 'missed'}`;
  console.log(verdict);
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, next: peerVersion() },
    load: { rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS },
    summary,
    ratio: Number(ratio.toFixed(2)),
    reached,
    verdict,
    rounds,
  };
  mkdirSync(join(here, 'results'), { recursive: true });
  writeFileSync(join(here, 'results/token-route.json'), `${JSON.stringify(result, null, 2)}\n`);
}

function spread(results, key) {
  const sorted = results.map((result) => result[key]).sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], least: sorted[0], most: sorted.at(-1) };
}

/** One round of load. */
function load({ name, url, headers }, seconds) {
  const fields = Object.entries(headers).flatMap(([key, value]) => ['-H', `${key}: ${value}`]);
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', ...fields, url];
  const { stdout } = spawnSync('taskset', ['-c', LOAD_CORE, 'wrk', ...args], { encoding: 'utf8' });
  if (/Non-2xx|Socket errors/.test(stdout))
    throw new Error(`${name} did not answer all requests:\n${stdout}`);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const [, p99, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return { perSecond, p99Ms: Number(p99) * { us: 0.001, ms: 1, s: 1000 }[unit] };
}

async function startOurs() {
  const [port, localPort] = [await freePort(), await freePort()];
  const origin = `http://localhost:${port}`;
  symlinkSync(dist, join(folder, 'dist'));
  // Without NODE_ENV=production, with which it would not run on its stand-ins; nothing else depends on it.
  const env = { PORT: `${port}`, LOCAL_PORT: `${localPort}`, ORIGIN: origin };
  await start(folder, [join(dist, 'server/main.js')], env, /^ {2}faults/m);
  return { origin };
}

async function startPeer() {
  const port = await freePort();
  const args = [join(peer, 'node_modules/next/dist/bin/next'), 'start', '-p', `${port}`, '-H', 'localhost'];
  await start(peer, args, { NEXT_TELEMETRY_DISABLED: '1' }, /Ready in/);
  return { origin: `http://localhost:${port}` };
}

/** Starts a Node.js server on its core; resolves when it says that it is ready. */
function start(cwd, args, env, ready) {
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
  });
  children.push(child);
  return new Promise((done, fail) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        if (ready.test(output)) done();
      });
    }
    child.once('exit', (code) => fail(new Error(`${args[0]} ended with ${code}:\n${output}`)));
  });
}

/** Signs in through the provider's own form. @returns the app's cookies, and the token that they stand for. */
async function signIn(origin) {
  /** By name and path: the provider has cookies of one name on several paths. */
  const jar = new Map();
  const cookiesFor = (path) =>
    [...jar.values()]
      .filter((cookie) => path === cookie.path || path.startsWith(cookie.path.replace(/\/?$/, '/')))
      .map(({ pair }) => pair)
      .join('; ');
  const go = async (url, init = {}) => {
    const headers = { cookie: cookiesFor(new URL(url).pathname) };
    const response = await fetch(url, { ...init, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(/;\s*/);
      const path = attributes.find((text) => /^path=/i.test(text))?.slice(5) ?? '/';
      const key = `${pair.split('=', 1)[0]} ${path}`;
      if (pair.endsWith('=')) jar.delete(key);
      else jar.set(key, { pair, path });
    }
    const location = response.headers.get('location');
    return location === null ? { url, response } : go(new URL(location, url).href);
  };
  const form = await go(`${origin}/auth/sign-in?return=/healthz`);
  const action = /<form method="post" action="([^"]+)"/.exec(await form.response.text())?.[1];
  if (action === undefined) throw new Error(`There is no sign-in form at ${form.url}.`);
  const body = new URLSearchParams({ demo: 'ada' });
  const end = await go(new URL(action, form.url).href, { method: 'POST', body });
  if (!end.response.ok) throw new Error(`The sign-in ended at ${end.url} with ${end.response.status}.`);
  const cookie = cookiesFor('/api/cognito-token');
  const answer = await fetch(`${origin}/api/cognito-token`, { headers: { ...BY_SCRIPT, cookie } });
  if (!answer.ok) throw new Error(`The token route answered ${answer.status}: ${await answer.text()}`);
  return { cookie, accessToken: (await answer.json()).accessToken };
}

function peerVersion() {
  const { stdout } = spawnSync(process.execPath, ['-p', 'require("next/package.json").version'], {
    cwd: peer,
    encoding: 'utf8',
  });
  return stdout.trim();
}

function freePort() {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, 'localhost', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
