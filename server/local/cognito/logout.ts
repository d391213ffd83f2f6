/**
 * `/logout` as Cognito has it: `client_id` and a registered `logout_uri`. It ends the browser's session at
 * the provider and goes back; refresh tokens are not touched (that is what revocation is for).
 * https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { sendHtml, urlOf } from '../http-answers.ts';
import { messagePage, pageHeaders } from './sign-in-page.ts';

export interface LogoutDeps {
  provider: Provider;
  clientId: string;
  /** The only address that may follow a sign-out. */
  logoutUri: string;
  appOrigin: string;
  onLogout(): void;
}

export function createLogout({ provider, clientId, logoutUri, appOrigin, onLogout }: LogoutDeps) {
  return async function logout(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const query = urlOf(req).searchParams;
    if (query.get('client_id') !== clientId || query.get('logout_uri') !== logoutUri) {
      const text = `Sign-out needs client_id and the registered logout_uri (${logoutUri}).`;
      sendHtml(res, 400, messagePage('Invalid request', text, appOrigin), pageHeaders([]));
      return;
    }
    const ctx = provider.createContext(req, res);
    const session = await provider.Session.get(ctx);
    await session.destroy();
    const name = provider.cookieName('session');
    for (const cookie of [name, `${name}.sig`]) {
      res.appendHeader('set-cookie', `${cookie}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly`);
    }
    onLogout();
    res.writeHead(302, { location: logoutUri, 'cache-control': 'no-store' }).end();
  };
}
