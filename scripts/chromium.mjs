/** The browser of the tests: the system's package, or the one that the environment names. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** No sandbox as root; nothing that asks the internet by itself. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--process-per-tab',
];
