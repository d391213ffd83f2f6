import { expect, it } from 'vitest';
import { type ClickDeps, openFromNotification } from './notification-click.ts';

const ORIGIN = 'https://app.example';

function setUp(urls: string[]) {
  const done: string[] = [];
  const windows = urls.map((url) => ({
    url,
    postMessage: (message: { url: string }) => void done.push(`tells ${url}: ${message.url}`),
    focus: async () => void done.push(`focuses ${url}`),
  }));
  const clients = {
    matchAll: async () => windows,
    openWindow: async (url: string) => void done.push(`opens ${url}`),
  };
  const click = (data: unknown) =>
    openFromNotification({ origin: ORIGIN, clients: clients as unknown as ClickDeps['clients'] }, data);
  return { done, click };
}

it('brings the window of the channel to the front and tells it which event', async () => {
  const { done, click } = setUp([`${ORIGIN}/c/default/a`, `${ORIGIN}/c/default/b?source=pwa`]);
  await click({ path: '/c/default/b#e3.7' });
  expect(done).toEqual([
    `tells ${ORIGIN}/c/default/b?source=pwa: ${ORIGIN}/c/default/b#e3.7`,
    `focuses ${ORIGIN}/c/default/b?source=pwa`,
  ]);
});

it('takes any window when none shows the channel, and opens one when there is none', async () => {
  const other = setUp([`${ORIGIN}/`]);
  await other.click({ path: '/c/default/b' });
  expect(other.done).toEqual([`tells ${ORIGIN}/: ${ORIGIN}/c/default/b`, `focuses ${ORIGIN}/`]);
  const none = setUp([]);
  await none.click({ path: '/c/default/b' });
  expect(none.done).toEqual([`opens ${ORIGIN}/c/default/b`]);
});

it.each([null, 7, { path: 7 }, { path: 'https://evil.example/c' }, { path: '//evil.example' }])(
  'leads to the start page for %j',
  async (data) => {
    const { done, click } = setUp([]);
    await click(data);
    expect(done).toEqual([`opens ${ORIGIN}/`]);
  },
);
