/** Firefox, without a window, over its own WebDriver BiDi. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIREFOX } from '../../../scripts/engines.mjs';
import { type Bidi, connectBidi } from './bidi.ts';
import type { EngineBrowser, Tab } from './browser.ts';
import { findElement, type PlainTarget, plainTarget } from './find-element.ts';
import { startProcess } from './own-process.ts';
import { untilFound } from './until-found.ts';

/** Nothing that asks the internet by itself, nothing that a new profile shows first. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'http://localhost:1/',
  'toolkit.telemetry.server': 'http://localhost:1/',
};

export async function openFirefox(): Promise<EngineBrowser> {
  const program = startProcess(
    FIREFOX,
    (folder) => {
      const lines = Object.entries(PREFERENCES).map(
        ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
      );
      writeFileSync(join(folder, 'user.js'), lines.join(''));
      const args = ['--headless', '--no-remote', '--width', '1000', '--height', '900'];
      return [...args, '--profile', folder, '--remote-debugging-port', '0'];
    },
    /WebDriver BiDi listening on (ws:\S+)/,
  );
  try {
    const bidi = await connectBidi(`${await program.said}/session`);
    const { capabilities } = await bidi.send('session.new', { capabilities: {} });
    return {
      version: (capabilities as { browserVersion: string }).browserVersion,
      async newTab() {
        const { context } = await bidi.send('browsingContext.create', { type: 'tab' });
        return createTab(bidi, String(context));
      },
      async close() {
        bidi.close();
        await program.end();
      },
    };
  } catch (error) {
    await program.end();
    throw error;
  }
}

interface RemoteValue {
  type: string;
  value?: unknown;
  sharedId?: string;
}

function createTab(bidi: Bidi, context: string): Tab {
  async function call(functionDeclaration: string, arg: unknown): Promise<RemoteValue> {
    const { type, result, exceptionDetails } = await bidi.send('script.callFunction', {
      functionDeclaration,
      arguments: arg === undefined ? [] : [{ type: 'string', value: JSON.stringify(arg) }],
      awaitPromise: true,
      target: { context },
      userActivation: false,
    });
    if (type === 'exception') throw new Error((exceptionDetails as { text: string }).text);
    return result as RemoteValue;
  }

  async function press(target: Parameters<Tab['click']>[0]): Promise<void> {
    const origin = await untilFound(target, async () => {
      const { sharedId } = await call(`(arg) => (${findElement})(JSON.parse(arg))`, plainTarget(target));
      return sharedId === undefined ? null : { type: 'element', element: { sharedId } };
    });
    const actions = [
      { type: 'pointerMove', x: 0, y: 0, origin },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ];
    await bidi.send('input.performActions', {
      context,
      actions: [{ type: 'pointer', id: 'mouse', actions }],
    });
  }

  return {
    goto: async (url) =>
      void (await bidi.send('browsingContext.navigate', { context, url, wait: 'complete' })),
    back: async () => void (await bidi.send('browsingContext.traverseHistory', { context, delta: -1 })),
    reload: async () => void (await bidi.send('browsingContext.reload', { context, wait: 'complete' })),
    async evaluate<A, R>(run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
      const { value } = await call(
        `async (arg) => JSON.stringify(await (${run})(arg === undefined ? undefined : JSON.parse(arg)))`,
        arg,
      );
      return value === undefined ? (undefined as R) : JSON.parse(String(value));
    },
    click: press,
    async fill(target, text) {
      await press(target);
      const plain: PlainTarget = plainTarget(target);
      await call(`(arg) => (${findElement})(JSON.parse(arg))?.select()`, plain);
      const keys = [...(text === '' ? '\uE017' : text)];
      const actions = keys.flatMap((value) => [
        { type: 'keyDown', value },
        { type: 'keyUp', value },
      ]);
      await bidi.send('input.performActions', { context, actions: [{ type: 'key', id: 'keys', actions }] });
    },
    bringToFront: async () => void (await bidi.send('browsingContext.activate', { context })),
    close: async () => void (await bidi.send('browsingContext.close', { context })),
    async screenshot() {
      const { data } = await bidi.send('browsingContext.captureScreenshot', { context });
      return Buffer.from(String(data), 'base64');
    },
  };
}
