/** The other browsers of the engine tests: the system's packages, or those that the environment names. */
import { existsSync } from 'node:fs';

export const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
export const WEBKIT_DRIVER = process.env.WEBKIT_DRIVER ?? '/usr/bin/WebKitWebDriver';
/** Where Debian keeps it depends on the machine's architecture and WebKitGTK's version. */
export const MINI_BROWSER = process.env.MINI_BROWSER ?? firstOf(miniBrowsers());
export const XVFB = process.env.XVFB ?? '/usr/bin/Xvfb';

function miniBrowsers() {
  const folders = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
  return ['4.1', '6.0', '4.0'].map(
    (version) =>
      `/usr/lib/${folders[process.arch] ?? process.arch}/webkit${version === '6.0' ? '' : '2'}gtk-${version}/MiniBrowser`,
  );
}

function firstOf(paths) {
  return paths.find((path) => existsSync(path)) ?? paths[0];
}
