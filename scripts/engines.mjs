/** The other browsers of the engine tests: the system's packages, or those that the environment names. */
import { existsSync } from 'node:fs';

export const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
export const WEBKIT_DRIVER = process.env.WEBKIT_DRIVER ?? '/usr/bin/WebKitWebDriver';
export const XVFB = process.env.XVFB ?? '/usr/bin/Xvfb';

/** Debian's folders of libraries. */
const FOLDERS = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const VERSIONS = ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0'];

/** WebKitGTK's own small browser, where it is, or where it would be. */
export function findMiniBrowser() {
  if (process.env.MINI_BROWSER) return process.env.MINI_BROWSER;
  const paths = VERSIONS.map(
    (version) => `/usr/lib/${FOLDERS[process.arch] ?? process.arch}/${version}/MiniBrowser`,
  );
  return paths.find((path) => existsSync(path)) ?? paths[0];
}
