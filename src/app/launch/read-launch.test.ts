import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventPath, readLaunch } from './read-launch.ts';

const ORIGIN = 'https://a.example';
const read = (path: string) => readLaunch(`${ORIGIN}${path}`, ORIGIN);
const link = (text: string) => read(`/?link=${encodeURIComponent(text)}`);

it('opens a channel, and an event of it', () => {
  expect(read('/c/default/orders?source=pwa')).toEqual({
    kind: 'channel',
    channel: 'default/orders',
    event: null,
  });
  expect(read(eventPath('default/*', { epoch: 3, n: 14 }))).toEqual({
    kind: 'channel',
    channel: 'default/*',
    event: { epoch: 3, n: 14 },
  });
  expect(read('/c/default/orders#e3.x')).toMatchObject({ event: null });
});

it('opens a link of another program, however many slashes the browser put in', () => {
  for (const text of [
    'web+switchboard:default/orders',
    'web+switchboard:/default/orders',
    'web+switchboard://default/orders',
    'WEB+SWITCHBOARD:default%2Forders',
  ])
    expect(link(text)).toEqual({ kind: 'channel', channel: 'default/orders', event: null });
});

it.each([
  'web+switchboard:',
  'web+switchboard:..%2F..%2Fauth/sign-out',
  'web+switchboard:default/orders?x=<script>alert(1)</script>',
  'web+switchboard:default/%E0%A4%A',
  `web+switchboard:${'a/'.repeat(5_000)}`,
  'javascript:alert(1)',
  'https://evil.example/c/default/orders',
])('says that %s is no link to a channel', (text) => {
  expect(link(text).kind).toBe('bad-link');
});

it('takes shared text as it was written', () => {
  expect(read(`/#share=${encodeURIComponent('{"a": "100 % & more"}\n#1')}`)).toEqual({
    kind: 'share',
    text: '{"a": "100 % & more"}\n#1',
  });
  expect(read('/#share=100%')).toEqual({ kind: 'share', text: '100%' });
  expect(read('/#share=%20')).toEqual({ kind: 'nothing' });
});

it('knows the ways into the desk, and no others', () => {
  expect(read('/?open=publish&source=shortcut')).toEqual({ kind: 'view', view: 'publish' });
  expect(read('/?open=sign-out')).toEqual({ kind: 'nothing' });
  expect(read('/?source=pwa')).toEqual({ kind: 'nothing' });
  expect(readLaunch('https://evil.example/?open=publish', ORIGIN)).toEqual({ kind: 'nothing' });
});

it('never throws, and names only channels that exist, whatever it is given', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom('', '/', '/c/', '/?link=', '/?link=web%2Bswitchboard:', '/#share='),
      (text, before) => {
        for (const address of [
          text,
          `${ORIGIN}${before}${text}`,
          `${ORIGIN}${before}${encodeURIComponent(text)}`,
        ]) {
          const intent = readLaunch(address, ORIGIN);
          if (intent.kind === 'channel')
            expect(intent.channel).toMatch(/^[A-Za-z0-9-]+(\/([A-Za-z0-9-]+|\*))*$/);
        }
      },
    ),
  );
});
