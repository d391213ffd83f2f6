/**
 * `npm run dev`: the same server with pages from Vite's development server, hot reload in the page, and a restart
 * of the server when its own code changes. There is no service worker in development: its cache would hide edits.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
