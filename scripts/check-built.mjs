/**
 * Looks into the built files: each must hold only what its room may hold, and stay as small as promised. Sizes are
 * what travels (gzip); the limits are the product's promise, not a habit of the day.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');
const client = join(dist, 'client');
const problems = [];

/** Words that only Amplify's code holds. */
const AMPLIFY = ['aws-amplify/', 'AWSAppSyncEventsProvider', 'x-amz-user-agent'];
/** Words that only the server's code holds. */
const SERVER = [
  'refresh_token',
  'client_secret',
  'SESSION_SECRET',
  'better-sqlite',
  'oidc-provider',
  '"node:',
  "'node:",
  '`node:',
];
/** Words that only the development version of React's renderer holds. */
const SLOW_REACT = ['Each child in a list should have a unique'];
/** How a file loads a React of its own choice at run time, by NODE_ENV. */
const FOREIGN_REACT = ['from "react', 'require("react'];
const REACT = ['react.element', 'react.transitional.element'];

const scripts = readdirSync(client, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { name: relative(client, path), text: readFileSync(path, 'utf8') };
  });
// Pages are rendered several times slower by the development version, and nothing says so.
const renderer = readFileSync(join(dist, 'server/entry-server.js'), 'utf8');
forbid({ name: 'server/entry-server.js', text: renderer }, SLOW_REACT, 'React for development');
forbid({ name: 'server/entry-server.js', text: renderer }, FOREIGN_REACT, 'a React of node_modules');

const one = (what, test) => {
  const found = scripts.filter(({ name }) => test(name));
  if (found.length !== 1)
    problems.push(`expected one ${what}, found ${found.map(({ name }) => name).join(', ') || 'none'}`);
  return found[0] ?? { name: what, text: '' };
};

const serviceWorker = one('service worker', (name) => name === 'sw.js');
const outboxPart = one('outbox part of the service worker', (name) => name === 'sw-outbox.js');
const leaderWorker = one('connection worker', (name) => /^assets\/leader-worker-.*\.js$/.test(name));

for (const script of scripts) forbid(script, SERVER, 'server code');
forbid(serviceWorker, [...AMPLIFY, ...REACT], 'Amplify or React');
forbid(outboxPart, [...AMPLIFY, ...REACT], 'Amplify or React');
forbid(leaderWorker, [...AMPLIFY, ...REACT], 'Amplify or React');

if (/\.(br|gz)["'`]/.test(serviceWorker.text))
  problems.push('sw.js keeps compressed versions, which have no address');
for (const { name, text } of scripts) {
  const missing = ['br', 'gz'].filter((suffix) => !existsSync(join(client, `${name}.${suffix}`)));
  // A packet's worth is sent as it is.
  if (text.length > 1_500 && missing.length > 0)
    problems.push(`${name} has no compressed version (${missing.join(', ')})`);
}

const first = firstLoad();
for (const name of first) {
  const script = scripts.find((entry) => entry.name === name);
  if (script !== undefined) forbid(script, AMPLIFY, 'Amplify, which must load only when it is used');
}

limit('service worker', [serviceWorker.name], 12);
limit('outbox part of the service worker', [outboxPart.name], 9);
limit('connection worker', [leaderWorker.name], 20);
limit('first load of the page', first, 130);

if (problems.length > 0) {
  console.error(`Built files:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  process.exit(1);
}

/** The page's entry and everything it imports without waiting for anybody. */
function firstLoad() {
  const html = readFileSync(join(client, 'index.html'), 'utf8');
  const queue = [...html.matchAll(/<script[^>]*\ssrc="\/([^"]+\.js)"/g)].map((match) => match[1]);
  const seen = new Set();
  while (queue.length > 0) {
    const name = queue.pop();
    if (seen.has(name)) continue;
    seen.add(name);
    const text = scripts.find((script) => script.name === name)?.text ?? '';
    for (const [, target] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
      queue.push(`assets/${target}`);
  }
  return [...seen];
}

function forbid({ name, text }, words, what) {
  for (const word of words) if (text.includes(word)) problems.push(`${name} holds ${what} (“${word}”)`);
}

function limit(what, names, kilobytes) {
  const bytes = names.reduce((sum, name) => sum + gzipSync(readFileSync(join(client, name))).length, 0);
  const line = `${what}: ${(bytes / 1024).toFixed(1)} KB gzipped (at most ${kilobytes})`;
  console.log(line);
  if (bytes > kilobytes * 1024) problems.push(line);
}
