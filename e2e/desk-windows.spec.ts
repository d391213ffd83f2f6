/** What each window remembers, what all share, and everything by keyboard. */
import { expect, live, openChannels, signIn, test } from './support/fixtures.ts';

test('each window keeps its own channels, a duplicated one too, and a closed one comes back', async ({
  app,
  context,
  page,
}) => {
  await signIn(page, app);
  await openChannels(page, ['default/one', 'default/two']);
  await page.getByRole('textbox', { name: 'Event' }).fill('{"half": ');
  await expect
    .poll(() => page.evaluate(() => Object.values({ ...localStorage }).some((text) => text.includes('half'))))
    .toBe(true);

  // A window that a page opens gets a copy of its sessionStorage, as "duplicate tab" does.
  const [copy] = await Promise.all([
    context.waitForEvent('page'),
    page.evaluate(() => void open(location.href)),
  ]);
  await expect(copy.getByRole('link', { name: 'default/one' })).toBeVisible();
  const ids = async () => [
    await page.evaluate(() => sessionStorage.getItem('switchboard-window')),
    await copy.evaluate(() => sessionStorage.getItem('switchboard-window')),
  ];
  await expect.poll(async () => new Set(await ids()).size).toBe(2);
  await copy.getByRole('button', { name: 'Close default/one' }).click();
  await openChannels(copy, ['default/three']);
  await copy.reload();
  await expect(copy.getByRole('link', { name: 'default/three' })).toBeVisible();
  await expect(copy.getByRole('link', { name: 'default/one' })).toBeHidden();
  await page.reload();
  await expect(page.getByRole('link', { name: 'default/one' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'default/three' })).toBeHidden();
  await expect(page.getByRole('textbox', { name: 'Event' })).toHaveValue('{"half": ');

  await copy.close();
  const again = await context.newPage();
  await again.goto(app.origin);
  await expect(again.getByRole('link', { name: 'default/three' })).toBeVisible();
});

test('panes are moved by keyboard and pointer, and stay so', async ({ app, page }) => {
  await signIn(page, app);
  await openChannels(page, ['default/one']);
  const line = page.getByRole('separator', { name: 'Width of the channel list' });
  const width = async () => (await page.getByRole('navigation', { name: 'Channels' }).boundingBox())?.width;
  await line.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(width).toBe(272);
  const box = await line.boundingBox();
  if (box === null) throw new Error('The line is not on the screen.');
  await page.mouse.move(box.x, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + 200, { steps: 4 });
  await page.mouse.up();
  await expect.poll(width).toBe(332);
  await page.reload();
  await expect.poll(width).toBe(332);
  await line.press('Enter');
  await expect.poll(width).toBe(256);
});

test('the palette and the shortcuts reach everything, and give the focus back', async ({ app, page }) => {
  await signIn(page, app);
  await openChannels(page, ['default/two', 'default/one']);
  await live(page);
  const event = page.getByRole('textbox', { name: 'Event' });
  await event.focus();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('combobox', { name: 'Command or channel' });
  await expect(palette).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(event).toBeFocused();
  await page.keyboard.press('Control+k');
  await palette.fill('go default/two');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/c\/default\/two$/);
  await page.keyboard.press('Control+k');
  await palette.fill('default/brand-new');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/c\/default\/brand-new$/);

  await page.getByRole('main').focus();
  await page.keyboard.press('[');
  await expect(page).toHaveURL(/\/c\/default\/one$/);
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Filter' })).toBeFocused();
  await page.getByRole('main').focus();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await sheet.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('main').focus();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Filter' })).not.toBeFocused();
});

test('language and density hold in every window and in the first HTML', async ({ app, context, page }) => {
  await signIn(page, app, 'ada', '/c/default/one');
  const other = await context.newPage();
  await other.goto(`${app.origin}/c/default/one`);
  await live(other);
  await page.getByRole('button', { name: /account/i }).click();
  await page.getByRole('radio', { name: '中文' }).check();
  await page.getByRole('radio', { name: '紧凑' }).check();
  await expect(other.getByRole('button', { name: '发布' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh');
  await expect
    .poll(async () => (await context.cookies()).filter(({ name }) => /language|density/.test(name)).length)
    .toBe(2);
  const html = await (await context.request.get(`${app.origin}/c/default/one`)).text();
  expect(html).toContain('<html lang="zh"');
  expect(html).toContain('data-density="compact"');
  expect(html).toContain('>发布</button>');
  await page.reload();
  await expect(page.getByRole('status')).toHaveText(/^实时/);
});
