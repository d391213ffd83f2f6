/** A WebDriver session (https://www.w3.org/TR/webdriver2/): plain HTTP, one command at a time. */

export interface WebDriver {
  /** Of this session; `path` begins with a slash. Rejects with what the browser says. */
  send(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
  /**
   * Commands that belong together: the session has one current window, and no other command may come between its
   * choice and its use.
   */
  inWindow<T>(handle: string, run: () => Promise<T>): Promise<T>;
  /** Closes the window. */
  closeWindow(handle: string): Promise<void>;
  capabilities: { browserVersion: string };
}

export async function startSession(origin: string, capabilities: object): Promise<WebDriver> {
  const { sessionId, capabilities: given } = (await call(origin, 'POST', '/session', {
    capabilities: { alwaysMatch: capabilities },
  })) as { sessionId: string; capabilities: { browserVersion: string } };
  let before: Promise<unknown> = Promise.resolve();
  let current = '';
  const send: WebDriver['send'] = (method, path, body) =>
    call(origin, method, `/session/${sessionId}${path}`, body);

  function inWindow<T>(handle: string, run: () => Promise<T>): Promise<T> {
    const mine = before.then(async () => {
      if (current !== handle) {
        await send('POST', '/window', { handle });
        current = handle;
      }
      return run();
    });
    before = mine.catch(() => {});
    return mine;
  }

  return {
    capabilities: given,
    send,
    inWindow,
    closeWindow: (handle) =>
      inWindow(handle, async () => {
        await send('DELETE', '/window');
        current = '';
      }),
  };
}

async function call(origin: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(
    origin + path,
    body === undefined
      ? { method }
      : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`${method} ${path}: ${error}${message ? `: ${message}` : ''}`);
}
