/** The token route as Amplify's adapter gives it. */
import { accessToken } from '../../../amplify.js';

export async function GET() {
  const token = await accessToken();
  if (token === undefined) return Response.json({ code: 'signed-out' }, { status: 401 });
  return Response.json({ accessToken: token.toString() }, { headers: { 'cache-control': 'no-store' } });
}
