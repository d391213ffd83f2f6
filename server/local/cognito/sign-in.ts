/** `/login/<id>`: shows the sign-in form, takes it back, and tells the provider who signed in. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { DemoUser } from '../demo-users.ts';
import { readBody, sendHtml, urlOf } from '../http-answers.ts';
import { messagePage, pageHeaders, signInPage } from './sign-in-page.ts';

const MAX_FORM_BYTES = 8 * 1024;

export interface SignInDeps {
  provider: Provider;
  users: readonly DemoUser[];
  appOrigin: string;
  /** Whether the error means that the sign-in behind the page is over. */
  isOver(error: unknown): boolean;
  log(line: string): void;
}

export function createSignIn({ provider, users, appOrigin, isOver, log }: SignInDeps) {
  const headers = pageHeaders([appOrigin]);

  function userFor(form: URLSearchParams): DemoUser | undefined {
    const demo = form.get('demo');
    if (demo !== null) return users.find((user) => user.username === demo);
    const user = users.find((candidate) => candidate.username === form.get('username')?.trim());
    return user !== undefined && sameText(user.password, form.get('password') ?? '') ? user : undefined;
  }

  return async function signIn(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const action = urlOf(req).pathname;
    try {
      await provider.interactionDetails(req, res);
    } catch (error) {
      if (!isOver(error)) throw error;
      const text = 'It was used already, or it is older than an hour. Start again from the app.';
      sendHtml(res, 400, messagePage('This sign-in page has ended', text, appOrigin), headers);
      return;
    }
    if (req.method !== 'POST') {
      sendHtml(res, 200, signInPage({ action, users }), headers);
      return;
    }
    // The provider's cookie is SameSite=Lax already; this also covers a page on another port of localhost.
    const site = req.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin') {
      const text = 'The form was sent by another site. Start again from the app.';
      sendHtml(res, 403, messagePage('Sign-in refused', text, appOrigin), headers);
      return;
    }
    const form = new URLSearchParams((await readBody(req, MAX_FORM_BYTES)) ?? '');
    const user = userFor(form);
    if (user === undefined) {
      const error = 'Incorrect username or password.';
      const username = form.get('username') ?? '';
      sendHtml(res, 401, signInPage({ action, users, error, username }), headers);
      return;
    }
    log(`${user.username} signed in`);
    const result = { login: { accountId: user.sub, remember: true } };
    await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
  };
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
