/** Signs in through the provider's own form, without a browser. */
import { TOKEN_PATH } from '../../src/shared/token.ts';

/** As a browser sends them with a script's own GET. */
export const BY_SCRIPT = {
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'same-origin',
  'sec-fetch-dest': 'empty',
  'x-switchboard-request': '1',
};

export interface SignedIn {
  /** The app's cookies, as a browser sends them. */
  cookie: string;
  /** The token that they stand for. */
  accessToken: string;
}

/** @throws Error when the form is not there, or the sign-in does not end at the app. */
export async function signInByForm(origin: string): Promise<SignedIn> {
  /** By name and path: the provider has cookies of one name on several paths. */
  const jar = new Map<string, { path: string; pair: string }>();
  const cookiesFor = (path: string): string =>
    [...jar.values()]
      .filter((cookie) => path === cookie.path || path.startsWith(cookie.path.replace(/\/?$/, '/')))
      .map(({ pair }) => pair)
      .join('; ');

  async function go(url: string, init: RequestInit = {}): Promise<{ url: string; response: Response }> {
    const headers = { cookie: cookiesFor(new URL(url).pathname) };
    const response = await fetch(url, { ...init, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/;\s*/);
      const path = attributes.find((text) => /^path=/i.test(text))?.slice(5) ?? '/';
      const key = `${pair.split('=', 1)[0]} ${path}`;
      if (pair.endsWith('=')) jar.delete(key);
      else jar.set(key, { pair, path });
    }
    const location = response.headers.get('location');
    return location === null ? { url, response } : go(new URL(location, url).href);
  }

  const form = await go(`${origin}/auth/sign-in?return=/healthz`);
  const action = /<form method="post" action="([^"]+)"/.exec(await form.response.text())?.[1];
  if (action === undefined) throw new Error(`There is no sign-in form at ${form.url}.`);
  const body = new URLSearchParams({ demo: 'ada' });
  const end = await go(new URL(action, form.url).href, { method: 'POST', body });
  if (!end.response.ok) throw new Error(`The sign-in ended at ${end.url} with ${end.response.status}.`);
  const cookie = cookiesFor(TOKEN_PATH);
  const answer = await fetch(`${origin}${TOKEN_PATH}`, { headers: { ...BY_SCRIPT, cookie } });
  if (!answer.ok) throw new Error(`The token route answered ${answer.status}: ${await answer.text()}`);
  return { cookie, accessToken: ((await answer.json()) as { accessToken: string }).accessToken };
}
