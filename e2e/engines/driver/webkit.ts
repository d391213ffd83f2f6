/** WebKitGTK's MiniBrowser over WebKitWebDriver, on a display that nobody sees. */
import { MINI_BROWSER, WEBKIT_DRIVER, XVFB } from '../../../scripts/engines.mjs';
import { freePort } from '../../support/server-process.ts';
import type { EngineBrowser, Tab } from './browser.ts';
import { findElement, plainTarget } from './find-element.ts';
import { startProcess } from './own-process.ts';
import { untilFound } from './until-found.ts';
import { startSession, type WebDriver } from './web-driver.ts';

/** Key under which WebDriver hands out elements. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const RETRY_MS = 50;

export async function openWebKit(): Promise<EngineBrowser> {
  const display = startProcess(
    XVFB,
    () => ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'],
    /^(\d+)\n/m,
  );
  const port = await freePort();
  const driver = startProcess(WEBKIT_DRIVER, () => [`--port=${port}`], /(.)/, {
    DISPLAY: `:${await display.said}`,
    // The sandbox of its processes needs user namespaces, which containers rarely have.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
  });
  driver.said.catch(() => {});
  const close = async (): Promise<void> => {
    await driver.end();
    await display.end();
  };
  try {
    const origin = `http://127.0.0.1:${port}`;
    await answers(`${origin}/status`);
    const session = await startSession(origin, {
      'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] },
    });
    return {
      version: session.capabilities.browserVersion,
      async newTab() {
        // A window each: of several tabs in one window the browser hides all but one, and no driver can change which.
        const { handle } = (await session.send('POST', '/window/new', { type: 'window' })) as {
          handle: string;
        };
        return createTab(session, handle);
      },
      async close() {
        await session.send('DELETE', '').catch(() => {});
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function createTab(session: WebDriver, handle: string): Tab {
  const send: WebDriver['send'] = (method, path, body) =>
    session.inWindow(handle, () => session.send(method, path, body));

  async function evaluate<A, R>(run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
    const script = `
      const done = arguments[arguments.length - 1];
      const arg = arguments[0] === null ? undefined : JSON.parse(arguments[0]);
      (async () => (${run})(arg))().then(
        (value) => done({ value: JSON.stringify(value) ?? null }),
        (error) => done({ error: String(error) }),
      );`;
    const { value, error } = (await send('POST', '/execute/async', {
      script,
      args: [arg === undefined ? null : JSON.stringify(arg)],
    })) as { value?: string | null; error?: string };
    if (error !== undefined) throw new Error(error);
    return value === undefined || value === null ? (undefined as R) : JSON.parse(value);
  }

  const find = (target: Parameters<Tab['click']>[0]): Promise<string> =>
    untilFound(target, async () => {
      const found = (await send('POST', '/execute/sync', {
        script: `return (${findElement})(arguments[0]);`,
        args: [plainTarget(target)],
      })) as Record<string, string> | null;
      return found?.[ELEMENT] ?? null;
    });

  return {
    goto: async (url) => void (await send('POST', '/url', { url })),
    reload: async () => void (await send('POST', '/refresh', {})),
    evaluate,
    click: async (target) => void (await send('POST', `/element/${await find(target)}/click`, {})),
    async fill(target, text) {
      const element = await find(target);
      await send('POST', `/element/${element}/clear`, {});
      await send('POST', `/element/${element}/value`, { text });
    },
    close: () => session.closeWindow(handle),
    screenshot: async () => Buffer.from(String(await send('GET', '/screenshot')), 'base64'),
  };
}
