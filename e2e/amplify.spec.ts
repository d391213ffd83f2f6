/** The unmodified aws-amplify in the page: `fetchAuthSession`, `events.connect`, `subscribe`, `publish` and `post`. */
import { join } from 'node:path';
import { build } from 'vite';
import { expect, live, signIn, subscribed, test } from './support/fixtures.ts';

interface AmplifyWindow {
  amplify: {
    sub(): Promise<string>;
    listen(channel: string): Promise<void>;
    publish(channel: string): Promise<void>;
    got(): { n: number }[];
  };
}

const CHANNEL = 'default/amplify';
let script = '';

// The page's policy lets no foreign script in; this one stands for code that the app itself would hold.
test.use({ bypassCSP: true });

test.beforeAll(async () => {
  const folder = join(import.meta.dirname, 'amplify-page');
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      rolldownOptions: { input: join(folder, 'page.ts'), output: { codeSplitting: false } },
    },
  });
  const output = Array.isArray(built) ? built[0] : built;
  if (output === undefined || !('output' in output)) throw new Error('the page was not built');
  script = output.output[0].code;
});

test('works as it stands, fed by the brokered token', async ({ app, page }) => {
  await signIn(page, app);
  await live(page);
  await page.addScriptTag({ content: script, type: 'module' });
  const inPage = <T>(use: (amplify: AmplifyWindow['amplify'], channel: string) => T): Promise<Awaited<T>> =>
    page.evaluate(`(${use})(window.amplify, ${JSON.stringify(CHANNEL)})`);
  expect(await inPage((amplify) => amplify.sub())).toMatch(/^[\w-]{10,}$/);
  await inPage((amplify, channel) => amplify.listen(channel));
  await subscribed(app, [CHANNEL]);
  await inPage((amplify, channel) => amplify.publish(channel));
  await expect
    .poll(async () => (await inPage((amplify) => amplify.got())).map(({ n }) => n).sort())
    .toEqual([1, 2]);
  expect(app.proxy.count('/api/cognito-token')).toBe(1);
  // Its own socket beside the shared one: Amplify cannot share.
  expect((await app.far.stats()).events.socketsOpened).toBe(2);
});
