import { expect, it } from 'vitest';
import { flush } from '../shared/test-doubles.ts';
import { createLaunches, type Launch, type LaunchPage, type LaunchQueue } from './launches.ts';

const OPENED: Launch = { url: 'https://a.example/here', files: [] };

type Consumer = Parameters<LaunchQueue['setConsumer']>[0];

function createFakeTab() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

const pageAt = (
  address: () => string,
  tab: LaunchPage['tab'] = null,
): LaunchPage & { scope: EventTarget } => ({
  address,
  scope: new EventTarget(),
  tab,
});

function setUp() {
  let consumer: Consumer = () => {};
  const worker = new EventTarget();
  const launches = createLaunches(
    { setConsumer: (next) => (consumer = next) },
    pageAt(() => 'https://a.example/here'),
    worker,
  );
  const heard: Launch[] = [];
  return {
    launches,
    heard,
    worker,
    hear: (launch: Launch) => void heard.push(launch),
    launch: (p: Parameters<Consumer>[0]) => consumer(p),
  };
}

it('keeps what comes before anybody listens, and tells it once', async () => {
  const { launches, heard, hear, launch } = setUp();
  launch({ targetURL: 'https://a.example/c/default/orders' });
  await flush();
  launches.subscribe(hear);
  launches.subscribe(() => {});
  expect(heard).toEqual([OPENED, { url: 'https://a.example/c/default/orders', files: [] }]);
});

it('begins with the address that the window was opened with, and tells it once', async () => {
  let shown = 'https://a.example/here';
  let consumer: Consumer = () => {};
  const queue: LaunchQueue = { setConsumer: (next) => (consumer = next) };
  const launches = createLaunches(
    queue,
    pageAt(() => shown),
    undefined,
  );
  // The desk goes to the channel looked at last before anybody listens.
  shown = 'https://a.example/c/default/orders';
  const heard: Launch[] = [];
  launches.subscribe((launch) => void heard.push(launch));
  consumer({ targetURL: 'https://a.example/here' });
  await flush();
  expect(heard).toEqual([OPENED]);
  // The same from the dock once more is a launch of its own.
  consumer({ targetURL: 'https://a.example/here' });
  await flush();
  expect(heard).toEqual([OPENED, OPENED]);
});

it('opens files, and leaves out one that is gone', async () => {
  const { launches, heard, hear, launch } = setUp();
  launches.subscribe(hear);
  const file = new File(['{}'], 'orders.ndjson');
  launch({
    targetURL: null,
    files: [
      { getFile: async () => file },
      { getFile: () => Promise.reject(new DOMException('', 'NotFoundError')) },
    ],
  });
  await flush();
  expect(heard).toEqual([OPENED, { url: 'https://a.example/here', files: [file] }]);
});

it('is quiet where the browser has no launch queue, and after its listener left', async () => {
  expect(() =>
    createLaunches(
      undefined,
      pageAt(() => ''),
      undefined,
    ).subscribe(() => {}),
  ).not.toThrow();
  const { launches, heard, hear, launch } = setUp();
  const stop = launches.subscribe(hear);
  stop();
  launch({ targetURL: 'https://a.example/' });
  await flush();
  expect(heard).toEqual([OPENED]);
});

it('hears of a click on a notification', () => {
  const { launches, heard, hear, worker } = setUp();
  launches.subscribe(hear);
  const url = 'https://a.example/c/default/orders#e1.2';
  worker.dispatchEvent(new MessageEvent('message', { data: { type: 'OPEN_ADDRESS', url } }));
  worker.dispatchEvent(new MessageEvent('message', { data: { type: 'SOMETHING', url } }));
  worker.dispatchEvent(new MessageEvent('message', { data: null }));
  expect(heard).toEqual([OPENED, { url, files: [] }]);
});

it('keeps through a sign-in what the page was opened with, and tells it once', async () => {
  const tab = createFakeTab();
  const at = (url: string) => {
    const page = pageAt(() => url, tab);
    let consumer: Consumer = () => {};
    const launches = createLaunches({ setConsumer: (next) => (consumer = next) }, page, undefined);
    const heard: string[] = [];
    return {
      launch: (targetURL: string) => consumer({ targetURL }),
      listen: () => void launches.subscribe((launch) => heard.push(launch.url)),
      heard,
      leave: () => page.scope.dispatchEvent(new Event('pagehide')),
      comeBack: () => page.scope.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true })),
    };
  };
  const landing = at('https://a.example/#share=hello');
  landing.launch('https://a.example/c/default/orders');
  await flush();
  landing.leave();
  const desk = at('https://a.example/');
  desk.listen();
  expect(desk.heard).toEqual([
    'https://a.example/',
    'https://a.example/#share=hello',
    'https://a.example/c/default/orders',
  ]);
  desk.leave();
  landing.comeBack();
  landing.listen();
  expect(landing.heard).toEqual([]);

  // A reload finds its own address again; a path alone comes back with the sign-in.
  at('https://a.example/?link=x').leave();
  const again = at('https://a.example/?link=x');
  again.listen();
  expect(again.heard).toEqual(['https://a.example/?link=x']);
  at('https://a.example/c/default/a').leave();
  const other = at('https://a.example/c/default/b');
  other.listen();
  expect(other.heard).toEqual(['https://a.example/c/default/b']);
});

it('reads damaged or forbidden storage as nothing', () => {
  const heard: string[] = [];
  for (const text of ['{', '{"0":"x"}', '[7]', 'null']) {
    const tab = { ...createFakeTab(), getItem: () => text };
    createLaunches(
      undefined,
      pageAt(() => 'here', tab),
      undefined,
    ).subscribe(({ url }) => heard.push(url));
  }
  expect(new Set(heard)).toEqual(new Set(['here']));
});
