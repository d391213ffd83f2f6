import { PassThrough } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { renderToString } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { PageData } from '../shared/page-data.ts';
import { App } from './app.tsx';
import { render } from './entry-server.tsx';
import { createInertServices } from './inert-services.ts';
import { en } from './text/en.ts';

const ada = { sub: 'sub-ada', username: 'ada', email: 'ada@example.com', epoch: 3 };
const page = (over: Partial<PageData> = {}): PageData => ({
  build: 'test',
  session: ada,
  channel: null,
  channelError: null,
  events: {
    endpoint: 'http://e/event',
    realtime: 'ws://e',
    host: 'e',
    region: 'local',
    history: null,
    lifetimeMs: 86_400_000,
  },
  theme: 'system',
  density: 'comfortable',
  language: 'en',
  localControl: null,
  ...over,
});
const html = (over?: Partial<PageData>) =>
  renderToString(<App services={createInertServices(page(over), en)} />);
const count = (source: string, piece: string) => source.split(piece).length - 1;

describe('the first HTML', () => {
  it('shows the user and the opened channel', () => {
    const shown = html({ channel: 'default/orders' });
    expect(shown).toContain('<h1>default/orders</h1>');
    expect(shown).toContain('ada');
    expect(shown).toContain('role="log"');
    expect(shown).toContain('>Sign out</button>');
    expect(shown).toContain('>Publish</button>');
  });

  it('has one status in every state, which begins with the agreed word', () => {
    const states: [Partial<PageData>, string][] = [
      [{}, 'Connecting'],
      [{ channel: 'default/*' }, 'Connecting'],
      [{ session: null }, 'Signed out'],
      [{ session: 'unknown' }, 'Connecting'],
      [{ channelError: 'A channel name is empty.' }, 'Connecting'],
    ];
    for (const [over, word] of states) {
      const shown = html(over);
      expect(count(shown, 'role="status"')).toBe(1);
      expect(shown.replace(/<!-- -->/g, '')).toMatch(new RegExp(`role="status"[^>]*><strong[^>]*>${word}<`));
    }
  });

  it('leads a visitor to sign in and back to the channel', () => {
    const shown = html({ session: null, channel: 'default/orders' });
    expect(shown).toContain('href="/auth/sign-in?return=%2Fc%2Fdefault%2Forders"');
    expect(shown).not.toContain('Sign out<');
  });

  it('says why an address names no channel', () => {
    expect(html({ channelError: 'A wildcard needs a namespace before it.' })).toContain(
      'A wildcard needs a namespace before it.',
    );
  });

  it('shows hostile names as text', () => {
    const shown = html({ session: { ...ada, username: '<img src=x onerror=alert(1)>' } });
    expect(shown).not.toContain('<img');
  });

  it('needs no inline script and no style element', () => {
    for (const over of [{ channel: 'default/orders' }, { session: null }]) {
      expect(html(over)).not.toMatch(/<script|<style|\son\w+=/);
    }
  });
});

describe('render', () => {
  it('streams the same HTML', async () => {
    const errors: unknown[] = [];
    const rendering = await render(page({ channel: 'default/orders' }), {
      nonce: 'n',
      onError: (error) => errors.push(error),
    });
    const streamed = await readText(rendering.pipe(new PassThrough()));
    expect(streamed).toContain('<h1>default/orders</h1>');
    expect(errors).toEqual([]);
  });
});
