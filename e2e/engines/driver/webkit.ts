/** WebKitGTK's MiniBrowser over WebKitWebDriver, on a display that nobody sees. */
import { findMiniBrowser, WEBKIT_DRIVER, XVFB } from '../../../scripts/engines.mjs';
import { freePort } from '../../support/server-process.ts';
import type { EngineBrowser, Tab } from './browser.ts';
import { findElement, plainTarget } from './find-element.ts';
import { startProcess } from './own-process.ts';
import { untilFound } from './until-found.ts';
import { startSession, type WebDriver } from './web-driver.ts';

/** Key under which WebDriver hands out elements. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const RETRY_MS = 50;
const ANSWER_MS = 10;
/** Answers that pages were asked for: each has a number of its own. */
let asked = 0;

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
      'webkitgtk:browserOptions': { binary: findMiniBrowser(), args: ['--automation'] },
    });
    // Stays open and empty: a new window is asked for from one that is there.
    const base = String(await session.send('GET', '/window'));
    return {
      version: session.capabilities.browserVersion,
      async newTab() {
        // A window each: of several tabs in one window the browser hides all but one, and no driver can change which.
        const { handle } = (await session.inWindow(base, () =>
          session.send('POST', '/window/new', { type: 'window' }),
        )) as { handle: string };
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

interface Taken {
  state: 'open' | 'done' | 'failed' | 'gone';
  /** The answer as JSON, or what went wrong. */
  text: string | null;
}

type Answers = Map<string, Taken>;

/** Runs in the page: calls the function and keeps what it says under `id`. */
function begin(run: (arg: unknown) => unknown, id: string, arg: string | null): void {
  const page = window as { testAnswers?: Answers };
  page.testAnswers ??= new Map();
  const answers = page.testAnswers;
  answers.set(id, { state: 'open', text: null });
  void (async () => run(arg === null ? undefined : JSON.parse(arg)))().then(
    (value) => answers.set(id, { state: 'done', text: JSON.stringify(value) ?? null }),
    (error) => answers.set(id, { state: 'failed', text: String(error) }),
  );
}

/** Runs in the page: what is kept under `id`. */
function take(id: string): Taken {
  const { testAnswers: answers } = window as { testAnswers?: Answers };
  const taken = answers?.get(id) ?? { state: 'gone', text: null };
  if (taken.state !== 'open') answers?.delete(id);
  return taken;
}

function createTab(session: WebDriver, handle: string): Tab {
  const send: WebDriver['send'] = (method, path, body) =>
    session.inWindow(handle, () => session.send(method, path, body));

  const execute = (script: string, ...args: unknown[]): Promise<unknown> =>
    send('POST', '/execute/sync', { script, args });

  /**
   * By asking until the page has the answer: a script that the driver waits for itself is never answered when the
   * page is left meanwhile.
   */
  async function evaluate<A, R>(run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
    asked += 1;
    const id = `${asked}`;
    const plain = arg === undefined ? null : JSON.stringify(arg);
    await execute(`(${begin})((arg) => (${run})(arg), arguments[0], arguments[1]);`, id, plain);
    for (;;) {
      const { state, text } = (await execute(`return (${take})(arguments[0]);`, id)) as Taken;
      if (state === 'done') return text === null ? (undefined as R) : JSON.parse(text);
      if (state === 'failed') throw new Error(text ?? '');
      if (state === 'gone') throw new Error('the page was left before it had an answer');
      await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
    }
  }

  const find = (target: Parameters<Tab['click']>[0]): Promise<string> =>
    untilFound(target, async () => {
      const found = (await execute(`return (${findElement})(arguments[0]);`, plainTarget(target))) as Record<
        string,
        string
      > | null;
      return found?.[ELEMENT] ?? null;
    });

  return {
    goto: async (url) => void (await send('POST', '/url', { url })),
    back: async () => void (await send('POST', '/back', {})),
    reload: async () => void (await send('POST', '/refresh', {})),
    evaluate,
    click: async (target) => void (await send('POST', `/element/${await find(target)}/click`, {})),
    async fill(target, text) {
      const element = await find(target);
      await send('POST', `/element/${element}/clear`, {});
      await send('POST', `/element/${element}/value`, { text });
    },
    // Every window is in front: nothing covers another on a display without a window manager.
    bringToFront: async () => {},
    close: () => session.closeWindow(handle),
    screenshot: async () => Buffer.from(String(await send('GET', '/screenshot')), 'base64'),
  };
}
