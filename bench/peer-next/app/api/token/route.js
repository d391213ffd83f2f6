/** The least that a token route can do: read the token out of the request's cookie, and answer it. */
import { cookies } from 'next/headers';

export async function GET() {
  const accessToken = (await cookies()).get('token')?.value;
  if (accessToken === undefined) return Response.json({ code: 'signed-out' }, { status: 401 });
  return Response.json({ accessToken }, { headers: { 'cache-control': 'no-store' } });
}
